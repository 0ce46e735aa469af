/*
 * Numbers in label values, as Go's strconv.ParseFloat reads them. What is no number comes back as the error text, because it
 * becomes `__error_details__`.
 */
import {parseGoFloat as parse} from '../logql/index.ts'

/** The number, or Go's error text. */
export function parseGoFloat(text: string): number | string {
  const {value, error} = parse(text)
  return value ?? error
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
