/*
 * One range aggregation over the chunks of one worker.
 *
 *   chunk in one window, labels of the stream alone, no filters ─▶ counted by its metadata
 *   the same, but windows cut it                                ─▶ timestamps (and line lengths for bytes)
 *   filters on metadata, groups by metadata                     ─▶ those columns too
 *   anything else                                               ─▶ lines, block by block
 */
import {Failure, formatLabels, instantOf, labelValue, type Labels, type MaybePromise} from '../../model/index.ts'
import type {ChunkHandle, StoreProblem, StreamChunks} from '../../store/index.ts'
import type {Batch} from '../batch.ts'
import {ERROR_LABEL} from '../error-state.ts'
import type {RangeOp} from '../logql/index.ts'
import type {Leaf} from '../metric/index.ts'
import type {Pipeline} from '../plan/pipeline.ts'
import type {SampleStage} from '../stage/sample.ts'
import {tolerate} from './damage.ts'
import type {RowGrouping} from './grouping.ts'
import type {Guard} from './guard.ts'
import {foldLabels, LabelSets, unpackLabelSets} from './label-sets.ts'
import {intersects, lowerBound, openChunk, within, type MetaUse, type OpenChunk, type TimeRange} from './open-chunk.ts'
import type {ScanStats} from './stats.ts'

export type LeafScan = {
  readonly streams: readonly StreamChunks[]
  readonly pipeline: Pipeline
  /** What the samples are: undefined counts rows, or line bytes for the bytes operations. */
  readonly sample: SampleStage | undefined
  readonly op: RangeOp
  readonly grouping: RowGrouping
  readonly leaf: Leaf
  /** Whether an instant lies in any window. */
  readonly covers: (ns: bigint) => boolean
  /** All windows together. */
  readonly range: TimeRange
  /** More series than this fail the query. */
  readonly seriesMax: number
  readonly guard: Guard
  readonly stats: ScanStats
  /** Receives what is damaged. */
  readonly problems: StoreProblem[]
}

export async function scanLeaf(scan: LeafScan): Promise<void> {
  const {streams, range, stats, guard, leaf, problems} = scan
  const scanner = new Scanner(scan)
  let held = 0
  const checkBounds = (): void => {
    guard.hold(leaf.bytes - held)
    held = leaf.bytes
    if (leaf.series > scan.seriesMax) throw tooManySeries(scan.seriesMax)
  }
  for (const stream of streams) {
    const handles = stream.chunks.filter(handle => intersects(handle, range))
    if (handles.length === 0) continue
    stats.streams++
    stats.chunksMatched += handles.length
    scanner.enterStream(stream.labels)
    for (const handle of handles) {
      if (scanner.count(handle)) {
        stats.chunksCounted++
        stats.rowsKept += handle.rows
        continue
      }
      if (guard.due()) await guard.pause()
      const pending = tolerate(problems, () => scanner.read(handle))
      if (pending instanceof Promise) await pending
      // Per chunk: one stream may have all the rows there are.
      checkBounds()
    }
    checkBounds()
  }
}

export function tooManySeries(limit: number): Failure {
  return new Failure(
    'BAD_REQUEST',
    `maximum number of series (${limit}) reached for a single query; consider reducing query cardinality by adding more specific ` +
      'stream selectors, reducing the time range, or aggregating results with functions like sum(), count() or topk()',
  )
}

class Scanner {
  readonly #scan: LeafScan
  readonly #bytes: boolean
  /** Errors of parsers are values to group by; Loki refuses those of other stages all the same. */
  readonly #keepErrors: boolean
  #stream: Labels = []
  /** The series of every row of the stream, when rows cannot differ. */
  #group: number | undefined
  #metaUse: MetaUse = 'all'
  #values = new Float64Array(0)

  constructor(scan: LeafScan) {
    this.#scan = scan
    this.#bytes = scan.op === 'bytes_over_time' || scan.op === 'bytes_rate'
    this.#keepErrors = scan.grouping.by?.includes(ERROR_LABEL) ?? false
  }

  enterStream(labels: Labels): void {
    const {pipeline, grouping, leaf, sample} = this.#scan
    this.#stream = labels
    const {needs} = pipeline
    this.#metaUse = needs === 'all' || [...needs].some(name => labelValue(labels, name) === undefined) ? 'all' : 'none'
    const series = pipeline.writesLabels || sample !== undefined ? undefined : grouping.ofStream(labels)
    this.#group = series && leaf.group(series)
  }

