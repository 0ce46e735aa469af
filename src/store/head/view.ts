/*
 * The reading side of one head, in a worker: labels, and which rows each stream has.
 *
 * A row is named by its id: the segment's base (sum of the sizes of the segments before it) plus its place in the segment. Ids ascend
 * in the order of pushes. Rows of a stream are a linked list from the newest back, which grows with the head at the cost of
 * four bytes a row, so a query on a live head reads only what came since the last one.
 */
import type {Labels} from '../../model/index.ts'
import {CHUNK_CELLS_MAX, CHUNK_ROWS_MAX} from '../chunk-size.ts'
import {nsOfRows, sameBytes, type RowTimes} from './order.ts'
import {PairCursor} from './pairs.ts'
import type {HeadSnapshot} from './head.ts'
import {DEAD, segmentColumns, type SegmentColumns} from './segment.ts'
import {StreamTableView} from './streams.ts'

export type SegmentView = {
  readonly id: number
  readonly base: number
  /** First id after it. */
  readonly end: number
  readonly columns: SegmentColumns
  /** Id of the stream's row before this one plus 1, or 0. */
  readonly previous: Uint32Array
  indexed: number
  /** Rows whose metadata names are counted. */
  named: number
}

/** A chunk of as many rows as there may be can have so many metadata names. */
const NAMES_FEW = CHUNK_CELLS_MAX / CHUNK_ROWS_MAX

export class HeadView {
  readonly id: number
  readonly segments: SegmentView[] = []
  readonly #streams = new StreamTableView()
  #labels: readonly Labels[] = []
  /** Id of each slot's newest row plus 1, or 0. */
  #newest = new Uint32Array(64)
  /** Of {@link rowsOf}; most streams of a head with very many have a few rows. */
  #found = new Uint32Array(256)
  /** Metadata names of the rows, until there are more than a few. */
  readonly #names = new Set<string>()

  constructor(id: number) {
    this.id = id
  }

  /** Takes in what is new; an older snapshot than the last one is fine. */
  update(snapshot: HeadSnapshot): void {
    this.#labels = this.#streams.read(snapshot.streams.pages, snapshot.streams.count)
    if (this.#newest.length < this.#labels.length) {
      const grown = new Uint32Array(this.#labels.length * 2)
      grown.set(this.#newest)
      this.#newest = grown
    }
    snapshot.segments.forEach((segment, index) => {
      const base = index === 0 ? 0 : this.segments[index - 1]!.end
      this.segments[index] ??= {
        id: segment.id,
        base,
        end: base + segment.rowsMax,
        columns: segmentColumns(segment.buffer, segment.rowsMax),
        previous: new Uint32Array(segment.rowsMax),
        indexed: 0,
        named: 0,
      }
      this.#index(this.segments[index], segment.rows)
    })
  }

  labels(slot: number): Labels {
    return this.#labels[slot]!
  }

  /** Ids of a slot's rows that the snapshot has, ascending. */
  rowsOf(slot: number, snapshot: HeadSnapshot): Uint32Array {
    const limits = snapshot.segments.map((segment, index) => this.segments[index]!.base + segment.rows)
    let index = this.segments.length - 1
    let count = 0
    let ids = this.#found
    for (let link = this.#newest[slot]!; link !== 0;) {
      const id = link - 1
      while (id < this.segments[index]!.base) index--
      const segment = this.segments[index]!
      // Behind the snapshot's end: published later.
      if (index < limits.length && id < limits[index]!) {
        if (count === ids.length) {
          const grown = new Uint32Array(ids.length * 4)
          grown.set(ids)
          this.#found = ids = grown
        }
        ids[count++] = id
      }
      link = segment.previous[id - segment.base]!
    }
    return ids.slice(0, count).reverse()
  }

  /** Index of the segment that has the row. `hint` is where the last one was. */
  segmentOf(id: number, hint: number): number {
    let index = hint
    while (id < this.segments[index]!.base) index--
    while (id >= this.segments[index]!.end) index++
    return index
  }

  /** Whether the rows have more than {@link NAMES_FEW} metadata names, so that chunks of them must be counted out. */
  hasManyNames(): boolean {
    for (const segment of this.segments) if (segment.named < segment.indexed && this.#names.size <= NAMES_FEW) this.#addNames(segment)
    return this.#names.size > NAMES_FEW
  }

  /** Day and ns of the day of each row. */
  times(ids: Uint32Array): RowTimes {
    return nsOfRows(this, ids)
  }

  #addNames(segment: SegmentView): void {
    const {arena, metaOff, metaLen} = segment.columns
    const pairs = new PairCursor()
    // Where names of rows before are, in their order: a row mostly has some of them in the same order.
    const known: {at: number; length: number}[] = []
    for (; segment.named < segment.indexed; segment.named++) {
      pairs.start(arena, metaOff[segment.named]!, metaLen[segment.named]!)
      for (let next = 0; pairs.next(); next++) {
        const {nameOff, nameLen} = pairs
        const isSame = (name: {at: number; length: number}): boolean =>
          name.length === nameLen && sameBytes(arena, name.at, arena, nameOff, nameLen)
        let k = next
        while (k < known.length && !isSame(known[k]!)) k++
        if (k === known.length) {
          k = next
          known.splice(k, 0, {at: nameOff, length: nameLen})
          this.#names.add(nameOf(arena, pairs))
        }
        next = k
      }
      if (known.length > 2 * NAMES_FEW) known.length = 0
      if (this.#names.size > NAMES_FEW) return
    }
  }

  #index(segment: SegmentView, rows: number): void {
    const {columns, previous, base} = segment
    const newest = this.#newest
    for (let row = segment.indexed; row < rows; row++) {
      const slot = columns.stream[row]!
      if (slot === DEAD) continue
      previous[row] = newest[slot]!
      newest[slot] = base + row + 1
    }
    segment.indexed = Math.max(segment.indexed, rows)
  }
}

/** A name as the key of a set: different for different bytes. */
export function nameOf(arena: Uint8Array, {nameOff, nameLen}: PairCursor): string {
  return Buffer.from(arena.buffer, arena.byteOffset + nameOff, nameLen).toString('latin1')
}
