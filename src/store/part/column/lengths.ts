/*
 * Line lengths. Either packed, or one plane of bytes per 8 bits, which only pays when the block is compressed after it.
 */
import {FRESH, type Arrays} from '../../arrays.ts'
import type {ByteReader} from '../byte-reader.ts'
import {ByteWriter} from '../byte-writer.ts'
import {packedSize, packNumbers, unpackNumbers, WIDE_WIDTH_MAX, widthOf} from './bits.ts'

// lengths := form:u8 least:uvarint (width:u8 bits[rows·width] | planes:u8 byte[rows]*)        (docs/FORMAT.md § lengths)
const PACKED = 0 //  length = least + bits; width 0: all equal
const PLANES = 1 //  length = least + plane 0 + plane 1 · 256 + …

/** @param offsets rows + 1 ascending positions. */
export function encodeLengths(offsets: Uint32Array, form: 'packed' | 'planes', arrays: Arrays = FRESH): Uint8Array {
  const rows = offsets.length - 1
  const lengths = arrays.f64(rows)
  let least = Infinity
  let most = 0
  for (let i = 0; i < rows; i++) {
    const length = offsets[i + 1]! - offsets[i]!
    lengths[i] = length
    if (length < least) least = length
    if (length > most) most = length
  }
  for (let i = 0; i < rows; i++) lengths[i] = lengths[i]! - least
  const width = widthOf(most - least)
  const w = new ByteWriter(rows * 2 + 16, arrays)
  w.u8(form === 'packed' ? PACKED : PLANES)
  w.uvarint(least)
  if (form === 'packed') {
    w.u8(width)
    packNumbers(lengths, 0, rows, width, w.space(packedSize(rows, width)), 0)
  } else {
    const planes = Math.ceil(width / 8)
    w.u8(planes)
    for (let plane = 0; plane < planes; plane++) {
      const bytes = w.space(rows)
      for (let i = 0; i < rows; i++) bytes[i] = lengths[i]! >>> (8 * plane)
    }
  }
  return w.view()
}

/** @returns rows + 1 positions from 0. @throws {Failure} CORRUPTION when short, or when the sum is not `lineBytes`. */
export function decodeLengths(r: ByteReader, rows: number, lineBytes: number): Uint32Array {
  const form = r.u8()
  const least = r.uvarint()
  const lengths = r.arrays.f64(rows)
  if (form === PACKED) {
    const width = r.u8()
    if (width > WIDE_WIDTH_MAX) r.fail('a width is out of range')
    unpackNumbers(r.take(packedSize(rows, width)), 0, rows, width, lengths, 0)
  } else if (form === PLANES) {
    const planes = r.u8()
    for (let plane = 0, scale = 1; plane < planes; plane++, scale *= 256) {
      const bytes = r.take(rows)
      for (let i = 0; i < rows; i++) lengths[i] = lengths[i]! + bytes[i]! * scale
    }
  } else r.fail(`unknown form ${form}`)
  const offsets = r.arrays.u32(rows + 1)
  let at = 0
  for (let i = 0; i < rows; i++) offsets[i + 1] = at += least + lengths[i]!
  if (at !== lineBytes) r.fail(`lengths sum to ${at} instead of ${lineBytes}`)
  return offsets
}
