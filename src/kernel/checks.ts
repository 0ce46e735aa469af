/** Argument checks and failures that the native kernels and their twins share. */
import {Failure} from '../model/index.ts'

export function snappyCorrupt(): Failure {
  return new Failure('BAD_REQUEST', 'snappy: corrupt input')
}

export function lz4Corrupt(): Failure {
  return new Failure('CORRUPTION', 'lz4: corrupt block')
}

export function zstdCorrupt(): Failure {
  return new Failure('CORRUPTION', 'zstd: corrupt frame')
}

export function pushMalformed(): Failure {
  return new Failure('BAD_REQUEST', 'malformed push: not a valid protobuf message')
}

/** The uvarint (u32) a snappy block begins with. */
export function snappyPreamble(compressed: Uint8Array, rawMax = 0xffff_ffff): {rawLength: number; headerLength: number} {
  let rawLength = 0
  for (let i = 0; i < 5; i++) {
    const byte = compressed[i]
    if (byte === undefined) break
    rawLength += (byte & 0x7f) * 2 ** (7 * i)
    if (byte < 0x80) {
      if (rawLength > 0xffff_ffff) break
      if (rawLength > rawMax)
        throw new Failure('TOO_LARGE', `request body too large: ${rawLength} bytes uncompressed, limit: ${rawMax} bytes`)
      // A copy of 64 bytes takes 3, so no block grows by more: what claims to is not worth its memory.
      if (rawLength > (compressed.length - i - 1) * 64) break
      return {rawLength, headerLength: i + 1}
    }
  }
  throw snappyCorrupt()
}

/** Longest LZ4 block of that many bytes; 16 more for the encoder's steps. */
export function lz4Bound(length: number): number {
  return length + Math.ceil(length / 255) + 32
}

/** A byte of an LZ4 block yields 255 at most, a token some more: longer claims are corrupt before any memory is taken. */
export function checkRawLength(rawLength: number, length: number): void {
  if (!Number.isSafeInteger(rawLength) || rawLength < 0 || rawLength > length * 255 + 64) throw lz4Corrupt()
}

/** A zstd block has 4 bytes or more and yields 128 KiB or less: longer claims are corrupt before any memory is taken. */
export function checkZstdLength(rawLength: number, length: number): void {
  if (!Number.isSafeInteger(rawLength) || rawLength < 0 || rawLength > (length / 4) * 131_072) throw zstdCorrupt()
}

/** Programmer error, not input: a RangeError. */
export function checkOut(out: ArrayLike<number> | undefined, length: number): void {
  if (out !== undefined && out.length < length) throw new RangeError(`output holds ${out.length}, needs ${length}`)
}

export function checkRows(lines: Uint8Array, offsets: Uint32Array): number {
  const rows = offsets.length - 1
  const first = offsets[0]
  const last = offsets[rows]
  if (first === undefined || last === undefined || last - first > lines.length || last < first) {
    throw new RangeError('line offsets do not fit the lines')
  }
  return rows
}

export function checkBits(src: Uint8Array, width: number, count: number, out: Float64Array): void {
  if (!Number.isInteger(width) || width < 0 || width > 52) throw new Failure('CORRUPTION', `bit width ${width} is not within 0..52`)
  if (!Number.isSafeInteger(count) || count < 0 || count * width > src.length * 8)
    throw new Failure('CORRUPTION', 'bit-packed column is short')
  checkOut(out, count)
}

/** Which bytes are common in logs, most common first; bytes not listed are rarer than these. */
const COMMON = ' e0t1a2i"o3n=s4r:5-d6.l7c8/9pu_mbf,hgvwky{}Tx[]()S'
const FREQUENCY = new Uint8Array(256)
for (let i = 0; i < COMMON.length; i++) FREQUENCY[COMMON.charCodeAt(i)] = COMMON.length - i

/** Positions of the two rarest bytes of a needle (the same one when it has one byte only). */
export function rarestTwo(needle: Uint8Array): [number, number] {
  let first = 0
  let second = -1
  const cost = (i: number): number => FREQUENCY[needle[i] ?? 0] ?? 0
  for (let i = 1; i < needle.length; i++) {
    if (cost(i) < cost(first)) {
      second = first
      first = i
    } else if (second < 0 || cost(i) < cost(second)) {
      second = i
    }
  }
  return [first, Math.max(second, 0)]
}

/** Lower case, and 0x20 where a byte is a letter, so that (x | mask) === lower compares without case. */
export function foldNeedle(needle: Uint8Array, fold: boolean): {lower: Uint8Array; mask: Uint8Array} {
  const mask = new Uint8Array(needle.length)
  if (!fold) return {lower: needle, mask}
  const lower = needle.slice()
  for (let i = 0; i < needle.length; i++) {
    const byte = (needle[i] ?? 0) | 0x20
    if (byte < 0x61 || byte > 0x7a) continue
    lower[i] = byte
    mask[i] = 0x20
  }
  return {lower, mask}
}
