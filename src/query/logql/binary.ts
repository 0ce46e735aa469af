/*
 * Binary operators: precedence, and what is known about a node as soon as both legs are.
 */
import type {Binary, BinaryOp, Matching, MetricExpr, Query} from './ast.ts'
import type {Cursor} from './cursor.ts'
import {foldBinary} from './fold.ts'

type Operator = {readonly op: BinaryOp; readonly precedence: number; readonly right: boolean}

const LEVELS: readonly (readonly BinaryOp[])[] = [
  ['or'],
  ['and', 'unless'],
  ['==', '!=', '<', '<=', '>', '>='],
  ['+', '-'],
  ['*', '/', '%'],
  ['^'],
]

const OPERATORS: ReadonlyMap<string, Operator> = new Map(
  LEVELS.flatMap((ops, precedence) => ops.map((op): [string, Operator] => [op, {op, precedence, right: op === '^'}])),
)

export function operatorOf(tokenType: string): Operator | undefined {
  return OPERATORS.get(tokenType)
}

export function isSetOp(op: BinaryOp): boolean {
  return op === 'and' || op === 'or' || op === 'unless'
}

type Parts = {op: BinaryOp; bool: boolean; matching: Matching | undefined; left: Query; right: Query}

/** Folds literals; notes legs that are logs, and literals where only vectors make sense. */
export function makeBinary(c: Cursor, {op, bool, matching, ...legs}: Parts): MetricExpr {
  const span = {start: legs.left.span.start, end: legs.right.span.end}
  // A leg that is no metric makes the query fail before anybody sees this node.
  const [left, right] = [legs.left as MetricExpr, legs.right as MetricExpr]
  const node: Binary = {kind: 'binary', op, bool, matching, left, right, span}
  const problem = legProblem(c, node)
  if (problem !== undefined) {
    c.problems.set(node.span, problem)
    return c.grow(node, node.left, node.right)
  }
  return foldBinary(node) ?? c.grow(node, node.left, node.right)
}

function legProblem(c: Cursor, node: Binary): string | undefined {
  const legs = [
    ['left', node.left as Query],
    ['right', node.right as Query],
  ] as const
  for (const [side, leg] of legs) {
    const type = goType(leg)
    if (type !== undefined) return `unexpected type for ${side} leg of binary operation (${node.op}): ${type}`
  }
  for (const [side, leg] of legs) {
    if (leg.kind !== 'literal') continue
    const unread = c.problems.get(leg.span)
    if (unread !== undefined) return unread
    if (isSetOp(node.op)) {
      return `unexpected literal for ${side} leg of logical/set binary operation (${node.op}): ${leg.value.toFixed(6)}`
    }
  }
  return undefined
}

/** The names that error texts show for what is no metric. */
function goType(query: Query): string | undefined {
  if (query.kind === 'logs') return query.stages.length === 0 ? '*syntax.MatchersExpr' : '*syntax.PipelineExpr'
  return query.kind === 'variants' ? '*syntax.MultiVariantExpr' : undefined
}
