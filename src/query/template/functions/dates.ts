/* Times and dates. Layouts are Go's. */
import {text, type TemplateFunction} from '../function.ts'
import {formatTime, isZone, parseTime, ZERO_TIME, type Time} from '../time.ts'
import {isTime, type Value} from '../values.ts'

const NS_OF_DIGITS: Record<number, bigint> = {10: 1_000_000_000n, 13: 1_000_000n, 16: 1000n, 19: 1n}
const DAY_NS = 86_400n * 1_000_000_000n

const time = (value: Value | undefined): Time => value as Time

/** Five digits are days, ten seconds, and so on to nanoseconds. */
function unixToTime(value: string): Time {
  const unit = value.length === 5 ? DAY_NS : NS_OF_DIGITS[value.length]
  if (unit === undefined || !/^[+-]?\d+$/.test(value)) throw new Error(`unable to parse time '${value}'`)
  return {ns: BigInt(value) * unit, zone: 'UTC'}
}

const floorDiv = (a: bigint, b: bigint) => a / b - (a < 0n && a % b !== 0n ? 1n : 0n)

function toDateInZone(layout: string, zone: string, value: string): Time {
  return parseTime(layout, value, isZone(zone) ? zone : 'UTC') ?? ZERO_TIME
}

export const DATE_FUNCTIONS: Readonly<Record<string, TemplateFunction>> = {
  now: {params: [], call: (_args, c) => ({ns: c.nowNs(), zone: 'Local'})},
  __timestamp__: {params: [], call: (_args, c) => ({ns: c.timestampNs(), zone: 'UTC'})},
  date: {
    params: ['string', 'any'],
    call: ([layout, value], c) => {
      const at = value ?? null
      // Seconds, or anything else: now.
      if (isTime(at)) return formatTime(at, text(layout))
      return formatTime({ns: typeof at === 'bigint' ? at * 1_000_000_000n : c.nowNs(), zone: 'Local'}, text(layout))
    },
  },
  toDate: {params: ['string', 'string'], call: ([layout, value]) => toDateInZone(text(layout), 'Local', text(value))},
  toDateInZone: {
    params: ['string', 'string', 'string'],
    call: ([layout, zone, value]) => toDateInZone(text(layout), text(zone), text(value)),
  },
  unixEpoch: {params: ['time'], call: ([t]) => String(floorDiv(time(t).ns, 1_000_000_000n))},
  unixEpochMillis: {params: ['time'], call: ([t]) => String(floorDiv(time(t).ns, 1_000_000n))},
  unixEpochNanos: {params: ['time'], call: ([t]) => String(time(t).ns)},
  unixToTime: {params: ['string'], call: ([s]) => unixToTime(text(s))},
}
