/*
 * UTF-8 as Go reads it: a byte that begins no valid sequence is U+FFFD, one byte wide.
 */
const INVALID = (0xfffd << 3) | 1

/** Decodes at bytes[at], at < to: rune << 3 | width in bytes. */
export function decodeRune(bytes: Uint8Array, at: number, to: number): number {
  const b0 = bytes[at]!
  if (b0 < 0x80) return (b0 << 3) | 1
  if (b0 < 0xc2 || b0 > 0xf4 || at + 1 >= to) return INVALID
  const b1 = bytes[at + 1]!
  if (b0 < 0xe0) return (b1 & 0xc0) === 0x80 ? ((((b0 & 0x1f) << 6) | (b1 & 0x3f)) << 3) | 2 : INVALID
  // Overlong forms, surrogates and what is above U+10FFFF fail in the second byte.
  const low = b0 === 0xe0 ? 0xa0 : b0 === 0xf0 ? 0x90 : 0x80
  const high = b0 === 0xed ? 0x9f : b0 === 0xf4 ? 0x8f : 0xbf
  if (b1 < low || b1 > high || at + 2 >= to) return INVALID
  const b2 = bytes[at + 2]!
  if ((b2 & 0xc0) !== 0x80) return INVALID
  if (b0 < 0xf0) return ((((b0 & 0x0f) << 12) | ((b1 & 0x3f) << 6) | (b2 & 0x3f)) << 3) | 3
  if (at + 3 >= to) return INVALID
  const b3 = bytes[at + 3]!
  if ((b3 & 0xc0) !== 0x80) return INVALID
  return ((((b0 & 0x07) << 18) | ((b1 & 0x3f) << 12) | ((b2 & 0x3f) << 6) | (b3 & 0x3f)) << 3) | 4
}
