/*
 * A store in memory that hands out chunks as the real one does, cut as a test wants them.
 */
import {dayOf, Failure, formatLabels, nsOfDay, type LabelPredicate, type Labels, type MaybePromise} from '../../../src/model/index.ts'
import type {SelectOptions, Snapshots, StreamReader} from '../../../src/query/index.ts'
import type {Chunk, ChunkHandle, LineBlock, MetaColumn, ReadStats, StreamChunks} from '../../../src/store/index.ts'

export type FakeEntry = {tsNs: bigint; line: string | Uint8Array; metadata?: Readonly<Record<string, string>>}
export type FakeStream = {labels: Labels; entries: readonly FakeEntry[]}

export type Layout = {
  rowsPerChunk: number
  rowsPerBlock: number
  /** Chunks and blocks arrive later, as from a remote store. */
  slow?: boolean
  /** Entries go to chunks in turn, so that all chunks of a stream overlap. */
  interleaved?: boolean
  /** The first chunk of each stream cannot be opened, or its first block cannot be read. */
  damaged?: 'chunk' | 'block'
}

const encoder = new TextEncoder()

export class FakeStore implements StreamReader<null>, Snapshots<null> {
  readonly #streams: StreamChunks[]
  opened = 0
  selected = 0
  blocksLoaded = 0
  released = 0

  constructor(streams: readonly FakeStream[], layout: Layout) {
    this.#streams = streams.map(stream => ({labels: stream.labels, chunks: this.#cut(stream, layout)}))
  }

  snapshot(): {data: null; release(): void} {
    return {data: null, release: () => void this.released++}
  }

  select(_: null, {predicates, shard}: SelectOptions): MaybePromise<StreamChunks[]> {
    this.selected++
    return this.#streams.filter(({labels}) => matches(labels, predicates) && hash(formatLabels(labels)) % shard.count === shard.index)
  }

  streams(_: null, {predicates, shard}: SelectOptions): Labels[] {
    const labels = this.#streams.map(stream => stream.labels)
    return labels.filter(each => matches(each, predicates) && hash(formatLabels(each)) % shard.count === shard.index)
  }

  #cut({entries}: FakeStream, layout: Layout): ChunkHandle[] {
    const byDay = new Map<number, FakeEntry[]>()
    const sorted = layout.interleaved ? entries : entries.toSorted((a, b) => (a.tsNs < b.tsNs ? -1 : a.tsNs > b.tsNs ? 1 : 0))
    for (const entry of sorted) {
      const list = byDay.get(dayOf(entry.tsNs)) ?? []
      list.push(entry)
      byDay.set(dayOf(entry.tsNs), list)
    }
    const handles: ChunkHandle[] = []
    for (const [day, rows] of byDay) {
      const count = Math.ceil(rows.length / layout.rowsPerChunk)
      for (let c = 0; c < count; c++) {
        const part = layout.interleaved
          ? rows.filter((_, i) => i % count === c).toSorted((a, b) => nsOfDay(a.tsNs) - nsOfDay(b.tsNs))
          : rows.slice(c * layout.rowsPerChunk, (c + 1) * layout.rowsPerChunk)
        handles.push(this.#handle(day, part, handles.length, layout, count > 1 && layout.interleaved === true))
      }
    }
    return handles
  }

  #handle(day: number, entries: readonly FakeEntry[], sequence: number, layout: Layout, overlaps: boolean): ChunkHandle {
    const chunk = new FakeChunk(day, entries, layout, block => {
      this.blocksLoaded++
      if (layout.damaged === 'block' && sequence === 0 && block === 0) throw new Failure('CORRUPTION', 'x.part: bad checksum at 34')
    })
    const ns = chunk.timestamps()
    return {
      day,
      minNs: ns[0]!,
      maxNs: ns[ns.length - 1]!,
      rows: entries.length,
      lineBytes: chunk.lineOffsets()[entries.length]!,
      metaBytes: 0,
      exact: !overlaps,
      source: 'part',
      sequence,
      open: (stats: ReadStats) => {
        this.opened++
        stats.chunksOpened++
        if (layout.damaged === 'chunk' && sequence === 0) throw new Failure('CORRUPTION', 'x.part: bad checksum at 12')
        return layout.slow ? Promise.resolve(chunk) : chunk
      },
    }
  }
}

export class FakeChunk implements Chunk {
  readonly rows: number
  readonly day: number
  readonly repeated = new Uint32Array(0)
  readonly #ns: Float64Array
  readonly #offsets: Uint32Array
  readonly #bytes: Uint8Array
  readonly #metas = new Map<string, MetaColumn>()
  readonly #layout: Layout
  readonly #onLoad: (block: number) => void

  constructor(day: number, entries: readonly FakeEntry[], layout: Layout, onLoad: (block: number) => void = () => {}) {
    this.day = day
    this.rows = entries.length
    this.#layout = layout
    this.#onLoad = onLoad
    this.#ns = Float64Array.from(entries, entry => nsOfDay(entry.tsNs))
    const lines = entries.map(({line}) => (typeof line === 'string' ? encoder.encode(line) : line))
    this.#offsets = new Uint32Array(entries.length + 1)
    lines.forEach((line, i) => (this.#offsets[i + 1] = this.#offsets[i]! + line.length))
    this.#bytes = new Uint8Array(this.#offsets[entries.length]!)
    lines.forEach((line, i) => this.#bytes.set(line, this.#offsets[i]))
    const names = new Set(entries.flatMap(entry => Object.keys(entry.metadata ?? {})))
    for (const name of names) this.#metas.set(name, metaColumn(name, entries))
  }

  timestamps(): Float64Array {
    return this.#ns
  }

  lineOffsets(): Uint32Array {
    return this.#offsets
  }

  metaNames(): readonly string[] {
    return [...this.#metas.keys()]
  }

  meta(name: string): MetaColumn | undefined {
    return this.#metas.get(name)
  }

  lineBlockBounds(): Uint32Array {
    const bounds: number[] = []
    for (let row = 0; row < this.rows; row += this.#layout.rowsPerBlock) bounds.push(row)
    return Uint32Array.from([...bounds, this.rows])
  }

  loadLineBlock(block: number): MaybePromise<LineBlock> {
    this.#onLoad(block)
    const bounds = this.lineBlockBounds()
    const [firstRow = 0, endRow = 0] = [bounds[block], bounds[block + 1]]
    const bytes = this.#bytes.slice(this.#offsets[firstRow], this.#offsets[endRow])
    const loaded = {firstRow, endRow, bytes}
    return this.#layout.slow ? Promise.resolve(loaded) : loaded
  }
}

function metaColumn(name: string, entries: readonly FakeEntry[]): MetaColumn {
  const values: string[] = []
  const codes = Uint16Array.from(entries, ({metadata}) => {
    const value = metadata?.[name]
    if (value === undefined) return 0
    if (!values.includes(value)) values.push(value)
    return values.indexOf(value) + 1
  })
  return {name, distinct: values.length, codes, value: i => values[i]!, valueBytes: i => encoder.encode(values[i])}
}

function matches(labels: Labels, predicates: readonly LabelPredicate[]): boolean {
  return predicates.every(({name, matches: test}) => test(labels.find(label => label.name === name)?.value ?? ''))
}

function hash(text: string): number {
  let h = 0
  for (const char of text) h = (h * 31 + char.charCodeAt(0)) >>> 0
  return h
}
