// Snappy block format, after the length preamble: literals and copies of 1..64 bytes.
// Source of the format: google/snappy format_description.txt.
import {copy16, copyMatch, copyWild} from './bytes'

/** Decodes [src, src + length) into exactly `raw` bytes at dst. 0 = done, -1 = corrupt. */
export function snappyDecode(src: usize, length: usize, dst: usize, raw: usize): i32 {
  let s = src
  const sEnd = src + length
  let d = dst
  const dEnd = dst + raw
  while (s < sEnd) {
    const tag = <u32>load<u8>(s++)
    const kind = tag & 3
    if (kind === 0) {
      let n: usize = (tag >> 2) + 1
      if (n <= 16) {
        if (n > sEnd - s || n > dEnd - d) return -1
        copy16(d, s)
      } else {
        if (n > 60) {
          const extra: usize = n - 60
          if (extra > sEnd - s) return -1
          const wide = <u64>load<u32>(s) & (((<u64>1) << (<u64>extra << 3)) - 1)
          s += extra
          if (wide >= <u64>raw) return -1
          n = <usize>wide + 1
        }
        if (n > sEnd - s || n > dEnd - d) return -1
        copyWild(d, s, n)
      }
      s += n
      d += n
    } else {
      let n: usize
      let off: usize
      if (kind === 1) {
        if (s >= sEnd) return -1
        n = 4 + ((tag >> 2) & 7)
        off = ((tag >> 5) << 8) | <u32>load<u8>(s)
        s += 1
      } else {
        n = (tag >> 2) + 1
        if (kind === 2) {
          if (sEnd - s < 2) return -1
          off = load<u16>(s)
          s += 2
        } else {
          if (sEnd - s < 4) return -1
          off = load<u32>(s)
          s += 4
        }
      }
      if (off === 0 || off > d - dst || n > dEnd - d) return -1
      copyMatch(d, off, n)
      d += n
    }
  }
  return d === dEnd ? 0 : -1
}
