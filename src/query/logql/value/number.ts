/*
 * Numbers as Go reads and writes them: the syntax of strconv.ParseFloat, the texts of strconv.FormatFloat and %v.
 */

import {quote} from '../../../model/index.ts'

// There is one way to read each text, so that a value of many digits that is no number is not tried again digit by digit.
const DECIMAL = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/
const HEX = /^([+-]?)0[xX]([\da-fA-F]*)(?:\.([\da-fA-F]*))?[pP]([+-]?\d+)$/
const INFINITY = /^([+-]?)inf(?:inity)?$/i
const NOT_A_NUMBER = /^nan$/i

export type FloatResult = {readonly value: number; readonly error?: undefined} | {readonly value?: undefined; readonly error: string}

/**
 * Reads a float as strconv.ParseFloat does: decimal with exponent and `_`, hexadecimal only with a `p` exponent, NaN and Inf.
 * The error is Go's full text, `strconv.ParseFloat: parsing "x": invalid syntax`.
 */
export function parseGoFloat(text: string): FloatResult {
  // By far the most common form; it needs no more than JavaScript's own reading.
  if (DECIMAL.test(text)) return inRange(Number(text), text)
  const infinity = INFINITY.exec(text)
  if (infinity) return {value: infinity[1] === '-' ? -Infinity : Infinity}
  if (NOT_A_NUMBER.test(text)) return {value: NaN}
  const digits = withoutSeparators(text)
  if (DECIMAL.test(digits)) return inRange(Number(digits), text)
  const hex = HEX.exec(digits)
  if (hex && (hex[2] || hex[3])) return inRange(hexFloat(hex[1] === '-', hex[2] ?? '', hex[3] ?? '', Number(hex[4])), text)
  return {error: `strconv.ParseFloat: parsing ${quote(text)}: invalid syntax`}
}

function inRange(value: number, text: string): FloatResult {
  return Number.isFinite(value) ? {value} : {error: `strconv.ParseFloat: parsing ${quote(text)}: value out of range`}
}

/** Without `_` where all of them stand between digits or behind 0x; else as it is, and no number. */
function withoutSeparators(text: string): string {
  if (!text.includes('_')) return text
  const body = text.replace(/^[+-]/, '').replace(/^0x/i, '0')
  const isHex = /^[+-]?0x/i.test(text)
  const isWrong = isHex ? /(?<![\da-fA-F])_|_(?![\da-fA-F])/.test(body) : /(?<!\d)_|_(?!\d)/.test(body)
  return isWrong ? text : text.replaceAll('_', '')
}

function hexFloat(negative: boolean, whole: string, fraction: string, power: number): number {
  const mantissa = Number(BigInt(`0x0${whole}${fraction}`))
  const exponent = power - 4 * fraction.length
  // In two steps, as 2^exponent alone may be out of range where the number is not.
  const half = Math.trunc(exponent / 2)
  const value = mantissa === 0 ? 0 : mantissa * 2 ** half * 2 ** (exponent - half)
  return negative ? -value : value
}

/** FormatFloat(value, 'f', -1, 64): shortest digits, never an exponent. `NaN`, `+Inf`, `-Inf`. */
export function formatFixed(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf'
  const text = Object.is(value, -0) ? '-0' : String(value)
  const parts = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(text)
  if (!parts) return text
  const digits = `${parts[2]}${parts[3] ?? ''}`
  const point = 1 + Number(parts[4])
  const sign = parts[1] ?? ''
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`
  return `${sign}${digits.padEnd(point, '0')}`
}

/** %v: shortest digits, an exponent of at least two digits when it is below -4 or above 5. */
export function formatShortest(value: number): string {
  const magnitude = Math.abs(value)
  if (!Number.isFinite(value) || value === 0 || (magnitude >= 1e-4 && magnitude < 1e6)) return formatFixed(value)
  return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2')
}
