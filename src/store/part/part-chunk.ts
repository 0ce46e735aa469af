/*
 * A chunk of a part as the query engine sees it: columns are decoded when they are asked for, at most once.
 */
import {Failure, type MaybePromise} from '../../model/index.ts'
import type {Chunk, LineBlock, MetaColumn, ReadStats} from '../chunk.ts'
import {PackedValues, type StoredValues} from '../packed-values.ts'
import type {Codes} from '../rows.ts'
import {after} from './after.ts'
import type {BlockTable, Slice} from './section/block-table.ts'
import {ByteReader, corruption} from './byte-reader.ts'
import type {ChunkHead, MetaHead} from './chunk-head.ts'
import {decodeAscending} from './column/ascending.ts'
import {readCodes, type StoredCodes} from './column/codes.ts'
import {decodeLengths} from './column/lengths.ts'
import {readValues} from './column/values.ts'
import type {PartFile} from './part-file.ts'

export type ChunkBounds = {
  readonly rows: number
  readonly day: number
  readonly minNs: number
  readonly maxNs: number
  readonly lineBytes: number
}

const NO_ROWS = new Uint32Array(0)

/** Reads the slices of one chunk; keeps the blocks of columns, because several columns share one. */
class SliceSource {
  readonly file: PartFile
  readonly table: BlockTable
  readonly stats: ReadStats
  readonly #blocks = new Map<number, Uint8Array>()

  constructor(file: PartFile, table: BlockTable, stats: ReadStats) {
    this.file = file
    this.table = table
    this.stats = stats
  }

  /** Reads a block ahead of time, so that `reader` is synchronous. */
  fetch(block: number): MaybePromise<void> {
    if (this.#blocks.has(block)) return
    return after(this.file.block(this.table, block, 'columns', this.stats), bytes => {
      this.#blocks.set(block, bytes)
    })
  }

  reader(slice: Slice, what: string): ByteReader {
    let bytes = this.#blocks.get(slice.block)
    if (bytes === undefined) {
      const reading = this.file.block(this.table, slice.block, what, this.stats)
      if (reading instanceof Promise) throw new Failure('INTERNAL', `column ${what} of ${this.file.key} was not fetched before`)
      bytes = reading
      this.#blocks.set(slice.block, bytes)
    }
    const offset = this.table.offset[slice.block] ?? 0
    return new ByteReader(
      this.file.cut(bytes, slice, this.table, what),
      {
        key: this.file.key,
        offset,
        what: `column ${what} in block ${slice.block}`,
      },
      this.file.arrays,
    )
  }
}

export class PartChunk implements Chunk {
  readonly rows: number
  readonly day: number
  /** Set by the reader of the database, which knows the other chunks of the stream. */
  repeated: Uint32Array = NO_ROWS
  readonly #bounds: ChunkBounds
  readonly #head: ChunkHead
  readonly #source: SliceSource
  readonly #meta = new Map<string, PartMetaColumn>()
  readonly #metaNames: readonly string[]
  #timestamps: Float64Array | undefined
  #lineOffsets: Uint32Array | undefined

