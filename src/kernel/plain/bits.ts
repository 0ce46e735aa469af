/** Twin of native/bits.ts, and the packing, which has no native form. */
import {Failure} from '../../model/index.ts'
import {checkBits} from '../checks.ts'
import type {BitsKernel} from '../contract.ts'

/** Calls `visit` with every value in turn. */
function unpack(src: Uint8Array, width: number, count: number, visit: (value: number, index: number) => void): void {
  let bit = 0
  for (let i = 0; i < count; i++) {
    let value = 0
    for (let taken = 0; taken < width;) {
      const shift = (bit + taken) & 7
      const bits = Math.min(8 - shift, width - taken)
      const byte = src[Math.floor((bit + taken) / 8)] ?? 0
      value += ((byte >> shift) & ((1 << bits) - 1)) * 2 ** taken
      taken += bits
    }
    bit += width
    visit(value, i)
  }
}

export function plainBits(): BitsKernel {
  return {
    bitUnpack(src, width, count, out) {
      checkBits(src, width, count, out)
      unpack(src, width, count, (value, i) => {
        out[i] = value
      })
    },
    unpackDeltas(src, width, count, base, multiplier, out) {
      checkBits(src, width, count, out)
      let sum = 0
      unpack(src, width, count, (value, i) => {
        sum += value
        out[i] = base + multiplier * sum
      })
    },
  }
}

/** Bits of the largest value, an integer below 2^53: the width to pack with. */
export function bitWidth(max: number): number {
  const high = Math.floor(max / 0x1_0000_0000)
  return high > 0 ? 64 - Math.clz32(high) : 32 - Math.clz32(max >>> 0)
}

/**
 * Value i in bits [i × width, (i + 1) × width) of the result, least significant bit first; the last byte is filled with zeros.
 * @param values integers, 0 ≤ value < 2^width.
 * @param width 0..52.
 */
export function bitPack(values: ArrayLike<number>, width: number): Uint8Array {
  if (!Number.isInteger(width) || width < 0 || width > 52) throw new Failure('INTERNAL', `bit width ${width} is not within 0..52`)
  const bytes = new Uint8Array(Math.ceil((values.length * width) / 8))
  if (width === 0) return bytes
  // A window of up to 7 + 24 bits is written out byte by byte.
  let window = 0
  let held = 0
  let at = 0
  for (let i = 0; i < values.length; i++) {
    let rest = values[i] ?? 0
    for (let left = width; left > 0;) {
      const bits = Math.min(left, 24)
      const part = left > 24 ? rest % 0x100_0000 : rest
      window |= part << held
      held += bits
      while (held >= 8) {
        bytes[at++] = window & 0xff
        window >>>= 8
        held -= 8
      }
      left -= bits
      if (left > 0) rest = (rest - part) / 0x100_0000
    }
  }
  if (held > 0) bytes[at] = window & 0xff
  return bytes
}
