/*
 * What stands for a set of code points in a pattern: [a-z], [[:alpha:]], \d, \pL, and single escapes.
 * Each function reads at a cursor and leaves it behind what it read; errors are those of Go's regexp/syntax.
 */
import {charSet, DIGIT, negate, RUNE_MAX, SPACE, WORD, type CharSet} from './charset.ts'
import type {Cursor} from './cursor.ts'
import {foldOrbit, foldSet} from './fold.ts'
import {RegexSyntaxError} from './syntax-error.ts'
import {unicodeClass} from './unicode.ts'

const PERL_CLASSES: ReadonlyMap<string, CharSet> = new Map([
  ['d', DIGIT],
  ['s', SPACE],
  ['w', WORD],
])

const POSIX_CLASSES: ReadonlyMap<string, CharSet> = new Map([
  ['alnum', [0x30, 0x39, 0x41, 0x5a, 0x61, 0x7a]],
  ['alpha', [0x41, 0x5a, 0x61, 0x7a]],
  ['ascii', [0, 0x7f]],
  ['blank', [9, 9, 32, 32]],
  ['cntrl', [0, 0x1f, 0x7f, 0x7f]],
  ['digit', DIGIT],
  ['graph', [0x21, 0x7e]],
  ['lower', [0x61, 0x7a]],
  ['print', [0x20, 0x7e]],
  ['punct', [0x21, 0x2f, 0x3a, 0x40, 0x5b, 0x60, 0x7b, 0x7e]],
  ['space', [9, 13, 32, 32]],
  ['upper', [0x41, 0x5a]],
  ['word', WORD],
  ['xdigit', [0x30, 0x39, 0x41, 0x46, 0x61, 0x66]],
])

const ESCAPES: ReadonlyMap<string, number> = new Map([
  ['a', 7],
  ['f', 12],
  ['n', 10],
  ['r', 13],
  ['t', 9],
  ['v', 11],
])

/** Reads [...] at `[`. */
export function parseBracket(cursor: Cursor, fold: boolean): CharSet {
  const open = cursor.position
  cursor.skip(1)
  const negated = cursor.take('^')
  const pairs: number[] = []
  const literal: number[] = [] //         folded once at the end
  for (let first = true; first || !cursor.startsWith(']'); first = false) {
    const named = parseNamed(cursor, fold) ?? parseClassEscape(cursor, fold)
    if (named !== undefined) {
      for (const rune of named) pairs.push(rune)
      continue
    }
    const from = cursor.position
    const lo = parseMember(cursor, open)
    let hi = lo
    if (cursor.startsWith('-') && cursor.left >= 2 && !cursor.startsWith('-]')) {
      cursor.skip(1)
      hi = parseMember(cursor, open)
      if (hi < lo) throw new RegexSyntaxError('charRange', cursor.since(from))
    }
    literal.push(lo, hi)
  }
  cursor.skip(1)
  const members = charSet(literal)
  for (const rune of fold ? foldSet(members) : members) pairs.push(rune)
  return negated ? negate(charSet(pairs)) : charSet(pairs)
}

function parseMember(cursor: Cursor, open: number): number {
  if (cursor.left === 0) throw new RegexSyntaxError('missingBracket', cursor.since(open, true))
  return cursor.startsWith('\\') ? parseEscape(cursor) : cursor.next()
}

// [:alpha:] or [:^alpha:], inside brackets only.
function parseNamed(cursor: Cursor, fold: boolean): CharSet | undefined {
  if (!cursor.startsWith('[:') || cursor.left <= 2) return undefined
  const end = cursor.find(':]', 2)
  if (end < 0) return undefined
  const name = cursor.text.slice(cursor.position + 2, end)
  const negated = name.startsWith('^')
  const set = POSIX_CLASSES.get(negated ? name.slice(1) : name)
  if (set === undefined) throw new RegexSyntaxError('charRange', `[:${name}:]`)
  cursor.moveTo(end + 2)
  return group(set, fold, negated)
}

