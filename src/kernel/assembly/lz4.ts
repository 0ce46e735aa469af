// LZ4 block format (lz4_Block_format.md): sequences of literals and a match of at least 4 bytes, 64 KiB back at most.
import {copy16, copyMatch, copyWild} from './bytes'

const HASH_BITS: u32 = 13
const HASH_TABLE: usize = memory.data(4 << 13, 16)
/** The last match starts at least 12 bytes before the end, and the last 5 bytes are literals. */
const MATCH_START_LIMIT: usize = 12
const LAST_LITERALS: usize = 5

// @ts-ignore: decorator
@inline
function slot(word: u32): usize {
  return HASH_TABLE + (((word * 2654435761) >> (32 - HASH_BITS)) << 2)
}

// @ts-ignore: decorator
@inline
function writeRun(d: usize, n: usize): usize {
  while (n >= 255) {
    store<u8>(d++, 255)
    n -= 255
  }
  store<u8>(d++, <u8>n)
  return d
}

/** dst must hold length + length / 255 + 16 bytes. Returns the compressed length. */
export function lz4Encode(src: usize, length: usize, dst: usize): usize {
  let d = dst
  let anchor = src
  const end = src + length
  if (length > MATCH_START_LIMIT) {
    memory.fill(HASH_TABLE, 0, 4 << HASH_BITS)
    const startLimit = end - MATCH_START_LIMIT
    const matchLimit = end - LAST_LITERALS
    let p = src + 1
    let tries: u32 = 64
    while (p <= startLimit) {
      const word = load<u32>(p)
      const entry = slot(word)
      let ref = src + load<u32>(entry)
      store<u32>(entry, <u32>(p - src))
      if (p - ref > 65535 || load<u32>(ref) !== word) {
        p += tries++ >> 6
        continue
      }
      tries = 64
      while (p > anchor && ref > src && load<u8>(p - 1) === load<u8>(ref - 1)) {
        p--
        ref--
      }
      let q = p + 4
      let r = ref + 4
      while (q + 8 <= matchLimit) {
        const differ = load<u64>(q) ^ load<u64>(r)
        if (differ) {
          q += <usize>(ctz(differ) >> 3)
          break
        }
        q += 8
        r += 8
      }
      if (q + 8 > matchLimit) {
        r = ref + (q - p)
        while (q < matchLimit && load<u8>(q) === load<u8>(r)) {
          q++
          r++
        }
      }
      const literals = p - anchor
      const more = q - p - 4
      const token = d++
      if (literals >= 15) d = writeRun(d, literals - 15)
      copyWild(d, anchor, literals)
      d += literals
      store<u16>(d, <u16>(p - ref))
      d += 2
      if (more >= 15) d = writeRun(d, more - 15)
      store<u8>(token, <u8>((min<usize>(literals, 15) << 4) | min<usize>(more, 15)))
      anchor = q
      p = q
      store<u32>(slot(load<u32>(q - 2)), <u32>(q - 2 - src))
    }
  }
  const literals = end - anchor
  const token = d++
  if (literals >= 15) d = writeRun(d, literals - 15)
  store<u8>(token, <u8>(min<usize>(literals, 15) << 4))
  memory.copy(d, anchor, literals)
  return d + literals - dst
}

/** Decodes [src, src + length) into exactly `raw` bytes at dst. 0 = done, -1 = corrupt. */
export function lz4Decode(src: usize, length: usize, dst: usize, raw: usize): i32 {
  let s = src
  const sEnd = src + length
  let d = dst
  const dEnd = dst + raw
  while (s < sEnd) {
    const token = <u32>load<u8>(s++)
    let n: usize = token >> 4
    if (n < 15) {
      if (n > sEnd - s || n > dEnd - d) return -1
      copy16(d, s)
    } else {
      let b: u32
      do {
        if (s >= sEnd || n > raw) return -1
        b = load<u8>(s++)
        n += b
      } while (b === 255)
      if (n > sEnd - s || n > dEnd - d) return -1
      copyWild(d, s, n)
    }
    d += n
    s += n
    if (s >= sEnd) break
    if (sEnd - s < 2) return -1
    const off: usize = load<u16>(s)
    s += 2
    if (off === 0 || off > d - dst) return -1
    n = token & 15
    if (n < 15) {
      n += 4
      if (n > dEnd - d) return -1
      if (off >= 16) {
        // 18 bytes at most.
        const from = d - off
        copy16(d, from)
        store<u16>(d, load<u16>(from, 16), 16)
        d += n
        continue
      }
    } else {
      let b: u32
      do {
        if (s >= sEnd || n > raw) return -1
        b = load<u8>(s++)
        n += b
      } while (b === 255)
      n += 4
      if (n > dEnd - d) return -1
    }
    copyMatch(d, off, n)
    d += n
  }
  return d === dEnd ? 0 : -1
}
