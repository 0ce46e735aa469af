/*
 * Bit packing, least significant bit first: value i of width w occupies bits [i·w, (i+1)·w) of the byte string.
 * Wide numbers (25..48 bits) are two planes: the low 24 bits of all values (three bytes each), then the rest packed.
 * So the inner loops never leave 32-bit integers.
 */

/** Widest value of {@link packBits}: a value and seven bits before it fit 31 bits. */
export const PACK_WIDTH_MAX = 24
export const WIDE_WIDTH_MAX = 48
const LOW_RANGE = 1 << PACK_WIDTH_MAX

/** Bits that hold 0..max. */
export function widthOf(max: number): number {
  return max < 0x80000000 ? 32 - Math.clz32(max) : 32 + (32 - Math.clz32(Math.floor(max / 0x100000000)))
}

export function packedSize(count: number, width: number): number {
  if (width <= PACK_WIDTH_MAX) return Math.ceil((count * width) / 8)
  return count * 3 + Math.ceil((count * (width - PACK_WIDTH_MAX)) / 8)
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

/**
 * Non-negative integers below 2^width, width ≤ 48. Same conditions as packBits.
 * @param scratch at least `count` long
 */
export function packNumbers(
  values: Float64Array,
  from: number,
  count: number,
  width: number,
  out: Uint8Array,
  at: number,
  scratch: Uint32Array,
): void {
  if (width <= PACK_WIDTH_MAX) {
    for (let i = 0; i < count; i++) scratch[i] = values[from + i]!
    packBits(scratch, 0, count, width, out, at)
    return
  }
  for (let i = 0; i < count; i++) {
    const value = values[from + i]!
    const high = Math.floor(value / LOW_RANGE)
    const low = value - high * LOW_RANGE
    out[at + 3 * i] = low
    out[at + 3 * i + 1] = low >>> 8
    out[at + 3 * i + 2] = low >>> 16
    scratch[i] = high
  }
  packBits(scratch, 0, count, width - PACK_WIDTH_MAX, out, at + 3 * count)
}

/** Inverse of packNumbers into out[to..to+count). */
export function unpackNumbers(
  bytes: Uint8Array,
  at: number,
  count: number,
  width: number,
  out: Float64Array,
  to: number,
  scratch: Uint32Array,
): void {
  if (width <= PACK_WIDTH_MAX) {
    unpackBits(bytes, at, count, width, scratch)
    for (let i = 0; i < count; i++) out[to + i] = scratch[i]!
    return
  }
  unpackBits(bytes, at + 3 * count, count, width - PACK_WIDTH_MAX, scratch)
  for (let i = 0, p = at; i < count; i++, p += 3) {
    out[to + i] = scratch[i]! * LOW_RANGE + (bytes[p]! | (bytes[p + 1]! << 8) | (bytes[p + 2]! << 16))
  }
}
