/*
 * Bit packing, least significant bit first: value i of width w occupies bits [i·w, (i+1)·w) of the byte string. The kernel's layout.
 * A wide number (25..48 bits) is handled as its low 24 bits and the rest, so that the inner loops never leave 32-bit integers.
 */

/** Widest value of {@link packBits}: a value and seven bits before it fit 31 bits. */
export const PACK_WIDTH_MAX = 24
export const WIDE_WIDTH_MAX = 48
const LOW_RANGE = 1 << PACK_WIDTH_MAX
const LOW_MASK = LOW_RANGE - 1

/** Bits that hold 0..max. */
export function widthOf(max: number): number {
  return max < 0x80000000 ? 32 - Math.clz32(max) : 32 + (32 - Math.clz32(Math.floor(max / 0x100000000)))
}

export function packedSize(count: number, width: number): number {
  return Math.ceil((count * width) / 8)
}

/** Writes values[from..from+count) to out[at..]; out must hold packedSize bytes and be zero there. width ≤ 24. */
export function packBits(values: Uint32Array, from: number, count: number, width: number, out: Uint8Array, at: number): void {
  if (width === 0) return
  let position = at
  let held = 0
  let bits = 0
  for (let i = from; i < from + count; i++) {
    held |= values[i]! << bits
    bits += width
    while (bits >= 8) {
      out[position++] = held
      held >>>= 8
      bits -= 8
    }
  }
  if (bits > 0) out[position] = held
}

/** Inverse of packBits; the caller has checked that packedSize bytes are there. */
export function unpackBits(bytes: Uint8Array, at: number, count: number, width: number, out: Uint32Array): void {
  if (width === 0) {
    out.fill(0, 0, count)
    return
  }
  if (width === 8) {
    for (let i = 0; i < count; i++) out[i] = bytes[at + i]!
    return
  }
  const mask = (1 << width) - 1
  // Four bytes from the value's first one hold it: at most 7 + 24 bits. The last values must not read past the end.
  const safe = Math.max(0, Math.min(count, Math.floor(((bytes.length - 4 - at) * 8) / width)))
  let bit = 0
  let i = 0
  for (; i < safe; i++, bit += width) {
    const p = at + (bit >>> 3)
    out[i] = ((bytes[p]! | (bytes[p + 1]! << 8) | (bytes[p + 2]! << 16) | (bytes[p + 3]! << 24)) >>> (bit & 7)) & mask
  }
  for (; i < count; i++, bit += width) {
    const p = at + (bit >>> 3)
    const word = bytes[p]! | ((bytes[p + 1] ?? 0) << 8) | ((bytes[p + 2] ?? 0) << 16) | ((bytes[p + 3] ?? 0) << 24)
    out[i] = (word >>> (bit & 7)) & mask
  }
}

/** Value `index` of what packBits or packNumbers wrote: a number below 2^width, width ≤ 48. */
export function bitsAt(bytes: Uint8Array, index: number, width: number): number {
  let value = 0
  let bit = index * width
  for (let taken = 0; taken < width;) {
    const shift = bit & 7
    const bits = Math.min(8 - shift, width - taken)
    value += ((bytes[Math.floor(bit / 8)]! >> shift) & ((1 << bits) - 1)) * 2 ** taken
    taken += bits
    bit += bits
  }
  return value
}

/** Non-negative integers below 2^width, width ≤ 48. Same conditions as packBits. */
export function packNumbers(values: Float64Array, from: number, count: number, width: number, out: Uint8Array, at: number): void {
  if (width === 0) return
  const highWidth = Math.max(0, width - PACK_WIDTH_MAX)
  const lowWidth = width - highWidth
  let position = at
  let held = 0
  let bits = 0
  for (let i = from; i < from + count; i++) {
    const value = values[i]!
    const high = highWidth === 0 ? 0 : Math.floor(value / LOW_RANGE)
    held |= (value - high * LOW_RANGE) << bits
    bits += lowWidth
    while (bits >= 8) {
      out[position++] = held
      held >>>= 8
      bits -= 8
    }
    if (highWidth === 0) continue
    held |= high << bits
    bits += highWidth
    while (bits >= 8) {
      out[position++] = held
      held >>>= 8
      bits -= 8
    }
  }
  if (bits > 0) out[position] = held
}

/** Inverse of packNumbers into out[to..to+count). */
export function unpackNumbers(bytes: Uint8Array, at: number, count: number, width: number, out: Float64Array, to: number): void {
  const highWidth = Math.max(0, width - PACK_WIDTH_MAX)
  const lowMask = highWidth === 0 ? (1 << width) - 1 : LOW_MASK
  const highMask = (1 << highWidth) - 1
  // Seven bytes from the value's first one hold it: at most 7 + 48 bits.
  const safe = width === 0 ? 0 : Math.max(0, Math.min(count, Math.floor(((bytes.length - 7 - at) * 8) / width)))
  let bit = 0
  let i = 0
  for (; i < safe; i++, bit += width) {
    const p = at + (bit >>> 3)
    const shift = bit & 7
    const fourth = bytes[p + 3]!
    const low = ((bytes[p]! | (bytes[p + 1]! << 8) | (bytes[p + 2]! << 16) | (fourth << 24)) >>> shift) & lowMask
    const high = ((fourth | (bytes[p + 4]! << 8) | (bytes[p + 5]! << 16) | (bytes[p + 6]! << 24)) >>> shift) & highMask
    out[to + i] = low + high * LOW_RANGE
  }
  const byte = (p: number): number => bytes[p] ?? 0
  for (; i < count; i++, bit += width) {
    const p = at + (bit >>> 3)
    const low = (byte(p) | (byte(p + 1) << 8) | (byte(p + 2) << 16) | (byte(p + 3) << 24)) >>> (bit & 7)
    const high = (byte(p + 3) | (byte(p + 4) << 8) | (byte(p + 5) << 16) | (byte(p + 6) << 24)) >>> (bit & 7)
    out[to + i] = (low & lowMask) + (high & highMask) * LOW_RANGE
  }
}
