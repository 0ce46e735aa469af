/*
 * The newest (or oldest) rows of one worker's streams, in order, reading as little as that takes.
 *
 *   heap ordered by the best time each source can still have:
 *     chunk, closed ─open, early filters─▶ rows                       (nothing else drops rows: timestamps decide)
 *                                       └▶ line blocks ─load, stages─▶ rows    (filters on lines)
 *     rows: the next one is the answer's next row
 *
 * A source is touched only when no other one can have an earlier place, so the scan stops by itself when `limit` rows are out:
 * no unread chunk or block can improve them.
 *
 * Order   by time in the direction; at the same time by stream (stream-order.ts, the same in both directions), and within a stream
 *         by sequence of the chunk and row in the direction: backward is the exact reverse of how entries came in.
 * Output  rows whose block had few matches are captured at once; others are read again at the end, when it is known which count.
 */
import type {Labels, MaybePromise} from '../../model/index.ts'
import type {ChunkHandle, StoreProblem, StreamChunks} from '../../store/index.ts'
import type {Batch} from '../batch.ts'
import type {Pipeline} from '../plan/pipeline.ts'
import type {Guard} from './guard.ts'
import {tolerate} from './damage.ts'
import {Heap} from './heap.ts'
import {intersects, lowerBound, openChunk, type OpenChunk, type TimeRange} from './open-chunk.ts'
import {RowSink, type LogRows} from './row-sink.ts'
import type {ScanStats} from './stats.ts'
import type {StreamOrder} from './stream-order.ts'

export type LogScan = {
  readonly streams: readonly StreamChunks[]
  readonly order: StreamOrder
  readonly pipeline: Pipeline
  readonly range: TimeRange
  readonly direction: 'forward' | 'backward'
  readonly limit: number
  /** A row closer than this to the one before it is left out; 0 = none is. */
  readonly intervalNs: number
  readonly guard: Guard
  readonly stats: ScanStats
  /** Receives what is damaged. */
  readonly problems: StoreProblem[]
}

// Up to this many matches of a block are captured when it is first read, rather than read again.
const CAPTURE_MAX = 64

type Place = {day: number; ns: number; labels: Labels; sequence: number; row: number}
type Closed = Place & {kind: 'closed'; stream: StreamChunks; handle: ChunkHandle}
/** Blocks still to be filtered: `rows` are rows of the chunk that passed the early filters, ascending. */
type Blocks = Place & {kind: 'blocks'; open: OpenChunk; rows: Uint32Array}
/** Rows of the answer, as far as the limit goes. `captured` has their sink numbers. */
type Rows = Place & {kind: 'rows'; open: OpenChunk; rows: Uint32Array; at: number; captured: Uint32Array | undefined}
type Source = Closed | Blocks | Rows

export async function scanLogs(scan: LogScan): Promise<LogRows> {
  const walk = new Walk(scan)
  return walk.run()
}

class Walk {
  readonly #scan: LogScan
  readonly #backward: boolean
  readonly #heap: Heap<Source>
  readonly #sink: RowSink
  #left: number
  #lastDay = NaN
  #lastNs = NaN

  constructor(scan: LogScan) {
    this.#scan = scan
    this.#backward = scan.direction === 'backward'
    this.#heap = new Heap<Source>((a, b) => this.#before(a, b))
    this.#left = scan.limit
    this.#sink = new RowSink(scan.guard)
    const {streams, range, stats} = scan
    for (const stream of streams) {
      const handles = stream.chunks.filter(handle => intersects(handle, range))
      if (handles.length === 0) continue
      stats.streams++
      stats.chunksMatched += handles.length
      for (const handle of handles) this.#heap.push(this.#closed(stream, handle))
    }
  }

