/*
 * Text of labels out of bytes of a line: what is not valid UTF-8 is replaced byte by byte as Go does, escapes are resolved,
 * keys become label names (logql § 3.5).
 */
import {decodeText} from '../../bytes.ts'

const BROKEN = '\ufffd'
const BACKSLASH = 0x5c

/** How quoted text is written: logfmt also knows \', takes lone surrogates for U+FFFD, and refuses control characters. */
export type Escapes = 'json' | 'logfmt'

/**
 * Bytes [from, to) as text; each byte that is not part of valid UTF-8, and each U+FFFD, becomes `broken`.
 *
 * @param broken a space for values, U+FFFD for keys (which make it `_` later).
 */
export function cleanText(bytes: Uint8Array, from: number, to: number, broken: string): string {
  const text = decodeText(bytes, from, to)
  if (!text.includes(BROKEN)) return text
  let clean = ''
  let run = from
  for (let i = from; i < to;) {
    const length = runeLength(bytes, i, to)
    if (length > 0) {
      i += length
      continue
    }
    clean += decodeText(bytes, run, i) + broken
    i++
    run = i
  }
  clean += decodeText(bytes, run, to)
  return broken === BROKEN ? clean : clean.replaceAll(BROKEN, broken)
}

/** Valid UTF-8, and no U+FFFD in it. */
export function isClean(bytes: Uint8Array, from: number, to: number): boolean {
  for (let i = from; i < to;) {
    const byte = bytes[i]!
    if (byte < 0x80) {
      i++
      continue
    }
    const length = runeLength(bytes, i, to)
    if (length === 0 || (byte === 0xef && bytes[i + 1] === 0xbf && bytes[i + 2] === 0xbd)) return false
    i += length
  }
  return true
}

/** Bytes of the valid UTF-8 character at i; 0 when there is none. */
function runeLength(bytes: Uint8Array, i: number, to: number): number {
  const first = bytes[i]!
  if (first < 0x80) return 1
  if (first < 0xc2 || first > 0xf4) return 0
  const length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4
  if (i + length > to) return 0
  const second = bytes[i + 1]!
  const least = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80
  const most = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf
  if (second < least || second > most) return 0
  for (let k = 2; k < length; k++) if ((bytes[i + k]! & 0xc0) !== 0x80) return 0
  return length
}

/** Quoted text without its quotes, escapes resolved; undefined when one is invalid. */
export function unescapeText(bytes: Uint8Array, from: number, to: number, escapes: Escapes, broken: string): string | undefined {
  let text = ''
  let run = from
  for (let i = from; i < to;) {
    const byte = bytes[i]!
    if (byte !== BACKSLASH) {
      if (byte < 0x20 && escapes === 'logfmt') return undefined
      i++
      continue
    }
    text += cleanText(bytes, run, i, broken)
    const escape = i + 1 < to ? bytes[i + 1]! : 0
    if (escape === 0x75) {
      const unit = hexUnit(bytes, i, to)
      if (unit < 0) return undefined
      i += 6
      if (unit < 0xd800 || unit > 0xdfff) text += unit === 0xfffd ? broken : String.fromCharCode(unit)
      else {
        const low = unit < 0xdc00 ? hexUnit(bytes, i, to) : -1
        if (low >= 0xdc00 && low <= 0xdfff) {
          text += String.fromCharCode(unit, low)
          i += 6
        } else if (escapes === 'json') return undefined
        else text += broken
      }
    } else {
      const plain = SIMPLE.get(escape) ?? (escape === 0x27 && escapes === 'logfmt' ? "'" : undefined)
      if (plain === undefined) return undefined
      text += plain
      i += 2
    }
    run = i
  }
  return text + cleanText(bytes, run, to, broken)
}

const SIMPLE: ReadonlyMap<number, string> = new Map([
  [0x22, '"'],
  [0x5c, '\\'],
  [0x2f, '/'],
  [0x62, '\b'],
  [0x66, '\f'],
  [0x6e, '\n'],
  [0x72, '\r'],
  [0x74, '\t'],
])

/** The 16 bits of `\uXXXX` at i, or -1. */
function hexUnit(bytes: Uint8Array, i: number, to: number): number {
  if (i + 6 > to || bytes[i] !== BACKSLASH || bytes[i + 1] !== 0x75) return -1
  let unit = 0
  for (let k = i + 2; k < i + 6; k++) {
    const byte = bytes[k]!
    const lower = byte | 0x20
    if (byte >= 0x30 && byte <= 0x39) unit = unit * 16 + (byte - 0x30)
    else if (lower >= 0x61 && lower <= 0x66) unit = unit * 16 + (lower - 0x57)
    else return -1
  }
  return unit
}

// What Go's unicode.IsSpace takes for a space; JavaScript's trim has U+FEFF on top and lacks U+0085.
const SPACE = /^[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]$/

/**
 * A key as a part of a label name: without spaces around it, everything but ASCII letters, digits and `_` replaced by `_`.
 *
 * @param first the name begins with it, so it must not begin with a digit.
 */
export function labelNamePart(key: string, first: boolean): string {
  const name = trim(key).replace(/[^A-Za-z0-9_]/gu, '_')
  return first && /^[0-9]/.test(name) ? `_${name}` : name
}

// By hand: a regex for the spaces at the end would look at those in the middle again and again.
function trim(key: string): string {
  let from = 0
  let to = key.length
  while (from < to && SPACE.test(key[from]!)) from++
  while (to > from && SPACE.test(key[to - 1]!)) to--
  return key.slice(from, to)
}
