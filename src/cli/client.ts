/*
 * The HTTP client of the subcommands: any server that speaks Loki's API, not only Skald.
 */
import {parseArgsTime} from './times.ts'
import {UsageError, type Flags, type Values} from './command.ts'

export const CLIENT_FLAGS = {
  addr: {type: 'string', value: '<url>', fallback: 'http://127.0.0.1:3100', env: ['SKALD_ADDR', 'LOKI_ADDR'], help: 'Server to talk to.'},
  'org-id': {type: 'string', value: '<tenant>', env: ['SKALD_ORG_ID', 'LOKI_ORG_ID'], help: 'Tenant, sent as X-Scope-OrgID.'},
  username: {type: 'string', env: ['LOKI_USERNAME'], help: 'Basic authentication.'},
  password: {type: 'string', env: ['LOKI_PASSWORD'], help: 'Basic authentication.'},
  'bearer-token': {type: 'string', env: ['LOKI_BEARER_TOKEN'], help: 'Sent as Authorization: Bearer.'},
} as const satisfies Flags

export const RANGE_FLAGS = {
  from: {type: 'string', value: '<time>', help: 'Start (inclusive): RFC 3339, a date, or a Unix time.'},
  to: {type: 'string', value: '<time>', help: 'End (exclusive); default now.'},
  since: {type: 'string', value: '<duration>', fallback: '1h', help: 'Start this long before the end, when --from is not given.'},
} as const satisfies Flags

/** An answer that is not 2xx, or none at all. */
export class RequestError extends Error {
  readonly status: number | undefined
  readonly retryAfterSeconds: number | undefined

  constructor(message: string, status?: number, retryAfterSeconds?: number) {
    super(message)
    this.status = status
    this.retryAfterSeconds = retryAfterSeconds
  }
}

export class Client {
  readonly #base: string
  readonly #headers: Record<string, string>
  readonly #signal: AbortSignal

  constructor(values: Values, signal: AbortSignal) {
    this.#base = values.text('addr').replace(/\/+$/, '')
    if (!/^https?:\/\/[^/]/.test(this.#base) || !URL.canParse(this.#base)) {
      throw new UsageError(`--addr: ${JSON.stringify(values.text('addr'))} is not a URL such as http://127.0.0.1:3100`)
    }
    this.#signal = signal
    this.#headers = {'user-agent': 'skald-cli'}
    const tenant = values.optional('org-id')
    if (tenant !== undefined) this.#headers['x-scope-orgid'] = tenant
    const user = values.optional('username')
    const token = values.optional('bearer-token')
    if (user !== undefined) this.#headers['authorization'] = `Basic ${Buffer.from(`${user}:${values.text('password')}`).toString('base64')}`
    else if (token !== undefined) this.#headers['authorization'] = `Bearer ${token}`
  }

  /** GET; the JSON body. */
  async get(path: string, params: Record<string, string | readonly string[] | undefined>): Promise<unknown> {
    const query = new URLSearchParams()
    for (const [name, value] of Object.entries(params)) {
      if (typeof value === 'string') query.append(name, value)
      else for (const one of value ?? []) query.append(name, one)
    }
    const response = await this.#fetch(`${path}?${query.toString()}`, {})
    const text = await this.#bodyOf(response)
    try {
      return JSON.parse(text)
    } catch {
      throw new RequestError(`${this.#base} answered ${path} with something else than JSON; is it Skald or Loki?`, response.status)
    }
  }

  /** POST of a body that can be sent again. */
  async post(path: string, contentType: string, body: Uint8Array): Promise<void> {
    const response = await this.#fetch(path, {method: 'POST', body, headers: {'content-type': contentType}})
    await response.arrayBuffer()
  }

  async #bodyOf(response: Response): Promise<string> {
    try {
      return await response.text()
    } catch (error) {
      throw this.#unreached(error, 'lost the connection to')
    }
  }

  /** What to tell of a failed exchange; an interrupt stays what it is. */
  #unreached(error: unknown, what: string): unknown {
    if (this.#signal.aborted) return error
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : undefined
    // Of several addresses the reasons are in a list, and the message is empty.
    const reason =
      cause instanceof AggregateError
        ? cause.errors.map(one => (one instanceof Error ? one.message : String(one))).join(', ')
        : cause?.message
    return new RequestError(`${what} ${this.#base}: ${reason ?? String(error)}`)
  }

  async #fetch(path: string, init: {method?: string; body?: Uint8Array; headers?: Record<string, string>}): Promise<Response> {
    let response: Response
    try {
      response = await fetch(this.#base + path, {...init, headers: {...this.#headers, ...init.headers}, signal: this.#signal})
    } catch (error) {
      throw this.#unreached(error, 'cannot reach')
    }
    if (response.ok) return response
    const text = (await this.#bodyOf(response)).trim()
    if (response.status === 404) throw new RequestError(`${this.#base} has no ${path.split('?', 1)[0]}: 404; is it Skald or Loki?`, 404)
    const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN)
    throw new RequestError(
      text === '' ? `HTTP status ${response.status}` : text,
      response.status,
      Number.isNaN(retryAfter) ? undefined : retryAfter,
    )
  }
}

/** Start and end from --from, --to, --since; ns since the epoch. */
export function rangeOf(values: Values, nowNs: bigint): {startNs: bigint; endNs: bigint} {
  return parseArgsTime(values.optional('from'), values.optional('to'), values.text('since'), nowNs)
}
