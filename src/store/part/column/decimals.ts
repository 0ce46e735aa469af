import {PackedValues} from '../../packed-values.ts'
import type {Arrays} from '../../arrays.ts'
import type {ByteReader} from '../byte-reader.ts'
import type {ByteWriter} from '../byte-writer.ts'
import {decodeAscending, encodeAscending} from './ascending.ts'
import {packedSize, packNumbers, unpackNumbers, WIDE_WIDTH_MAX, widthOf} from './bits.ts'

// decimals := before:blob after:blob digits:u8 counter:u8 (ascending | least:uvarint width:u8 bits[count·width])
//             value = before + integer in decimal, zero-padded to `digits` + after                (docs/FORMAT.md § values)

/** Longest number taken: below 2^48, the widest that is packed. */
const DIGITS_MAX = 14
const NUMBER_MAX = 10 ** DIGITS_MAX
/** Longer common beginnings are prose, not names of numbers. */
const AFFIX_MAX = 255
const ZERO = 48

/** @returns false, with something half-written, when the values are not of this form. */
export function encodeDecimals(w: ByteWriter, values: PackedValues, arrays: Arrays): boolean {
  const {bytes, offsets, count} = values
  const first = values.at(0)
  let before = Math.min(first.length, AFFIX_MAX)
  let after = Math.min(first.length, AFFIX_MAX)
  for (let i = 1; i < count; i++) {
    const start = offsets[i]!
    const length = offsets[i + 1]! - start
    let same = 0
    while (same < before && same < length && bytes[start + same] === first[same]) same++
    before = same
    same = 0
    while (same < after && same < length && bytes[start + length - 1 - same] === first[first.length - 1 - same]) same++
    after = same
  }
  // Digits shared by all belong to the numbers.
  while (before > 0 && isDigit(first[before - 1]!)) before--
  while (after > 0 && isDigit(first[first.length - after]!)) after--

  const numbers = arrays.f64(count)
  const digits = first.length - before - after
  let padded = false
  let oneLength = true
  let ascending = true
  let least = Infinity
  let most = 0
  for (let i = 0; i < count; i++) {
    const start = offsets[i]! + before
    const end = offsets[i + 1]! - after
    if (end <= start || end - start > DIGITS_MAX) return false
    let number = 0
    for (let p = start; p < end; p++) {
      const digit = bytes[p]! - ZERO
      if (digit < 0 || digit > 9) return false
      number = number * 10 + digit
    }
    if (bytes[start] === ZERO && end - start > 1) padded = true
    if (end - start !== digits) oneLength = false
    if (i > 0 && number < numbers[i - 1]!) ascending = false
    numbers[i] = number
    if (number < least) least = number
    if (number > most) most = number
  }
  if (padded && !oneLength) return false

  w.blob(first.subarray(0, before))
  w.blob(first.subarray(first.length - after))
  w.u8(padded ? digits : 1)
  w.u8(ascending ? 1 : 0)
  if (ascending) {
    encodeAscending(w, numbers, arrays)
    return true
  }
  for (let i = 0; i < count; i++) numbers[i] = numbers[i]! - least
  const width = widthOf(most - least)
  w.uvarint(least)
  w.u8(width)
  packNumbers(numbers, 0, count, width, w.space(packedSize(count, width)), 0)
  return true
}

export function decodeDecimals(r: ByteReader, count: number): PackedValues {
  const before = r.blob()
  const after = r.blob()
  const digits = r.u8()
  const ascending = r.u8() === 1
  if (digits > DIGITS_MAX) r.fail('too many digits')
  let numbers: Float64Array
  if (ascending) numbers = decodeAscending(r, count, NUMBER_MAX)
  else {
    const least = r.uvarint()
    const width = r.u8()
    if (width > WIDE_WIDTH_MAX) r.fail('a width is out of range')
    numbers = r.arrays.f64(count)
    unpackNumbers(r.take(packedSize(count, width)), 0, count, width, numbers, 0)
    for (let i = 0; i < count; i++) if ((numbers[i] = numbers[i]! + least) > NUMBER_MAX) r.fail('a number is out of range')
  }
  const bytes = r.arrays.u8(count * (before.length + Math.max(digits, DIGITS_MAX + 1) + after.length))
  const offsets = r.arrays.u32(count + 1)
  let at = 0
  for (let i = 0; i < count; i++) {
    bytes.set(before, at)
    at += before.length
    let number = numbers[i]!
    const length = Math.max(digits, digitsOf(number))
    for (let p = at + length - 1; p >= at; p--) {
      const rest = Math.floor(number / 10)
      bytes[p] = ZERO + (number - rest * 10)
      number = rest
    }
    at += length
    bytes.set(after, at)
    offsets[i + 1] = at += after.length
  }
  return new PackedValues(bytes.subarray(0, at), offsets)
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= ZERO + 9
}

function digitsOf(number: number): number {
  let digits = 1
  for (let power = 10; number >= power; power *= 10) digits++
  return digits
}
