/*
 * Divides all code points into classes that the program cannot tell apart, so that a DFA state needs one transition
 * a class and not one a code point.
 */
import {RUNE_ERROR, RUNE_MAX, WORD, type CharSet} from './charset.ts'
import {AT, type Program} from './program.ts'

const NEWLINE: CharSet = [10, 10]

export type RuneClasses = {
  readonly count: number
  /** Class of each ASCII byte. */
  readonly ascii: Uint16Array
  /** Ascending first code points of stretches of one class; bounds[0] = 0. */
  readonly bounds: Int32Array
  /** Class of each stretch. */
  readonly classAt: Uint16Array
  /** A member of each class. */
  readonly sample: Int32Array
  /** Class of U+FFFD, which is also that of an invalid byte. */
  readonly error: number
  /** Class of all code points above ASCII, when that is one class; else -1. */
  readonly high: number
}

export function runeClasses(program: Program): RuneClasses {
  const sets = [...program.sets]
  if ((program.asserts & (AT.wordBoundary | AT.noWordBoundary)) !== 0) sets.push(WORD)
  if ((program.asserts & (AT.beginLine | AT.endLine)) !== 0) sets.push(NEWLINE)
  const bounds = boundsOf(sets)
  const classAt = refine(bounds, sets)
  const count = classAt.reduce((max, value) => Math.max(max, value), 0) + 1
  const sample = new Int32Array(count)
  for (let i = bounds.length - 1; i >= 0; i--) sample[classAt[i]!] = bounds[i]!
  const classes = {count, bounds, classAt, sample}
  const ascii = Uint16Array.from({length: 128}, (_, byte) => classOf(classes, byte))
  const firstHigh = stretchOf(bounds, 0x80)
  const high = classAt[firstHigh]!
  const isOne = classAt.subarray(firstHigh).every(value => value === high)
  return {...classes, ascii, error: classOf(classes, RUNE_ERROR), high: isOne ? high : -1}
}

export function classOf(classes: {readonly bounds: Int32Array; readonly classAt: Uint16Array}, rune: number): number {
  return classes.classAt[stretchOf(classes.bounds, rune)]!
}

function stretchOf(bounds: Int32Array, rune: number): number {
  let lo = 0
  let hi = bounds.length
  while (hi - lo > 1) {
    const mid = (lo + hi) >> 1
    if (bounds[mid]! <= rune) lo = mid
    else hi = mid
  }
  return lo
}

function boundsOf(sets: readonly CharSet[]): Int32Array {
  const starts = new Set([0])
  for (const set of sets) {
    for (let i = 0; i < set.length; i += 2) {
      starts.add(set[i]!)
      if (set[i + 1]! < RUNE_MAX) starts.add(set[i + 1]! + 1)
    }
  }
  return Int32Array.from(starts).sort()
}

// Splits classes set by set. A set and its complement split alike, so the one with fewer stretches is walked.
function refine(bounds: Int32Array, sets: readonly CharSet[]): Uint16Array {
  const classAt = new Uint16Array(bounds.length)
  const size = [bounds.length] // stretches by class
  for (const set of sets) {
    const stretches = stretchesIn(bounds, set)
    const inside = new Map<number, number[]>()
    for (const stretch of stretches) {
      const members = inside.get(classAt[stretch]!)
      if (members === undefined) inside.set(classAt[stretch]!, [stretch])
      else members.push(stretch)
    }
    for (const [old, members] of inside) {
      if (members.length === size[old]) continue
      size[old] = size[old]! - members.length
      const fresh = size.push(members.length) - 1
      for (const stretch of members) classAt[stretch] = fresh
    }
  }
  return classAt
}

function stretchesIn(bounds: Int32Array, set: CharSet): number[] {
  const ranges: [number, number][] = [] // of stretches, half-open
  let covered = 0
  for (let i = 0; i < set.length; i += 2) {
    const from = stretchOf(bounds, set[i]!)
    const to = stretchOf(bounds, set[i + 1]!) + 1
    covered += to - from
    ranges.push([from, to])
  }
  const out: number[] = []
  if (2 * covered <= bounds.length) {
    for (const [from, to] of ranges) for (let i = from; i < to; i++) out.push(i)
    return out
  }
  let next = 0
  for (const [from, to] of [...ranges, [bounds.length, bounds.length] as [number, number]]) {
    for (let i = next; i < from; i++) out.push(i)
    next = to
  }
  return out
}

/** Of [0-9A-Za-z_]: what \b is about. */
export function isWordRune(rune: number): boolean {
  return (rune >= 0x30 && rune <= 0x39) || (rune >= 0x41 && rune <= 0x5a) || rune === 0x5f || (rune >= 0x61 && rune <= 0x7a)
}