/** \d \D \s \S \w \W \pL \p{Greek} \P…; undefined, with nothing read, when something else follows. */
export function parseClassEscape(cursor: Cursor, fold: boolean): CharSet | undefined {
  if (!cursor.startsWith('\\') || cursor.left < 2) return undefined
  const letter = cursor.text.charAt(cursor.position + 1)
  const lower = letter.toLowerCase()
  if (lower === 'p') return parseProperty(cursor, fold, letter === 'P')
  const perl = PERL_CLASSES.get(lower)
  if (perl === undefined) return undefined
  cursor.skip(2)
  return group(perl, fold, letter !== lower)
}

function parseProperty(cursor: Cursor, fold: boolean, complement: boolean): CharSet {
  const from = cursor.position
  cursor.skip(2)
  let name: string
  if (cursor.startsWith('{')) {
    const end = cursor.find('}', 0)
    if (end < 0) throw new RegexSyntaxError('charRange', cursor.since(from, true))
    name = cursor.text.slice(cursor.position + 1, end)
    cursor.moveTo(end + 1)
  } else {
    // Go reads a U+FFFD of no width at the end of the pattern, and finds no such class.
    name = cursor.left === 0 ? '' : String.fromCodePoint(cursor.next())
  }
  const caret = name.startsWith('^')
  const set = unicodeClass(caret ? name.slice(1) : name)
  if (set === undefined) throw new RegexSyntaxError('charRange', cursor.since(from))
  return group(set, fold, complement !== caret)
}

function group(set: CharSet, fold: boolean, negated: boolean): CharSet {
  const all = fold ? foldSet(set) : set
  return negated ? negate(all) : all
}

/** Reads an escape that stands for one code point, at the backslash. */
export function parseEscape(cursor: Cursor): number {
  const from = cursor.position
  cursor.skip(1)
  if (cursor.left === 0) throw new RegexSyntaxError('trailingBackslash', '')
  const rune = cursor.next()
  const char = String.fromCodePoint(rune)
  if (char >= '0' && char <= '7' && char.length === 1) {
    // One digit that is not zero would be a back-reference.
    if (char === '0' || isOctal(cursor)) return parseOctal(cursor, rune - 0x30)
  } else if (char === 'x') {
    const value = parseHex(cursor)
    if (value !== undefined) return value
  } else {
    const short = ESCAPES.get(char)
    if (short !== undefined) return short
    if (rune < 0x80 && !/[0-9A-Za-z]/.test(char)) return rune
  }
  throw new RegexSyntaxError('escape', cursor.since(from))
}

function isOctal(cursor: Cursor): boolean {
  const char = cursor.text.charAt(cursor.position)
  return char >= '0' && char <= '7' && char !== ''
}

function parseOctal(cursor: Cursor, first: number): number {
  let value = first
  for (let i = 0; i < 2 && isOctal(cursor); i++) value = value * 8 + (cursor.next() - 0x30)
  return value
}

// Leaves the cursor behind the character that made it invalid, as the error names all up to there.
function parseHex(cursor: Cursor): number | undefined {
  if (cursor.left === 0) return undefined
  if (!cursor.take('{')) {
    const high = hexDigit(cursor.next())
    const low = cursor.left === 0 ? undefined : hexDigit(cursor.next())
    return high === undefined || low === undefined ? undefined : high * 16 + low
  }
  let value: number | undefined
  while (cursor.left > 0) {
    const rune = cursor.next()
    if (rune === 0x7d) return value
    const digit = hexDigit(rune)
    if (digit === undefined) return undefined
    value = (value ?? 0) * 16 + digit
    if (value > RUNE_MAX) return undefined
  }
  return undefined
}

function hexDigit(rune: number): number | undefined {
  if (rune >= 0x30 && rune <= 0x39) return rune - 0x30
  const lower = rune | 0x20
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : undefined
}

/** The variants of one code point as a set. */
export function runeSet(rune: number, fold: boolean): CharSet {
  return fold ? charSet(foldOrbit(rune).flatMap(other => [other, other])) : [rune, rune]
}
