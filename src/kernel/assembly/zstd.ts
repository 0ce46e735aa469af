// Zstandard frames (RFC 8878 § 3.1): frame headers, blocks, skippable frames. Refused: dictionaries, content checksums
// (what is stored has its own), windows above 1 GiB.
import {BLOCK_SIZE_MAX, readLiterals, resetLiterals} from './zstd-literals'
import {resetSequences, runSequences} from './zstd-sequences'

const MAGIC: u32 = 0xfd2fb528
/** And the 15 numbers after it. */
const MAGIC_SKIPPABLE: u32 = 0x184d2a50
const WINDOW_EXPONENT_MAX: u32 = 20

/** Decodes the frames [src, src + length) into exactly `raw` bytes at dst. 0 = done, -1 = corrupt. */
export function zstdDecode(src: usize, length: usize, dst: usize, raw: usize): i32 {
  let s = src
  const sEnd = src + length
  let d = dst
  const dEnd = dst + raw
  while (s < sEnd) {
    if (sEnd - s < 8) return -1
    const magic = load<u32>(s)
    if ((magic & 0xffff_fff0) === MAGIC_SKIPPABLE) {
      const size: usize = load<u32>(s, 4)
      s += 8
      if (size > sEnd - s) return -1
      s += size
      continue
    }
    if (magic !== MAGIC) return -1
    const flags = <u32>load<u8>(s, 4)
    s += 5
    // Dictionary, checksum, reserved.
    if ((flags & 0b1111) !== 0) return -1
    const single = (flags & 0x20) !== 0
    const sizeFlag = flags >> 6
    const sizeBytes: usize = sizeFlag === 0 ? (single ? 1 : 0) : (<usize>1) << sizeFlag
    if (sEnd - s < sizeBytes + (single ? 0 : 1)) return -1
    let window: u64 = 0
    if (!single) {
      const descriptor = <u32>load<u8>(s++)
      if (descriptor >> 3 > WINDOW_EXPONENT_MAX) return -1
      window = (<u64>(8 + (descriptor & 7))) << (<u64>(7 + (descriptor >> 3)))
    }
    let size = sizeBytes === 8 ? load<u64>(s) : load<u64>(s) & (((<u64>1) << (<u64>(sizeBytes << 3))) - 1)
    if (sizeBytes === 2) size += 256
    s += sizeBytes
    if (single) window = size
    if (sizeBytes !== 0 && size > <u64>(dEnd - d)) return -1
    const blockMax = <usize>min<u64>(window, BLOCK_SIZE_MAX)
    resetLiterals()
    resetSequences()
    const first = d
    let last: u32
    do {
      if (sEnd - s < 3) return -1
      const head = (<u32>load<u16>(s)) | ((<u32>load<u8>(s, 2)) << 16)
      s += 3
      last = head & 1
      const kind = (head >> 1) & 3
      const n = <usize>(head >> 3)
      if (n > blockMax) return -1
      if (kind === 2) {
        if (n > sEnd - s) return -1
        const end = s + n
        s = readLiterals(s, end, blockMax)
        if (s === 0) return -1
        d = runSequences(s, end, first, d, d + min<usize>(blockMax, dEnd - d))
        if (d === 0) return -1
        s = end
        continue
      }
      if (n > dEnd - d || kind === 3) return -1
      if (kind === 0) {
        if (n > sEnd - s) return -1
        memory.copy(d, s, n)
        s += n
      } else {
        if (s >= sEnd) return -1
        memory.fill(d, load<u8>(s++), n)
      }
      d += n
    } while (last === 0)
    if (sizeBytes !== 0 && <u64>(d - first) !== size) return -1
  }
  return d === dEnd ? 0 : -1
}
