/*
 * Texts cut by bytes, as Go does it.
 */

/** Bytes [from, to) of the UTF-8 text. Of a character that is cut, each byte reads as U+FFFD. */
export function sliceBytes(text: string, from: number, to: number): string {
  const bytes = Buffer.from(text).subarray(from, to)
  const cut = cutAtEnd(bytes)
  return bytes.toString('utf8', 0, bytes.length - cut) + '\uFFFD'.repeat(cut)
}

/** How many bytes at the end are the beginning of a character that has more. */
function cutAtEnd(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back]!
    if (byte < 0x80) return 0
    if (byte >= 0xc0) return back < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? back : 0
  }
  return 0
}
