/* Go string literals: "…" with escapes, `…` raw. */

const ESCAPES: Record<string, number> = {a: 7, b: 8, f: 12, n: 10, r: 13, t: 9, v: 11, '\\': 92, '"': 34}

/** The value of a quoted literal; undefined when its escapes are wrong. Bytes that are no UTF-8 become U+FFFD. */
export function unquote(literal: string): string | undefined {
  const body = literal.slice(1, -1)
  if (literal.startsWith('`')) return body.replaceAll('\r', '')
  if (!body.includes('\\')) return body
  const bytes: Uint8Array[] = []
  const plain = /[^\\]+|\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|(.))/gsu
  let at = 0
  for (const m of body.matchAll(plain)) {
    if (m.index !== at) return undefined
    at += m[0].length
    const [whole, hex, u4, u8, octal, short] = m
    const code = u4 ?? u8
    const byte =
      hex !== undefined
        ? Number.parseInt(hex, 16)
        : octal !== undefined
          ? Number.parseInt(octal, 8)
          : short !== undefined
            ? ESCAPES[short]
            : undefined
    if (!whole.startsWith('\\')) bytes.push(Buffer.from(whole))
    else if (code !== undefined) {
      const value = Number.parseInt(code, 16)
      if (value > 0x10ffff || (value >= 0xd800 && value < 0xe000)) return undefined
      bytes.push(Buffer.from(String.fromCodePoint(value)))
    } else if (byte === undefined || byte > 255) return undefined
    else bytes.push(Uint8Array.of(byte))
  }
  return at === body.length ? Buffer.concat(bytes).toString('utf8') : undefined
}
