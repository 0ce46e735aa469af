/*
 * The HTTP server: bodies as raw bytes with a limit, failures as Loki words them, one log line per failed request.
 *
 * Owns   transport: body collection, error encoding, 404/405, shutdown of connections.
 * Leaves what a route does to its file; decoding and limits of pushes to ingest/; everything else to query/.
 */
import type {IncomingMessage} from 'node:http'
import type {Socket} from 'node:net'
import {finished} from 'node:stream/promises'
import {
  fastify,
  LogController,
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify'
import type {Admission, Ticket} from '../ingest/index.ts'
import {Failure, quote} from '../model/index.ts'

const CLIENT_CLOSED = 499

export type ServerOptions = {
  readonly log: FastifyBaseLogger
  /** Largest push body as received, bytes. */
  readonly pushBodyBytesMax: number
  /** Largest form body of a query, bytes. */
  readonly queryBodyBytesMax: number
  readonly requestTimeoutMs: number
  readonly keepAliveTimeoutMs: number
  readonly observer?: RequestObserver
}

/** Told of every answered request. `route` is the route's pattern, never a raw path. */
export type RequestObserver = {request(route: string, method: string, status: number, seconds: number): void}

export function createServer(options: ServerOptions): FastifyInstance {
  const server = fastify({
    loggerInstance: options.log,
    logController: new LogController({disableRequestLogging: true}),
    bodyLimit: options.pushBodyBytesMax,
    requestTimeout: options.requestTimeoutMs,
    keepAliveTimeout: options.keepAliveTimeoutMs,
    http: {...timeouts(options.requestTimeoutMs), maxHeaderSize: HEADER_BYTES_MAX},
    clientErrorHandler: answerBadHttp,
    // What is wrong with a URL before it is routed.
    frameworkErrors: (error, _request, reply) => void sendText(reply, error.statusCode ?? 400, `${error.message}\n`),
    forceCloseConnections: 'idle',
    exposeHeadRoutes: false,
    routerOptions: {caseSensitive: true, ignoreTrailingSlash: false, maxParamLength: HEADER_BYTES_MAX, querystringParser: () => ({})},
  })
  server.decorateRequest('ticket', undefined)
  server.removeAllContentTypeParsers()
  server.addContentTypeParser('*', (request: FastifyRequest, payload: IncomingMessage) => collectBody(request, payload, options))
  let closing = false
  server.addHook('preClose', done => {
    closing = true
    done()
  })
  // A connection kept alive by an answer given while closing would hold the server until the client lets go of it.
  server.addHook('onSend', (_request, reply, payload, done) => {
    if (closing) reply.header('connection', 'close')
    done(null, payload)
  })
  const {observer} = options
  if (observer !== undefined) {
    server.addHook('onRequest', (request, reply, done) => {
      // Fastify's onResponse is not called when the client left; what it would have been answered does not count then.
      reply.raw.once('close', () => {
        const status = reply.raw.writableFinished ? reply.statusCode : CLIENT_CLOSED
        observer.request(request.routeOptions.url ?? 'unknown', request.method, status, reply.elapsedTime / 1000)
      })
      done()
    })
  }
  const answerNoRoute = (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const url = templateOf(request.url.split('?')[0] ?? '')
    if (METHODS.some(method => method !== request.method && server.hasRoute({url, method}))) return reply.code(405).send()
    return sendText(reply, 404, '404 page not found\n')
  }
  server.setNotFoundHandler(answerNoRoute)
  server.setErrorHandler((error: FastifyError | Failure, request, reply) => {
    // Fastify closes the connection when a body is refused; a client that still sends would then often not read why.
    reply.removeHeader('connection')
    // Where there is no route, nothing that is wrong with the body matters.
    return request.is404 ? answerNoRoute(request, reply) : sendFailure(request, reply, error)
  })
  return server
}

/**
 * Node takes the larger of the two timeouts for the whole request, and looks only every 30 s unless told: headers have the
 * whole time, too. What is left of a refused body is read within it and thrown away.
 */
function timeouts(requestTimeoutMs: number): {headersTimeout: number; requestTimeout: number; connectionsCheckingInterval: number} {
  return {
    headersTimeout: requestTimeoutMs,
    requestTimeout: requestTimeoutMs,
    connectionsCheckingInterval: Math.max(500, Math.min(30_000, Math.floor(requestTimeoutMs / 4))),
  }
}

/** As in Go, so in Loki: dashboards ask by GET, and a query may have 128 KiB before it is escaped for the URL. */
const HEADER_BYTES_MAX = 1024 * 1024

/** What is no HTTP, and so reaches no route. */
function answerBadHttp(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  const [status, text] =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? ['431 Request Header Fields Too Large', `URL and headers larger than ${HEADER_BYTES_MAX} bytes`]
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? ['408 Request Timeout', 'the request did not come in time']
        : ['400 Bad Request', `malformed HTTP request: ${error.message}`]
  const head = `HTTP/1.1 ${status}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(text) + 1}\r\n`
  socket.end(`${head}Connection: close\r\n\r\n${text}\n`, () => socket.destroy())
}

const METHODS = ['GET', 'POST', 'PUT', 'DELETE'] as const

/** The only route with a variable is label/{name}/values. */
function templateOf(path: string): string {
  return path.replace(/\/label\/[^/]+\/values$/, '/label/:name/values')
}

/**
 * Reads the body into one buffer of its declared length, or grows one where none is declared. Where the route has an
 * admission, memory is taken only for what it lets in; the handler releases `request.ticket`.
 *
 * @throws {Failure} TOO_LARGE when it is larger than the limit of its kind, BAD_REQUEST when it ends early, OVERLOADED.
 */
async function collectBody(request: FastifyRequest, payload: IncomingMessage, sizes: ServerOptions): Promise<Buffer> {
  const {admission} = request.routeOptions.config
  const limit = admission === undefined ? sizes.queryBodyBytesMax : sizes.pushBodyBytesMax
  const declared = Number(request.headers['content-length'] ?? Number.NaN)
  const isDeclared = !Number.isNaN(declared)
  let ticket: Ticket | undefined
  try {
    if (declared > limit) throw tooLarge(declared, limit)
    ticket = admission?.enter(isDeclared ? declared : 0)
    const body = await readBody(payload, isDeclared ? declared : UNDECLARED_BYTES, limit, isDeclared ? undefined : ticket)
    request.ticket = ticket
    return body
  } catch (error) {
    ticket?.release()
    if (!request.raw.complete && /\bclose\b/i.test(request.headers.connection ?? '')) await readRest(payload)
    throw error
  }
}

/** How long an answer waits for the rest of a refused body before the connection is closed upon it. */
const REST_MS_MAX = 1000

/**
 * Closing a connection with bytes unread resets it, and the answer is lost to a client that still sends. One that asked for
 * its connection to be closed is therefore answered when it has sent all; the others send the rest after the answer.
 */
async function readRest(payload: IncomingMessage): Promise<void> {
  payload.resume()
  await finished(payload, {signal: AbortSignal.timeout(REST_MS_MAX)}).catch(() => undefined)
}

/** First buffer for a body of unknown length. */
const UNDECLARED_BYTES = 64 * 1024

/** @param ticket  grows by what arrives, when given. */
async function readBody(payload: IncomingMessage, expected: number, limit: number, ticket: Ticket | undefined): Promise<Buffer> {
  let body = Buffer.allocUnsafe(expected)
  let size = 0
  return await new Promise<Buffer>((resolve, reject) => {
    const refuse = (error: Failure): void => {
      payload.removeAllListeners('data')
      payload.resume()
      reject(error)
    }
    payload.on('data', (chunk: Buffer) => {
      const end = size + chunk.length
      if (end > limit) return refuse(tooLarge(end, limit))
      try {
        ticket?.grow(chunk.length)
      } catch (error) {
        return refuse(Failure.is(error) ? error : new Failure('INTERNAL', 'admission failed', {cause: error}))
      }
      if (end > body.length) {
        const larger = Buffer.allocUnsafe(Math.min(limit, Math.max(end, body.length * 2)))
        body.copy(larger, 0, 0, size)
        body = larger
      }
      chunk.copy(body, size)
      size = end
    })
    payload.on('end', () => resolve(body.subarray(0, size)))
    payload.on('error', error => reject(new Failure('BAD_REQUEST', `reading the request body: ${error.message}`)))
    payload.on('close', () => reject(new Failure('CANCELLED', 'the request was cancelled by the client')))
  })
}

function tooLarge(size: number, limit: number): Failure {
  return new Failure('TOO_LARGE', `request body too large: message size too large than max (${size} vs ${limit})`)
}

export function sendText(reply: FastifyReply, status: number, text: string): FastifyReply {
  return reply.code(status).header('content-type', 'text/plain; charset=utf-8').header('x-content-type-options', 'nosniff').send(text)
}

/** Query routes answer the bare message; push routes end it with a newline, as Loki does. */
function sendFailure(request: FastifyRequest, reply: FastifyReply, error: FastifyError | Failure): FastifyReply {
  const newline = request.routeOptions.config.errorNewline === true ? '\n' : ''
  if (error instanceof Failure) {
    if (error.retryAfterSeconds !== undefined) reply.header('retry-after', String(Math.ceil(error.retryAfterSeconds)))
    if (error.status >= 500)
      request.log.error({url: request.url, status: error.status, code: error.code, err: error.message}, 'request failed')
    else request.log.debug({url: request.url, status: error.status, err: error.message}, 'request refused')
    return sendText(reply, error.status, error.message + newline)
  }
  if (error.code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') {
    const type = request.headers['content-type'] ?? ''
    return sendText(reply, 400, (type.trim() === '' ? 'mime: no media type' : `mime: invalid media type ${quote(type)}`) + newline)
  }
  const status = error.statusCode ?? 500
  if (status >= 500 && status !== CLIENT_CLOSED) request.log.error({url: request.url, err: error}, 'request failed')
  return sendText(reply, status, (status >= 500 ? 'internal server error' : error.message) + newline)
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Error bodies end with a newline (push and status routes). */
    errorNewline?: boolean
    /** Bodies of this route are pushes, admitted before they are read. */
    admission?: Admission
  }
  interface FastifyRequest {
    /** Of a route with an admission, when there was a body; released by its handler. */
    ticket?: Ticket | undefined
  }
}