  /** True when the chunk could be counted by what is known without opening it. */
  count(handle: ChunkHandle): boolean {
    const {pipeline, leaf, range} = this.#scan
    if (!pipeline.empty || this.#group === undefined || !handle.exact || !within(handle, range)) return false
    return leaf.addChunk(this.#group, handle.day, handle.minNs, handle.maxNs, handle.rows, handle.lineBytes)
  }

  read(handle: ChunkHandle): MaybePromise<void> {
    const {range, pipeline, stats} = this.#scan
    const opened = openChunk(this.#stream, handle, range, pipeline, this.#metaUse, stats)
    return opened instanceof Promise ? opened.then(open => this.#rows(open)) : this.#rows(opened)
  }

  #rows(open: OpenChunk): MaybePromise<void> {
    const {whole} = open
    if (whole.count === 0) return
    if (this.#scan.pipeline.needsLine) return this.#blocks(open)
    open.runWhole()
    this.#add(whole)
  }

  async #blocks(open: OpenChunk): Promise<void> {
    const {guard, problems} = this.#scan
    const {whole, chunk} = open
    const bounds = chunk.lineBlockBounds()
    const rows = whole.selected.subarray(0, whole.count)
    for (let from = 0; from < rows.length;) {
      if (guard.due()) await guard.pause()
      const block = lowerBound(bounds, rows[from]! + 1) - 1
      const to = lowerBound(rows, bounds[block + 1]!)
      const part = rows.subarray(from, to)
      const pending = tolerate(problems, () => {
        const batch = open.block(block, part)
        return batch instanceof Promise ? batch.then(ready => this.#add(ready)) : this.#add(batch)
      })
      if (pending instanceof Promise) await pending
      from = to
    }
  }

  #add(batch: Batch): void {
    const {sample, stats, leaf, grouping} = this.#scan
    const values = sample === undefined && !this.#bytes ? null : this.#valuesOf(batch)
    if (batch.errors.any) this.#failOnError(batch)
    stats.rowsKept += batch.count
    if (batch.count === 0) return
    if (this.#group !== undefined) {
      leaf.add(this.#group, batch.day, batch.ns, values, batch.selected, batch.count)
      return
    }
    const mayName = batch.parsed(ERROR_LABEL) !== undefined
    for (const {labels, rows} of grouping.split(batch)) {
      if (mayName) this.#failOnErrorLabel(batch, labels, rows)
      leaf.add(leaf.group(labels), batch.day, batch.ns, values, rows, rows.length)
    }
  }

  #valuesOf(batch: Batch): Float64Array {
    if (this.#values.length < batch.rows) this.#values = new Float64Array(batch.rows)
    const values = this.#values
    if (this.#scan.sample !== undefined) this.#scan.sample.extract(batch, values)
    else for (let i = 0; i < batch.count; i++) values[batch.selected[i]!] = batch.lineLength(batch.selected[i]!)
    return values
  }

  /** logql § 5.4. Only rows that lie in a window count. */
  #failOnError(batch: Batch): void {
    for (let i = 0; i < batch.count; i++) {
      const row = batch.selected[i]!
      const error = batch.errors.error(row)
      if (error === '' || (this.#keepErrors && (error === 'JSONParserErr' || error === 'LogfmtParserErr'))) continue
      if (!this.#covers(batch, row)) continue
      const sets = new LabelSets()
      sets.of(batch, Uint32Array.of(row)).set(0)
      const labels = foldLabels(unpackLabelSets(sets.pack())[0]!)
      throw new Failure('BAD_REQUEST', pipelineErrorText(error, formatLabels(labels)))
    }
  }

  /** A label of the line that happens to be named `__error__` makes its series one with an error. */
  #failOnErrorLabel(batch: Batch, labels: Labels, rows: Uint32Array): void {
    const error = labelValue(labels, ERROR_LABEL)
    if (error === undefined || !rows.some(row => !batch.errors.has(row) && this.#covers(batch, row))) return
    throw new Failure('BAD_REQUEST', pipelineErrorText(error, formatLabels(labels)))
  }

  #covers(batch: Batch, row: number): boolean {
    return this.#scan.covers(instantOf(batch.day, batch.ns[row]!))
  }
}

function pipelineErrorText(error: string, series: string): string {
  return (
    `pipeline error: '${error}' for series: '${series}'.\n` +
    `Use a label filter to intentionally skip this error. (e.g | __error__!="${error}").\n` +
    'To skip all potential errors you can match empty errors.(e.g __error__="")\n' +
    'The label filter can also be specified after unwrap. (e.g | unwrap latency | __error__="" )\n'
  )
}
