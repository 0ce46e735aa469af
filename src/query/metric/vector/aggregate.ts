/*
 * Aggregations over the series of a vector, step by step. The arithmetic is that of the range aggregations: one bucket
 * per step.
 */
import type {Grouping, VectorOp} from '../../logql/index.ts'
import {grouper} from '../grouping.ts'
import type {Matrix, Series} from '../matrix.ts'
import {SeriesTable} from '../series-table.ts'
import {avgState, countState, extremeState, sumState, varianceState, type Lanes, type State} from '../range/state.ts'

export type FoldingOp = Exclude<VectorOp, 'topk' | 'bottomk' | 'approx_topk' | 'sort' | 'sort_desc'>

function stateOf(op: FoldingOp): State {
  switch (op) {
    case 'sum':
      return sumState(1)
    case 'avg':
      return avgState
    case 'min':
      return extremeState(1)
    case 'max':
      return extremeState(-1)
    case 'count':
      return countState(1)
    case 'stddev':
      return varianceState(true)
    case 'stdvar':
      return varianceState(false)
  }
}

/** One series per group, in order of first appearance. */
export function fold(op: FoldingOp, grouping: Grouping, {grid, series}: Matrix): Matrix {
  const state = stateOf(op)
  const table = new SeriesTable()
  const reduce = grouper(grouping)
  const groups: Lanes[] = []
  const rows = Uint32Array.from({length: grid.count}, (_, k) => k)
  for (const {labels, values, present} of series) {
    const group = table.intern(reduce(labels))
    const lanes = (groups[group] ??= Array.from({length: state.lanes}, () => new Float64Array(grid.count)))
    const samples = {day: 0, ns: values, values, rows}
    for (let k = 0; k < grid.count; k++) if (present[k] === 1) state.add(lanes, k, samples, k, k + 1)
  }
  return {grid, series: groups.map((lanes, group) => finish(state, lanes, table.labels[group]!, grid.count))}
}

function finish(state: State, lanes: Lanes, labels: Series['labels'], count: number): Series {
  const values = new Float64Array(count)
  const present = new Uint8Array(count)
  for (let k = 0; k < count; k++) {
    if (lanes[0]![k] === 0) continue
    present[k] = 1
    values[k] = state.value(lanes, k)
  }
  return {labels, values, present}
}
