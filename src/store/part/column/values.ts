/*
 * The distinct values of a metadata column, in one of four forms; which one is seen from the values alone:
 *
 *   text       anything
 *   decimals   a common beginning and end around an integer: `user-1234`, `15ms`, `007`
 *   counters   decimals that never fall
 *   template   all of one length, each place either the same everywhere or a lower-case hex digit: ids, uuids, `req-<hex>`
 *
 * Owns   choosing and both directions. Leaves compressing text to the block it lands in; the others do not compress further.
 */
import {FRESH, type Arrays} from '../../arrays.ts'
import type {ByteReader} from '../byte-reader.ts'
import {ByteWriter} from '../byte-writer.ts'
import {PackedValues, type StoredValues} from '../../packed-values.ts'
import {encodeDecimals, readDecimals} from './decimals.ts'
import {encodeTemplate, readTemplate} from './template.ts'

// values := form:u8 (text | decimals | template)                     count known           (docs/FORMAT.md § values)
// text := length:uvarint (0: each its own, length:uvarint*) bytes    lengths of all values first, then the bytes back to back
export const TEXT = 0
export const DECIMALS = 1
export const TEMPLATE = 2

export type EncodedValues = {readonly bytes: Uint8Array; readonly form: 'text' | 'decimals' | 'template'}

/** @returns an array of `arrays` */
export function encodeValues(values: PackedValues, arrays: Arrays = FRESH): EncodedValues {
  const w = new ByteWriter(values.size + 64, arrays)
  if (values.count > 1) {
    w.u8(DECIMALS)
    if (encodeDecimals(w, values, arrays) && w.length < values.size) return {bytes: w.view(), form: 'decimals'}
    w.clear()
    w.u8(TEMPLATE)
    if (encodeTemplate(w, values) && w.length < values.size) return {bytes: w.view(), form: 'template'}
    w.clear()
  }
  w.u8(TEXT)
  const length = commonLength(values)
  w.uvarint(length)
  if (length === 0) for (let i = 0; i < values.count; i++) w.uvarint(values.lengthOf(i))
  w.bytes(values.all())
  return {bytes: w.view(), form: 'text'}
}

/**
 * @param r  at the start of the column; left at its end.
 * @throws {Failure} CORRUPTION when it is short or makes no sense; a number that makes none is found when it is decoded.
 */
export function readValues(r: ByteReader, count: number): StoredValues {
  const form = r.u8()
  if (form === DECIMALS) return readDecimals(r, count)
  if (form === TEMPLATE) return readTemplate(r, count)
  if (form !== TEXT) r.fail(`unknown form ${form}`)
  const offsets = r.arrays.u32(count + 1)
  const length = r.uvarint()
  let at = 0
  for (let i = 1; i <= count; i++) offsets[i] = at += length === 0 ? r.uvarint() : length
  const values = new PackedValues(r.take(at), offsets)
  return {at: index => values.at(index), all: () => values}
}

/** 0 when they differ (or there is none). */
export function commonLength(values: PackedValues): number {
  const length = values.count === 0 ? 0 : values.lengthOf(0)
  for (let i = 1; i < values.count; i++) if (values.lengthOf(i) !== length) return 0
  return length
}
