/*
 * Results in the shape and the text of the HTTP API (loki-http-api.md § 5).
 */
import {compareLabels, type Labels} from '../../model/index.ts'
import {instantAt, type Grid} from './grid.ts'
import {constantSeries, isScalar, type Matrix, type Scalar, type Series} from './matrix.ts'

/** Seconds with up to three decimals, no trailing zeros; what is below a millisecond is cut off. */
export function formatSeconds(ns: bigint): string {
  const ms = ns / 1_000_000n - (ns % 1_000_000n < 0n ? 1n : 0n)
  return String(Number(ms) / 1000)
}

/** The text of every instant of a grid; made once for all series. */
export function formatInstants(grid: Grid): string[] {
  return Array.from({length: grid.count}, (_, k) => formatSeconds(instantAt(grid, k)))
}

/** Sample values: shortest decimal that reads back as the same number, never with an exponent; NaN, +Inf, -Inf. */
export {formatFixed as formatValue} from '../logql/index.ts'

export type VectorSample = {labels: Labels; value: number}

/**
 * An instant result: the samples of the grid's only step.
 *
 * @param evaluationOrder  keep the order in which they were computed (plan.ts ordersSeries) instead of that of labels.
 */
export function toVector({series}: Matrix, evaluationOrder: boolean): VectorSample[] {
  const samples: VectorSample[] = []
  for (const {labels, values, present} of series) if (present[0] === 1) samples.push({labels, value: values[0]!})
  return evaluationOrder ? samples : samples.sort((a, b) => compareLabels(a.labels, b.labels))
}

/** Points in time order: point i is values[i] at step steps[i] of the grid. */
export type MatrixSeries = {labels: Labels; steps: Uint32Array; values: Float64Array}

/**
 * A range result, ascending by labels; series without points vanish. A scalar becomes one series without labels. Series
 * that label_replace made equal are one series, with several points at a step.
 */
export function toMatrix(result: Matrix | Scalar, grid: Grid): MatrixSeries[] {
  const all = isScalar(result) ? [constantSeries([], result.scalar, grid)] : [...result.series]
  all.sort((a, b) => compareLabels(a.labels, b.labels))
  const shaped: MatrixSeries[] = []
  for (let from = 0; from < all.length;) {
    let to = from + 1
    while (to < all.length && compareLabels(all[from]!.labels, all[to]!.labels) === 0) to++
    const points = pointsOf(all.slice(from, to), grid)
    if (points.steps.length > 0) shaped.push({labels: all[from]!.labels, ...points})
    from = to
  }
  return shaped
}

function pointsOf(equal: readonly Series[], grid: Grid): {steps: Uint32Array; values: Float64Array} {
  let count = 0
  for (const {present} of equal) for (let k = 0; k < grid.count; k++) count += present[k]!
  const steps = new Uint32Array(count)
  const values = new Float64Array(count)
  let at = 0
  for (let k = 0; k < grid.count; k++) {
    for (const series of equal) {
      if (series.present[k] === 0) continue
      steps[at] = k
      values[at++] = series.values[k]!
    }
  }
  return {steps, values}
}
