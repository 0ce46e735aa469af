/*
 * Literal folding: arithmetic between literals is done once, at parse time (logql.md § 2.2).
 * Comparisons give 1 or 0 whether or not `bool` is written; x/0 and x%0 are NaN.
 */
import type {Binary, BinaryOp, Literal, MetricExpr} from './ast.ts'

/** The same expression without operators between literals. Returns the very same node where there was nothing to fold. */
export function foldLiterals(expr: MetricExpr): MetricExpr {
  switch (expr.kind) {
    case 'binary': {
      const left = foldLiterals(expr.left)
      const right = foldLiterals(expr.right)
      const node = left === expr.left && right === expr.right ? expr : {...expr, left, right}
      return foldBinary(node) ?? node
    }
    case 'vector-aggregation':
    case 'label-replace': {
      const inner = foldLiterals(expr.inner)
      return inner === expr.inner ? expr : {...expr, inner}
    }
    case 'range-aggregation':
    case 'literal':
    case 'vector':
      return expr
  }
}

/** Undefined unless both legs are literals and the operator has a meaning for them. */
export function foldBinary(node: Binary): Literal | undefined {
  const {left, right, op, span} = node
  if (left.kind !== 'literal' || right.kind !== 'literal') return undefined
  const value = applyToNumbers(op, left.value, right.value)
  return value === undefined ? undefined : {kind: 'literal', value, span}
}

/** Arithmetic and comparison (1 or 0) of two numbers; undefined for set operators. */
export function applyToNumbers(op: BinaryOp, a: number, b: number): number | undefined {
  switch (op) {
    case '+':
      return a + b
    case '-':
      return a - b
    case '*':
      return a * b
    case '/':
      return b === 0 ? NaN : a / b
    case '%':
      return b === 0 ? NaN : a % b
    case '^':
      return pow(a, b)
    case '==':
      return Number(a === b)
    case '!=':
      return Number(a !== b)
    case '<':
      return Number(a < b)
    case '<=':
      return Number(a <= b)
    case '>':
      return Number(a > b)
    case '>=':
      return Number(a >= b)
    case 'and':
    case 'or':
    case 'unless':
      return undefined
  }
}

/** IEEE 754 pow: 1^x is 1 even for NaN and infinities, where ECMAScript says NaN. */
function pow(a: number, b: number): number {
  if (a === 1 || (a === -1 && !Number.isFinite(b) && !Number.isNaN(b))) return 1
  return a ** b
}
