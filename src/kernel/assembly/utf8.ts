// Valid UTF-8 as Unicode defines it (no surrogates, no overlong forms, nothing above U+10FFFF) and without U+FFFD.

/** True when [p, end) is valid and has no U+FFFD, which marks text that was broken before it came here. */
export function cleanUtf8(p: usize, end: usize): bool {
  while (p < end) {
    const b = <u32>load<u8>(p)
    if (b < 0x80) {
      p++
      continue
    }
    const left = end - p
    const b1 = <u32>load<u8>(p, 1)
    if (b < 0xe0) {
      if (b < 0xc2 || left < 2 || (b1 & 0xc0) !== 0x80) return false
      p += 2
      continue
    }
    const b2 = <u32>load<u8>(p, 2)
    if (b < 0xf0) {
      if (left < 3 || (b1 & 0xc0) !== 0x80 || (b2 & 0xc0) !== 0x80) return false
      if (b === 0xe0 && b1 < 0xa0) return false
      if (b === 0xed && b1 > 0x9f) return false
      if (b === 0xef && b1 === 0xbf && b2 === 0xbd) return false
      p += 3
      continue
    }
    if (b > 0xf4 || left < 4) return false
    if ((b1 & 0xc0) !== 0x80 || (b2 & 0xc0) !== 0x80 || (<u32>load<u8>(p, 3) & 0xc0) !== 0x80) return false
    if (b === 0xf0 && b1 < 0x90) return false
    if (b === 0xf4 && b1 > 0x8f) return false
    p += 4
  }
  return true
}

/** The same, quick for ASCII. */
// @ts-ignore: decorator
@inline
export function cleanText(p: usize, n: usize): bool {
  let q = p
  let left = n
  while (left > 16) {
    if (i8x16.bitmask(v128.load(q))) return cleanUtf8(q, p + n)
    q += 16
    left -= 16
  }
  if (!(<u32>i8x16.bitmask(v128.load(q)) & ((<u32>1 << <u32>left) - 1))) return true
  return cleanUtf8(q, p + n)
}
