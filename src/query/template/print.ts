/*
 * Values as Go's fmt prints them with %v.
 */
import {formatTime} from './time/format.ts'
import {DAYS, MONTHS} from './time/layout.ts'
import {compareText, Integer, isList, isMap, isTime, type Value} from './values.ts'

const TIME_LAYOUT = '2006-01-02 15:04:05.999999999 -0700 MST'

/** nil at the top is `<no value>`, inside lists and maps `<nil>`. */
export function print(value: Value, nested = false): string {
  if (value === null) return nested ? '<nil>' : '<no value>'
  if (typeof value === 'string') return value
  if (typeof value === 'number') return formatFloat(value)
  if (typeof value !== 'object') return String(value)
  if (value instanceof Integer) return printInteger(value)
  if (isTime(value)) return formatTime(value, TIME_LAYOUT)
  if (isList(value)) return `[${value.map(item => print(item, true)).join(' ')}]`
  if (!isMap(value)) return ''
  return `map[${membersOf(value)
    .map(([key, member]) => `${key}:${print(member, true)}`)
    .join(' ')}]`
}

/** In order of the keys. */
export function membersOf(map: ReadonlyMap<string, Value>): [string, Value][] {
  return [...map].toSorted(([a], [b]) => compareText(a, b))
}

/** A space goes between operands when neither is a string. */
export function printAll(args: readonly Value[], nested: boolean): string {
  let out = ''
  args.forEach((arg, i) => {
    if (i > 0 && typeof arg !== 'string' && typeof args[i - 1] !== 'string') out += ' '
    out += print(arg, nested)
  })
  return out
}

function printInteger({value, type}: Integer): string {
  if (type === 'time.Month') return MONTHS[Number(value) - 1] ?? String(value)
  if (type === 'time.Weekday') return DAYS[Number(value)] ?? String(value)
  return String(value)
}

/** %v of a float64: shortest digits, exponent form when the exponent is below -4 or above 5. */
export function formatFloat(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf'
  if (value === 0) return Object.is(value, -0) ? '-0' : '0'
  const scientific = value.toExponential()
  const exponent = Number(scientific.slice(scientific.indexOf('e') + 1))
  return exponent >= -4 && exponent <= 5 ? plainDecimal(value) : goExponent(scientific)
}

/** Go writes at least two digits of exponent. */
export function goExponent(text: string): string {
  return text.replace(/e([+-])(\d)$/, 'e$10$2')
}

/** Never an exponent. */
export function plainDecimal(value: number): string {
  const text = String(value)
  const parts = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(text)
  if (parts === null) return text
  const [, sign = '', lead = '', fraction = '', exponentText = '0'] = parts
  const exponent = Number(exponentText)
  const digits = lead + fraction
  return exponent < 0 ? `${sign}0.${'0'.repeat(-exponent - 1)}${digits}` : sign + digits.padEnd(exponent + 1, '0')
}
