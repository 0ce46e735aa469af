/*
 * Names and values of structured metadata in their normal form. Source: Loki's observed normalisation.
 */

/**
 * `[A-Za-z0-9]` stay, every other rune is `_`, runs of `_` are one, a leading digit gets `key_`; the double underscores
 * around `__x__` stay. The result may be empty or all underscores: that is an error of the caller's.
 */
export function normalName(name: string): string {
  const isDunder = name.startsWith('__') && name.endsWith('__') && /[A-Za-z0-9]/.test(name)
  let normal = name.replace(/[^A-Za-z0-9]/gu, '_').replace(/_+/g, '_')
  if (isDunder) normal = `__${normal.replace(/^_|_$/g, '')}__`
  return /^[0-9]/.test(normal) ? `key_${normal}` : normal
}

export function isNameless(normal: string): boolean {
  return /^_*$/.test(normal)
}

const strict = new TextDecoder('utf-8', {fatal: true, ignoreBOM: true})

/** UTF-8 text; U+FFFD and each byte that is no UTF-8 become a space. */
export function cleanValue(bytes: Uint8Array): string {
  let text: string
  try {
    text = strict.decode(bytes)
  } catch {
    text = spaceInvalid(bytes)
  }
  return text.includes('\ufffd') ? text.replaceAll('\ufffd', ' ') : text
}

/** As Go ranges over a string: a byte that begins no valid sequence is one error, and the next byte is looked at afresh. */
function spaceInvalid(bytes: Uint8Array): string {
  let out = ''
  for (let i = 0; i < bytes.length;) {
    const first = bytes[i] ?? 0
    const length = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0
    let char = ' '
    let step = 1
    if (length > 0 && i + length <= bytes.length) {
      try {
        char = strict.decode(bytes.subarray(i, i + length))
        step = length
      } catch {
        // char stays a space
      }
    }
    out += char
    i += step
  }
  return out
}
