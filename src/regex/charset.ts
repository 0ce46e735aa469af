/*
 * Sets of code points as flat, sorted pairs [lo, hi, lo, hi, …], both ends inclusive, neighbours merged.
 * Immutable; equal sets have equal pairs.
 */

export type CharSet = readonly number[]

export const RUNE_MAX = 0x10ffff
/** What Go decodes an invalid byte to. */
export const RUNE_ERROR = 0xfffd

export const ANY: CharSet = [0, RUNE_MAX]
export const ANY_NOT_NEWLINE: CharSet = [0, 9, 11, RUNE_MAX]
export const DIGIT: CharSet = [0x30, 0x39]
export const WORD: CharSet = [0x30, 0x39, 0x41, 0x5a, 0x5f, 0x5f, 0x61, 0x7a]
/** RE2's \s has no vertical tab. */
export const SPACE: CharSet = [9, 10, 12, 13, 32, 32]

/** Sorts and merges pairs in any order. */
export function charSet(pairs: readonly number[]): CharSet {
  if (pairs.length <= 2) return pairs
  const order: [number, number][] = []
  for (let i = 0; i < pairs.length; i += 2) order.push([pairs[i]!, pairs[i + 1]!])
  order.sort((a, b) => a[0] - b[0])
  const out: number[] = []
  for (const [lo, hi] of order) {
    const last = out.length - 1
    if (last > 0 && lo <= out[last]! + 1) {
      if (hi > out[last]!) out[last] = hi
    } else out.push(lo, hi)
  }
  return out
}

export function negate(set: CharSet): CharSet {
  const out: number[] = []
  let next = 0
  for (let i = 0; i < set.length; i += 2) {
    if (set[i]! > next) out.push(next, set[i]! - 1)
    next = set[i + 1]! + 1
  }
  if (next <= RUNE_MAX) out.push(next, RUNE_MAX)
  return out
}

export function contains(set: CharSet, rune: number): boolean {
  let lo = 0
  let hi = set.length >> 1
  while (lo < hi) {
    const mid = (lo + hi) >> 1
    if (set[2 * mid + 1]! < rune) lo = mid + 1
    else hi = mid
  }
  return 2 * lo < set.length && set[2 * lo]! <= rune
}

/** How many code points there are. */
export function countRunes(set: CharSet): number {
  let count = 0
  for (let i = 0; i < set.length; i += 2) count += set[i + 1]! - set[i]! + 1
  return count
}

export function isSame(a: CharSet, b: CharSet): boolean {
  return a === b || (a.length === b.length && a.every((value, i) => value === b[i]))
}
