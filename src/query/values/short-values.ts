/*
 * Durations and byte sizes straight from bytes, in the forms that logs are full of: `12ms`, `1.5s`, `1h30m`, `10KB`, `1.5 MiB`.
 * Each answers exactly as the parser of texts would, or NaN: then that one is to be asked. Saves a string and a match per value.
 */
import {fractionNs} from './go-duration.ts'

const ZERO = 0x30
const DOT = 0x2e
const MINUS = 0x2d
const SPACE = 0x20
// So many digits are exact in a number, also after division by a power of ten that is itself exact.
const DIGITS_MAX = 15
const POWERS = Array.from({length: DIGITS_MAX + 1}, (_, i) => 10 ** i)
const EXACT_MAX = 2 ** 53

/** ns of the duration in bytes [from, to), as parseGoDuration reads them; NaN for what is not plain. */
export function parseShortDuration(bytes: Uint8Array, from: number, to: number): number {
  const negative = bytes[from] === MINUS
  let at = negative ? from + 1 : from
  if (at >= to) return NaN
  let total = 0
  while (at < to) {
    const start = at
    let whole = 0
    for (; at < to && isDigit(bytes[at]!); at++) whole = whole * 10 + bytes[at]! - ZERO
    if (at === start || at - start > DIGITS_MAX) return NaN
    let fraction = 0
    let fractionDigits = 0
    if (at < to && bytes[at] === DOT) {
      const first = ++at
      for (; at < to && isDigit(bytes[at]!); at++) fraction = fraction * 10 + bytes[at]! - ZERO
      fractionDigits = at - first
      if (fractionDigits > DIGITS_MAX) return NaN
    }
    // The unit ends at a digit or dot; `ms` is not `m`, then `s`.
    const unitNs = unitAt(bytes, at, to)
    if (unitNs === 0) return NaN
    at += unitNs >= 1e9 ? 1 : 2
    if (at < to && !isDigit(bytes[at]!)) return NaN
    total += whole * unitNs + (fraction === 0 ? 0 : fractionNs(fraction, fractionDigits, unitNs))
  }
  if (total > EXACT_MAX) return NaN
  return negative ? -total : total
}

/** Of `h`, `m`, `s`, `ms`, `us`, `ns`; 0 for others. */
function unitAt(bytes: Uint8Array, at: number, to: number): number {
  if (at >= to) return 0
  const second = at + 1 < to && bytes[at + 1] === 0x73
  switch (bytes[at]) {
    case 0x68:
      return 3600e9
    case 0x6d:
      return second ? 1e6 : 60e9
    case 0x73:
      return 1e9
    case 0x75:
      return second ? 1e3 : 0
    case 0x6e:
      return second ? 1 : 0
    default:
      return 0
  }
}

/** Whole bytes of the size in bytes [from, to), as parseHumanBytes reads them; NaN for what is not plain. */
export function parseShortBytes(bytes: Uint8Array, from: number, to: number): number {
  let at = from
  let value = 0
  let digits = 0
  let point = -1
  for (; at < to; at++) {
    const byte = bytes[at]!
    if (isDigit(byte)) {
      value = value * 10 + byte - ZERO
      digits++
    } else if (byte === DOT && point < 0 && digits > 0) point = at
    else break
  }
  if (digits === 0 || digits > DIGITS_MAX) return NaN
  if (point >= 0) value /= POWERS[at - point - 1]!
  while (at < to && bytes[at] === SPACE) at++
  const power = at < to ? powerOf(bytes[at]! | 0x20) : 0
  let scale = 1
  if (power > 0) {
    const binary = at + 1 < to && (bytes[at + 1]! | 0x20) === 0x69
    scale = (binary ? 1024 : 1000) ** power
    at += binary ? 2 : 1
  }
  if (at < to && (bytes[at]! | 0x20) === 0x62) at++
  const size = value * scale
  return at === to && size <= EXACT_MAX ? Math.trunc(size) : NaN
}

/** k, m, g, t, p, e: 1 to 6; others 0. */
function powerOf(letter: number): number {
  switch (letter) {
    case 0x6b:
      return 1
    case 0x6d:
      return 2
    case 0x67:
      return 3
    case 0x74:
      return 4
    case 0x70:
      return 5
    case 0x65:
      return 6
    default:
      return 0
  }
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= 0x39
}
