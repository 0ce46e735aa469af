// Substring search over lines that lie back to back: two rare bytes of the needle are compared 64 positions a step,
// and only where both agree is the needle compared.

// @ts-ignore: decorator
@inline
function matches(at: usize, needle: usize, fold: usize, n: usize): bool {
  let k: usize = 0
  for (; n - k > 16; k += 16) {
    const same = i8x16.eq(v128.or(v128.load(at + k), v128.load(fold + k)), v128.load(needle + k))
    if (!i8x16.all_true(same)) return false
  }
  const same = <u32>i8x16.bitmask(i8x16.eq(v128.or(v128.load(at + k), v128.load(fold + k)), v128.load(needle + k)))
  const want: u32 = (<u32>1 << <u32>(n - k)) - 1
  return (same & want) === want
}

/**
 * Row numbers of lines that hold the needle, ascending, at out; returns how many (≤ rows).
 *
 * @param offsets rows + 1 u32; line i is [offsets[i] - offsets[0], offsets[i + 1] - offsets[0]). Wrong offsets give wrong rows, nothing worse.
 * @param needle  size ≥ 1 bytes; letters in lower case where `fold` has 0x20.
 * @param fold    size bytes: 0x20 where both cases of a letter match, else 0.
 * @param i1, i2  positions of the two rarest bytes of the needle.
 */
export function findRows(
  lines: usize, length: usize, offsets: usize, rows: u32,
  needle: usize, fold: usize, size: usize, i1: usize, i2: usize, out: usize,
): u32 {
  if (size > length || rows === 0) return 0
  const last = lines + length - size
  const base = load<u32>(offsets)
  const b1 = i8x16.splat(load<i8>(needle + i1))
  const b2 = i8x16.splat(load<i8>(needle + i2))
  const f1 = i8x16.splat(load<i8>(fold + i1))
  const f2 = i8x16.splat(load<i8>(fold + i2))
  let count: u32 = 0
  let row: u32 = 0
  let p = lines
  while (p <= last) {
    const x = p + i1
    const y = p + i2
    const a0 = v128.and(i8x16.eq(v128.or(v128.load(x), f1), b1), i8x16.eq(v128.or(v128.load(y), f2), b2))
    const a1 = v128.and(i8x16.eq(v128.or(v128.load(x, 16), f1), b1), i8x16.eq(v128.or(v128.load(y, 16), f2), b2))
    const a2 = v128.and(i8x16.eq(v128.or(v128.load(x, 32), f1), b1), i8x16.eq(v128.or(v128.load(y, 32), f2), b2))
    const a3 = v128.and(i8x16.eq(v128.or(v128.load(x, 48), f1), b1), i8x16.eq(v128.or(v128.load(y, 48), f2), b2))
    if (!v128.any_true(v128.or(v128.or(a0, a1), v128.or(a2, a3)))) {
      p += 64
      continue
    }
    let hits =
      <u64>i8x16.bitmask(a0) | (<u64>i8x16.bitmask(a1) << 16) | (<u64>i8x16.bitmask(a2) << 32) | (<u64>i8x16.bitmask(a3) << 48)
    let next = p + 64
    do {
      const q = p + <usize>ctz(hits)
      if (q > last) return count
      hits &= hits - 1
      if (!matches(q, needle, fold, size)) continue
      const at = <u32>(q - lines)
      while (row < rows && load<u32>(offsets + (row << 2), 4) - base <= at) row++
      if (row >= rows) return count
      let end = load<u32>(offsets + (row << 2), 4) - base
      if (end > <u32>length) end = <u32>length
      if (at + <u32>size > end) continue
      store<u32>(out + (count++ << 2), row++)
      const lineEnd = lines + end
      if (lineEnd >= next) {
        next = lineEnd
        break
      }
      hits &= ~(<u64>0) << <u64>(lineEnd - p)
    } while (hits)
    p = next
  }
  return count
}

/** Positions of '\n', ascending, at most `limit`; returns how many. */
export function newlineIndex(bytes: usize, length: usize, out: usize, limit: u32): u32 {
  const newline = i8x16.splat(10)
  const end = bytes + length
  let count: u32 = 0
  for (let p = bytes; p < end; p += 64) {
    const a0 = i8x16.eq(v128.load(p), newline)
    const a1 = i8x16.eq(v128.load(p, 16), newline)
    const a2 = i8x16.eq(v128.load(p, 32), newline)
    const a3 = i8x16.eq(v128.load(p, 48), newline)
    let hits =
      <u64>i8x16.bitmask(a0) | (<u64>i8x16.bitmask(a1) << 16) | (<u64>i8x16.bitmask(a2) << 32) | (<u64>i8x16.bitmask(a3) << 48)
    if (end - p < 64) hits &= ((<u64>1) << <u64>(end - p)) - 1
    while (hits) {
      if (count === limit) return count
      store<u32>(out + (count++ << 2), <u32>(p - bytes) + <u32>ctz(hits))
      hits &= hits - 1
    }
  }
  return count
}
