/** Twin of assembly/zstd.ts: zstd frames (RFC 8878 § 3.1). */
import {zstdCorrupt} from '../checks.ts'
import type {HuffmanTable} from './zstd-huffman.ts'
import {readLiterals} from './zstd-literals.ts'
import {runSequences, type SequenceState} from './zstd-sequences.ts'

const MAGIC = 0xfd2fb528
/** And the 15 numbers after it. */
const MAGIC_SKIPPABLE = 0x184d2a50
const WINDOW_EXPONENT_MAX = 20
const BLOCK_SIZE_MAX = 131_072

/** Decodes all frames of `src`, which must fill `out` exactly. @throws {Failure} CORRUPTION */
export function zstdDecode(src: Uint8Array, out: Uint8Array): void {
  const bytes = new DataView(src.buffer, src.byteOffset, src.length)
  let s = 0
  let d = 0
  while (s < src.length) {
    if (src.length - s < 8) throw zstdCorrupt()
    const magic = bytes.getUint32(s, true)
    if (magic - (magic & 15) === MAGIC_SKIPPABLE) {
      s += 8 + bytes.getUint32(s + 4, true)
      if (s > src.length) throw zstdCorrupt()
    } else {
      if (magic !== MAGIC) throw zstdCorrupt()
      ;({s, d} = decodeFrame(src, bytes, s + 4, out, d))
    }
  }
  if (d !== out.length) throw zstdCorrupt()
}

/** @returns where the frame and its output end. */
function decodeFrame(src: Uint8Array, bytes: DataView, s: number, out: Uint8Array, first: number): {s: number; d: number} {
  const header = readHeader(src, bytes, s)
  if (header.size !== undefined && header.size > out.length - first) throw zstdCorrupt()
  const blockMax = Math.min(header.window, BLOCK_SIZE_MAX)
  let tree: HuffmanTable | undefined
  const state: SequenceState = {repeats: [1, 4, 8]}
  let d = first
  s = header.next
  for (let last = false; !last;) {
    if (src.length - s < 3) throw zstdCorrupt()
    const head = bytes.getUint16(s, true) + bytes.getUint8(s + 2) * 65_536
    s += 3
    last = (head & 1) !== 0
    const kind = (head >> 1) & 3
    const n = head >> 3
    const next = s + (kind === 1 ? 1 : n)
    if (n > blockMax || kind === 3 || next > src.length || (kind !== 2 && n > out.length - d)) throw zstdCorrupt()
    if (kind === 2) {
      if (n === 0) throw zstdCorrupt()
      const literals = readLiterals(src, s, next, blockMax, tree)
      tree = literals.tree
      d = runSequences(src, literals.next, next, literals.bytes, out, first, d, Math.min(out.length, d + blockMax), state)
    } else {
      if (kind === 0) out.set(src.subarray(s, next), d)
      else out.fill(bytes.getUint8(s), d, d + n)
      d += n
    }
    s = next
  }
  if (header.size !== undefined && header.size !== d - first) throw zstdCorrupt()
  return {s, d}
}

/** @returns the size of the content when it is told, of the window, and where the header ends. */
function readHeader(src: Uint8Array, bytes: DataView, s: number): {size: number | undefined; window: number; next: number} {
  const flags = bytes.getUint8(s++)
  // Dictionary, checksum, reserved.
  if ((flags & 0b1111) !== 0) throw zstdCorrupt()
  const single = (flags & 0x20) !== 0
  const sizeFlag = flags >> 6
  const sizeBytes = sizeFlag === 0 ? (single ? 1 : 0) : 1 << sizeFlag
  if (src.length - s < sizeBytes + (single ? 0 : 1)) throw zstdCorrupt()
  let window = 0
  if (!single) {
    const descriptor = bytes.getUint8(s++)
    const exponent = descriptor >> 3
    if (exponent > WINDOW_EXPONENT_MAX) throw zstdCorrupt()
    window = (8 + (descriptor & 7)) * 2 ** (7 + exponent)
  }
  const next = s + sizeBytes
  if (sizeBytes === 0) return {size: undefined, window, next}
  const size =
    sizeBytes === 1
      ? bytes.getUint8(s)
      : sizeBytes === 2
        ? bytes.getUint16(s, true) + 256
        : sizeBytes === 4
          ? bytes.getUint32(s, true)
          : Number(bytes.getBigUint64(s, true))
  return {size, window: single ? size : window, next}
}
