/*
 * The syntax tree of a pattern, after flags and escapes are resolved: what is left is sets of code points, text
 * positions, repetition, groups and choice.
 */
import type {CharSet} from './charset.ts'

/** Where a zero-width assertion holds. A word is [0-9A-Za-z_]; a line ends at \n. */
export type Position = 'beginText' | 'endText' | 'beginLine' | 'endLine' | 'wordBoundary' | 'noWordBoundary'

export type Node =
  | {readonly kind: 'empty'}
  /** One code point; with `fold`, all of its case variants. `fold` is only set where there are variants. */
  | {readonly kind: 'char'; readonly rune: number; readonly fold: boolean}
  | {readonly kind: 'set'; readonly set: CharSet}
  | {readonly kind: 'assert'; readonly position: Position}
  /** index ≥ 1, in order of the opening parentheses. */
  | {readonly kind: 'capture'; readonly index: number; readonly name: string | undefined; readonly sub: Node}
  /** max = Infinity when there is no upper bound. */
  | {readonly kind: 'repeat'; readonly min: number; readonly max: number; readonly greedy: boolean; readonly sub: Node}
  | {readonly kind: 'concat'; readonly subs: readonly Node[]}
  | {readonly kind: 'choice'; readonly subs: readonly Node[]}

export const EMPTY: Node = {kind: 'empty'}

export function concat(subs: readonly Node[]): Node {
  const [first] = subs
  return first === undefined ? EMPTY : subs.length === 1 ? first : {kind: 'concat', subs}
}

/** True when the node can match without consuming anything. */
export function isNullable(node: Node): boolean {
  switch (node.kind) {
    case 'empty':
    case 'assert':
      return true
    case 'char':
    case 'set':
      return false
    case 'capture':
      return isNullable(node.sub)
    case 'repeat':
      return node.min === 0 || isNullable(node.sub)
    case 'concat':
      return node.subs.every(isNullable)
    case 'choice':
      return node.subs.some(isNullable)
  }
}
