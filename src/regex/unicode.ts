/*
 * Unicode properties as sets, read off the JavaScript engine's own tables: \p{…} is asked of a RegExp once per class.
 * This builds sets; no pattern of a user ever runs in that RegExp.
 */
import {charSet, type CharSet} from './charset.ts'

// Planes 4 to 13 are unassigned, so they are in no class.
const PLANES = [0, 1, 2, 3, 14, 15, 16] as const
/** Planes with cased letters. */
export const CASED_PLANES = [0, 1] as const
const CATEGORY = /^(?:C[cfo]|L[lmotu]?|M[cen]?|N[dlo]?|P[cdefios]?|S[ckmo]?|Z[lps]?)$/
const SCRIPT = /^[A-Z][a-z]+(?:_[A-Z][a-z]+)*$|^(?:SignWriting|Nko)$/
// Four letters are otherwise ISO 15924 codes, which JavaScript takes as aliases and RE2 does not.
const SCRIPTS_OF_FOUR = new Set(['Ahom', 'Cham', 'Kawi', 'Lisu', 'Miao', 'Modi', 'Newa', 'Thai', 'Toto'])
const NOT_SCRIPTS = new Set(['Unknown', 'Katakana_Or_Hiragana'])

// Pure functions of their key, so remembering them is no state: sets are immutable and their number is bounded by Unicode.
const classes = new Map<string, CharSet | undefined>()

/** The set of a general category (`L`, `Lu`) or script (`Greek`) as RE2 names them; undefined when there is no such class. */
export function unicodeClass(name: string): CharSet | undefined {
  if (!classes.has(name)) classes.set(name, build(name))
  return classes.get(name)
}

function build(name: string): CharSet | undefined {
  if (name === 'Any') return [0, 0x10ffff]
  if (name === 'Cs') return [0xd800, 0xdfff]
  if (name === 'C') return charSet([...scanCodePoints('[\\p{Cc}\\p{Cf}\\p{Co}]'), 0xd800, 0xdfff])
  if (CATEGORY.test(name)) return scanCodePoints(`\\p{${name}}`)
  if (!SCRIPT.test(name) || NOT_SCRIPTS.has(name) || (name.length === 4 && !SCRIPTS_OF_FOUR.has(name))) return undefined
  try {
    return scanCodePoints(`\\p{Script=${name}}`)
  } catch {
    return undefined
  }
}

/** All code points matched by the source of a one-character RegExp (flag u); surrogates excepted. */
export function scanCodePoints(source: string, planes: readonly number[] = PLANES): CharSet {
  const runs = new RegExp(`(?:${source})+`, 'gu')
  const pairs: number[] = []
  for (const plane of planes) {
    const text = planeText(plane)
    const unit = plane === 0 ? 1 : 2
    for (const match of text.matchAll(runs)) {
      const first = match.index / unit
      const last = first + match[0].length / unit - 1
      // Plane 0 leaves out the 2,048 surrogates.
      const shift = plane === 0 ? (index: number) => (index < 0xd800 ? index : index + 0x800) : (index: number) => (plane << 16) + index
      if (plane === 0 && first < 0xd800 && last >= 0xd800) pairs.push(first, 0xd7ff, 0xe000, shift(last))
      else pairs.push(shift(first), shift(last))
    }
  }
  return charSet(pairs)
}

function planeText(plane: number): string {
  const parts: string[] = []
  for (let start = plane << 16; start < (plane + 1) << 16; start += 4096) {
    const block: number[] = []
    for (let rune = start; rune < start + 4096; rune++) if (rune < 0xd800 || rune > 0xdfff) block.push(rune)
    parts.push(String.fromCodePoint(...block))
  }
  return parts.join('')
}
