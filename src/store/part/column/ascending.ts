/*
 * Ascending numbers (timestamps; counters in metadata): differences, their common divisor taken out, packed in mini blocks
 * each of its own width, so that one long pause does not widen all.
 */
import type {ByteReader} from '../byte-reader.ts'
import type {ByteWriter} from '../byte-writer.ts'
import {packedSize, packNumbers, unpackNumbers, WIDE_WIDTH_MAX, widthOf} from './bits.ts'

/** Differences per mini block. Smaller adapts better and costs two bytes each; 64, 128 and 256 differ by less than 1 %. */
const MINI_BLOCK = 128

// ascending := first:uvarint [unit:uvarint miniBlock*]            count known; absent when count = 1     (docs/FORMAT.md § ascending)
// miniBlock := least:uvarint width:u8 bits[n·width]               n ≤ 128 differences; unit 0: all equal, no mini blocks

/** @param values count ≥ 1 integers 0..2^48-1, ascending, ties allowed. */
export function encodeAscending(w: ByteWriter, values: Float64Array): void {
  const count = values.length
  w.uvarint(values[0]!)
  if (count === 1) return
  const steps = new Float64Array(count - 1)
  let unit = 0
  for (let i = 1; i < count; i++) {
    const step = values[i]! - values[i - 1]!
    steps[i - 1] = step
    if (unit !== 1 && step !== 0 && (unit === 0 || step % unit !== 0)) unit = commonDivisor(step, unit)
  }
  w.uvarint(unit)
  if (unit === 0) return
  if (unit > 1) for (let i = 0; i < steps.length; i++) steps[i] = steps[i]! / unit
  const scratch = new Uint32Array(MINI_BLOCK)
  for (let from = 0; from < steps.length; from += MINI_BLOCK) {
    const end = Math.min(steps.length, from + MINI_BLOCK)
    let least = steps[from]!
    let most = least
    for (let i = from + 1; i < end; i++) {
      const step = steps[i]!
      if (step < least) least = step
      else if (step > most) most = step
    }
    if (least > 0) for (let i = from; i < end; i++) steps[i] = steps[i]! - least
    const width = widthOf(most - least)
    w.uvarint(least)
    w.u8(width)
    packNumbers(steps, from, end - from, width, w.space(packedSize(end - from, width)), 0, scratch)
  }
}

/** @throws {Failure} CORRUPTION when it is short or a value exceeds `max`. */
export function decodeAscending(r: ByteReader, count: number, max: number): Float64Array {
  const values = new Float64Array(count)
  values[0] = r.uvarint()
  if (values[0] > max) r.fail('a number is out of range')
  if (count === 1) return values
  const unit = r.uvarint()
  if (unit === 0) return values.fill(values[0])
  const scratch = new Uint32Array(MINI_BLOCK)
  let last = values[0]
  for (let from = 1; from < count; from += MINI_BLOCK) {
    const length = Math.min(MINI_BLOCK, count - from)
    const least = r.uvarint()
    const width = r.u8()
    if (width > WIDE_WIDTH_MAX) r.fail('a width is out of range')
    const at = r.position
    r.take(packedSize(length, width))
    unpackNumbers(r.bytes, at, length, width, values, from, scratch)
    for (let i = from; i < from + length; i++) values[i] = last += (values[i]! + least) * unit
    if (last > max) r.fail('a number is out of range')
  }
  return values
}

function commonDivisor(a: number, b: number): number {
  while (b !== 0) [a, b] = [b, a % b]
  return a
}
