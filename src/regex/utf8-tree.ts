/*
 * What is still open after some bytes of a UTF-8 sequence: a tree from bytes to classes of code points, equal branches shared.
 * The table of the kernel goes by bytes, so a state that tells non-ASCII characters apart needs one row a node of it.
 */
import type {RuneClasses} from './rune-classes.ts'

/** No valid sequence goes on here. */
export const INVALID = -1

export type Utf8Node = {
  /** Bytes read so far: if the sequence breaks off here, each of them is an invalid byte. */
  readonly depth: number
  /** By byte & 0x3f of a byte 0x80..0xbf: id of a node, or INVALID, or ~class - 1 of a finished character. */
  readonly next: Int32Array
}

export type Utf8Tree = {
  readonly nodes: readonly Utf8Node[]
  /** By byte & 0x7f of a byte 0x80..0xff: id of a node, or INVALID. */
  readonly roots: Int32Array
}

export function leaf(symbol: number): number {
  return ~symbol - 1
}

/** Inverse of {@link leaf}, for values below INVALID. */
export function symbolOf(value: number): number {
  return ~(value + 1)
}

export function utf8Tree(classes: RuneClasses): Utf8Tree {
  const builder = new TreeBuilder(classes)
  const roots = new Int32Array(128).fill(INVALID)
  for (let byte = 0xc2; byte <= 0xf4; byte++) {
    const tail = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3
    const bits = byte & (0x3f >> tail)
    roots[byte & 0x7f] = builder.node(bits << (6 * tail), tail, 1)
  }
  return {nodes: builder.nodes, roots}
}

class TreeBuilder {
  readonly nodes: Utf8Node[] = []
  private readonly ids = new Map<string, number>()
  private readonly classes: RuneClasses

  constructor(classes: RuneClasses) {
    this.classes = classes
  }

  /** @param tail continuation bytes to come; @param first lowest code point below the node, overlong ones included. */
  node(first: number, tail: number, depth: number): number {
    const {bounds, classAt} = this.classes
    const size = 1 << (6 * tail)
    let stretch = stretchAt(bounds, first)
    const end = bounds[stretch + 1] ?? Infinity
    // Most of Unicode is large stretches of one class: name them without looking at each character.
    const isWhole = end >= first + size && !isCut(first, tail)
    const wholeKey = `${tail} ${depth} ${classAt[stretch]!}`
    if (isWhole) {
      const known = this.ids.get(wholeKey)
      if (known !== undefined) return known
    }
    const next = new Int32Array(64).fill(INVALID)
    const step = size / 64
    for (let i = 0; i < 64; i++) {
      const rune = first + i * step
      if (isForbidden(rune, tail, depth)) continue
      if (tail > 1) next[i] = this.node(rune, tail - 1, depth + 1)
      else {
        while ((bounds[stretch + 1] ?? Infinity) <= rune) stretch++
        next[i] = leaf(classAt[stretch]!)
      }
    }
    const id = this.intern(depth, next)
    if (isWhole) this.ids.set(wholeKey, id)
    return id
  }

  private intern(depth: number, next: Int32Array): number {
    const key = `${depth}:${next.join()}`
    let id = this.ids.get(key)
    if (id === undefined) {
      id = this.nodes.push({depth, next}) - 1
      this.ids.set(key, id)
    }
    return id
  }
}

// Second bytes that would make an overlong form, a surrogate, or a code point above the last.
function isForbidden(rune: number, tail: number, depth: number): boolean {
  if (depth !== 1) return false
  if (tail === 2) return rune < 0x800 || (rune >= 0xd800 && rune <= 0xdfff)
  return tail === 3 && (rune < 0x10000 || rune > 0x10ffff)
}

function isCut(first: number, tail: number): boolean {
  if (tail === 2) return first === 0 || first === 0xd000
  return tail === 3 && (first === 0 || first === 0x100000)
}

function stretchAt(bounds: Int32Array, rune: number): number {
  let lo = 0
  let hi = bounds.length
  while (hi - lo > 1) {
    const mid = (lo + hi) >> 1
    if (bounds[mid]! <= rune) lo = mid
    else hi = mid
  }
  return lo
}
