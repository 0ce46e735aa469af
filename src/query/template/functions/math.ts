/*
 * Numbers. Whole-number functions convert every argument to int64 first; the …f functions calculate in exact decimals,
 * so that 0.1 * 3 is 0.3.
 */
import {parseGoDuration, parseGoFloat, parseHumanBytes} from '../../values/index.ts'
import {float, int, int64, text, type TemplateFunction} from '../function.ts'
import type {Value} from '../values.ts'
import * as decimal from '../decimal.ts'

const INT64_MAX = (1n << 63n) - 1n
const INT64_MIN = -(1n << 63n)

function fromFloat(value: number): bigint {
  if (Number.isNaN(value)) return 0n
  if (value >= 2 ** 63 || value < -(2 ** 63)) return value > 0 ? INT64_MAX : INT64_MIN
  return BigInt(Math.trunc(value))
}

/** What does not convert is 0. Text: leading 0 is octal, 0x hex, fractions are cut. */
export function toInt(value: Value): bigint {
  if (typeof value === 'bigint') return value
  if (typeof value === 'number') return fromFloat(value)
  if (typeof value === 'boolean') return value ? 1n : 0n
  if (typeof value !== 'string') return 0n
  const m = /^([+-]?)(0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|[0-9]+)(?:\.[0-9]*)?$/.exec(value)
  if (m === null) return 0n
  const digits = (m[2] ?? '0').replace(/^0(?=[0-7])/, '0o')
  const parsed = BigInt(digits) * (m[1] === '-' ? -1n : 1n)
  return parsed > INT64_MAX || parsed < INT64_MIN ? 0n : parsed
}

export function toFloat(value: Value): number {
  if (typeof value === 'number') return value
  if (typeof value === 'bigint') return Number(value)
  if (typeof value === 'boolean') return value ? 1 : 0
  if (typeof value !== 'string') return 0
  const parsed = parseGoFloat(value)
  return typeof parsed === 'number' ? parsed : 0
}

function divide(a: bigint, b: bigint): bigint {
  if (b === 0n) throw new Error('runtime error: integer divide by zero')
  return int64(a / b)
}

function remainder(a: bigint, b: bigint): bigint {
  if (b === 0n) throw new Error('runtime error: integer divide by zero')
  return a % b
}

/** Fraction ≥ roundOn goes up, on the signed value. */
function round(value: number, places: number, roundOn: number): number {
  const power = 10 ** places
  const digit = power * value
  const fraction = digit - Math.trunc(digit)
  const rounded = fraction >= roundOn ? Math.ceil(digit) : Math.floor(digit)
  return rounded / power
}

const ints = (args: readonly Value[]) => args.map(toInt)
const decimals = (args: readonly Value[]) => args.map(a => decimal.fromNumber(toFloat(a)))
const reduce = <T>(list: readonly T[], step: (a: T, b: T) => T): T => list.reduce(step)

/** The parsers of labels answer with a message where the text does not fit. */
function orThrow(parsed: number | string): number {
  if (typeof parsed === 'string') throw new Error(parsed)
  return parsed
}

const VARIADIC = {params: ['any'], rest: 'any'} as const
const PAIR = ['any', 'any'] as const

export const MATH_FUNCTIONS: Readonly<Record<string, TemplateFunction>> = {
  int: {params: ['any'], call: ([v]) => toInt(v ?? null)},
  float64: {params: ['any'], call: ([v]) => toFloat(v ?? null)},
  add: {params: [], rest: 'any', call: args => ints(args).reduce((a, b) => int64(a + b), 0n)},
  sub: {params: PAIR, call: ([a, b]) => int64(toInt(a ?? null) - toInt(b ?? null))},
  mul: {...VARIADIC, call: args => reduce(ints(args), (a, b) => int64(a * b))},
  div: {params: PAIR, call: ([a, b]) => divide(toInt(a ?? null), toInt(b ?? null))},
  mod: {params: PAIR, call: ([a, b]) => remainder(toInt(a ?? null), toInt(b ?? null))},
  max: {...VARIADIC, call: args => reduce(ints(args), (a, b) => (b > a ? b : a))},
  min: {...VARIADIC, call: args => reduce(ints(args), (a, b) => (b < a ? b : a))},
  addf: {params: [], rest: 'any', call: args => decimal.toNumber(decimals(args).reduce(decimal.add, decimal.ZERO))},
  subf: {...VARIADIC, call: args => decimal.toNumber(reduce(decimals(args), decimal.subtract))},
  mulf: {...VARIADIC, call: args => decimal.toNumber(reduce(decimals(args), decimal.multiply))},
  divf: {...VARIADIC, call: args => decimal.toNumber(reduce(decimals(args), decimal.divide))},
  maxf: {...VARIADIC, call: args => reduce(args.map(toFloat), Math.max)},
  minf: {...VARIADIC, call: args => reduce(args.map(toFloat), Math.min)},
  ceil: {params: ['any'], call: ([v]) => Math.ceil(toFloat(v ?? null))},
  floor: {params: ['any'], call: ([v]) => Math.floor(toFloat(v ?? null))},
  round: {
    params: ['any', 'int'],
    rest: 'float',
    call: ([v, places, on]) => round(toFloat(v ?? null), Number(int(places)), on === undefined ? 0.5 : float(on)),
  },
  bytes: {params: ['string'], call: ([s]) => orThrow(parseHumanBytes(text(s)))},
  duration: {params: ['string'], call: ([s]) => orThrow(parseGoDuration(text(s))) / 1e9},
  duration_seconds: {params: ['string'], call: ([s]) => orThrow(parseGoDuration(text(s))) / 1e9},
}
