/*
 * Dictionary codes of a metadata column: per row 0 (no value) or 1..distinct, numbered by first use.
 * That numbering makes a new value free to write: it is always the next number.
 */
import {FRESH as FRESH_ARRAYS, type Arrays} from '../../arrays.ts'
import type {ByteReader} from '../byte-reader.ts'
import {ByteWriter} from '../byte-writer.ts'
import {packBits, packedSize, unpackBits, widthOf} from './bits.ts'

// codes := form:u8 (packed | planes | fresh)                                               (docs/FORMAT.md § codes)
// packed := bits[rows · widthOf(distinct)]
// planes := low byte of every row [high byte of every row]          second plane when distinct > 255
// fresh  := [bits[rows]] [bits[present]] bits[repeats · widthOf(distinct - 1)]
//           which rows have a value (form bit 4 clear: all) · which of those repeat an earlier one (bit 5 clear: none) · code - 1 of those
const PACKED = 0
const PLANES = 1
const FRESH = 2
const FRESH_ABSENT = 16
const FRESH_REPEATS = 32

export type CodesForm = 'compact' | 'planes'

/** @param codes by first use: the first code > 0 is 1, the next unseen one 2, … @returns an array of `arrays` */
export function encodeCodes(codes: Uint32Array, distinct: number, form: CodesForm, arrays: Arrays = FRESH_ARRAYS): Uint8Array {
  const rows = codes.length
  const w = new ByteWriter((form === 'planes' && distinct > 255 ? 2 : 1) * rows + 16, arrays)
  if (form === 'planes') {
    w.u8(PLANES)
    const low = w.space(rows)
    for (let i = 0; i < rows; i++) low[i] = codes[i]!
    if (distinct > 255) {
      const high = w.space(rows)
      for (let i = 0; i < rows; i++) high[i] = codes[i]! >>> 8
    }
    return w.view()
  }
  let present = 0
  for (let i = 0; i < rows; i++) if (codes[i] !== 0) present++
  const repeats = present - distinct
  const packed = packedSize(rows, widthOf(distinct))
  const fresh =
    (present < rows ? packedSize(rows, 1) : 0) +
    (repeats > 0 ? packedSize(present, 1) : 0) +
    (repeats > 0 ? packedSize(repeats, widthOf(distinct - 1)) : 0)
  if (packed <= fresh) {
    w.u8(PACKED)
    packBits(codes, 0, rows, widthOf(distinct), w.space(packed), 0)
    return w.view()
  }
  w.u8(FRESH | (present < rows ? FRESH_ABSENT : 0) | (repeats > 0 ? FRESH_REPEATS : 0))
  const flags = arrays.u32(rows)
  if (present < rows) {
    for (let i = 0; i < rows; i++) flags[i] = codes[i] === 0 ? 0 : 1
    packBits(flags, 0, rows, 1, w.space(packedSize(rows, 1)), 0)
  }
  if (repeats > 0) {
    const again = arrays.u32(repeats)
    let next = 1
    let seen = 0
    let count = 0
    for (let i = 0; i < rows; i++) {
      const code = codes[i]!
      if (code === 0) continue
      if (code === next) {
        next++
        flags[seen++] = 0
      } else {
        again[count++] = code - 1
        flags[seen++] = 1
      }
    }
    const width = widthOf(distinct - 1)
    packBits(flags, 0, present, 1, w.space(packedSize(present, 1)), 0)
    packBits(again, 0, repeats, width, w.space(packedSize(repeats, width)), 0)
  }
  return w.view()
}

/** @throws {Failure} CORRUPTION when it is short or a code exceeds `distinct`. */
export function decodeCodes(r: ByteReader, rows: number, distinct: number): Uint32Array {
  const form = r.u8()
  const wide = r.arrays.u32(rows)
  if (form === PACKED) {
    const width = widthOf(distinct)
    unpackBits(r.take(packedSize(rows, width)), 0, rows, width, wide)
  } else if (form === PLANES) {
    const low = r.take(rows)
    const high = distinct > 255 ? r.take(rows) : undefined
    for (let i = 0; i < rows; i++) wide[i] = low[i]! | (high === undefined ? 0 : high[i]! << 8)
  } else if ((form & ~(FRESH_ABSENT | FRESH_REPEATS)) === FRESH) {
    decodeFresh(r, form, rows, distinct, wide)
  } else r.fail(`unknown form ${form}`)
  for (let i = 0; i < rows; i++) if (wide[i]! > distinct) r.fail('a code is out of range')
  return wide
}

function decodeFresh(r: ByteReader, form: number, rows: number, distinct: number, codes: Uint32Array): void {
  const present = form & FRESH_ABSENT ? r.take(packedSize(rows, 1)) : undefined
  const presentCount = present === undefined ? rows : countBits(present, rows)
  const repeat = form & FRESH_REPEATS ? r.take(packedSize(presentCount, 1)) : undefined
  const again = r.arrays.u32(repeat === undefined ? 0 : countBits(repeat, presentCount))
  if (repeat !== undefined) {
    const width = widthOf(distinct - 1)
    unpackBits(r.take(packedSize(again.length, width)), 0, again.length, width, again)
  }
  let next = 1
  let seen = 0
  let repeated = 0
  for (let i = 0; i < rows; i++) {
    if (present !== undefined && bitAt(present, i) === 0) continue
    if (repeat !== undefined && bitAt(repeat, seen) === 1) codes[i] = again[repeated++]! + 1
    else codes[i] = next++
    seen++
  }
}

function bitAt(bits: Uint8Array, i: number): number {
  return (bits[i >> 3]! >> (i & 7)) & 1
}

/** How many of the first `count` bits are set. */
function countBits(bits: Uint8Array, count: number): number {
  let sum = 0
  const whole = count >> 3
  for (let i = 0; i < whole; i++) {
    let byte = bits[i]!
    byte -= (byte >> 1) & 0x55
    byte = (byte & 0x33) + ((byte >> 2) & 0x33)
    sum += (byte + (byte >> 4)) & 15
  }
  for (let i = whole << 3; i < count; i++) sum += bitAt(bits, i)
  return sum
}