  constructor(bounds: ChunkBounds, head: ChunkHead, names: readonly string[], file: PartFile, table: BlockTable, stats: ReadStats) {
    this.rows = bounds.rows
    this.day = bounds.day
    this.#bounds = bounds
    this.#head = head
    this.#source = new SliceSource(file, table, stats)
    this.#metaNames = names
    names.forEach((name, i) => this.#meta.set(name, new PartMetaColumn(name, head.meta[i]!, bounds.rows, this.#source)))
  }

  /** For stores that answer later: fetches every column, not the lines. */
  fetchColumns(): MaybePromise<void> {
    const {timestamps, lengths, meta} = this.#head
    const blocks = new Set([timestamps.block, lengths.block])
    for (const column of meta) {
      if (column.values !== undefined) blocks.add(column.values.block)
      if (column.codes !== undefined) blocks.add(column.codes.block)
    }
    return Promise.all(Array.from(blocks, async block => this.#source.fetch(block))).then(() => undefined)
  }

  timestamps(): Float64Array {
    if (this.#timestamps !== undefined) return this.#timestamps
    const {minNs, maxNs} = this.#bounds
    const r = this.#source.reader(this.#head.timestamps, 'timestamps')
    const values = decodeAscending(r, this.rows, maxNs, this.#source.file.unpackDeltas)
    r.end()
    if (values[0] !== minNs || values[this.rows - 1] !== maxNs) r.fail('it does not agree with the chunk table')
    return (this.#timestamps = values)
  }

  lineOffsets(): Uint32Array {
    if (this.#lineOffsets !== undefined) return this.#lineOffsets
    const r = this.#source.reader(this.#head.lengths, 'lengths')
    const offsets = decodeLengths(r, this.rows, this.#bounds.lineBytes)
    r.end()
    return (this.#lineOffsets = offsets)
  }

  metaNames(): readonly string[] {
    return this.#metaNames
  }

  meta(name: string): MetaColumn | undefined {
    return this.#meta.get(name)
  }

  lineBlockBounds(): Uint32Array {
    return Uint32Array.from([0, ...this.#head.lines.endRows])
  }

  loadLineBlock(block: number): MaybePromise<LineBlock> {
    const {first, endRows} = this.#head.lines
    const endRow = endRows[block]
    if (endRow === undefined) throw new RangeError(`no line block ${block}`)
    const firstRow = block === 0 ? 0 : endRows[block - 1]!
    const offsets = this.lineOffsets()
    const length = offsets[endRow]! - offsets[firstRow]!
    const {file, table, stats} = this.#source
    const number = first.block + block
    const fromCache = stats.blocksFromCache
    return after(file.block(table, number, 'lines', stats), bytes => {
      if (stats.blocksFromCache === fromCache) stats.bytesDecompressed += bytes.length
      const slice: Slice = {block: number, offset: block === 0 ? first.offset : 0, length}
      if (endRows.length > 1 && length !== bytes.length) {
        throw corruption(file.originOf(table, number, 'lines'), `it has ${bytes.length} bytes of lines instead of ${length}`)
      }
      return {firstRow, endRow, bytes: file.cut(bytes, slice, table, 'lines')}
    })
  }
}

const decoder = new TextDecoder()

/** A column's rows are decoded all at once for more than this share of them, as are its values. */
const FEW = 1 / 16

// The codes of constant columns, which most are; a chunk rarely has more rows.
const ONES = new Uint32Array(8192).fill(1)

class PartMetaColumn implements MetaColumn {
  readonly name: string
  readonly distinct: number
  readonly constant: boolean
  readonly #head: MetaHead
  readonly #rows: number
  readonly #source: SliceSource
  #codes: Codes | undefined
  #stored: StoredValues | undefined
  /** How many values were asked for one by one. */
  #asked = 0
  #values: PackedValues | undefined
  #strings: string[] | undefined

  constructor(name: string, head: MetaHead, rows: number, source: SliceSource) {
    this.name = name
    this.distinct = head.distinct
    this.constant = head.codes === undefined
    this.#head = head
    this.#rows = rows
    this.#source = source
  }

  get codes(): Codes {
    return (this.#codes ??= this.#readCodes()?.all() ?? ones(this.#rows))
  }

  codesOf(rows: Uint32Array): Uint32Array {
    const stored = this.#codes === undefined && rows.length < this.#rows * FEW ? this.#readCodes() : undefined
    if (stored !== undefined) return stored.of(rows)
    const {codes} = this
    const picked = new Uint32Array(rows.length)
    for (let i = 0; i < rows.length; i++) picked[i] = codes[rows[i]!]!
    return picked
  }

  /** Undefined when every row has the one value. */
  #readCodes(): StoredCodes | undefined {
    const {codes} = this.#head
    if (codes === undefined) return undefined
    const r = this.#source.reader(codes, `codes of ${this.name}`)
    const stored = readCodes(r, this.#rows, this.distinct)
    r.end()
    return stored
  }

  value(index: number): string {
    this.#strings ??= []
    return (this.#strings[index] ??= decoder.decode(this.valueBytes(index)))
  }

  valueBytes(index: number): Uint8Array {
    if (this.#values === undefined && this.#asked++ < this.distinct * FEW) return this.#readValues().at(index)
    return this.packed().at(index)
  }

  packed(): PackedValues {
    return (this.#values ??= this.#readValues().all())
  }

  #readValues(): StoredValues {
    if (this.#stored !== undefined) return this.#stored
    const {constant, values} = this.#head
    if (values === undefined) {
      const bytes = constant ?? new Uint8Array(0)
      const only = new PackedValues(bytes, Uint32Array.of(0, bytes.length))
      return (this.#stored = {at: () => bytes, all: () => only})
    }
    const r = this.#source.reader(values, `values of ${this.name}`)
    const stored = readValues(r, this.distinct)
    r.end()
    return (this.#stored = stored)
  }
}

function ones(rows: number): Uint32Array {
  return rows <= ONES.length ? ONES.subarray(0, rows) : new Uint32Array(rows).fill(1)
}
