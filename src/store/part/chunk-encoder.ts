/*
 * Encodes the rows of one chunk: chooses the form of every column, places the bytes, and describes them in a chunk head.
 */
import {Arena} from '../arrays.ts'
import {ByteWriter} from './byte-writer.ts'
import {encodeAscending} from './column/ascending.ts'
import {encodeCodes} from './column/codes.ts'
import {encodeLengths} from './column/lengths.ts'
import {encodeValues} from './column/values.ts'
import type {BlockKind, BlockWriter} from './block-writer.ts'
import type {Slice} from './section/block-table.ts'
import {writeChunkHead, type LineSlices, type MetaHead} from './chunk-head.ts'
import type {ChunkEntry} from './section/chunk-table.ts'
import {LINE_BLOCK_SIZE_MAX} from './format.ts'
import {ColumnNumbering, type NumberedColumn} from './meta-encoder.ts'
import type {RowsInput} from '../rows.ts'
import type {Symbols} from './section/symbols.ts'

/** Fewer rows are not worth trying two forms. */
const TRY_ROWS_MIN = 512
/** What a block costs besides its bytes: a line of the block table. */
const BLOCK_COST = 12
/** LZ4 finds nothing in codes unless they come in runs: on average this many rows. */
const LZ4_RUN_MIN = 8
/** What an entry and a metadata pair weigh in a push besides their texts: protobuf tags, lengths, timestamp. */
/** Columns of a full chunk with some dozen keys. */
const ARENA_SIZE_MAX = 8 * 1024 * 1024
const ENTRY_FRAMING = 18
const PAIR_FRAMING = 6

export class ChunkEncoder {
  readonly #blocks: BlockWriter
  readonly #symbols: Symbols
  /** For one chunk at a time. */
  readonly #arrays = new Arena(ARENA_SIZE_MAX)
  readonly #numbering = new ColumnNumbering(this.#arrays)
  readonly #head = new ByteWriter(1024)

  constructor(blocks: BlockWriter, symbols: Symbols) {
    this.#blocks = blocks
    this.#symbols = symbols
  }

  /** @param rows 1..CHUNK_ROWS_MAX of one stream. Nothing of it is kept. */
  encode(rows: RowsInput): ChunkEntry & {rawBytes: number} {
    const {count, ns, lineOffsets} = rows
    this.#arrays.reset()
    const lineBytes = lineOffsets[count]! - lineOffsets[0]!
    const times = new ByteWriter(count * 8 + 16, this.#arrays)
    encodeAscending(times, ns.subarray(0, count), this.#arrays)
    const timestamps = this.#blocks.place('time', times.view())
    const lengths = this.#placeLengths(lineOffsets.subarray(0, count + 1))

    let metaBytes = 0
    let pairs = 0
    const meta: MetaHead[] = []
    const codesBefore: {column: NumberedColumn; slice: Slice}[] = []
    for (const source of rows.meta) {
      const column = this.#numbering.number(source, count)
      if (column === undefined) continue
      metaBytes += column.valueBytes + column.present * Buffer.byteLength(column.name)
      pairs += column.present
      meta.push(this.#placeMeta(column, codesBefore))
    }

    const lines = this.#placeLines(rows, lineBytes)
    this.#head.clear()
    writeChunkHead(this.#head, {timestamps, lengths, lines, meta}, count)
    return {
      rows: count,
      minNs: ns[0]!,
      maxNs: ns[count - 1]!,
      lineBytes,
      metaBytes,
      head: this.#blocks.place('head', this.#head.view()),
      rawBytes: lineBytes + metaBytes + count * ENTRY_FRAMING + pairs * PAIR_FRAMING,
    }
  }

  #placeLengths(offsets: Uint32Array): Slice {
    const packed = encodeLengths(offsets, 'packed', this.#arrays)
    if (this.#blocks.compressor.codec !== 'zstd' || offsets.length <= TRY_ROWS_MIN) return this.#blocks.place('time', packed)
    return this.#placeShorter('time', packed, () => encodeLengths(offsets, 'planes', this.#arrays))
  }

  #placeMeta(column: NumberedColumn, before: {column: NumberedColumn; slice: Slice}[]): MetaHead {
    const name = this.#symbols.add(column.name)
    const {codes, values} = column
    const distinct = values.count
    if (distinct === 1 && column.present === codes.length) {
      return {name, distinct, constant: values.all(), values: undefined, codes: undefined}
    }
    const encoded = encodeValues(values, this.#arrays)
    const valuesSlice = this.#blocks.place(encoded.form === 'text' ? 'text' : 'bits', encoded.bytes)
    // Columns that go together (a pod and its address, a trace and its span) have the same codes: stored once.
    let codesSlice = before.find(other => other.column.values.count === distinct && sameCodes(other.column, column))?.slice
    if (codesSlice === undefined) {
      codesSlice = this.#placeCodes(column)
      before.push({column, slice: codesSlice})
    }
    return {name, distinct, constant: undefined, values: valuesSlice, codes: codesSlice}
  }

  #placeCodes(column: NumberedColumn): Slice {
    const {codes, values} = column
    const compact = encodeCodes(codes, values.count, 'compact', this.#arrays)
    const longRuns = column.changes * LZ4_RUN_MIN < codes.length
    const allNew = values.count === column.present
    if (codes.length < TRY_ROWS_MIN || allNew || (this.#blocks.compressor.codec === 'lz4' && !longRuns)) {
      return this.#blocks.place('bits', compact)
    }
    return this.#placeShorter('bits', compact, () => encodeCodes(codes, values.count, 'planes', this.#arrays))
  }

  /** Packed bits, or the longer form when compression makes that one shorter. */
  #placeShorter(kind: BlockKind, packed: Uint8Array, other: () => Uint8Array): Slice {
    const long = other()
    const compressed = this.#blocks.compressor.compress(long)
    if (compressed.bytes.length + BLOCK_COST >= packed.length) return this.#blocks.place(kind, packed)
    return this.#blocks.placeCompressed(compressed, long.length)
  }

  #placeLines(rows: RowsInput, lineBytes: number): LineSlices {
    const {count, lineOffsets, lines} = rows
    const start = lineOffsets[0]!
    if (lineBytes <= LINE_BLOCK_SIZE_MAX)
      return {first: this.#blocks.place('lines', lines.subarray(start, start + lineBytes)), endRows: [count]}
    const target = lineBytes / Math.ceil(lineBytes / LINE_BLOCK_SIZE_MAX)
    const endRows: number[] = []
    let first: Slice | undefined
    for (let row = 0; row < count;) {
      const from = lineOffsets[row]!
      let end = row + 1
      while (end < count && lineOffsets[end]! - from < target && lineOffsets[end + 1]! - from <= LINE_BLOCK_SIZE_MAX) end++
      const raw = lines.subarray(from, lineOffsets[end])
      const slice = this.#blocks.placeCompressed(this.#blocks.compressor.compress(raw), raw.length)
      first ??= slice
      endRows.push(end)
      row = end
    }
    return {first: first!, endRows}
  }
}

function sameCodes(a: NumberedColumn, b: NumberedColumn): boolean {
  if (a.present !== b.present || a.changes !== b.changes) return false
  for (let i = 0; i < a.codes.length; i++) if (a.codes[i] !== b.codes[i]) return false
  return true
}
