/** Twin of assembly/names.ts and assembly/utf8.ts: judging structured metadata. */

/** What normalisation (loki-http-api § 1.9) leaves unchanged; names are ASCII then. */
export function isNormalName(name: string): boolean {
  const inner = name.length > 4 && name.startsWith('__') && name.endsWith('__') ? name.slice(2, -2) : name
  if (inner !== name && (inner.startsWith('_') || inner.endsWith('_'))) return false
  if (inner === name && /^[0-9]/.test(name)) return false
  return /^[A-Za-z0-9_]+$/.test(inner) && !inner.includes('__') && /[A-Za-z0-9]/.test(inner)
}

const UTF8 = new TextDecoder('utf-8', {fatal: true, ignoreBOM: true})

/** Valid UTF-8 without U+FFFD, which marks text that was broken before it came here. */
export function isCleanText(bytes: Uint8Array): boolean {
  try {
    return !UTF8.decode(bytes).includes('\ufffd')
  } catch {
    return false
  }
}
