/*
 * Times and dates. Layouts are Go's. What is printed as a date is printed in the server's zone.
 */
import {int64, text, type TemplateFunction} from '../function.ts'
import {floorDiv, ZERO_TIME, type Time} from '../time/civil.ts'
import {formatTime} from '../time/format.ts'
import {parseTime} from '../time/parse.ts'
import {isZone} from '../time/zones.ts'
import {isTime, wholeOf, type Value} from '../values.ts'
import {quote} from '../../../model/index.ts'

const SECOND = 1_000_000_000n
const NS_OF_LENGTH: ReadonlyMap<number, bigint> = new Map([
  [5, 86_400n * SECOND],
  [10, SECOND],
  [13, 1_000_000n],
  [16, 1000n],
  [19, 1n],
])
const INT64_MAX = (1n << 63n) - 1n
// What it costs to ask the platform about a zone.
const ZONE_CHARS = 4000

const time = (value: Value | undefined): Time => value as Time

/** Five digits are days, ten seconds, and so on to nanoseconds. */
function unixToTime(value: string): Time {
  const parse = (cause: string): Error => new Error(`unable to parse time '${value}': strconv.ParseInt: parsing ${quote(value)}: ${cause}`)
  if (!/^[+-]?\d+$/.test(value)) throw parse('invalid syntax')
  const unit = NS_OF_LENGTH.get(Buffer.byteLength(value))
  if (value.length > 20 || BigInt(value) > INT64_MAX) throw parse('value out of range')
  // Loki words this one without a cause.
  if (unit === undefined) throw new Error(`unable to parse time '${value}': %!w(<nil>)`)
  return {ns: BigInt(value) * unit, zone: 'Local'}
}

function toDateInZone(layout: string, zone: string, value: string): Time {
  return parseTime(layout, value, isZone(zone) ? zone : 'UTC') ?? ZERO_TIME
}

/** An int64: far from 1970, nanoseconds are not those of the time. */
function epoch(unit: bigint): TemplateFunction {
  return {params: ['time'], call: ([t]) => String(int64(floorDiv(time(t).ns, unit)))}
}

/** Seconds or a time; anything else is now. */
function date(layout: string, value: Value, nowNs: () => bigint): string {
  const whole = wholeOf(value)
  const ns = isTime(value) ? value.ns : whole === undefined ? nowNs() : whole * SECOND
  return formatTime({ns, zone: 'Local'}, layout)
}

export const DATE_FUNCTIONS: Readonly<Record<string, TemplateFunction>> = {
  now: {params: [], call: (_args, {nowNs}) => ({ns: nowNs(), zone: 'Local'})},
  __timestamp__: {params: [], call: (_args, {timestampNs}) => ({ns: timestampNs(), zone: 'UTC'})},
  date: {params: ['string', 'any'], call: ([layout, value = null], {nowNs}) => date(text(layout), value, nowNs)},
  toDate: {params: ['string', 'string'], call: ([layout, value]) => toDateInZone(text(layout), 'Local', text(value))},
  toDateInZone: {
    params: ['string', 'string', 'string'],
    call: ([layout, zone, value], {spend}) => {
      spend(ZONE_CHARS)
      return toDateInZone(text(layout), text(zone), text(value))
    },
  },
  unixEpoch: epoch(SECOND),
  unixEpochMillis: epoch(1_000_000n),
  unixEpochNanos: epoch(1n),
  unixToTime: {params: ['string'], call: ([s]) => unixToTime(text(s))},
}
