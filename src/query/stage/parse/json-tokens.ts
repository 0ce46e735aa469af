/*
 * Pieces of JSON text in a line: where strings, blocks and tokens end. What is taken for well-formed is what Loki takes for it
 * (logql § 3.5): numbers are any run of bytes, arrays are only looked at for their brackets.
 */

export const QUOTE = 0x22
export const BACKSLASH = 0x5c
export const COMMA = 0x2c
export const COLON = 0x3a
export const OPEN_OBJECT = 0x7b
export const CLOSE_OBJECT = 0x7d
export const OPEN_ARRAY = 0x5b
export const CLOSE_ARRAY = 0x5d

/** Errors of a line; results that are positions say it by -1, -2, … */
export const BAD_OBJECT = 1
export const BAD_STRING = 2
export const BAD_ARRAY = 3
export const MALFORMED = 4
export const UNKNOWN_TYPE = 5
export const BAD_KEY = 6

/** By error: `__error_details__`. */
export const JSON_DETAILS: readonly string[] = [
  '',
  "Value looks like object, but can't find closing '}' symbol",
  "Value is string, but can't find closing '\"' symbol",
  "Value is array, but can't find closing ']' symbol",
  'Malformed JSON error',
  'Unknown value type',
  'Encountered an invalid escape sequence in a string',
]

export function skipSpace(bytes: Uint8Array, at: number, end: number): number {
  let i = at
  while (i < end) {
    const byte = bytes[i]!
    if (byte > 0x20 || (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09)) break
    i++
  }
  return i
}

/** The position of the quote that ends the string whose first byte is at `at`; -1 when there is none. */
export function stringEnd(bytes: Uint8Array, at: number, end: number): number {
  for (let i = at; i < end; i++) {
    const byte = bytes[i]!
    if (byte === QUOTE) return i
    if (byte === BACKSLASH) i++
  }
  return -1
}

/** The position behind the bracket that closes the one at `at`, looking at one kind of bracket only; -1 when there is none. */
export function blockEnd(bytes: Uint8Array, at: number, end: number, open: number, close: number): number {
  let depth = 0
  for (let i = at; i < end; i++) {
    const byte = bytes[i]!
    if (byte === QUOTE) {
      i = stringEnd(bytes, i + 1, end)
      if (i < 0) return -1
    } else if (byte === open) depth++
    else if (byte === close && --depth === 0) return i + 1
  }
  return -1
}

/** Where a number, true, false or null ends. */
export function tokenEnd(bytes: Uint8Array, at: number, end: number): number {
  let i = at
  for (; i < end; i++) {
    const byte = bytes[i]!
    if (byte === COMMA || byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) break
    if (byte <= 0x20 && (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09)) break
  }
  return i
}

export type TokenKind = 'value' | 'null' | 'unknown'

/** What a token that is no string, object or array is: a number or boolean, null, or nothing known. */
export function tokenKind(bytes: Uint8Array, at: number, end: number): TokenKind {
  const byte = bytes[at]!
  if ((byte >= 0x30 && byte <= 0x39) || byte === 0x2d) return 'value'
  if (isWord(bytes, at, end, TRUE) || isWord(bytes, at, end, FALSE)) return 'value'
  return isWord(bytes, at, end, NULL) ? 'null' : 'unknown'
}

const TRUE = [0x74, 0x72, 0x75, 0x65]
const FALSE = [0x66, 0x61, 0x6c, 0x73, 0x65]
const NULL = [0x6e, 0x75, 0x6c, 0x6c]

function isWord(bytes: Uint8Array, at: number, end: number, word: readonly number[]): boolean {
  if (end - at !== word.length) return false
  for (let i = 0; i < word.length; i++) if (bytes[at + i] !== word[i]) return false
  return true
}
