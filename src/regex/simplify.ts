/*
 * Makes the tree smaller for questions of yes or no: is there a match somewhere in the text?
 *
 * Only then groups do not matter, and neither does where the match begins and ends; so `.*` and whatever else may be
 * empty is dropped from the edges of the pattern, and `\w+` there is the same as `\w`. Not for finding positions.
 */
import {ANY, isSame} from './charset.ts'
import {concat, EMPTY, isNullable, type Node, type Position} from './node.ts'

/** The tree of an equivalent test. */
export function forTest(node: Node): Node {
  const plain = withoutGroups(node)
  return trimEdge(trimEdge(plain, 'left'), 'right')
}

// Captures fall away, laziness too, nested concatenations become one.
function withoutGroups(node: Node): Node {
  switch (node.kind) {
    case 'capture':
      return withoutGroups(node.sub)
    case 'repeat': {
      const sub = withoutGroups(node.sub)
      if (sub.kind === 'empty' || node.max === 0) return EMPTY
      if (node.min === 1 && node.max === 1) return sub
      // (x*)* (x+)* (x?)* are all x*; without this, hostile nests would make large programs.
      if (sub.kind === 'repeat' && node.max === Infinity && node.min <= 1 && sub.min <= 1) {
        return {...sub, min: node.min * sub.min, max: Infinity, greedy: true}
      }
      return {...node, sub, greedy: true}
    }
    case 'concat': {
      const subs: Node[] = []
      for (const part of node.subs.map(withoutGroups)) {
        if (part.kind === 'concat') for (const inner of part.subs) subs.push(inner)
        else if (part.kind !== 'empty') subs.push(part)
      }
      return concat(subs)
    }
    case 'choice': {
      const subs: Node[] = []
      for (const part of node.subs.map(withoutGroups)) {
        if (part.kind === 'choice') for (const inner of part.subs) subs.push(inner)
        else subs.push(part)
      }
      return {kind: 'choice', subs}
    }
    case 'empty':
    case 'char':
    case 'set':
    case 'assert':
      return node
  }
}

type Edge = 'left' | 'right'

// The context of an assertion is the text, not the match, so what may match nothing can go even when it holds assertions.
function trimEdge(node: Node, edge: Edge): Node {
  switch (node.kind) {
    case 'repeat':
      if (node.min === 0) return EMPTY
      return node.min === 1 ? trimEdge(node.sub, edge) : {...node, max: node.min}
    case 'choice': {
      const subs = node.subs.map(sub => trimEdge(sub, edge))
      return subs.some(sub => sub.kind === 'empty') ? EMPTY : {kind: 'choice', subs}
    }
    case 'concat': {
      const subs = [...node.subs]
      const take = (): Node | undefined => (edge === 'left' ? subs.shift() : subs.pop())
      const text: Position = edge === 'left' ? 'beginText' : 'endText'
      for (let part = take(); part !== undefined; part = take()) {
        const next = edge === 'left' ? subs[0] : subs[subs.length - 1]
        // \A followed by any text at all binds nothing.
        if (part.kind === 'assert' && part.position === text && next !== undefined && isAnyText(next)) continue
        const rest = trimEdge(part, edge)
        if (rest.kind === 'empty') continue
        return concat(edge === 'left' ? [rest, ...subs] : [...subs, rest])
      }
      return EMPTY
    }
    case 'empty':
    case 'char':
    case 'set':
    case 'assert':
    case 'capture':
      return node
  }
}

function isAnyText(node: Node): boolean {
  return node.kind === 'repeat' && node.min === 0 && node.max === Infinity && node.sub.kind === 'set' && isSame(node.sub.set, ANY)
}

/** True when every text matches: the test has nothing left to look for. */
export function isAlways(test: Node): boolean {
  // Every text has a beginning and an end somewhere; a lone ^ or $ asks no more.
  if (test.kind === 'assert') return test.position !== 'wordBoundary' && test.position !== 'noWordBoundary'
  return test.kind === 'empty' || (test.kind === 'repeat' && test.min === 0) || (isNullable(test) && !hasAssert(test))
}

function hasAssert(node: Node): boolean {
  switch (node.kind) {
    case 'assert':
      return true
    case 'capture':
    case 'repeat':
      return hasAssert(node.sub)
    case 'concat':
    case 'choice':
      return node.subs.some(hasAssert)
    case 'empty':
    case 'char':
    case 'set':
      return false
  }
}
