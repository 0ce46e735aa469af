/*
 * Numbers as Go's strconv.ParseFloat reads them: decimal and hexadecimal floats, digit separators, inf and nan.
 * Results that are wrong text come back as the error text, because they become `__error_details__`.
 */

import {quote} from '../../model/index.ts'

// An underscore may stand between digits; a plain literal without one is by far the most common.
const PLAIN = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/
const SEPARATED = /^[+-]?\d+(?:_\d+)*(?:\.(?:\d+(?:_\d+)*)?)?(?:[eE][+-]?\d+(?:_\d+)*)?$/
const HEX = /^([+-]?)0[xX]_?((?:[0-9a-fA-F]_?)*)(?:\.((?:[0-9a-fA-F]_?)*))?[pP]([+-]?\d+)$/
const SPECIAL = /^([+-]?)(inf|infinity|nan)$/i

/** The number, or Go's error text. */
export function parseGoFloat(text: string): number | string {
  if (PLAIN.test(text)) return inRange(Number(text), text)
  const special = SPECIAL.exec(text)
  if (special !== null) {
    if (special[2]!.toLowerCase() === 'nan') return special[1] === '' ? NaN : syntaxError(text)
    return special[1] === '-' ? -Infinity : Infinity
  }
  if (SEPARATED.test(text)) return inRange(Number(text.replaceAll('_', '')), text)
  const hex = HEX.exec(text)
  if (hex !== null && !/_$|__|_[.pP]|\._/.test(text)) {
    const whole = hex[2]!.replaceAll('_', '')
    const fraction = (hex[3] ?? '').replaceAll('_', '')
    if (whole !== '' || fraction !== '') return inRange(hexValue(hex[1]!, whole, fraction, Number(hex[4])), text)
  }
  return syntaxError(text)
}

function syntaxError(text: string): string {
  return `strconv.ParseFloat: parsing ${quote(text)}: invalid syntax`
}

function inRange(value: number, text: string): number | string {
  return Number.isFinite(value) ? value : `strconv.ParseFloat: parsing ${quote(text)}: value out of range`
}

function hexValue(sign: string, whole: string, fraction: string, exponent: number): number {
  let value = 0
  for (const digit of whole + fraction) value = value * 16 + parseInt(digit, 16)
  const scaled = value * 2 ** Math.max(-1074, Math.min(1023, exponent - 4 * fraction.length))
  return sign === '-' ? -scaled : scaled
}

const MAX_FAST_DIGITS = 15
const POWERS = Array.from({length: 23}, (_, i) => 10 ** i)

/**
 * The number in bytes [from, to) when it is a short decimal, exactly as {@link parseGoFloat} would read it;
 * NaN when it is anything else, to be asked of parseGoFloat. Saves a string per value.
 */
export function parseShortFloat(bytes: Uint8Array, from: number, to: number): number {
  let i = from
  const negative = bytes[i] === 0x2d
  if (negative) i++
  if (to - i > MAX_FAST_DIGITS + 1 || i >= to) return NaN
  let value = 0
  let point = -1
  let digits = 0
  for (; i < to; i++) {
    const byte = bytes[i]!
    if (byte >= 0x30 && byte <= 0x39) {
      value = value * 10 + (byte - 0x30)
      digits++
    } else if (byte === 0x2e && point < 0) point = i
    else return NaN
  }
  if (digits === 0 || digits > MAX_FAST_DIGITS) return NaN
  // Both operands are exact, so one division rounds once: the correctly rounded result.
  if (point >= 0) value /= POWERS[to - point - 1]!
  return negative ? -value : value
}
