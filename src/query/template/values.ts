/*
 * Values of a template, as Go has them: strings, int64 (bigint), float64 (number), bool, nil, lists, maps, times.
 *
 * Owns   printing as fmt does with %v, truth, comparison.
 */
import {formatTime, type Time} from './time.ts'

export type Value = string | bigint | number | boolean | null | readonly Value[] | ReadonlyMap<string, Value> | Time

export function isTime(value: Value): value is Time {
  return typeof value === 'object' && value !== null && 'zone' in value
}

export function isMap(value: Value): value is ReadonlyMap<string, Value> {
  return value instanceof Map
}

export function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value)
}

/** Go's name of a value's type, as messages have it. */
export function typeName(value: Value): string {
  if (value === null) return 'nil'
  if (isList(value)) return '[]interface {}'
  if (isMap(value)) return 'map[string]interface {}'
  if (isTime(value)) return 'time.Time'
  return {string: 'string', bigint: 'int', number: 'float64', boolean: 'bool'}[typeof value as 'string' | 'bigint' | 'number' | 'boolean']
}

/** False, zero, empty, nil are false. */
export function truth(value: Value): boolean {
  if (value === null) return false
  if (isList(value)) return value.length > 0
  if (isMap(value)) return value.size > 0
  if (isTime(value)) return true
  if (typeof value === 'bigint') return value !== 0n
  return Boolean(value) || (typeof value === 'number' && Number.isNaN(value))
}

/** %v; nil at the top is `<no value>`, inside lists and maps `<nil>`. */
export function print(value: Value, nested = false): string {
  if (value === null) return nested ? '<nil>' : '<no value>'
  if (typeof value === 'string') return value
  if (typeof value === 'number') return formatFloat(value)
  if (isTime(value)) return formatTime(value, '2006-01-02 15:04:05.999999999 -0700 MST')
  if (isList(value)) return `[${value.map(v => print(v, true)).join(' ')}]`
  if (isMap(value)) {
    const keys = [...value.keys()].sort()
    return `map[${keys.map(key => `${key}:${print(value.get(key) ?? null, true)}`).join(' ')}]`
  }
  return String(value)
}

/** %v of a float64: shortest digits, exponent form when the exponent is below -4 or above 5. */
export function formatFloat(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf'
  if (value === 0) return Object.is(value, -0) ? '-0' : '0'
  const [mantissa, exponentText] = value.toExponential().split('e') as [string, string]
  const exponent = Number(exponentText)
  if (exponent >= -4 && exponent <= 5) return plainDecimal(value)
  return `${mantissa}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`
}

/** Never an exponent. */
export function plainDecimal(value: number): string {
  const text = String(value)
  if (!text.includes('e')) return text
  const m = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(text)
  if (m === null) return text
  const [, sign = '', lead = '', fraction = '', exponentText = '0'] = m
  const exponent = Number(exponentText)
  const digits = lead + fraction
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`
  return exponent >= fraction.length
    ? sign + digits.padEnd(exponent + 1, '0')
    : `${sign}${digits.slice(0, exponent + 1)}.${digits.slice(exponent + 1)}`
}

/** -1, 0, 1; undefined when the values are not of one basic kind. NaN compares as neither: NaN. */
export function compare(a: Value, b: Value): number | undefined {
  if (typeof a === 'string' && typeof b === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b))
  if (typeof a === 'bigint' && typeof b === 'bigint') return a < b ? -1 : a > b ? 1 : 0
  if (typeof a === 'number' && typeof b === 'number') return a < b ? -1 : a > b ? 1 : a === b ? 0 : Number.NaN
  return undefined
}
