/*
 * Sorts the selected rows of a batch by the labels of their series.
 *
 * Column by column the rows are split by their value in it: by dictionary code where the column has codes, by text otherwise.
 * A label set is made once per group, not per row.
 */
import {labelValue, sortLabels, type Label, type Labels} from '../../model/index.ts'
import type {Batch} from '../batch.ts'
import {ERROR_DETAILS_LABEL, ERROR_LABEL} from '../error-state.ts'
import {viewLabel, type LabelView} from '../label-view.ts'
import type {Grouping} from '../logql/index.ts'

export type Group = {readonly labels: Labels; readonly rows: Uint32Array}

// Pairs of group and value that are numbered by an array; more go through a map.
const TABLE_MAX = 1 << 16

/**
 * @param grouping undefined keeps all labels.
 * @param removed  a label that no series has: the unwrapped one.
 */
export class RowGrouping {
  readonly #grouping: Grouping | undefined
  readonly #listed: ReadonlySet<string>
  readonly #removed: string | undefined
  #table = new Int32Array(0)

  constructor(grouping: Grouping | undefined, removed: string | undefined) {
    this.#grouping = grouping
    this.#listed = new Set(grouping?.labels)
    this.#removed = removed
  }

  /** The labels that decide, or undefined for all but some. */
  get by(): readonly string[] | undefined {
    return this.#grouping !== undefined && !this.#grouping.without ? this.#grouping.labels : undefined
  }

  /** The series of all rows of a stream when no label outside of the stream's own can matter; undefined when one can. */
  ofStream(stream: Labels): Labels | undefined {
    const {by} = this
    if (by === undefined || by.some(name => labelValue(stream, name) === undefined)) return undefined
    return this.#reduce(stream)
  }

  #reduce(labels: Labels): Labels {
    return labels.filter(({name}) => this.#keeps(name))
  }

  #keeps(name: string): boolean {
    if (name === this.#removed) return false
    return this.#grouping === undefined || this.#listed.has(name) !== this.#grouping.without
  }

  /** The selected rows by series; rows of a group are ascending. Valid until the next call. */
  split(batch: Batch): Group[] {
    if (batch.count === 0) return []
    const views = this.#names(batch).map(name => viewLabel(batch, name))
    const {ids, count} = this.#number(batch, views)
    const rows = batch.selected.subarray(0, batch.count)
    if (count === 1) return [{labels: this.#labelsOf(views, rows[0]!), rows}]
    return byId(rows, ids, count).map(part => ({labels: this.#labelsOf(views, part[0]!), rows: part}))
  }

  #names(batch: Batch): string[] {
    if (this.by !== undefined) return [...this.#listed].filter(name => this.#keeps(name))
    const names = new Set([...batch.stream.map(label => label.name), ...batch.metaNames(), ...batch.parsedNames()])
    if (batch.errors.any) names.add(ERROR_LABEL).add(ERROR_DETAILS_LABEL)
    return [...names].filter(name => this.#keeps(name))
  }

  #labelsOf(views: readonly LabelView[], row: number): Labels {
    const labels: Label[] = []
    for (const view of views) {
      const value = view.uniform === undefined ? view.text(row) : view.uniform.value
      // `without` drops empty values, as the aggregation itself does.
      if (value !== undefined && (value !== '' || !this.#grouping?.without)) labels.push({name: view.name, value})
    }
    return sortLabels(labels)
  }

  /** A number below `count` for each selected row, equal for rows of one group. */
  #number(batch: Batch, views: readonly LabelView[]): {ids: Uint32Array; count: number} {
    const ids = new Uint32Array(batch.count)
    let count = 1
    for (const view of views) {
      if (view.uniform !== undefined) continue
      count = view.codes === undefined ? this.#splitByText(batch, view, ids, count) : this.#splitByCode(batch, view.codes, ids, count)
    }
    return {ids, count}
  }

  #splitByCode(batch: Batch, {codes, column}: NonNullable<LabelView['codes']>, ids: Uint32Array, count: number): number {
    const values = column.distinct + 1
    const {selected} = batch
    const rows = batch.count
    let next = 0
    if (count * values <= TABLE_MAX) {
      if (this.#table.length < count * values) this.#table = new Int32Array(TABLE_MAX)
      const table = this.#table
      table.fill(0, 0, count * values)
      for (let i = 0; i < rows; i++) {
        const pair = ids[i]! * values + codes[selected[i]!]!
        let id = table[pair]!
        if (id === 0) {
          id = ++next
          table[pair] = id
        }
        ids[i] = id - 1
      }
      return next
    }
    const seen = new Map<number, number>()
    for (let i = 0; i < rows; i++) {
      const pair = ids[i]! * values + codes[selected[i]!]!
      let id = seen.get(pair)
      if (id === undefined) {
        id = next++
        seen.set(pair, id)
      }
      ids[i] = id
    }
    return next
  }

  #splitByText(batch: Batch, view: LabelView, ids: Uint32Array, count: number): number {
    const {selected} = batch
    const seen: Map<string | undefined, number>[] = Array.from({length: count}, () => new Map<string | undefined, number>())
    let next = 0
    for (let i = 0; i < batch.count; i++) {
      const values = seen[ids[i]!]!
      const value = view.text(selected[i]!)
      let id = values.get(value)
      if (id === undefined) {
        id = next++
        values.set(value, id)
      }
      ids[i] = id
    }
    return next
  }
}

/** Rows of each id, in order: a counting sort. */
function byId(rows: Uint32Array, ids: Uint32Array, count: number): Uint32Array[] {
  const ends = new Uint32Array(count)
  for (const id of ids) ends[id]!++
  for (let id = 1; id < count; id++) ends[id]! += ends[id - 1]!
  const sorted = new Uint32Array(rows.length)
  const starts = Uint32Array.from(ends, (_, id) => (id === 0 ? 0 : ends[id - 1]!))
  const next = starts.slice()
  for (let i = 0; i < rows.length; i++) sorted[next[ids[i]!]!++] = rows[i]!
  return Array.from(starts, (from, id) => sorted.subarray(from, ends[id]))
}
