/*
 * Ascending numbers (timestamps; counters in metadata): differences, their common divisor taken out, packed in mini blocks
 * each of its own width, so that one long pause does not widen all.
 */
import type {BitsKernel} from '../../../kernel/index.ts'
import {FRESH, type Arrays} from '../../arrays.ts'
import type {ByteReader} from '../byte-reader.ts'
import type {ByteWriter} from '../byte-writer.ts'
import {packedSize, packNumbers, unpackNumbers, WIDE_WIDTH_MAX, widthOf} from './bits.ts'

/** Differences per mini block. 128 and 256 take the same space on logs, 512 more; and the fewer, the fewer calls of the kernel. */
const MINI_BLOCK = 256

// ascending := first:uvarint [unit:uvarint miniBlock*]            count known; absent when count = 1     (docs/FORMAT.md § ascending)
// miniBlock := least:uvarint width:u8 bits[n·width]               n ≤ 256 differences; unit 0: all equal, no mini blocks

export type UnpackDeltas = BitsKernel['unpackDeltas']

/** @param values count ≥ 1 integers 0..2^48-1, ascending, ties allowed. */
export function encodeAscending(w: ByteWriter, values: Float64Array, arrays: Arrays = FRESH): void {
  const count = values.length
  w.uvarint(values[0]!)
  if (count === 1) return
  const steps = arrays.f64(count - 1)
  let unit = 0
  for (let i = 1; i < count; i++) {
    const step = values[i]! - values[i - 1]!
    steps[i - 1] = step
    if (unit !== 1 && step !== 0 && (unit === 0 || step % unit !== 0)) unit = commonDivisor(step, unit)
  }
  w.uvarint(unit)
  if (unit === 0) return
  if (unit > 1) for (let i = 0; i < steps.length; i++) steps[i] = steps[i]! / unit
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
    packNumbers(steps, from, end - from, width, w.space(packedSize(end - from, width)), 0)
  }
}

/**
 * @param unpackDeltas the kernel's, three times as fast; without it the same is done here.
 * @throws {Failure} CORRUPTION when it is short or a value exceeds `max`.
 */
export function decodeAscending(r: ByteReader, count: number, max: number, unpackDeltas?: UnpackDeltas): Float64Array {
  const values = r.arrays.f64(count)
  values[0] = r.uvarint()
  if (values[0] > max) r.fail('a number is out of range')
  if (count === 1) return values
  const unit = r.uvarint()
  if (unit === 0) return values.fill(values[0])
  let last = values[0]
  for (let from = 1; from < count; from += MINI_BLOCK) {
    const length = Math.min(MINI_BLOCK, count - from)
    const least = r.uvarint()
    const width = r.u8()
    if (width > WIDE_WIDTH_MAX) r.fail('a width is out of range')
    const end = from + length
    const bits = r.take(packedSize(length, width))
    if (unpackDeltas !== undefined && width > 0) {
      unpackDeltas(bits, width, length, last, unit, values.subarray(from, end))
      if (least > 0) for (let i = from, add = least * unit; i < end; i++) values[i] = values[i]! + (i - from + 1) * add
      last = values[end - 1]!
    } else {
      unpackNumbers(bits, 0, length, width, values, from)
      for (let i = from; i < end; i++) values[i] = last += (values[i]! + least) * unit
    }
    if (last > max) r.fail('a number is out of range')
  }
  return values
}

function commonDivisor(a: number, b: number): number {
  while (b !== 0) [a, b] = [b, a % b]
  return a
}
