// Byte helpers shared by the kernels. Every region has 64 readable and writable bytes before and after its content
// (src/kernel/memory.ts), so 16-byte steps may run over an end; they never decide anything on what lies there.

// SPREAD[off * 16 + i] = i % off: repeats the last `off` bytes over a vector.
const SPREAD: usize = memory.data<u8>([
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1,
  0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0,
  0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3,
  0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0,
  0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5, 0, 1, 2, 3,
  0, 1, 2, 3, 4, 5, 6, 0, 1, 2, 3, 4, 5, 6, 0, 1,
  0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 1, 2, 3, 4, 5, 6,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2, 3, 4, 5,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0, 1, 2, 3, 4,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 0, 1, 2, 3,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 0, 1, 2,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 0, 1,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 0,
])

// @ts-ignore: decorator
@inline
export function copy16(to: usize, from: usize): void {
  v128.store(to, v128.load(from))
}

/** Copies n bytes in 16-byte steps: touches up to 15 bytes more on both sides' ends. */
// @ts-ignore: decorator
@inline
export function copyWild(to: usize, from: usize, n: usize): void {
  copy16(to, from)
  if (n > 16) {
    let k: usize = 16
    do {
      copy16(to + k, from + k)
      k += 16
    } while (k < n)
  }
}

/** The match copy of LZ77: n bytes from `off` bytes back, overlapping as the format means it. Touches up to 15 bytes after the end. */
// @ts-ignore: decorator
@inline
export function copyMatch(to: usize, off: usize, n: usize): void {
  const from = to - off
  if (off >= 16) {
    copyWild(to, from, n)
  } else {
    const pattern = i8x16.swizzle(v128.load(from), v128.load(SPREAD + (off << 4)))
    const step: usize = 16 - (16 % off)
    const end = to + n
    do {
      v128.store(to, pattern)
      to += step
    } while (to < end)
  }
}

/** Where the varint read last by {@link varint} ends; 0 = it was malformed. */
export let cursor: usize = 0

/** At most ten bytes; bits over 64 are dropped, as protobuf decoders do. */
export function varint(p: usize, end: usize): u64 {
  let value: u64 = 0
  let shift: u64 = 0
  while (p < end && shift < 70) {
    const b = <u64>load<u8>(p++)
    if (shift < 64) value |= (b & 0x7f) << shift
    if (b < 0x80) {
      cursor = p
      return value
    }
    shift += 7
  }
  cursor = 0
  return 0
}

// @ts-ignore: decorator
@inline
export function equalBytes(a: usize, b: usize, n: usize): bool {
  while (n > 16) {
    if (!i8x16.all_true(i8x16.eq(v128.load(a), v128.load(b)))) return false
    a += 16
    b += 16
    n -= 16
  }
  const same = <u32>i8x16.bitmask(i8x16.eq(v128.load(a), v128.load(b)))
  const want: u32 = (<u32>1 << <u32>n) - 1
  return (same & want) === want
}
