/*
 * Durations as Go's time.ParseDuration reads them: `1h30m`, `1.5s`, `-2ms`, `0`. No days, no bare numbers.
 */
import {quote} from '../../model/index.ts'

const UNIT_NS: Readonly<Record<string, number>> = {ns: 1, us: 1e3, µs: 1e3, μs: 1e3, ms: 1e6, s: 1e9, m: 60e9, h: 3600e9}
const MAX_NS = 2 ** 63

// Further digits are beyond a nanosecond of the largest unit.
const FRACTION_DIGITS_MAX = 18

/**
 * The fraction of a unit in whole nanoseconds, cut, not rounded. In Go's order of operations: 0.29h is 29 * 36e9, where
 * 0.29 * 3600e9 is a nanosecond short.
 *
 * @param value the digits behind the point as a whole number. @param digits how many they are.
 */
export function fractionNs(value: number, digits: number, unitNs: number): number {
  return Math.trunc(value * (unitNs / 10 ** Math.min(digits, FRACTION_DIGITS_MAX)))
}

/** ns, possibly beyond 2^53 (then rounded), or Go's error text. */
export function parseGoDuration(text: string): number | string {
  const negative = text.startsWith('-')
  let rest = negative || text.startsWith('+') ? text.slice(1) : text
  if (rest === '0') return 0
  if (rest === '') return `time: invalid duration ${quote(text)}`
  let total = 0
  while (rest !== '') {
    const number = /^(\d*)(?:\.(\d*))?/.exec(rest)!
    const whole = number[1]!
    const fraction = number[2] ?? ''
    if (whole === '' && fraction === '') return `time: invalid duration ${quote(text)}`
    rest = rest.slice(number[0].length)
    const unit = /^[^.\d]*/.exec(rest)![0]
    if (unit === '') return `time: missing unit in duration ${quote(text)}`
    const unitNs = UNIT_NS[unit]
    if (unitNs === undefined) return `time: unknown unit ${quote(unit)} in duration ${quote(text)}`
    rest = rest.slice(unit.length)
    total += Number(whole) * unitNs + fractionNs(Number(fraction.slice(0, FRACTION_DIGITS_MAX)), fraction.length, unitNs)
    if (total > MAX_NS) return `time: invalid duration ${quote(text)}`
  }
  return negative ? -total : total
}
