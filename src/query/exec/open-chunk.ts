/*
 * One chunk during a scan: rows of the asked time that pass the early filters, then block by block through the pipeline.
 */
import {dayOf, nsOfDay, type Labels, type MaybePromise} from '../../model/index.ts'
import type {Chunk, ChunkHandle} from '../../store/index.ts'
import {Batch} from '../batch.ts'
import type {Pipeline} from '../plan/pipeline.ts'
import type {ScanStats} from './stats.ts'

/** [from, to) as days and ns of the day. */
export type TimeRange = {readonly fromDay: number; readonly fromNs: number; readonly toDay: number; readonly toNs: number}

export function timeRange(fromNs: bigint, toNs: bigint): TimeRange {
  return {fromDay: dayOf(fromNs), fromNs: nsOfDay(fromNs), toDay: dayOf(toNs), toNs: nsOfDay(toNs)}
}

/** False when no row of the chunk can be in the range. */
export function intersects(handle: ChunkHandle, range: TimeRange): boolean {
  const {day} = handle
  if (day < range.fromDay || day > range.toDay) return false
  if (day === range.fromDay && handle.maxNs < range.fromNs) return false
  return !(day === range.toDay && handle.minNs >= range.toNs)
}

/** True when every row of the chunk is in the range. */
export function within(handle: ChunkHandle, range: TimeRange): boolean {
  const {day} = handle
  const afterStart = day > range.fromDay || (day === range.fromDay && handle.minNs >= range.fromNs)
  return afterStart && (day < range.toDay || (day === range.toDay && handle.maxNs < range.toNs))
}

/** What of the metadata a scan looks at: that of all rows, of rows whose block is read, or nothing. For stats alone. */
export type MetaUse = 'all' | 'read' | 'none'

export class OpenChunk {
  readonly labels: Labels
  readonly chunk: Chunk
  readonly #metaBytesPerRow: number
  /** All rows in one batch, without lines; early filters have run. */
  readonly whole: Batch
  readonly #pipeline: Pipeline
  readonly #stats: ScanStats

  constructor(labels: Labels, chunk: Chunk, whole: Batch, pipeline: Pipeline, stats: ScanStats, metaBytesPerRow: number) {
    this.labels = labels
    this.chunk = chunk
    this.whole = whole
    this.#pipeline = pipeline
    this.#stats = stats
    this.#metaBytesPerRow = metaBytesPerRow
  }

  /** Runs the stages on all rows at once: for pipelines that need no lines. */
  runWhole(): void {
    for (const stage of this.#pipeline.stages) stage.apply(this.whole)
  }

  /**
   * Runs the stages on rows of one line block.
   *
   * @param block  its number.
   * @param rows   of the chunk, ascending, all in the block; copied.
   */
  block(block: number, rows: Uint32Array): MaybePromise<Batch> {
    const loaded = this.chunk.loadLineBlock(block)
    return loaded instanceof Promise ? loaded.then(ready => this.#run(ready, rows)) : this.#run(loaded, rows)
  }

  #run({firstRow, endRow, bytes}: {firstRow: number; endRow: number; bytes: Uint8Array}, rows: Uint32Array): Batch {
    const selected = new Uint32Array(rows.length)
    for (let i = 0; i < rows.length; i++) selected[i] = rows[i]! - firstRow
    const batch = new Batch(this.labels, this.chunk, firstRow, endRow, bytes, selected, rows.length)
    batch.errors.copyFrom(this.whole.errors, firstRow, rows)
    this.#stats.lineBytesRead += bytes.length
    this.#stats.metaBytesRead += Math.round(this.#metaBytesPerRow * rows.length)
    for (const stage of this.#pipeline.stages) stage.apply(batch)
    return batch
  }
}

/** Opens a chunk, selects rows in the range and applies early filters. */
export function openChunk(
  labels: Labels,
  handle: ChunkHandle,
  range: TimeRange,
  pipeline: Pipeline,
  metaUse: MetaUse,
  stats: ScanStats,
): MaybePromise<OpenChunk> {
  const opened = handle.open(stats)
  const ready = (chunk: Chunk): OpenChunk => {
    const whole = selectRows(labels, chunk, range)
    stats.rowsRead += whole.count
    if (metaUse === 'all') stats.metaBytesRead += handle.metaBytes
    for (const stage of pipeline.early) stage.apply(whole)
    return new OpenChunk(labels, chunk, whole, pipeline, stats, metaUse === 'read' ? handle.metaBytes / handle.rows : 0)
  }
  return opened instanceof Promise ? opened.then(ready) : ready(opened)
}

function selectRows(labels: Labels, chunk: Chunk, range: TimeRange): Batch {
  const ns = chunk.timestamps()
  const {rows, day, repeated} = chunk
  const from = day === range.fromDay ? lowerBound(ns, range.fromNs) : day < range.fromDay ? rows : 0
  const to = day === range.toDay ? lowerBound(ns, range.toNs) : day > range.toDay ? 0 : rows
  const selected = rowNumbers(rows).slice(from, Math.max(from, to))
  return new Batch(labels, chunk, 0, rows, undefined, selected, withoutListed(selected, repeated))
}

// Chunks of parts have no more rows; those of the head may.
const ROW_NUMBERS = Uint32Array.from({length: 8192}, (_, row) => row)

/** 0, 1, 2, … of at least `count`; not to be changed. */
function rowNumbers(count: number): Uint32Array {
  return count <= ROW_NUMBERS.length ? ROW_NUMBERS : Uint32Array.from({length: count}, (_, row) => row)
}

/** Takes listed rows out in place; both ascending. Returns how many are left. */
function withoutListed(rows: Uint32Array, listed: Uint32Array): number {
  if (listed.length === 0) return rows.length
  let count = 0
  let next = 0
  for (const row of rows) {
    while (next < listed.length && listed[next]! < row) next++
    if (next < listed.length && listed[next] === row) continue
    rows[count++] = row
  }
  return count
}

/** How many of the ascending values are smaller. */
export function lowerBound(values: ArrayLike<number>, value: number): number {
  let low = 0
  let high = values.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (values[middle]! < value) low = middle + 1
    else high = middle
  }
  return low
}
