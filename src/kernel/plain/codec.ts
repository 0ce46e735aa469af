/** Twin of native/codec.ts: the formats, and the LZ4 encoder's every choice, are those of assembly/snappy.ts and assembly/lz4.ts. */
import {checkOut, checkRawLength, checkZstdLength, lz4Bound, lz4Corrupt, snappyCorrupt, snappyPreamble} from '../checks.ts'
import type {CodecKernel} from '../contract.ts'
import {copyMatch} from './copy-match.ts'
import {zstdDecode} from './zstd.ts'

function snappyDecode(src: Uint8Array, from: number, out: Uint8Array): boolean {
  const end = src.length
  let s = from
  let d = 0
  const byte = (at: number): number => src[at] ?? 0
  while (s < end) {
    const tag = byte(s++)
    const kind = tag & 3
    if (kind === 0) {
      let n = (tag >> 2) + 1
      if (n > 60) {
        const extra = n - 60
        if (extra > end - s) return false
        n = 1
        for (let i = 0; i < extra; i++) n += byte(s + i) * 2 ** (8 * i)
        s += extra
      }
      if (n > end - s || n > out.length - d) return false
      out.set(src.subarray(s, s + n), d)
      s += n
      d += n
      continue
    }
    const size = kind === 1 ? 1 : kind === 2 ? 2 : 4
    if (end - s < size) return false
    const n = kind === 1 ? 4 + ((tag >> 2) & 7) : (tag >> 2) + 1
    let off = kind === 1 ? ((tag >> 5) << 8) | byte(s) : 0
    if (kind !== 1) for (let i = 0; i < size; i++) off += byte(s + i) * 2 ** (8 * i)
    s += size
    if (off === 0 || off > d || n > out.length - d) return false
    copyMatch(out, d, off, n)
    d += n
  }
  return d === out.length
}

const HASH_BITS = 13
const MATCH_START_LIMIT = 12
const LAST_LITERALS = 5

function lz4Encode(src: Uint8Array, out: Uint8Array): number {
  const table = new Uint32Array(1 << HASH_BITS)
  const words = new DataView(src.buffer, src.byteOffset, src.length)
  const slot = (word: number): number => Math.imul(word, 2654435761) >>> (32 - HASH_BITS)
  const end = src.length
  let d = 0
  let anchor = 0
  const writeRun = (n: number): void => {
    for (; n >= 255; n -= 255) out[d++] = 255
    out[d++] = n
  }
  const writeLiterals = (until: number, low: number): void => {
    const n = until - anchor
    out[d++] = (Math.min(n, 15) << 4) | low
    if (n >= 15) writeRun(n - 15)
    out.set(src.subarray(anchor, until), d)
    d += n
  }
  if (end > MATCH_START_LIMIT) {
    const startLimit = end - MATCH_START_LIMIT
    const matchLimit = end - LAST_LITERALS
    let p = 1
    let tries = 64
    while (p <= startLimit) {
      const word = words.getUint32(p, true)
      const entry = slot(word)
      let ref = table[entry] ?? 0
      table[entry] = p
      if (p - ref > 65535 || words.getUint32(ref, true) !== word) {
        p += tries++ >> 6
        continue
      }
      tries = 64
      while (p > anchor && ref > 0 && src[p - 1] === src[ref - 1]) {
        p--
        ref--
      }
      let q = p + 4
      while (q < matchLimit && src[q] === src[ref + q - p]) q++
      const more = q - p - 4
      writeLiterals(p, Math.min(more, 15))
      out[d++] = (p - ref) & 0xff
      out[d++] = (p - ref) >> 8
      if (more >= 15) writeRun(more - 15)
      anchor = q
      p = q
      table[slot(words.getUint32(q - 2, true))] = q - 2
    }
  }
  writeLiterals(end, 0)
  return d
}

function lz4Decode(src: Uint8Array, out: Uint8Array): boolean {
  const end = src.length
  let s = 0
  let d = 0
  /** A length of 15 goes on: bytes are added until one is not 255. -1 = the source ends, or it is too long. */
  const run = (n: number): number => {
    for (;;) {
      const byte = src[s++]
      if (byte === undefined || n > out.length) return -1
      n += byte
      if (byte < 255) return n
    }
  }
  while (s < end) {
    const token = src[s++] ?? 0
    let n = token >> 4
    if (n === 15) n = run(n)
    if (n < 0 || n > end - s || n > out.length - d) return false
    out.set(src.subarray(s, s + n), d)
    s += n
    d += n
    if (s >= end) break
    if (end - s < 2) return false
    const off = (src[s] ?? 0) | ((src[s + 1] ?? 0) << 8)
    s += 2
    if (off === 0 || off > d) return false
    n = token & 15
    if (n === 15) n = run(n)
    if (n < 0 || n + 4 > out.length - d) return false
    copyMatch(out, d, off, n + 4)
    d += n + 4
  }
  return d === out.length
}

export function plainCodec(): CodecKernel {
  return {
    snappyRawLength: compressed => snappyPreamble(compressed).rawLength,
    snappyDecode(compressed, rawMax) {
      const {rawLength, headerLength} = snappyPreamble(compressed, rawMax)
      const out = new Uint8Array(rawLength)
      if (!snappyDecode(compressed, headerLength, out)) throw snappyCorrupt()
      return out
    },
    lz4Compress(src) {
      const out = new Uint8Array(lz4Bound(src.length))
      return out.subarray(0, lz4Encode(src, out))
    },
    lz4Decompress(src, rawLength, out) {
      checkRawLength(rawLength, src.length)
      checkOut(out, rawLength)
      const raw = out === undefined ? new Uint8Array(rawLength) : out.subarray(0, rawLength)
      if (!lz4Decode(src, raw)) throw lz4Corrupt()
      return raw
    },
    zstdDecompress(src, rawLength, out) {
      checkZstdLength(rawLength, src.length)
      checkOut(out, rawLength)
      const raw = out === undefined ? new Uint8Array(rawLength) : out.subarray(0, rawLength)
      zstdDecode(src, raw)
      return raw
    },
  }
}
