/*
 * Where Grafana, logcli and the query CLI ask: GET and POST, parameters from the URL and, for POST, from a form body.
 */
import {Readable} from 'node:stream'
import type {FastifyInstance, FastifyReply, FastifyRequest} from 'fastify'
import type {Limits, LimitsProvider} from '../config/index.ts'
import {Failure, formatPromDuration, quote, type Clock, type Labels} from '../model/index.ts'
import {formatQuery, type QueryAnswer, type QueryEngine} from '../query/index.ts'
import {encodeAnswer, jsonLabels, jsonString} from './encode.ts'
import {encodeLegacyAnswer} from './encode-legacy.ts'
import {
  parseDirection,
  parseInterval,
  parseLimit,
  parseRange,
  parseStep,
  parseTime,
  requireOrdered,
  type Params,
  type TimeRange,
} from './params.ts'
import {Sending} from './sending.ts'
import {tenantOf} from './tenant.ts'

export type QueryRoutesDeps = {
  readonly engine: QueryEngine
  readonly limits: LimitsProvider
  readonly clock: Clock
  readonly authEnabled: boolean
  readonly tenant: string
  /** Memory that answers may hold while clients read them, and how long a client may read nothing. */
  readonly answerBytesMax: number
  readonly requestTimeoutMs: number
  /** Told what each query cost. */
  readonly observer?: {query(stats: QueryAnswer['stats']): void}
}

const JSON_TYPE = 'application/json; charset=UTF-8'
const CATEGORIZE = 'categorize-labels'
const DRILLDOWN = 'grafana-lokiexplore-app'

type Handler = (params: Params, request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>

export function queryRoutes(server: FastifyInstance, deps: QueryRoutesDeps): void {
  const {engine, clock} = deps
  const sending = new Sending(deps.answerBytesMax, deps.requestTimeoutMs)
  const route = (url: string, handler: Handler) => {
    server.route({method: ['GET', 'POST'], url, handler: async (request, reply) => await handler(paramsOf(request), request, reply)})
  }
  const asker = (request: FastifyRequest, reply: FastifyReply) => {
    const tenant = tenantOf(request.headers['x-scope-orgid'], deps.authEnabled, deps.tenant)
    return {tenant, limits: deps.limits.forTenant(tenant), signal: signalOf(reply)}
  }

  const report = (reply: FastifyReply, tenant: string, query: string, {stats, warnings}: QueryAnswer) => {
    deps.observer?.query(stats)
    if (warnings.length > 0) reply.log.warn({tenant, query, warnings}, 'answered with warnings')
  }
  const askRange = async (query: string, categorize: boolean, params: Params, request: FastifyRequest, reply: FastifyReply) => {
    const range = parseRange(params, clock.nowNs())
    requireOrdered(range)
    const question = {
      ...asker(request, reply),
      query,
      ...range,
      limit: parseLimit(params),
      direction: parseDirection(params),
      stepNs: parseStep(params, range),
      intervalNs: parseInterval(params),
      categorize,
      partialSeries: isDrilldown(request),
    }
    const result = await engine.queryRange(question)
    report(reply, question.tenant, query, result)
    return result
  }

  route('/loki/api/v1/query_range', async (params, request, reply) => {
    refuseParquet(request)
    const flags = encodingFlags(request)
    const result = await askRange(params.get('query') ?? '', flags.includes(CATEGORIZE), params, request, reply)
    return sendPieces(reply, encodeAnswer(result, flags), result, sending)
  })

  route('/api/prom/query', async (params, request, reply) => {
    const query = params.get('query') ?? ''
    const regexp = params.get('regexp') ?? ''
    // On a line of its own, as the query may end with a comment.
    const filtered = regexp === '' ? query : `${query}\n|~ ${quote(regexp)}`
    const result = await askRange(filtered, false, params, request, reply)
    return sendPieces(reply, encodeLegacyAnswer(result), result, sending)
  })

  route('/loki/api/v1/query', async (params, request, reply) => {
    refuseParquet(request)
    parseLimit(params)
    parseDirection(params)
    const question = {
      ...asker(request, reply),
      query: params.get('query') ?? '',
      timeNs: parseTime(params, clock.nowNs()),
      partialSeries: isDrilldown(request),
    }
    const result = await engine.queryInstant(question)
    report(reply, question.tenant, question.query, result)
    return sendPieces(reply, encodeAnswer(result, []), result, sending)
  })

  // Its own error shape, and no tenant.
  route('/loki/api/v1/format_query', async (params, _request, reply) => {
    reply.header('content-type', 'application/json; charset=utf-8')
    try {
      return await reply.send(`{"status":"success","data":${jsonString(formatQuery(params.get('query') ?? ''))}}\n`)
    } catch (error) {
      if (!Failure.is(error)) throw error
      return await reply.code(error.status).send(`{"status":"invalid-query","error":${jsonString(error.message)}}\n`)
    }
  })

  const labelsQuestion = (params: Params, request: FastifyRequest, reply: FastifyReply) => {
    const query = params.get('query') ?? ''
    const asking = asker(request, reply)
    return {...asking, ...metadataRange(params, clock, asking.limits), selectors: query === '' ? [] : [query]}
  }
  for (const url of ['/loki/api/v1/labels', '/loki/api/v1/label', '/api/prom/label']) {
    route(url, async (params, request, reply) => sendNames(reply, await engine.labels(labelsQuestion(params, request, reply)), url))
  }
  for (const url of ['/loki/api/v1/label/:name/values', '/api/prom/label/:name/values']) {
    route(url, async (params, request, reply) => {
      const {name} = request.params as {name: string}
      // Loki decodes before it routes, so a slash ends the name.
      if (name.includes('/')) throw new Failure('NOT_FOUND', '404 page not found\n')
      return sendNames(reply, await engine.labelValues({...labelsQuestion(params, request, reply), name}), url)
    })
  }

  for (const url of ['/loki/api/v1/series', '/api/prom/series']) {
    route(url, async (params, request, reply) => {
      const all = [...params.getAll('match[]'), ...params.getAll('match')]
      const isEmpty = (selector: string) => selector.replaceAll(/\s/g, '') === '{}'
      if (all.length > 1 && all.some(isEmpty)) throw new Failure('BAD_REQUEST', '0 matchers in group: {}')
      const asking = asker(request, reply)
      const range = metadataRange(params, clock, asking.limits)
      const series: Labels[] = await engine.series({...asking, ...range, selectors: all.filter(selector => !isEmpty(selector))})
      return sendJson(reply, `{"status":"success","data":[${series.map(labels => jsonLabels(labels)).join(',')}]}\n`)
    })
  }

  route('/loki/api/v1/index/stats', async (params, request, reply) => {
    const range = parseRange(params, clock.nowNs())
    requireOrdered(range)
    const {streams, chunks, bytes, entries} = await engine.indexStats({
      ...asker(request, reply),
      ...range,
      query: params.get('query') ?? '',
    })
    return sendJson(reply, `${JSON.stringify({streams, chunks, bytes, entries})}\n`)
  })
}

/** URL parameters first, then those of a form body. A body of another type is ignored, as Loki does. */
function paramsOf(request: FastifyRequest): Params {
  const at = request.url.indexOf('?')
  const params = new URLSearchParams(at < 0 ? '' : request.url.slice(at + 1))
  const isForm = (request.headers['content-type'] ?? '').toLowerCase().startsWith('application/x-www-form-urlencoded')
  if (request.method !== 'POST' || !isForm || !(request.body instanceof Uint8Array)) return params
  // A parameter in both places reads as the body's, which Go's ParseForm puts first.
  const merged = new URLSearchParams(Buffer.from(request.body.buffer, request.body.byteOffset, request.body.byteLength).toString('utf8'))
  for (const [name, value] of params) merged.append(name, value)
  return merged
}

/** Aborted when the client closes the connection before it has its answer. */
function signalOf(reply: FastifyReply): AbortSignal {
  const controller = new AbortController()
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) controller.abort()
  })
  return controller.signal
}

