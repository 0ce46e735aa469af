/*
 * Dictionary codes of a metadata column: per row 0 (no value) or 1..distinct, numbered by first use.
 * That numbering makes a new value free to write: it is always the next number.
 */
import {FRESH as FRESH_ARRAYS, type Arrays} from '../../arrays.ts'
import type {ByteReader} from '../byte-reader.ts'
import {ByteWriter} from '../byte-writer.ts'
import {bitsAt, packBits, packedSize, unpackBits, widthOf} from './bits.ts'

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

/** Codes that are decoded when they are asked for. @throws {Failure} CORRUPTION when one exceeds the number of values. */
export interface StoredCodes {
  all(): Uint32Array
  /** Those of some rows, ascending, passing over the others. */
  of(rows: Uint32Array): Uint32Array
}

type Form = {readonly all: (codes: Uint32Array) => void; readonly of: (rows: Uint32Array, codes: Uint32Array) => void}

/**
 * @param r  at the start of the column; left at its end.
 * @throws {Failure} CORRUPTION when it is short.
 */
export function readCodes(r: ByteReader, rows: number, distinct: number): StoredCodes {
  const form = readForm(r, rows, distinct)
  const checked = (codes: Uint32Array): Uint32Array => {
    for (let i = 0; i < codes.length; i++) if (codes[i]! > distinct) r.fail('a code is out of range')
    return codes
  }
  return {
    all() {
      const codes = r.arrays.u32(rows)
      form.all(codes)
      return checked(codes)
    },
    of(wanted) {
      const codes = new Uint32Array(wanted.length)
      form.of(wanted, codes)
      return checked(codes)
    },
  }
}

function readForm(r: ByteReader, rows: number, distinct: number): Form {
  const form = r.u8()
  if (form === PACKED) return readPacked(r, rows, widthOf(distinct))
  if (form === PLANES) return readPlanes(r, rows, distinct)
  if ((form & ~(FRESH_ABSENT | FRESH_REPEATS)) === FRESH) return readFresh(r, form, rows, distinct)
  return r.fail(`unknown form ${form}`)
}

function readPacked(r: ByteReader, rows: number, width: number): Form {
  const packed = r.take(packedSize(rows, width))
  return {
    all: codes => unpackBits(packed, 0, rows, width, codes),
    of(wanted, codes) {
      for (let i = 0; i < wanted.length; i++) codes[i] = bitsAt(packed, wanted[i]!, width)
    },
  }
}

function readPlanes(r: ByteReader, rows: number, distinct: number): Form {
  const low = r.take(rows)
  const high = distinct > 255 ? r.take(rows) : undefined
  const at = (row: number): number => low[row]! | (high === undefined ? 0 : high[row]! << 8)
  return {
    all(codes) {
      for (let i = 0; i < rows; i++) codes[i] = at(i)
    },
    of(wanted, codes) {
      for (let i = 0; i < wanted.length; i++) codes[i] = at(wanted[i]!)
    },
  }
}

function readFresh(r: ByteReader, form: number, rows: number, distinct: number): Form {
  const present = form & FRESH_ABSENT ? r.take(packedSize(rows, 1)) : undefined
  const presentCount = present === undefined ? rows : countBits(present, 0, rows)
  const repeat = form & FRESH_REPEATS ? r.take(packedSize(presentCount, 1)) : undefined
  const repeats = repeat === undefined ? 0 : countBits(repeat, 0, presentCount)
  const width = widthOf(distinct - 1)
  const packed = r.take(packedSize(repeats, width))
  return {
    all(codes) {
      const again = r.arrays.u32(repeats)
      unpackBits(packed, 0, repeats, width, again)
      let next = 1
      let seen = 0
      let repeated = 0
      for (let i = 0; i < rows; i++) {
        if (present !== undefined && bitAt(present, i) === 0) continue
        if (repeat !== undefined && bitAt(repeat, seen) === 1) codes[i] = again[repeated++]! + 1
        else codes[i] = next++
        seen++
      }
    },
    of(wanted, codes) {
      let row = 0
      let seen = 0
      let counted = 0
      let repeated = 0
      for (let i = 0; i < wanted.length; i++) {
        seen += present === undefined ? wanted[i]! - row : countBits(present, row, wanted[i]!)
        row = wanted[i]!
        if (present !== undefined && bitAt(present, row) === 0) continue
        if (repeat !== undefined) repeated += countBits(repeat, counted, seen)
        counted = seen
        codes[i] = repeat !== undefined && bitAt(repeat, seen) === 1 ? bitsAt(packed, repeated, width) + 1 : seen - repeated + 1
      }
    },
  }
}

function bitAt(bits: Uint8Array, i: number): number {
  return (bits[i >> 3]! >> (i & 7)) & 1
}

/** How many of the bits [from, to) are set. */
function countBits(bits: Uint8Array, from: number, to: number): number {
  let sum = 0
  while (from < to && (from & 7) !== 0) sum += bitAt(bits, from++)
  const whole = to >> 3
  for (let i = from >> 3; i < whole; i++) {
    let byte = bits[i]!
    byte -= (byte >> 1) & 0x55
    byte = (byte & 0x33) + ((byte >> 2) & 0x33)
    sum += (byte + (byte >> 4)) & 15
  }
  for (let i = Math.max(from, whole << 3); i < to; i++) sum += bitAt(bits, i)
  return sum
}
