/*
 * Simple case folding: which code points are the same letter under (?i).
 *
 * The orbits are those of Unicode's CaseFolding (statuses C and S), found by asking the JavaScript engine: candidates come
 * from toUpperCase and toLowerCase, and a back-reference under the flags iu says whether two of them really fold together
 * (İ and ı, for one, do not fold to i). Two ASCII letters have a third variant: k K U+212A and s S U+017F.
 */
import {charSet, contains, type CharSet} from './charset.ts'
import {CASED_PLANES, scanCodePoints} from './unicode.ts'

const KELVIN = 0x212a
const LONG_S = 0x17f

type Orbits = ReadonlyMap<number, readonly number[]>
let table: Orbits | undefined // immutable once built, a function of Unicode alone

/** All variants of a code point, ascending, itself included. */
export function foldOrbit(rune: number): readonly number[] {
  if (rune >= 0x80) return orbits().get(rune) ?? [rune]
  const lower = rune | 0x20
  if (lower < 0x61 || lower > 0x7a) return [rune]
  if (lower === 0x6b) return [0x4b, 0x6b, KELVIN]
  if (lower === 0x73) return [0x53, 0x73, LONG_S]
  return [lower - 0x20, lower]
}

/** The set with all variants of its members. */
export function foldSet(set: CharSet): CharSet {
  const pairs = [...set]
  const last = set[set.length - 1]
  if (last === undefined) return set
  if (last < 0x80) {
    for (let i = 0; i < set.length; i += 2) {
      for (let rune = set[i]!; rune <= set[i + 1]!; rune++) for (const other of foldOrbit(rune)) pairs.push(other, other)
    }
    return charSet(pairs)
  }
  for (const [rune, orbit] of orbits()) {
    if (contains(set, rune)) for (const other of orbit) if (!contains(set, other)) pairs.push(other, other)
  }
  return charSet(pairs)
}

function orbits(): Orbits {
  table ??= buildOrbits()
  return table
}

function buildOrbits(): Orbits {
  const sameLetter = /^(.)\1$/isu
  const groups = new Map<number, number[]>()
  const cased = scanCodePoints('[\\p{Changes_When_Casemapped}\\p{Changes_When_Casefolded}]', CASED_PLANES)
  for (let i = 0; i < cased.length; i += 2) {
    for (let rune = cased[i]!; rune <= cased[i + 1]!; rune++) {
      const text = String.fromCodePoint(rune)
      for (const other of [text.toLowerCase(), text.toUpperCase(), text.toUpperCase().toLowerCase()]) {
        if (other !== text && sameLetter.test(text + other)) join(groups, rune, other.codePointAt(0)!)
      }
    }
  }
  for (const group of groups.values()) group.sort((a, b) => a - b)
  return groups
}

function join(groups: Map<number, number[]>, a: number, b: number): void {
  const left = groups.get(a) ?? [a]
  const right = groups.get(b) ?? [b]
  if (left === right) return
  left.push(...right)
  for (const rune of left) groups.set(rune, left)
}
