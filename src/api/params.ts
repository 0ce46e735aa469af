/*
 * Request parameters as Loki reads them (loki-http-api § 0.3–0.6): from the URL and, for POST, a form body.
 *
 * Every parser throws {@link Failure} BAD_REQUEST with the text Loki's clients know.
 */
import {Failure, NS_PER_SECOND, parsePromDuration} from '../model/index.ts'

export const DEFAULT_LIMIT = 100
const DEFAULT_SINCE_NS = 3_600n * 1_000_000_000n
const POINTS_MAX = 11_000
const INT64_MAX = 9_223_372_036_854_775_807n

export type Params = URLSearchParams

export type TimeRange = {startNs: bigint; endNs: bigint}

// One way to read each text: a long number that is none must not be tried again digit by digit.
const FLOAT = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i

function bad(message: string): Failure {
  return new Failure('BAD_REQUEST', message)
}

/** Integer (≤ 10 characters: seconds, longer: ns), float seconds (ms resolution), or RFC 3339; ns since the epoch. */
export function parseInstant(text: string): bigint {
  if (text.includes('.') && FLOAT.test(text)) {
    const ms = Math.round(Number(text) * 1000)
    if (Number.isFinite(ms)) return clampInt64(BigInt(ms) * 1_000_000n)
  }
  if (/^[+-]?\d+$/.test(text)) {
    const value = BigInt(text)
    if (value > INT64_MAX || value < -INT64_MAX - 1n) throw bad(`strconv.ParseInt: parsing ${JSON.stringify(text)}: value out of range`)
    return text.length <= 10 ? value * BigInt(NS_PER_SECOND) : value
  }
  const instant = parseRfc3339(text)
  if (instant === undefined) throw bad(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`)
  return instant
}

function clampInt64(value: bigint): bigint {
  return value > INT64_MAX ? INT64_MAX : value < -INT64_MAX ? -INT64_MAX : value
}

/** ns since the epoch, or undefined when the text is not RFC 3339. */
export function parseRfc3339(text: string): bigint | undefined {
  const m = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:[.,](\d{1,30}))?(Z|[+-]\d\d:\d\d)$/.exec(text)
  if (m === null) return undefined
  const [year, month, day, hour, minute, second] = m.slice(1, 7).map(Number) as [number, number, number, number, number, number]
  if (month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 59) return undefined
  const ms = Date.UTC(year, month - 1, day, hour, minute, second)
  if (new Date(ms).getUTCDate() !== day) return undefined
  const fraction = BigInt((m[7] ?? '').slice(0, 9).padEnd(9, '0'))
  const zone = m[8] ?? 'Z'
  let offsetMinutes = 0
  if (zone !== 'Z') {
    const hours = Number(zone.slice(1, 3))
    const minutes = Number(zone.slice(4, 6))
    if (hours > 24 || minutes > 59) return undefined
    offsetMinutes = (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes)
  }
  return BigInt(ms - offsetMinutes * 60_000) * 1_000_000n + fraction
}

/** Start and end as § 0.4 has it: end = now, start = min(end, now) − since, since = 1h. */
export function parseRange(params: Params, nowNs: bigint): TimeRange {
  const endNs = optionalInstant(params, 'end') ?? nowNs
  const explicitStart = optionalInstant(params, 'start')
  let sinceNs = DEFAULT_SINCE_NS
  const since = params.get('since')
  if (since !== null && since !== '') {
    const {ns, error} = parsePromDuration(since)
    if (ns === undefined) throw bad(`could not parse 'since' parameter: ${error}`)
    sinceNs = ns
  }
  const startNs = explicitStart ?? (endNs < nowNs ? endNs : nowNs) - sinceNs
  return {startNs, endNs}
}

function optionalInstant(params: Params, name: string): bigint | undefined {
  const text = params.get(name)
  if (text === null || text === '') return undefined
  try {
    return parseInstant(text)
  } catch (error) {
    throw bad(`could not parse '${name}' parameter: ${error instanceof Error ? error.message : String(error)}`)
  }
}

export function requireOrdered(range: TimeRange): void {
  if (range.endNs < range.startNs) throw bad('end timestamp must not be before or equal to start time')
}

/** The evaluation time of an instant query. */
export function parseTime(params: Params, nowNs: bigint): bigint {
  const text = params.get('time')
  return text === null || text === '' ? nowNs : parseInstant(text)
}

/** Float seconds or a Prometheus duration, in ns. */
function parseSeconds(text: string): bigint {
  if (FLOAT.test(text)) {
    const ns = Math.round(Number(text) * NS_PER_SECOND)
    if (!Number.isFinite(ns) || Math.abs(ns) > Number(INT64_MAX))
      throw bad(`cannot parse "${text}" to a valid duration. It overflows int64`)
    return BigInt(ns)
  }
  const {ns} = parsePromDuration(text)
  if (ns === undefined) throw bad(`cannot parse ${JSON.stringify(text)} to a valid duration`)
  return ns
}

/** Step of a range query, ns; default max(1 s, range / 250). */
export function parseStep(params: Params, range: TimeRange): bigint {
  const text = params.get('step')
  const spanSeconds = (range.endNs - range.startNs) / BigInt(NS_PER_SECOND)
  const step =
    text === null || text === '' ? (spanSeconds / 250n > 1n ? spanSeconds / 250n : 1n) * BigInt(NS_PER_SECOND) : parseSeconds(text)
  if (step <= 0n) {
    throw bad('zero or negative query resolution step widths are not accepted. Try a positive integer')
  }
  if ((range.endNs - range.startNs) / step > BigInt(POINTS_MAX)) {
    throw bad('exceeded maximum resolution of 11,000 points per time series. Try increasing the value of the step parameter')
  }
  return step
}

export function parseInterval(params: Params): bigint {
  const text = params.get('interval')
  if (text === null || text === '') return 0n
  const interval = parseSeconds(text)
  if (interval < 0n) throw bad('interval must be >= 0')
  return interval
}

export function parseLimit(params: Params): number {
  const text = params.get('limit')
  if (text === null || text === '') return DEFAULT_LIMIT
  if (!/^[+-]?\d+$/.test(text)) throw bad(`strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`)
  const limit = Number(text)
  if (limit > Number(INT64_MAX)) throw bad(`strconv.Atoi: parsing ${JSON.stringify(text)}: value out of range`)
  if (limit <= 0) throw bad('limit must be a positive value')
  return Math.min(limit, Number.MAX_SAFE_INTEGER)
}

export function parseDirection(params: Params): 'forward' | 'backward' {
  const text = params.get('direction')
  if (text === null || text === '') return 'backward'
  const direction = text.toLowerCase()
  if (direction === 'forward' || direction === 'backward') return direction
  throw bad(`invalid direction '${text}'`)
}
