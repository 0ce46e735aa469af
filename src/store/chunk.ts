/*
 * The currency of the store: consecutive entries of one stream and one UTC day as columns, sorted by time.
 *
 *   head rows ─┐                               ┌─▶ part writer (flush, merge)
 *   part bytes ┴─▶ ChunkHandle ─open─▶ Chunk ──┴─▶ query engine
 *
 * A handle knows what can be known without reading columns; a chunk decodes a column when it is first asked for it.
 * Rows are in time order; rows with equal timestamps are in the order they were pushed.
 */
import type {PackedValues} from './packed-values.ts'
import type {Labels, MaybePromise} from '../model/index.ts'

/** A structured-metadata column. Values are valid UTF-8, never empty. */
export interface MetaColumn {
  readonly name: string
  /** How many distinct values there are. */
  readonly distinct: number
  /** True when it is known without looking at codes that every row has value 0. */
  readonly constant?: boolean
  /** One code per row: 0 = the row has no value, c > 0 = value c - 1. Owned by the chunk. */
  readonly codes: Uint8Array | Uint16Array | Uint32Array
  /** Codes of some rows, ascending, without looking at the others when they are few; fresh. */
  codesOf?(rows: Uint32Array): Uint32Array
  /** The value of index 0..distinct-1 as a string; cached. */
  value(index: number): string
  /** The same as bytes, a view owned by the chunk. */
  valueBytes(index: number): Uint8Array
  /** All values at once, where the column has them so; owned by the chunk. */
  packed?(): PackedValues
}

/** Consecutive rows whose lines are loaded together; blocks cover all rows in order. */
export interface LineBlock {
  readonly firstRow: number
  readonly endRow: number
  /** Lines of rows [firstRow, endRow) back to back, no separator. A view, valid until the chunk is closed or another block is loaded. */
  readonly bytes: Uint8Array
}

export interface Chunk {
  readonly rows: number
  readonly day: number
  /** ns of the day, ascending, ties allowed; length = rows. Owned by the chunk. */
  timestamps(): Float64Array
  /** rows + 1 positions, offsets[0] = 0: line i is bytes [offsets[i], offsets[i+1]) of all lines of the chunk back to back. */
  lineOffsets(): Uint32Array
  /** Names of the metadata columns, in no promised order. */
  metaNames(): readonly string[]
  meta(name: string): MetaColumn | undefined
  /** Row boundaries of the line blocks: block b covers rows [bounds[b], bounds[b+1]). */
  lineBlockBounds(): Uint32Array
  loadLineBlock(block: number): MaybePromise<LineBlock>
  /** Rows that repeat an entry of an earlier chunk of the same stream; ascending, usually empty. They must not be counted or shown. */
  readonly repeated: Uint32Array
}

/** Bytes that a query really read; the reader adds to it. */
export type ReadStats = {
  chunksOpened: number
  /** Compressed bytes read from objects. */
  bytesRead: number
  /** Line bytes decompressed. */
  bytesDecompressed: number
  blocksFromCache: number
}

export interface ChunkHandle {
  readonly day: number
  /** Inclusive, ns of the day. */
  readonly minNs: number
  readonly maxNs: number
  readonly rows: number
  readonly lineBytes: number
  /** Names and values of structured metadata, bytes. */
  readonly metaBytes: number
  /** True when the chunk shares no time with another chunk of its stream, so rows and lineBytes are exact without opening it. */
  readonly exact: boolean
  readonly source: 'part' | 'head'
  /** Later chunks of a stream have a larger sequence, no two the same; decides the order of rows with equal timestamps. */
  readonly sequence: number
  open(stats: ReadStats): MaybePromise<Chunk>
}

/** All chunks of one stream that may hold rows in the asked range, ascending by (day, minNs, sequence). */
export type StreamChunks = {
  readonly labels: Labels
  readonly chunks: readonly ChunkHandle[]
}
