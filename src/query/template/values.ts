/*
 * Values of a template, as Go has them: strings, int (bigint), other whole types, float64 (number), bool, nil, lists, maps, times.
 *
 * Owns   types, truth, comparison. Printing is in print.ts.
 */
import type {Time} from './time/civil.ts'

export type Value = string | bigint | Integer | number | boolean | null | readonly Value[] | ReadonlyMap<string, Value> | Time

/** A whole number that is not an `int`: parameters of type int do not take it, and months and weekdays print as words. */
export class Integer {
  readonly value: bigint
  readonly type: 'int64' | 'uint8' | 'time.Month' | 'time.Weekday'

  constructor(value: bigint, type: Integer['type'] = 'int64') {
    this.value = value
    this.type = type
  }
}

/** The number of any whole type. */
export function wholeOf(value: Value): bigint | undefined {
  if (typeof value === 'bigint') return value
  return value instanceof Integer ? value.value : undefined
}

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
  switch (typeof value) {
    case 'string':
      return 'string'
    case 'bigint':
      return 'int'
    case 'number':
      return 'float64'
    case 'boolean':
      return 'bool'
    default:
      if (value === null) return 'nil'
      if (value instanceof Integer) return value.type
      if (isList(value)) return '[]interface {}'
      return isMap(value) ? 'map[string]interface {}' : 'time.Time'
  }
}

/** False, zero, empty, nil are false. */
export function truth(value: Value): boolean {
  const whole = wholeOf(value)
  if (whole !== undefined) return whole !== 0n
  if (typeof value === 'number') return value !== 0
  if (typeof value !== 'object') return Boolean(value)
  if (value === null) return false
  if (isList(value)) return value.length > 0
  return isMap(value) ? value.size > 0 : true
}

export type Kind = 'string' | 'int' | 'float' | 'bool' | 'other'

/** What decides whether two values can be compared. */
export function kindOf(value: Value): Kind {
  if (wholeOf(value) !== undefined) return 'int'
  switch (typeof value) {
    case 'string':
      return 'string'
    case 'number':
      return 'float'
    case 'boolean':
      return 'bool'
    default:
      return 'other'
  }
}

/** Negative, 0, positive; NaN when a number is NaN, or the values are not numbers or strings of one kind. */
export function compare(a: Value, b: Value): number {
  const [x, y] = [wholeOf(a), wholeOf(b)]
  if (x !== undefined && y !== undefined) return x < y ? -1 : x > y ? 1 : 0
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b)
  if (typeof a === 'number' && typeof b === 'number') return a < b ? -1 : a > b ? 1 : a === b ? 0 : NaN
  return NaN
}

/** Order of the UTF-8 bytes. */
export function compareText(a: string, b: string): number {
  return a === b ? 0 : Buffer.compare(Buffer.from(a), Buffer.from(b))
}
