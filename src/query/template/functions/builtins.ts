/*
 * What every Go template has: comparison, indexing, printing. `and` and `or` are in evaluate.ts, because they stop early.
 */
import {checkLength, text, type TemplateFunction} from '../function.ts'
import {sliceBytes} from '../bytes.ts'
import {print, printAll} from '../print.ts'
import {compare, Integer, isList, isMap, isTime, kindOf, truth, typeName, wholeOf, type Value} from '../values.ts'
import {sprintf} from './printf.ts'

function equal(a: Value, b: Value): boolean {
  const kind = kindOf(a)
  if (kind !== kindOf(b)) {
    if (a === null || b === null) return false
    throw new Error(`incompatible types for comparison: ${typeName(a)} and ${typeName(b)}`)
  }
  if (kind === 'bool') return a === b
  if (kind !== 'other') return compare(a, b) === 0
  if (a === null || b === null) return a === b
  if (isTime(a) && isTime(b)) return a.ns === b.ns && a.zone === b.zone
  const other = isTime(a) ? b : a
  throw new Error(`non-comparable type ${print(other)}: ${typeName(other)}`)
}

function order(test: (order: number) => boolean): TemplateFunction {
  return {
    params: ['any', 'any'],
    call: ([a = null, b = null]) => {
      const [left, right] = [kindOf(a), kindOf(b)]
      if (left === 'other' || right === 'other') throw new Error('invalid type for comparison')
      if (left !== right) throw new Error(`incompatible types for comparison: ${typeName(a)} and ${typeName(b)}`)
      if (left === 'bool') throw new Error('invalid type for comparison')
      return test(compare(a, b))
    },
  }
}

function length(value: Value): bigint {
  if (typeof value === 'string') return BigInt(Buffer.byteLength(value))
  if (isList(value)) return BigInt(value.length)
  if (isMap(value)) return BigInt(value.size)
  throw new Error(value === null ? 'reflect: call of reflect.Value.Type on zero Value' : `len of type ${typeName(value)}`)
}

/** @param max the largest that is allowed. */
function indexOf(key: Value, max: number): number {
  const whole = wholeOf(key)
  if (whole === undefined)
    throw new Error(key === null ? 'cannot index slice/array with nil' : `cannot index slice/array with type ${typeName(key)}`)
  if (whole < 0n || whole > BigInt(max)) throw new Error(`index out of range: ${whole}`)
  return Number(whole)
}

function index(value: Value, key: Value, labels: Value): Value {
  if (isMap(value)) {
    if (key === null) throw new Error('value is nil; should be of type string')
    if (typeof key !== 'string') throw new Error(`value has type ${typeName(key)}; should be string`)
    return value.get(key) ?? (value === labels ? '' : null)
  }
  if (isList(value)) {
    const item = value[indexOf(key, value.length)]
    if (item === undefined) throw new Error('reflect: slice index out of range')
    return item
  }
  if (typeof value === 'string') {
    const bytes = Buffer.from(value)
    const byte = bytes[indexOf(key, bytes.length)]
    if (byte === undefined) throw new Error('reflect: string index out of range')
    return new Integer(BigInt(byte), 'uint8')
  }
  throw new Error(value === null ? 'index of nil pointer' : `can't index item of type ${typeName(value)}`)
}

function slice(value: Value, bounds: readonly Value[]): Value {
  if (value === null) throw new Error('slice of untyped nil')
  if (bounds.length > 3) throw new Error(`too many slice indexes: ${bounds.length}`)
  const isText = typeof value === 'string'
  if (isText && bounds.length === 3) throw new Error('cannot 3-index slice a string')
  if (!isText && !isList(value)) throw new Error(`can't slice item of type ${typeName(value)}`)
  const size = isText ? Buffer.byteLength(value) : value.length
  const [from = 0, to = size] = bounds.map(bound => indexOf(bound, size))
  if (from > to) throw new Error(`invalid slice index: ${from} > ${to}`)
  return isText ? sliceBytes(value, from, to) : value.slice(from, to)
}

function checked(result: string): string {
  checkLength(result.length)
  return result
}

export const BUILTIN_FUNCTIONS: Readonly<Record<string, TemplateFunction>> = {
  // Their code is in the evaluator; these rows give names and number of arguments.
  and: {params: ['any'], rest: 'any', call: args => args.at(-1) ?? null},
  or: {params: ['any'], rest: 'any', call: args => args.at(-1) ?? null},
  not: {params: ['any'], call: ([value = null]) => !truth(value)},
  eq: {
    params: ['any'],
    rest: 'any',
    call: ([first = null, ...rest]) => {
      if (rest.length === 0) throw new Error('missing argument for comparison')
      return rest.some(other => equal(first, other))
    },
  },
  ne: {params: ['any', 'any'], call: ([a = null, b = null]) => !equal(a, b)},
  lt: order(o => o < 0),
  le: order(o => o <= 0),
  gt: order(o => o > 0),
  ge: order(o => o >= 0),
  len: {params: ['any'], call: ([value = null]) => length(value)},
  index: {
    params: ['any'],
    rest: 'any',
    call: ([value = null, ...keys], {labels}) => {
      if (value === null) throw new Error('index of untyped nil')
      return keys.reduce<Value>((item, key) => index(item, key, labels), value)
    },
  },
  slice: {
    params: ['any'],
    rest: 'any',
    call: ([value = null, ...bounds], {spend}) => {
      const result = slice(value, bounds)
      if (isList(result)) spend(result.length)
      return result
    },
  },
  print: {params: [], rest: 'any', call: args => checked(printAll(args, true))},
  printf: {params: ['string'], rest: 'any', call: ([format, ...args]) => sprintf(text(format), args)},
  println: {params: [], rest: 'any', call: args => checked(`${args.map(arg => print(arg, true)).join(' ')}\n`)},
  call: {
    params: ['any'],
    rest: 'any',
    call: ([value = null]) => {
      throw new Error(value === null ? 'call of nil' : `non-function ${print(value)} of type ${typeName(value)}`)
    },
  },
  // A value of its own has no rest parameter in effect: further arguments are ignored.
  default: {params: ['any'], rest: 'any', call: ([fallback = null, value = null]) => (truth(value) ? value : fallback)},
  __line__: {params: [], call: (_args, {line}) => line()},
}