/** Ranges of labels and series; backwards, they are refused with words of their own. */
function metadataRange(params: Params, clock: Clock, {maxQueryLookbackMs}: Limits): TimeRange {
  const range = parseRange(params, clock.nowNs())
  if (range.endNs < range.startNs) {
    const lookback = formatPromDuration(BigInt(maxQueryLookbackMs * NS_PER_MS))
    throw new Failure('BAD_REQUEST', `this data is no longer available, it is past now - max_query_lookback (${lookback})`)
  }
  return range
}
const NS_PER_MS = 1_000_000

/** Whoever asks for Parquet would take JSON for damage. */
function refuseParquet(request: FastifyRequest): void {
  if ((request.headers.accept ?? '').includes('application/vnd.apache.parquet')) {
    throw new Failure(
      'BAD_REQUEST',
      'support for Parquet encoded responses is disabled. Enable with -frontend.support-parquet-encoding=true',
    )
  }
}

function encodingFlags(request: FastifyRequest): string[] {
  const header = request.headers['x-loki-response-encoding-flags']
  const text = Array.isArray(header) ? header.join(',') : (header ?? '')
  return text === '' ? [] : text.split(',')
}

function isDrilldown(request: FastifyRequest): boolean {
  const header = request.headers['x-query-tags']
  const text = Array.isArray(header) ? header.join(',') : (header ?? '')
  return text.split(',').some(tag => tag.trim().toLowerCase() === `source=${DRILLDOWN}`)
}

function sendJson(reply: FastifyReply, json: string): FastifyReply {
  return reply.header('content-type', JSON_TYPE).send(json)
}

/** Small answers in one piece, with a length; large ones as a stream. */
function sendPieces(reply: FastifyReply, pieces: Generator<string>, answer: QueryAnswer, sending: Sending): FastifyReply {
  let head = ''
  for (let next = pieces.next(); ; next = pieces.next()) {
    if (next.done === true) return sendJson(reply, head)
    head += next.value
    if (head.length > STREAM_FROM_CHARS) break
  }
  sending.begin(reply.raw, answer)
  const rest = function* () {
    yield head
    yield* pieces
  }
  return reply.header('content-type', JSON_TYPE).send(Readable.from(rest(), {objectMode: false}))
}
const STREAM_FROM_CHARS = 1024 * 1024

/** An empty list is left out, as Loki does; the legacy path has its own shape. */
function sendNames(reply: FastifyReply, names: readonly string[], url: string): FastifyReply {
  const list = names.map(jsonString).join(',')
  if (url.startsWith('/api/prom/')) return sendJson(reply, `{"values":[${list}]}\n`)
  return sendJson(reply, names.length === 0 ? '{"status":"success"}\n' : `{"status":"success","data":[${list}]}\n`)
}
