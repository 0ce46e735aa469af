/*
 * Between bytes and text for the query engine: the places where a value has to become a string, and back.
 */

const decoder = new TextDecoder('utf-8', {ignoreBOM: true})
const encoder = new TextEncoder()

// Below this many bytes a loop over ASCII beats the call into the decoder.
const SHORT = 24

export const NO_BYTES = new Uint8Array(0)

/** UTF-8 text of bytes [from, to); what is not valid UTF-8 becomes U+FFFD. */
export function decodeText(bytes: Uint8Array, from: number, to: number): string {
  if (to - from <= SHORT) {
    let text = ''
    let i = from
    for (; i < to; i++) {
      const byte = bytes[i]!
      if (byte >= 0x80) break
      text += String.fromCharCode(byte)
    }
    if (i === to) return text
  }
  return decoder.decode(bytes.subarray(from, to))
}

export function encodeText(text: string): Uint8Array {
  return encoder.encode(text)
}

/** True when bytes [from, to) are exactly `wanted`. */
export function sameBytes(bytes: Uint8Array, from: number, to: number, wanted: Uint8Array): boolean {
  const length = wanted.length
  if (to - from !== length) return false
  for (let i = 0; i < length; i++) if (bytes[from + i] !== wanted[i]) return false
  return true
}

/** Where `needle` (not empty) first is in bytes [from, to), or -1. For single lines; whole blocks are searched by the kernel. */
export function indexOfBytes(bytes: Uint8Array, from: number, to: number, needle: Uint8Array): number {
  const length = needle.length
  const first = needle[0]!
  const last = to - length
  for (let i = from; i <= last; i++) {
    if (bytes[i] !== first) continue
    let j = 1
    while (j < length && bytes[i + j] === needle[j]) j++
    if (j === length) return i
  }
  return -1
}
