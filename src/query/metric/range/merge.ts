/*
 * From the workers' partials to one matrix, on the main thread: series with equal labels are joined, buckets slid over.
 */
import {compareLabels, type Labels} from '../../../model/index.ts'
import type {LeafSpec} from '../grid.ts'
import type {Matrix, Series} from '../matrix.ts'
import {countingSort, type PartialLeaf} from './partial.ts'
import {SeriesTable, unpackLabels} from '../series-table.ts'
import {slide, slideAdditive, type Points} from './slide.ts'
import {slideCounter, slideQuantile} from './sorted.ts'
import {keepingOf, mergeInto, type Keeping, type Lanes, type State} from './state.ts'
import {Windows} from './windows.ts'

/** Rows [from, to) of a partial: all it knows of one series. */
type Piece = {partial: PartialLeaf; from: number; to: number}
type Joined = {slots: Uint32Array; lanes: Lanes; from: number; to: number}

/**
 * The leaf's result over its grid, series ascending by labels; a series without a sample in any window is left out.
 * absent_over_time yields how many samples there are; {@link absentOf} turns that around.
 *
 * @param partials  of the same spec; not changed.
 */
export function mergePartials(spec: LeafSpec, partials: readonly PartialLeaf[]): Matrix {
  const windows = new Windows(spec)
  const keeping = keepingOf(spec)
  const {labels, pieces} = piecesBySeries(partials)
  const scratch = keeping.kind === 'states' ? new Scratch(keeping.state, windows.slots) : undefined
  const series: Series[] = []
  for (let s = 0; s < labels.length; s++) {
    const joined =
      pieces[s]!.length === 1
        ? only(pieces[s]![0]!)
        : scratch === undefined
          ? concatenate(pieces[s]!, windows.slots)
          : scratch.join(pieces[s]!)
    if (joined.from === joined.to) continue
    series.push({labels: labels[s]!, ...points(spec, keeping, windows, joined)})
  }
  series.sort((a, b) => compareLabels(a.labels, b.labels))
  return {grid: spec.grid, series}
}

/** Memory of the matrix that {@link mergePartials} would make, at most; to refuse before making it. */
export function mergedBytes(spec: LeafSpec, partials: readonly PartialLeaf[]): number {
  let series = 0
  for (const partial of partials) series += partial.counts.length
  return series * (200 + 9 * spec.grid.count)
}

function points(spec: LeafSpec, keeping: Keeping, windows: Windows, {slots, lanes, from, to}: Joined): Points {
  if (keeping.kind === 'states') return (keeping.additive ? slideAdditive : slide)(keeping.state, windows, slots, lanes, from, to)
  if (spec.op === 'rate_counter') return slideCounter(spec.rangeNs, windows, slots, lanes, from, to)
  return slideQuantile(spec.param ?? NaN, windows, slots, lanes[0]!, from, to)
}

function piecesBySeries(partials: readonly PartialLeaf[]): {labels: readonly Labels[]; pieces: Piece[][]} {
  const table = new SeriesTable()
  const pieces: Piece[][] = []
  for (const partial of partials) {
    unpackLabels(partial).forEach((labels, group) => {
      const piece = {partial, from: partial.start[group]!, to: partial.start[group + 1]!}
      const number = table.intern(labels)
      if (number === pieces.length) pieces.push([piece])
      else pieces[number]!.push(piece)
    })
  }
  return {labels: table.labels, pieces}
}

function only({partial, from, to}: Piece): Joined {
  return {slots: partial.slots, lanes: partial.lanes, from, to}
}

/** Samples of several partials, ascending by slot. */
function concatenate(pieces: readonly Piece[], slotCount: number): Joined {
  const size = pieces.reduce((sum, {from, to}) => sum + to - from, 0)
  const slots = new Uint32Array(size)
  const lanes: Lanes = pieces[0]!.partial.lanes.map(() => new Float64Array(size))
  let at = 0
  for (const {partial, from, to} of pieces) {
    slots.set(partial.slots.subarray(from, to), at)
    lanes.forEach((lane, l) => lane.set(partial.lanes[l]!.subarray(from, to), at))
    at += to - from
  }
  const {order} = countingSort(slots, undefined, slotCount)
  const sorted = lanes.map(lane => Float64Array.from(order, row => lane[row]!))
  return {slots: Uint32Array.from(order, row => slots[row]!), lanes: sorted, from: 0, to: size}
}

/** Joins states bucket by bucket, in arrays with a place per slot that are reused from series to series. */
class Scratch {
  readonly #state: State
  readonly #dense: Lanes
  readonly #slots: number

  constructor(state: State, slots: number) {
    this.#state = state
    this.#slots = slots
    this.#dense = Array.from({length: state.lanes}, () => new Float64Array(slots))
  }

  join(pieces: readonly Piece[]): Joined {
    const counts = this.#dense[0]!
    counts.fill(0)
    for (const {partial, from, to} of pieces) {
      for (let row = from; row < to; row++) mergeInto(this.#state, this.#dense, partial.slots[row]!, partial.lanes, row)
    }
    const slots = new Uint32Array(this.#slots)
    let used = 0
    for (let slot = 0; slot < this.#slots; slot++) if (counts[slot] !== 0) slots[used++] = slot
    const lanes = this.#dense.map(lane => Float64Array.from(slots.subarray(0, used), slot => lane[slot]!))
    return {slots, lanes, from: 0, to: used}
  }
}
