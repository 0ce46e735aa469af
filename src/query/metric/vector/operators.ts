/*
 * Operators between two numbers, and between a vector and a number.
 */
import {applyToNumbers, type ArithmeticOp, type BinaryOp, type ComparisonOp, type SetOp} from '../../logql/index.ts'
import {dropEmpty, type Matrix} from '../matrix.ts'

const COMPARISONS: ReadonlySet<BinaryOp> = new Set(['==', '!=', '<', '<=', '>', '>='])
const SET_OPS: ReadonlySet<BinaryOp> = new Set(['and', 'or', 'unless'])

export const isComparison = (op: BinaryOp): op is ComparisonOp => COMPARISONS.has(op)
export const isSetOp = (op: BinaryOp): op is SetOp => SET_OPS.has(op)

/** As the parser folds literals: comparisons give 1 or 0, x/0 and x%0 are NaN. */
export function operate(op: ArithmeticOp | ComparisonOp, a: number, b: number): number {
  return applyToNumbers(op, a, b) ?? NaN
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
      const result = scalarIsLeft ? operate(op, scalar, value) : operate(op, value, scalar)
      if (filters && result === 0) continue
      results[k] = filters ? value : result
      kept[k] = 1
    }
    return {labels, values: results, present: kept}
  })
  return {grid, series: dropEmpty(series)}
}
