/*
 * Methods of time.Time that templates can call: `__timestamp__.Year`, `.Format "15:04"`, `.AddDate 0 1 0`.
 */
import {int, text, type ParamType} from '../function.ts'
import {Integer, type Value} from '../values.ts'
import {civilOf, floorDiv, timeOf, ZERO_TIME, type Time} from './civil.ts'
import {formatTime} from './format.ts'

export type TimeMethod = {readonly params: readonly ParamType[]; readonly call: (time: Time, args: readonly Value[]) => Value}

// The calendar reaches some 270,000 years.
const PARTS_MAX = 1_000_000_000n

function plain(call: (time: Time) => Value): TimeMethod {
  return {params: [], call}
}

function unix(unit: bigint): TimeMethod {
  return plain(time => new Integer(floorDiv(time.ns, unit)))
}

function part(name: 'year' | 'day' | 'yearDay' | 'hour' | 'minute' | 'second' | 'nanosecond'): TimeMethod {
  return plain(time => BigInt(civilOf(time)[name]))
}

function order(test: (a: bigint, b: bigint) => boolean): TimeMethod {
  return {params: ['time'], call: (time, [other]) => test(time.ns, (other as Time).ns)}
}

export const TIME_METHODS: ReadonlyMap<string, TimeMethod> = new Map<string, TimeMethod>([
  ['Unix', unix(1_000_000_000n)],
  ['UnixMilli', unix(1_000_000n)],
  ['UnixMicro', unix(1000n)],
  ['UnixNano', plain(time => new Integer(BigInt.asIntN(64, time.ns)))],
  ['Year', part('year')],
  ['Month', plain(time => new Integer(BigInt(civilOf(time).month), 'time.Month'))],
  ['Day', part('day')],
  ['YearDay', part('yearDay')],
  ['Weekday', plain(time => new Integer(BigInt(civilOf(time).weekday), 'time.Weekday'))],
  ['Hour', part('hour')],
  ['Minute', part('minute')],
  ['Second', part('second')],
  ['Nanosecond', part('nanosecond')],
  ['IsZero', plain(time => time.ns === ZERO_TIME.ns)],
  ['UTC', plain(time => ({ns: time.ns, zone: 'UTC'}))],
  ['Local', plain(time => ({ns: time.ns, zone: 'Local'}))],
  ['String', plain(time => formatTime(time, '2006-01-02 15:04:05.999999999 -0700 MST'))],
  ['Format', {params: ['string'], call: (time, [layout]) => formatTime(time, text(layout))}],
  ['AddDate', {params: ['int', 'int', 'int'], call: addDate}],
  ['Equal', order((a, b) => a === b)],
  ['Before', order((a, b) => a < b)],
  ['After', order((a, b) => a > b)],
  ['Compare', {params: ['time'], call: (time, [other]) => compareTimes(time.ns, (other as Time).ns)}],
])

function addDate(time: Time, args: readonly Value[]): Time {
  const [years = 0, months = 0, days = 0] = args.map(arg => {
    if (int(arg) > PARTS_MAX || int(arg) < -PARTS_MAX) throw new Error('time is out of range')
    return Number(int(arg))
  })
  const {year, month, day, hour, minute, second, nanosecond} = civilOf(time)
  return timeOf({year: year + years, month: month + months, day: day + days, hour, minute, second}, nanosecond, time.zone)
}

function compareTimes(a: bigint, b: bigint): bigint {
  return a < b ? -1n : a > b ? 1n : 0n
}