  #before(a: Place, b: Place): boolean {
    const time = a.day - b.day || a.ns - b.ns
    if (time !== 0) return this.#backward ? time > 0 : time < 0
    const stream = this.#scan.order.compare(a.labels, b.labels)
    if (stream !== 0) return stream < 0
    const position = a.sequence - b.sequence || a.row - b.row
    return this.#backward ? position > 0 : position < 0
  }

  #closed(stream: StreamChunks, handle: ChunkHandle): Closed {
    const {day, sequence} = handle
    const bound = this.#backward ? {ns: handle.maxNs, row: Infinity} : {ns: handle.minNs, row: -1}
    return {kind: 'closed', stream, handle, day, labels: stream.labels, sequence, ...bound}
  }

  async run(): Promise<LogRows> {
    const {guard, problems} = this.#scan
    while (this.#left > 0) {
      const source = this.#heap.peek()
      if (source === undefined) break
      if (source.kind === 'rows') {
        this.#emit(source)
        continue
      }
      if (guard.due()) await guard.pause()
      this.#heap.pop()
      const pending = tolerate(problems, () => (source.kind === 'closed' ? this.#open(source) : this.#filterBlock(source)))
      if (pending instanceof Promise) await pending
    }
    await this.#readPending()
    return this.#sink.finish()
  }

  #open({stream, handle}: Closed): MaybePromise<void> {
    const {range, pipeline, stats} = this.#scan
    const opened = openChunk(stream.labels, handle, range, pipeline, pipeline.early.length > 0 ? 'all' : 'read', stats)
    const push = (open: OpenChunk): void => {
      const rows = open.whole.selected.subarray(0, open.whole.count)
      if (rows.length === 0) return
      if (pipeline.narrows) this.#pushBlocks(open, rows, handle.sequence)
      else this.#pushRows(open, this.#outermost(rows), handle.sequence, undefined)
    }
    return opened instanceof Promise ? opened.then(push) : push(opened)
  }

  #pushBlocks(open: OpenChunk, rows: Uint32Array, sequence: number): void {
    if (rows.length === 0) return
    const row = this.#backward ? rows[rows.length - 1]! : rows[0]!
    const {chunk, labels} = open
    this.#heap.push({kind: 'blocks', open, rows, day: chunk.day, ns: chunk.timestamps()[row]!, labels, sequence, row})
  }

  /** A copy of the rows that may still come out: of more than are left, the outermost. With thinning it is not known how many are skipped. */
  #outermost(rows: Uint32Array): Uint32Array {
    const most = this.#scan.intervalNs > 0 ? rows.length : Math.min(rows.length, this.#left)
    return this.#backward ? rows.slice(rows.length - most) : rows.slice(0, most)
  }

  #pushRows(open: OpenChunk, rows: Uint32Array, sequence: number, captured: Uint32Array | undefined): void {
    if (rows.length === 0) return
    this.#scan.guard.hold(rows.byteLength)
    const at = this.#backward ? rows.length - 1 : 0
    const row = rows[at]!
    const {chunk, labels} = open
    this.#heap.push({kind: 'rows', open, rows, at, captured, day: chunk.day, ns: chunk.timestamps()[row]!, labels, sequence, row})
  }

  /** Filters the outermost block of a source and puts the others back. */
  #filterBlock(source: Blocks): MaybePromise<void> {
    const {open, rows, row, sequence} = source
    const bounds = open.chunk.lineBlockBounds()
    const block = lowerBound(bounds, row + 1) - 1
    const from = lowerBound(rows, bounds[block]!)
    const to = lowerBound(rows, bounds[block + 1]!)
    this.#pushBlocks(open, this.#backward ? rows.subarray(0, from) : rows.subarray(to), sequence)
    const ready = (batch: Batch): void => {
      this.#scan.stats.rowsKept += batch.count
      const kept = this.#outermost(batch.selected.subarray(0, batch.count))
      const captured = kept.length <= CAPTURE_MAX ? this.#sink.capture(batch, kept) : undefined
      for (let i = 0; i < kept.length; i++) kept[i]! += batch.firstRow
      this.#pushRows(open, kept, sequence, captured)
    }
    const batch = open.block(block, rows.subarray(from, to))
    return batch instanceof Promise ? batch.then(ready) : ready(batch)
  }

  #emit(source: Rows): void {
    const {open, rows, at, captured, day, ns} = source
    if (!this.#tooClose(day, ns)) {
      this.#lastDay = day
      this.#lastNs = ns
      this.#left--
      this.#sink.emit(source.sequence, open, rows[at]!, captured?.[at])
    }
    const next = this.#backward ? at - 1 : at + 1
    const row = rows[next]
    if (row === undefined) {
      this.#heap.pop()
      this.#scan.guard.hold(-rows.byteLength)
      return
    }
    source.at = next
    source.row = row
    source.ns = open.chunk.timestamps()[row]!
    this.#heap.settleTop()
  }

  #tooClose(day: number, ns: number): boolean {
    const {intervalNs} = this.#scan
    if (intervalNs === 0 || Number.isNaN(this.#lastDay)) return false
    return Math.abs((day - this.#lastDay) * 86_400e9 + (ns - this.#lastNs)) < intervalNs
  }

  /** Reads lines and labels of the rows that are in the answer and were not captured. */
  async #readPending(): Promise<void> {
    const {guard, problems, pipeline, stats} = this.#scan
    for (const {open, block, rows, slots} of this.#sink.pending()) {
      if (guard.due()) await guard.pause()
      const fill = (batch: Batch): void => {
        this.#sink.fill(batch, slots)
        if (!pipeline.narrows) stats.rowsKept += rows.length
      }
      const pending = tolerate(problems, () => {
        const loaded = open.block(block, rows)
        return loaded instanceof Promise ? loaded.then(fill) : fill(loaded)
      })
      if (pending instanceof Promise) await pending
    }
  }
}
