/*
 * Operators between two numbers, and between a vector and a number.
 */
import type {ArithmeticOp, BinaryOp, ComparisonOp, SetOp} from '../../logql/index.ts'
import {dropEmpty, type Matrix} from '../matrix.ts'

const COMPARISONS: ReadonlySet<BinaryOp> = new Set(['==', '!=', '<', '<=', '>', '>='])
const SET_OPS: ReadonlySet<BinaryOp> = new Set(['and', 'or', 'unless'])

export const isComparison = (op: BinaryOp): op is ComparisonOp => COMPARISONS.has(op)
export const isSetOp = (op: BinaryOp): op is SetOp => SET_OPS.has(op)

/** IEEE arithmetic, except that x/0 and x%0 are NaN; `%` is C's fmod, `^` is C's pow. */
export function arithmetic(op: ArithmeticOp, a: number, b: number): number {
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
      return power(a, b)
  }
}

/** C's pow differs from JavaScript's for bases 1 and -1. */
function power(base: number, exponent: number): number {
  if (base === 1 || (base === -1 && Math.abs(exponent) === Infinity)) return 1
  return base ** exponent
}

export function compare(op: ComparisonOp, a: number, b: number): boolean {
  switch (op) {
    case '==':
      return a === b
    case '!=':
      return a !== b
    case '<':
      return a < b
    case '<=':
      return a <= b
    case '>':
      return a > b
    case '>=':
      return a >= b
  }
}

export function scalarOperation(op: ArithmeticOp | ComparisonOp, a: number, b: number): number {
  return isComparison(op) ? Number(compare(op, a, b)) : arithmetic(op, a, b)
}

/**
 * A vector and a number, in the order written. A comparison without `bool` filters and keeps the vector's value, on
 * whichever side it stands.
 */
export function withScalar(op: ArithmeticOp | ComparisonOp, bool: boolean, vector: Matrix, scalar: number, scalarIsLeft: boolean): Matrix {
  const {grid} = vector
  const filters = isComparison(op) && !bool
  const series = vector.series.map(({labels, values, present}) => {
    const results = new Float64Array(grid.count)
    const kept = new Uint8Array(grid.count)
    for (let k = 0; k < grid.count; k++) {
      if (present[k] === 0) continue
      const value = values[k]!
      const result = scalarIsLeft ? scalarOperation(op, scalar, value) : scalarOperation(op, value, scalar)
      if (filters && result === 0) continue
      results[k] = filters ? value : result
      kept[k] = 1
    }
    return {labels, values: results, present: kept}
  })
  return {grid, series: dropEmpty(series)}
}
