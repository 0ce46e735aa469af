/*
 * Alternatives that begin alike share their beginning: abc|abd|x is ab(?:c|d)|x. Long lists of words, as dashboards write
 * them, make a program of a fraction of the size so, and states of the automaton that hold little.
 *
 * Only for questions of yes or no: it changes which alternative is preferred.
 */
import {concat, EMPTY, type Node} from './node.ts'

// Smaller choices are left as they are.
const CHOICES_MIN = 16

/** @param test without groups. */
export function shareBeginnings(test: Node): Node {
  switch (test.kind) {
    case 'choice': {
      const subs = test.subs.map(shareBeginnings)
      return subs.length < CHOICES_MIN ? {kind: 'choice', subs} : choiceOf(subs.map(partsOf))
    }
    case 'concat':
      return concat(test.subs.map(shareBeginnings))
    case 'repeat':
      return {...test, sub: shareBeginnings(test.sub)}
    default:
      return test
  }
}

type Parts = readonly Node[]

function partsOf(node: Node): Parts {
  return node.kind === 'concat' ? node.subs : node.kind === 'empty' ? [] : [node]
}

function choiceOf(alternatives: readonly Parts[]): Node {
  const groups = new Map<number, Parts[]>()
  const subs: Node[] = []
  for (const parts of alternatives) {
    const key = keyOf(parts[0])
    const group = key === undefined ? undefined : groups.get(key)
    if (group !== undefined) group.push(parts)
    else if (key !== undefined) groups.set(key, [parts])
    else if (parts.length > 0 || !subs.includes(EMPTY)) subs.push(parts.length === 0 ? EMPTY : concat(parts))
  }
  for (const group of groups.values()) subs.push(group.length === 1 ? concat(group[0]!) : sharedBy(group))
  return subs.length === 1 ? subs[0]! : {kind: 'choice', subs}
}

/** @param group two or more that begin with the same character. */
function sharedBy(group: readonly Parts[]): Node {
  const [first = []] = group
  let length = 1
  while (keyOf(first[length]) !== undefined && group.every(parts => keyOf(parts[length]) === keyOf(first[length]))) length++
  return concat([...first.slice(0, length), choiceOf(group.map(parts => parts.slice(length)))])
}

/** Of characters; equal for equal ones. */
function keyOf(node: Node | undefined): number | undefined {
  return node?.kind === 'char' ? (node.fold ? ~node.rune : node.rune) : undefined
}
