/*
 * One range aggregation while chunks are scanned: samples go in, in any order of chunks, states per series and elementary
 * bucket come out. What this costs does not depend on how many windows overlap.
 *
 *   scan (worker) ─▶ Leaf ─▶ PartialLeaf ══ transfer ══▶ mergePartials (main) ─▶ Matrix
 *
 * Owns    which bucket a sample is in, and the numbers kept per bucket.
 * Leaves  which labels a series has (grouping, unwrapped label) to the scan; windows to merge.ts.
 */
import {NO_LABELS, type Labels} from '../../model/index.ts'
import {Cells} from './range/cells.ts'
import type {LeafSpec} from './grid.ts'
import {sortRows, type PartialLeaf} from './range/partial.ts'
import {SampleLog} from './range/sample-log.ts'
import {packLabels, SeriesTable} from './series-table.ts'
import {keepingOf, type State} from './range/state.ts'
import {Windows} from './range/windows.ts'

export interface Leaf {
  /** The number of a series. absent_over_time has only one. */
  group(labels: Labels): number
  /**
   * Adds samples of one series and UTC day. Time outside every window is skipped.
   *
   * @param ns      ns of the day by row.
   * @param values  by row; null when every sample counts 1. Ignored by operations that only count.
   * @param rows    rows[0..count) are the samples, ns[rows[i]] ascending. Read only during the call.
   */
  add(group: number, day: number, ns: Float64Array, values: Float64Array | null, rows: Uint32Array, count: number): void
  /**
   * Counts a chunk by what is known without opening it, when all its samples are in the same windows (or in none).
   *
   * @param total  bytes, for the bytes operations; ignored by others.
   * @returns false when the chunk must be opened: its samples are in different windows, or their values matter.
   */
  addChunk(group: number, day: number, minNs: number, maxNs: number, samples: number, total: number): boolean
  /** Takes the state out; the leaf must not be used afterwards. */
  partial(): PartialLeaf
  /** Series seen so far. */
  readonly series: number
  /** Memory held, approximately. */
  readonly bytes: number
}

export function createLeaf(spec: LeafSpec): Leaf {
  const keeping = keepingOf(spec)
  return keeping.kind === 'states' ? new StateLeaf(spec, keeping.state, keeping.additive) : new SampleLeaf(spec, keeping.lanes)
}

class StateLeaf implements Leaf {
  readonly #windows: Windows
  readonly #series = new SeriesTable()
  readonly #cells: Cells
  readonly #state: State
  readonly #additive: boolean
  readonly #single: boolean

  constructor(spec: LeafSpec, state: State, additive: boolean) {
    this.#windows = new Windows(spec)
    this.#state = state
    this.#additive = additive
    this.#single = spec.op === 'absent_over_time'
    this.#cells = new Cells(state.lanes, this.#windows.slots)
  }

  get series(): number {
    return this.#series.count
  }

  get bytes(): number {
    return this.#series.bytes + this.#cells.bytes
  }

  group(labels: Labels): number {
    const before = this.#series.count
    const group = this.#series.intern(this.#single ? NO_LABELS : labels)
    if (group === before) this.#cells.addGroup(group)
    return group
  }

  add(group: number, day: number, ns: Float64Array, values: Float64Array | null, rows: Uint32Array, count: number): void {
    const runs = this.#windows.runs(day, ns, rows, count)
    const block = this.#cells.blockOf(group)
    if (block >= 0 && this.#additive && this.#state.lanes === 1) {
      // Counting with little per run is worth a loop of its own.
      const counts = this.#cells.lanes[0]!
      for (let r = 0; r < runs.count; r++) counts[block + runs.slots[r]!]! += runs.to[r]! - runs.from[r]!
      return
    }
    const samples = {day, ns, values, rows}
    for (let r = 0; r < runs.count; r++) {
      const cell = this.#cells.cell(group, runs.slots[r]!)
      this.#state.add(this.#cells.lanes, cell, samples, runs.from[r]!, runs.to[r]!)
    }
  }

  addChunk(group: number, day: number, minNs: number, maxNs: number, samples: number, total: number): boolean {
    const slot = this.#windows.slotAt(day, minNs)
    if (slot !== this.#windows.slotAt(day, maxNs)) return false
    // Without a slot, both ends lie outside every window, but windows may begin and end between them.
    if (slot < 0) return minNs === maxNs || !this.#windows.touches(day, minNs, maxNs)
    if (!this.#additive) return false
    const cell = this.#cells.cell(group, slot)
    this.#cells.lanes[0]![cell]! += samples
    if (this.#state.lanes === 2) this.#cells.lanes[1]![cell]! += total
    return true
  }

  partial(): PartialLeaf {
    return {...packLabels(this.#series.labels), ...sortRows(this.#cells.rows(), this.#cells.lanes, this.#series.count, this.#windows.slots)}
  }
}

/** Keeps the samples, for operations that need them sorted. */
class SampleLeaf implements Leaf {
  readonly #windows: Windows
  readonly #series = new SeriesTable()
  readonly #log: SampleLog

  constructor(spec: LeafSpec, lanes: number) {
    this.#windows = new Windows(spec)
    this.#log = new SampleLog(lanes)
  }

  get series(): number {
    return this.#series.count
  }

  get bytes(): number {
    return this.#series.bytes + this.#log.bytes
  }

  group(labels: Labels): number {
    return this.#series.intern(labels)
  }

  add(group: number, day: number, ns: Float64Array, values: Float64Array | null, rows: Uint32Array, count: number): void {
    const runs = this.#windows.runs(day, ns, rows, count)
    for (let r = 0; r < runs.count; r++) {
      for (let i = runs.from[r]!; i < runs.to[r]!; i++) {
        const row = rows[i]!
        this.#log.push(group, runs.slots[r]!, day, ns[row]!, values === null ? 1 : values[row]!)
      }
    }
  }

  addChunk(_group: number, day: number, minNs: number, maxNs: number): boolean {
    return this.#windows.slotAt(day, minNs) < 0 && this.#windows.slotAt(day, maxNs) < 0 && !this.#windows.touches(day, minNs, maxNs)
  }

  partial(): PartialLeaf {
    return {...packLabels(this.#series.labels), ...sortRows(this.#log.rows(), this.#log.lanes, this.#series.count, this.#windows.slots)}
  }
}
