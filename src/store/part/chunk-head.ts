/*
 * The head of a chunk: which slices of which blocks hold its columns. Heads of neighbouring chunks share a page.
 */
import type {Slice} from './section/block-table.ts'
import type {ByteReader} from './byte-reader.ts'
import type {ByteWriter} from './byte-writer.ts'

export type LineSlices = {
  /** One slice, or whole blocks numbered from `first` on. */
  readonly first: Slice
  /** Row after the last of each block, ascending; the last is the chunk's row count. */
  readonly endRows: readonly number[]
}

export type MetaHead = {
  /** Index into the symbols. */
  readonly name: number
  readonly distinct: number
  /** The one value of every row, or where the values and codes are. */
  readonly constant: Uint8Array | undefined
  readonly values: Slice | undefined
  readonly codes: Slice | undefined
}

export type ChunkHead = {
  readonly timestamps: Slice
  readonly lengths: Slice
  readonly lines: LineSlices
  readonly meta: readonly MetaHead[]
}

// chunkHead := timestamps:slice lengths:slice lines metaCount:uvarint meta*                     (docs/FORMAT.md § chunk head)
// lines     := blockCount:uvarint first:slice rows:uvarint*           rows of each block but the last
// meta      := name:uvarint distinct:uvarint (value:blob | values:slice codes:slice)     distinct 0: value is the constant
// slice     := block:svarint offset:svarint length:uvarint            block: minus that of the slice before, 0 at first;
//              offset: minus the end of the slice before in the same block, minus 0 in another one

export function writeChunkHead(w: ByteWriter, head: ChunkHead, rows: number): void {
  const slices = new SliceWriter(w)
  slices.write(head.timestamps)
  slices.write(head.lengths)
  w.uvarint(head.lines.endRows.length)
  slices.write(head.lines.first)
  let row = 0
  for (const end of head.lines.endRows) {
    if (end < rows) w.uvarint(end - row)
    row = end
  }
  w.uvarint(head.meta.length)
  for (const meta of head.meta) {
    w.uvarint(meta.name)
    if (meta.constant !== undefined) {
      w.uvarint(0)
      w.blob(meta.constant)
    } else if (meta.values !== undefined && meta.codes !== undefined) {
      w.uvarint(meta.distinct)
      slices.write(meta.values)
      slices.write(meta.codes)
    }
  }
}

/** @throws {Failure} CORRUPTION when it is short or rows do not add up. Slices are checked when they are read. */
export function readChunkHead(r: ByteReader, rows: number): ChunkHead {
  const slices = new SliceReader(r)
  const timestamps = slices.read()
  const lengths = slices.read()
  const blockCount = r.count(rows)
  if (blockCount === 0) r.fail('a chunk without lines')
  const first = slices.read()
  const endRows: number[] = []
  let row = 0
  for (let i = 1; i < blockCount; i++) {
    row += r.uvarint()
    if (row <= (endRows.at(-1) ?? 0) || row >= rows) r.fail('line blocks out of order')
    endRows.push(row)
  }
  endRows.push(rows)
  const meta: MetaHead[] = []
  for (let left = r.count(2 ** 20, 2); left > 0; left--) {
    const name = r.uvarint()
    const distinct = r.count(rows)
    if (distinct === 0) meta.push({name, distinct: 1, constant: r.blob(), values: undefined, codes: undefined})
    else meta.push({name, distinct, constant: undefined, values: slices.read(), codes: slices.read()})
  }
  r.end()
  return {timestamps, lengths, lines: {first, endRows}, meta}
}

const BEFORE_FIRST: Slice = {block: 0, offset: 0, length: 0}

class SliceWriter {
  readonly #w: ByteWriter
  #before = BEFORE_FIRST

  constructor(w: ByteWriter) {
    this.#w = w
  }

  write(slice: Slice): void {
    const before = this.#before
    this.#w.svarint(slice.block - before.block)
    this.#w.svarint(slice.offset - (slice.block === before.block ? before.offset + before.length : 0))
    this.#w.uvarint(slice.length)
    this.#before = slice
  }
}

class SliceReader {
  readonly #r: ByteReader
  #before = BEFORE_FIRST

  constructor(r: ByteReader) {
    this.#r = r
  }

  read(): Slice {
    const before = this.#before
    const block = before.block + this.#r.svarint()
    const offset = (block === before.block ? before.offset + before.length : 0) + this.#r.svarint()
    const length = this.#r.uvarint()
    if (block < 0 || offset < 0) this.#r.fail('a slice out of range')
    return (this.#before = {block, offset, length})
  }
}
