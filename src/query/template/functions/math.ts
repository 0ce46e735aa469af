/*
 * Numbers. Whole-number functions convert every argument to int64 first; the …f functions calculate in exact decimals,
 * so that 0.1 * 3 is 0.3.
 */
import {parseGoDuration, parseGoFloat, parseHumanBytes} from '../../values/index.ts'
import * as decimal from '../decimal.ts'
import {float, int, int64, text, type TemplateFunction} from '../function.ts'
import {parseGoInt} from '../parse-number.ts'
import {Integer, wholeOf, type Value} from '../values.ts'

// Exact numbers grow by up to 300 digits an argument.
const EXACT_ARGS_MAX = 100
const EXACT_CHARS = 10
const INT64_MIN = -(1n << 63n)

function fromFloat(value: number): bigint {
  // Out of range, this is what the usual processor makes of it.
  return Number.isNaN(value) || value >= 2 ** 63 || value < -(2 ** 63) ? INT64_MIN : BigInt(Math.trunc(value))
}

/** What does not convert is 0. Text: leading 0 is octal, 0x hex, decimals are cut off. */
export function toInt(value: Value): bigint {
  const whole = wholeOf(value)
  if (whole !== undefined) return whole
  if (typeof value === 'number') return fromFloat(value)
  if (typeof value === 'boolean') return value ? 1n : 0n
  if (typeof value !== 'string') return 0n
  const decimals = /^([+-]?\d*)\.\d*$/.exec(value)
  return parseGoInt(decimals === null ? value : (decimals[1] ?? '')) ?? 0n
}

export function toFloat(value: Value): number {
  if (typeof value === 'number') return value
  const whole = wholeOf(value)
  if (whole !== undefined) return Number(whole)
  if (typeof value === 'boolean') return value ? 1 : 0
  if (typeof value !== 'string') return 0
  const parsed = parseGoFloat(value)
  return typeof parsed === 'number' ? parsed : 0
}

function divide(a: bigint, b: bigint): bigint {
  if (b === 0n) throw new Error('runtime error: integer divide by zero')
  return a / b
}

function remainder(a: bigint, b: bigint): bigint {
  if (b === 0n) throw new Error('runtime error: integer divide by zero')
  return a % b
}

/** Fraction ≥ roundOn goes up, on the signed value. */
function round(value: number, places: bigint, roundOn: number): number {
  const power = 10 ** Number(places)
  const digit = power * value
  const rounded = digit - Math.trunc(digit) >= roundOn ? Math.ceil(digit) : Math.floor(digit)
  return rounded / power
}

/** The parsers of labels answer with a message where the text does not fit. */
function orThrow(parsed: number | string): number {
  if (typeof parsed === 'string') throw new Error(parsed)
  return parsed
}

/** Whole seconds and the rest apart, as Go's Duration.Seconds. */
function seconds(ns: number): number {
  const whole = Math.trunc(ns / 1e9)
  return whole + (ns - whole * 1e9) / 1e9
}

function whole(fold: (a: bigint, b: bigint) => bigint, start?: bigint): TemplateFunction['call'] {
  return args => {
    const numbers = args.map(toInt)
    const result = start === undefined ? numbers.reduce(fold) : numbers.reduce(fold, start)
    return new Integer(int64(result))
  }
}

function exact(fold: (a: decimal.Decimal, b: decimal.Decimal) => decimal.Decimal, start?: decimal.Decimal): TemplateFunction['call'] {
  return (args, {spend}) => {
    if (args.length > EXACT_ARGS_MAX) throw new Error(`more than ${EXACT_ARGS_MAX} arguments`)
    spend(EXACT_CHARS * args.length ** 2)
    const numbers = args.map(arg => decimal.fromNumber(toFloat(arg)))
    return decimal.toNumber(start === undefined ? numbers.reduce(fold) : numbers.reduce(fold, start))
  }
}

const VARIADIC = {params: ['any'], rest: 'any'} as const
const PAIR = ['any', 'any'] as const
const DURATION: TemplateFunction = {params: ['string'], call: ([s]) => seconds(orThrow(parseGoDuration(text(s))))}

export const MATH_FUNCTIONS: Readonly<Record<string, TemplateFunction>> = {
  int: {params: ['any'], call: ([value = null]) => toInt(value)},
  float64: {params: ['any'], call: ([value = null]) => toFloat(value)},
  add: {params: [], rest: 'any', call: whole((a, b) => int64(a + b), 0n)},
  sub: {params: PAIR, call: whole((a, b) => a - b)},
  mul: {...VARIADIC, call: whole((a, b) => int64(a * b))},
  div: {params: PAIR, call: whole(divide)},
  mod: {params: PAIR, call: whole(remainder)},
  max: {...VARIADIC, call: whole((a, b) => (b > a ? b : a))},
  min: {...VARIADIC, call: whole((a, b) => (b < a ? b : a))},
  addf: {params: [], rest: 'any', call: exact(decimal.add, decimal.ZERO)},
  subf: {...VARIADIC, call: exact(decimal.subtract)},
  mulf: {...VARIADIC, call: exact(decimal.multiply)},
  divf: {...VARIADIC, call: exact(decimal.divide)},
  maxf: {...VARIADIC, call: args => Math.max(...args.map(toFloat))},
  minf: {...VARIADIC, call: args => Math.min(...args.map(toFloat))},
  ceil: {params: ['any'], call: ([value = null]) => Math.ceil(toFloat(value))},
  floor: {params: ['any'], call: ([value = null]) => Math.floor(toFloat(value))},
  round: {
    params: ['any', 'int'],
    rest: 'float',
    call: ([value = null, places, on]) => round(toFloat(value), int(places), on === undefined ? 0.5 : float(on)),
  },
  bytes: {params: ['string'], call: ([s]) => orThrow(parseHumanBytes(text(s)))},
  duration: DURATION,
  duration_seconds: DURATION,
}
