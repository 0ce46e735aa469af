/*
 * When a metric query is evaluated, and what a leaf (one range aggregation) is asked to compute.
 * Plain data, structured-cloneable: specs travel to query workers.
 */
import type {RangeOp} from '../logql/index.ts'

export type {RangeOp}

/** Evaluation instants startNs + k·stepNs, k in [0, count). An instant query has count 1; its step is not used. */
export type Grid = {readonly startNs: bigint; readonly stepNs: bigint; readonly count: number}

/**
 * One range aggregation over the windows (t - rangeNs - offsetNs, t - offsetNs] of the grid's instants t.
 * A range of 0 has only empty windows.
 */
export type LeafSpec = {
  readonly op: RangeOp
  /** φ of quantile_over_time. */
  readonly param?: number
  /** The samples carry an unwrapped label; changes the meaning of `rate`. */
  readonly unwrapped: boolean
  readonly rangeNs: bigint
  readonly offsetNs: bigint
  readonly grid: Grid
}

/** The k-th evaluation instant, ns since the epoch. */
export function instantAt(grid: Grid, k: number): bigint {
  return grid.startNs + BigInt(k) * grid.stepNs
}
