import {PackedValues, type StoredValues} from '../../packed-values.ts'
import type {Arrays} from '../../arrays.ts'
import type {ByteReader} from '../byte-reader.ts'
import type {ByteWriter} from '../byte-writer.ts'
import {decodeAscending, encodeAscending} from './ascending.ts'
import {bitsAt, packedSize, packNumbers, unpackNumbers, WIDE_WIDTH_MAX, widthOf} from './bits.ts'

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

export function readDecimals(r: ByteReader, count: number): StoredValues {
  const before = r.blob()
  const after = r.blob()
  const digits = r.u8()
  const ascending = r.u8() === 1
  if (digits > DIGITS_MAX) r.fail('too many digits')
  const numbers = ascending ? ascendingNumbers(r, count) : packedNumbers(r, count)
  const lengthMax = before.length + DIGITS_MAX + 1 + after.length
  /** Writes a value at a position; returns its end. */
  const write = (number: number, bytes: Uint8Array, at: number): number => {
    bytes.set(before, at)
    const start = at + before.length
    const end = start + Math.max(digits, digitsOf(number))
    for (let p = end - 1; p >= start; p--) {
      const rest = Math.floor(number / 10)
      bytes[p] = ZERO + (number - rest * 10)
      number = rest
    }
    bytes.set(after, end)
    return end + after.length
  }
  return {
    at(index) {
      const bytes = new Uint8Array(lengthMax)
      return bytes.subarray(0, write(numbers.at(index), bytes, 0))
    },
    all() {
      const bytes = r.arrays.u8(count * lengthMax)
      const offsets = r.arrays.u32(count + 1)
      const all = numbers.all()
      for (let i = 0; i < count; i++) offsets[i + 1] = write(all[i]!, bytes, offsets[i]!)
      return new PackedValues(bytes.subarray(0, offsets[count]), offsets)
    },
  }
}

type StoredNumbers = {readonly at: (index: number) => number; readonly all: () => Float64Array}

function ascendingNumbers(r: ByteReader, count: number): StoredNumbers {
  const numbers = decodeAscending(r, count, NUMBER_MAX)
  return {at: index => numbers[index]!, all: () => numbers}
}

function packedNumbers(r: ByteReader, count: number): StoredNumbers {
  const least = r.uvarint()
  const width = r.u8()
  if (width > WIDE_WIDTH_MAX) r.fail('a width is out of range')
  const packed = r.take(packedSize(count, width))
  const checked = (number: number): number => (number > NUMBER_MAX ? r.fail('a number is out of range') : number)
  return {
    at: index => checked(bitsAt(packed, index, width) + least),
    all() {
      const numbers = r.arrays.f64(count)
      unpackNumbers(packed, 0, count, width, numbers, 0)
      for (let i = 0; i < count; i++) numbers[i] = checked(numbers[i]! + least)
      return numbers
    },
  }
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= ZERO + 9
}

function digitsOf(number: number): number {
  let digits = 1
  for (let power = 10; number >= power; power *= 10) digits++
  return digits
}
