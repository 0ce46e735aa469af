/* What every Go template has: comparison, indexing, printing. `and` and `or` are in the executor, because they stop early. */
import type {TemplateFunction} from '../function.ts'
import {compare, isList, isMap, isTime, print, truth, typeName, type Value} from '../values.ts'
import {sprint, sprintf} from './printf.ts'

/** The word Go's template package has for a value's kind. */
function kindOf(value: Value): string {
  return typeName(value)
}

function equal(a: Value, b: Value): boolean {
  if (a === null || b === null) return a === b
  if (isTime(a) && isTime(b)) return a.ns === b.ns
  if (isList(a) || isMap(a) || isList(b) || isMap(b)) throw new Error('non-comparable type')
  if (typeof a === 'boolean' && typeof b === 'boolean') return a === b
  const order = compare(a, b)
  if (order === undefined) throw new Error(`incompatible types for comparison: ${kindOf(a)} and ${kindOf(b)}`)
  return order === 0
}

function order(test: (order: number) => boolean): TemplateFunction {
  return {
    params: ['any', 'any'],
    call: ([a = null, b = null]) => {
      const result = compare(a, b)
      if (result !== undefined) return test(result)
      if (a === null || b === null || typeof a === 'boolean' || typeof b === 'boolean') throw new Error('invalid type for comparison')
      throw new Error(`incompatible types for comparison: ${kindOf(a)} and ${kindOf(b)}`)
    },
  }
}

function len(value: Value): bigint {
  if (typeof value === 'string') return BigInt(Buffer.byteLength(value))
  if (isList(value)) return BigInt(value.length)
  if (isMap(value)) return BigInt(value.size)
  throw new Error(value === null ? 'len of nil pointer' : `len of type ${typeName(value)}`)
}

function index(value: Value, key: Value, isData: boolean): Value {
  if (isMap(value)) {
    if (typeof key !== 'string') throw new Error(`value has type ${typeName(key)}; should be string`)
    return value.get(key) ?? (isData ? '' : null)
  }
  if (value === null) throw new Error('index of untyped nil')
  if (!isList(value) && typeof value !== 'string') throw new Error(`can't index item of type ${typeName(value)}`)
  if (typeof key !== 'bigint') throw new Error(`cannot index slice/array with type ${typeName(key)}`)
  const size = typeof value === 'string' ? Buffer.byteLength(value) : value.length
  if (key < 0n || key >= BigInt(size)) throw new Error(`index out of range: ${key}`)
  return typeof value === 'string' ? BigInt(Buffer.from(value)[Number(key)] ?? 0) : (value[Number(key)] ?? null)
}

function slice(value: Value, bounds: readonly Value[]): Value {
  if (typeof value !== 'string' && !isList(value))
    throw new Error(value === null ? 'slice of untyped nil' : `can't slice item of type ${typeName(value)}`)
  const size = typeof value === 'string' ? Buffer.byteLength(value) : value.length
  const [from = 0, to = size] = bounds.map(bound => {
    if (typeof bound !== 'bigint') throw new Error(`cannot index slice/array with type ${typeName(bound)}`)
    if (bound < 0n || bound > BigInt(size)) throw new Error(`index out of range: ${bound}`)
    return Number(bound)
  })
  if (from > to) throw new Error(`invalid slice index: ${from} > ${to}`)
  return typeof value === 'string' ? Buffer.from(value).subarray(from, to).toString('utf8') : value.slice(from, to)
}

function isEmpty(value: Value): boolean {
  return value === null || !truth(value)
}

export const BUILTIN_FUNCTIONS: Readonly<Record<string, TemplateFunction>> = {
  // Their code is in the executor; these rows make the names known.
  and: {params: ['any'], rest: 'any', call: args => args.at(-1) ?? null},
  or: {params: ['any'], rest: 'any', call: args => args.at(-1) ?? null},
  not: {params: ['any'], call: ([v]) => !truth(v ?? null)},
  eq: {params: ['any', 'any'], rest: 'any', call: ([first = null, ...rest]) => rest.some(v => equal(first, v))},
  ne: {params: ['any', 'any'], call: ([a = null, b = null]) => !equal(a, b)},
  lt: order(o => o < 0),
  le: order(o => o <= 0),
  gt: order(o => o > 0),
  ge: order(o => o >= 0),
  len: {params: ['any'], call: ([v]) => len(v ?? null)},
  index: {
    params: ['any'],
    rest: 'any',
    call: ([v = null, ...keys]) => keys.reduce<Value>((value, key, i) => index(value, key, i === 0), v),
  },
  slice: {params: ['any'], rest: 'any', call: ([v = null, ...bounds]) => slice(v, bounds)},
  print: {params: [], rest: 'any', call: args => sprint(args)},
  printf: {params: ['string'], rest: 'any', call: ([format, ...args]) => sprintf(String(format), args)},
  println: {params: [], rest: 'any', call: args => `${args.map(a => print(a, true)).join(' ')}\n`},
  call: {
    params: ['any'],
    rest: 'any',
    call: ([v = null]) => {
      throw new Error(v === null ? 'call of nil' : `non-function .${print(v)} of type ${typeName(v)}`)
    },
  },
  default: {params: ['any'], rest: 'any', call: ([fallback = null, v = null]) => (isEmpty(v) ? fallback : v)},
  __line__: {params: [], call: (_args, c) => c.line()},
}
