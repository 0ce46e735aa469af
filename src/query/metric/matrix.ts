/*
 * The value of a metric expression: series over the steps of a grid, or a scalar. An instant vector is a matrix of one step.
 */
import type {Labels} from '../../model/index.ts'
import type {Grid} from './grid.ts'

/** values[k] counts only where present[k] is 1; both have one entry per step. Label values may be "". */
export type Series = {readonly labels: Labels; readonly values: Float64Array; readonly present: Uint8Array}

/** Label sets may repeat only after label_replace. */
export type Matrix = {readonly grid: Grid; readonly series: readonly Series[]}

export type Scalar = {readonly scalar: number}

export function isScalar(value: Matrix | Scalar): value is Scalar {
  return 'scalar' in value
}

/** One series with the same value at every step. */
export function constantSeries(labels: Labels, value: number, grid: Grid): Series {
  return {labels, values: new Float64Array(grid.count).fill(value), present: new Uint8Array(grid.count).fill(1)}
}

/** Without series that have no point. */
export function dropEmpty(series: Series[]): Series[] {
  return series.filter(s => s.present.includes(1))
}
