/*
 * Chunks over rows of the head, for queries: ordered like those of a part, columns made when asked for.
 */
import type {Chunk, ChunkHandle, LineBlock, MetaColumn, ReadStats} from '../chunk.ts'
import {cutNames, cutRows, gatherLines, gatherOffsets} from './cut.ts'
import type {MetaColumns} from './meta.ts'
import {orderRows, type DayRows} from './order.ts'
import type {HeadSnapshot} from './head.ts'
import type {HeadView} from './view.ts'
import {firstSequence} from '../sequence.ts'
import {LEVEL_KEY, LEVEL_NAMES} from '../append.ts'
import {PairCursor} from './pairs.ts'

const BLOCK_BYTES_MAX = 256 * 1024
const NO_ROWS = new Uint32Array(0)

/** The chunks of one stream as one snapshot sees them, ascending by day and time. Days in parts are left out. */
export function headChunks(view: HeadView, snapshot: HeadSnapshot, slot: number, meta: MetaColumns): HeadChunkHandle[] {
  const chunks: HeadChunkHandle[] = []
  const manyNames = view.hasManyNames()
  for (const rows of orderRows(view, view.rowsOf(slot, snapshot))) {
    if (snapshot.hiddenDays.includes(rows.day)) continue
    let from = 0
    for (const end of cutRows(view, rows)) {
      for (const to of manyNames ? cutNames(view, rows, from, end) : [end]) {
        chunks.push(new HeadChunkHandle(view, rows, from, to, firstSequence(snapshot.generation) + chunks.length, meta))
        from = to
      }
    }
  }
  return chunks
}

export class HeadChunkHandle implements ChunkHandle {
  readonly day: number
  readonly minNs: number
  readonly maxNs: number
  readonly rows: number
  readonly lineBytes: number
  readonly sequence: number
  readonly source = 'head'
  exact = true
  readonly #view: HeadView
  readonly #rows: DayRows
  readonly #from: number
  readonly #meta: MetaColumns
  #chunk: HeadChunk | undefined
  #metaBytes: number | undefined

  constructor(view: HeadView, rows: DayRows, from: number, to: number, sequence: number, meta: MetaColumns) {
    this.#view = view
    this.#rows = rows
    this.#from = from
    this.#meta = meta
    this.day = rows.day
    this.minNs = rows.ns[from]!
    this.maxNs = rows.ns[to - 1]!
    this.rows = to - from
    this.sequence = sequence
    let lineBytes = 0
    let index = 0
    for (let i = from; i < to; i++) {
      const id = rows.ids[i]!
      index = view.segmentOf(id, index)
      const segment = view.segments[index]!
      lineBytes += segment.columns.lineLen[id - segment.base]!
    }
    this.lineBytes = lineBytes
  }

  get metaBytes(): number {
    return (this.#metaBytes ??= metaBytesOf(this.#view, this.#rows.ids, this.#from, this.#from + this.rows))
  }

  open(stats: ReadStats): Chunk {
    stats.chunksOpened++
    return (this.#chunk ??= new HeadChunk(this.#view, this.#rows, this.#from, this.#from + this.rows, this.#meta))
  }
}

function metaBytesOf(view: HeadView, ids: Uint32Array, from: number, to: number): number {
  const pairs = new PairCursor()
  let bytes = 0
  let index = 0
  for (let i = from; i < to; i++) {
    index = view.segmentOf(ids[i]!, index)
    const segment = view.segments[index]!
    const row = ids[i]! - segment.base
    const {arena, metaOff, metaLen, level} = segment.columns
    for (pairs.start(arena, metaOff[row]!, metaLen[row]!); pairs.next();) bytes += pairs.nameLen + pairs.valueLen
    const code = level[row]!
    if (code > 0) bytes += LEVEL_KEY.length + LEVEL_NAMES[code]!.length
  }
  return bytes
}

class HeadChunk implements Chunk {
  readonly rows: number
  readonly day: number
  readonly repeated = NO_ROWS
  readonly #view: HeadView
  readonly #source: DayRows
  readonly #from: number
  readonly #to: number
  readonly #meta: MetaColumns
  #offsets: Uint32Array | undefined
  #bounds: Uint32Array | undefined
  #columns: Map<string, MetaColumn> | undefined

  constructor(view: HeadView, source: DayRows, from: number, to: number, meta: MetaColumns) {
    this.#view = view
    this.#source = source
    this.#from = from
    this.#to = to
    this.#meta = meta
    this.rows = to - from
    this.day = source.day
  }

  timestamps(): Float64Array {
    return this.#source.ns.subarray(this.#from, this.#to)
  }

  lineOffsets(): Uint32Array {
    return (this.#offsets ??= gatherOffsets(this.#view, this.#source.ids, this.#from, this.#to))
  }

  metaNames(): readonly string[] {
    return [...this.#allMeta().keys()]
  }

  meta(name: string): MetaColumn | undefined {
    return this.#allMeta().get(name)
  }

  lineBlockBounds(): Uint32Array {
    if (this.#bounds !== undefined) return this.#bounds
    const offsets = this.lineOffsets()
    const bounds = [0]
    let first = 0
    for (let row = 1; row < this.rows; row++) {
      if (offsets[row + 1]! - offsets[first]! <= BLOCK_BYTES_MAX) continue
      bounds.push(row)
      first = row
    }
    bounds.push(this.rows)
    return (this.#bounds = Uint32Array.from(bounds))
  }

  loadLineBlock(block: number): LineBlock {
    const bounds = this.lineBlockBounds()
    const offsets = this.lineOffsets()
    const firstRow = bounds[block]!
    const endRow = bounds[block + 1]!
    const bytes = new Uint8Array(offsets[endRow]! - offsets[firstRow]!)
    gatherLines(this.#view, this.#source.ids, this.#from + firstRow, this.#from + endRow, bytes)
    return {firstRow, endRow, bytes}
  }

  #allMeta(): Map<string, MetaColumn> {
    this.#columns ??= new Map(this.#meta.build(this.#view, this.#source.ids, this.#from, this.#to).map(column => [column.name, column]))
    return this.#columns
  }
}
