/*
 * The rows of a log query's answer in one worker: their order as they are emitted, their lines and label sets as they are read.
 */
import type {Labels} from '../../model/index.ts'
import type {Batch} from '../batch.ts'
import type {Guard} from './guard.ts'
import {LabelSets, type PackedLabelSets} from './label-sets.ts'
import {lowerBound, type OpenChunk} from './open-chunk.ts'

/** Rows in the order of the answer, as columns; buffers are transferred. */
export type LogRows = {
  count: number
  day: Int32Array
  ns: Float64Array
  /** Index into `streams`, chunk sequence: break ties between workers as within one. */
  stream: Uint32Array
  sequence: Float64Array
  /** Index into `labels`. */
  labelSet: Uint32Array
  /** Line i is lines[lineStart[i], lineStart[i] + lineLength[i]). */
  lineStart: Uint32Array
  lineLength: Uint32Array
  lines: Uint8Array
  /** Labels of the stored streams that have rows here. */
  streams: Labels[]
  labels: PackedLabelSets
}

type Emitted = {sequence: number; open: OpenChunk; row: number; slot: number}
/** Rows of one block that are still to be read, and the slots they go to. */
export type Pending = {open: OpenChunk; block: number; rows: Uint32Array; slots: Uint32Array}

const FIRST_BYTES = 1 << 16
/** Of a row besides its line and labels: what is kept until all are found, and its place in the columns of the answer. */
const ROW_BYTES = 100

export class RowSink {
  readonly #guard: Guard
  readonly #sets = new LabelSets()
  readonly #emitted: Emitted[] = []
  // By slot: captured or emitted rows. Captured rows that are never emitted are left out at the end.
  readonly #labelSets: number[] = []
  readonly #starts: number[] = []
  readonly #lengths: number[] = []
  #lines = new Uint8Array(FIRST_BYTES)
  #used = 0

  constructor(guard: Guard) {
    this.#guard = guard
    guard.hold(FIRST_BYTES)
  }

  /** Keeps line and labels of rows of a batch; returns their slots. */
  capture(batch: Batch, rows: Uint32Array): Uint32Array {
    const slots = new Uint32Array(rows.length)
    for (let i = 0; i < rows.length; i++) slots[i] = this.#newSlot()
    if (rows.length > 0) this.#store(batch, rows, slots)
    return slots
  }

  /** @param slot where the row was captured; undefined reserves one to be filled later. */
  emit(sequence: number, open: OpenChunk, row: number, slot: number | undefined): void {
    this.#guard.hold(ROW_BYTES)
    this.#emitted.push({sequence, open, row, slot: slot ?? this.#newSlot()})
  }

  /** What is still to be read, block by block. */
  pending(): Pending[] {
    const byChunk = new Map<OpenChunk, Emitted[]>()
    for (const item of this.#emitted) {
      if (this.#labelSets[item.slot] !== -1) continue
      const list = byChunk.get(item.open)
      if (list === undefined) byChunk.set(item.open, [item])
      else list.push(item)
    }
    const pending: Pending[] = []
    for (const [open, items] of byChunk) {
      items.sort((a, b) => a.row - b.row)
      const bounds = open.chunk.lineBlockBounds()
      for (let from = 0; from < items.length;) {
        const block = lowerBound(bounds, items[from]!.row + 1) - 1
        let to = from + 1
        while (to < items.length && items[to]!.row < bounds[block + 1]!) to++
        const part = items.slice(from, to)
        pending.push({open, block, rows: Uint32Array.from(part, item => item.row), slots: Uint32Array.from(part, item => item.slot)})
        from = to
      }
    }
    return pending
  }

  /** @param batch the rows of one {@link Pending}, all of them still selected. */
  fill(batch: Batch, slots: Uint32Array): void {
    this.#store(batch, batch.selected.subarray(0, batch.count), slots)
  }

  #newSlot(): number {
    this.#labelSets.push(-1)
    this.#starts.push(0)
    this.#lengths.push(0)
    return this.#labelSets.length - 1
  }

  #store(batch: Batch, rows: Uint32Array, slots: Uint32Array): void {
    const labels = this.#sets.of(batch, rows)
    const before = this.#sets.bytes
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!
      const slot = slots[i]!
      batch.openLine(row)
      const {lineBuffer, lineStart, lineEnd} = batch
      const length = lineEnd - lineStart
      this.#reserve(length)
      if (length <= 64) for (let b = 0; b < length; b++) this.#lines[this.#used + b] = lineBuffer[lineStart + b]!
      else this.#lines.set(lineBuffer.subarray(lineStart, lineEnd), this.#used)
      this.#starts[slot] = this.#used
      this.#lengths[slot] = length
      this.#used += length
      this.#labelSets[slot] = labels.set(i)
    }
    this.#guard.hold(this.#sets.bytes - before)
  }

  #reserve(bytes: number): void {
    const needed = this.#used + bytes
    if (needed <= this.#lines.length) return
    const bigger = new Uint8Array(Math.max(needed, this.#lines.length * 2))
    this.#guard.hold(bigger.length - this.#lines.length)
    bigger.set(this.#lines.subarray(0, this.#used))
    this.#lines = bigger
  }

  finish(): LogRows {
    // Rows that could not be read are missing.
    const emitted = this.#emitted.filter(({slot}) => this.#labelSets[slot] !== -1)
    const count = emitted.length
    const streams = new Map<Labels, number>()
    const rows: LogRows = {
      count,
      day: new Int32Array(count),
      ns: new Float64Array(count),
      stream: new Uint32Array(count),
      sequence: new Float64Array(count),
      labelSet: new Uint32Array(count),
      lineStart: new Uint32Array(count),
      lineLength: new Uint32Array(count),
      lines: this.#lines.slice(0, this.#used),
      streams: [],
      labels: this.#sets.pack(),
    }
    emitted.forEach(({sequence, open, row, slot}, i) => {
      rows.day[i] = open.chunk.day
      rows.ns[i] = open.chunk.timestamps()[row]!
      let stream = streams.get(open.labels)
      if (stream === undefined) {
        stream = streams.size
        streams.set(open.labels, stream)
      }
      rows.stream[i] = stream
      rows.sequence[i] = sequence
      rows.labelSet[i] = this.#labelSets[slot]!
      rows.lineStart[i] = this.#starts[slot]!
      rows.lineLength[i] = this.#lengths[slot]!
    })
    rows.streams.push(...streams.keys())
    return rows
  }
}

/** For the transfer list of postMessage. */
export function transferRows(rows: LogRows): ArrayBuffer[] {
  const {day, ns, stream, sequence, labelSet, lineStart, lineLength, lines, labels} = rows
  const columns = [day, ns, stream, sequence, labelSet, lineStart, lineLength, lines, labels.start, labels.pairs]
  return columns.map(column => column.buffer as ArrayBuffer)
}
