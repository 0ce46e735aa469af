/* Methods of time.Time that templates can call: `__timestamp__.Year`, `.Format "15:04"`, `.AddDate 0 1 0`. */
import {civilOf, formatTime, timeOf, type Time} from './time.ts'
import type {Value} from './values.ts'

const NS_PER_MS = 1_000_000n
const MONTH_NAMES = 'January February March April May June July August September October November December'.split(' ')
const DAY_NAMES = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ')

/** Undefined when there is no such method. Throws Error on wrong arguments. */
export function callTimeMethod(time: Time, name: string, args: readonly Value[]): Value | undefined {
  const arity = {Format: 1, AddDate: 3, Equal: 1, Before: 1, After: 1}[name] ?? 0
  const civil = () => civilOf(time)
  const floor = (unit: bigint) => time.ns / unit - (time.ns < 0n && time.ns % unit !== 0n ? 1n : 0n)
  const methods: Record<string, () => Value> = {
    Unix: () => floor(1_000_000_000n),
    UnixMilli: () => floor(NS_PER_MS),
    UnixMicro: () => floor(1000n),
    UnixNano: () => time.ns,
    Year: () => BigInt(civil().year),
    Month: () => MONTH_NAMES[civil().month - 1] ?? '',
    Day: () => BigInt(civil().day),
    YearDay: () => BigInt(civil().yearDay),
    Weekday: () => DAY_NAMES[civil().weekday] ?? '',
    Hour: () => BigInt(civil().hour),
    Minute: () => BigInt(civil().minute),
    Second: () => BigInt(civil().second),
    Nanosecond: () => BigInt(civil().nanosecond),
    IsZero: () => time.ns === -62_135_596_800_000_000_000n,
    UTC: () => ({ns: time.ns, zone: 'UTC'}),
    Local: () => ({ns: time.ns, zone: 'Local'}),
    String: () => formatTime(time, '2006-01-02 15:04:05.999999999 -0700 MST'),
    Format: () => formatTime(time, stringArg(args[0])),
    AddDate: () => {
      const c = civil()
      const [years, months, days] = args.map(intArg)
      return timeOf(
        c.year + (years ?? 0),
        c.month + (months ?? 0),
        c.day + (days ?? 0),
        c.hour,
        c.minute,
        c.second,
        c.nanosecond,
        time.zone,
      )
    },
    Equal: () => time.ns === timeArg(args[0]).ns,
    Before: () => time.ns < timeArg(args[0]).ns,
    After: () => time.ns > timeArg(args[0]).ns,
  }
  const method = Object.hasOwn(methods, name) ? methods[name] : undefined
  if (method === undefined) return undefined
  if (args.length !== arity) throw new Error(`wrong number of args for ${name}: want ${arity} got ${args.length}`)
  return method()
}

function stringArg(value: Value | undefined): string {
  if (typeof value !== 'string') throw new Error('wrong type for value; expected string')
  return value
}

function intArg(value: Value): number {
  if (typeof value !== 'bigint' || value > 1_000_000n || value < -1_000_000n) throw new Error('wrong type for value; expected int')
  return Number(value)
}

function timeArg(value: Value | undefined): Time {
  if (typeof value !== 'object' || value === null || !('zone' in value)) throw new Error('wrong type for value; expected time.Time')
  return value
}
