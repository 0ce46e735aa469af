import {NS_PER_DAY} from '../../../model/index.ts'
import type {Slice} from './block-table.ts'
import type {ByteReader} from '../byte-reader.ts'
import type {ByteWriter} from '../byte-writer.ts'
import {CHUNK_ROWS_MAX} from '../../chunk-size.ts'

/** What a query knows of a chunk without reading it. */
export type ChunkEntry = {
  readonly rows: number
  /** Inclusive, ns of the day. */
  readonly minNs: number
  readonly maxNs: number
  readonly lineBytes: number
  readonly metaBytes: number
  readonly head: Slice
}

// chunks := count:uvarint (rows:uvarint minNs:uvarint span:uvarint lineBytes:uvarint metaBytes:uvarint
//           headBlock:svarint headOffset:uvarint headLength:uvarint)*                             (docs/FORMAT.md § chunks)
//           in order of streams, then time; headBlock minus that of the chunk before

export function writeChunkTable(w: ByteWriter, chunks: readonly ChunkEntry[]): void {
  w.uvarint(chunks.length)
  let block = 0
  for (const chunk of chunks) {
    w.uvarint(chunk.rows) //                1..CHUNK_ROWS_MAX
    w.uvarint(chunk.minNs)
    w.uvarint(chunk.maxNs - chunk.minNs)
    w.uvarint(chunk.lineBytes)
    w.uvarint(chunk.metaBytes)
    w.svarint(chunk.head.block - block)
    w.uvarint(chunk.head.offset)
    w.uvarint(chunk.head.length)
    block = chunk.head.block
  }
}

/** Chunks as columns. */
export class ChunkTable {
  readonly count: number
  readonly rows: Uint16Array
  readonly minNs: Float64Array
  readonly maxNs: Float64Array
  readonly lineBytes: Float64Array
  readonly metaBytes: Float64Array
  readonly headBlock: Uint32Array
  readonly headOffset: Uint32Array
  readonly headLength: Uint32Array

  constructor(r: ByteReader) {
    const count = r.count(2 ** 31, 8)
    this.count = count
    this.rows = new Uint16Array(count)
    this.minNs = new Float64Array(count)
    this.maxNs = new Float64Array(count)
    this.lineBytes = new Float64Array(count)
    this.metaBytes = new Float64Array(count)
    this.headBlock = new Uint32Array(count)
    this.headOffset = new Uint32Array(count)
    this.headLength = new Uint32Array(count)
    let block = 0
    for (let i = 0; i < count; i++) {
      const rows = (this.rows[i] = r.count(CHUNK_ROWS_MAX))
      const minNs = (this.minNs[i] = r.uvarint())
      const maxNs = (this.maxNs[i] = minNs + r.uvarint())
      this.lineBytes[i] = r.count(2 ** 32 - 1)
      this.metaBytes[i] = r.uvarint()
      block += r.svarint()
      if (rows === 0 || maxNs >= NS_PER_DAY || block < 0) r.fail(`chunk ${i} is not possible`)
      this.headBlock[i] = block
      this.headOffset[i] = r.count(2 ** 32 - 1)
      this.headLength[i] = r.count(2 ** 32 - 1)
    }
    r.end()
  }

  headOf(chunk: number): Slice {
    return {block: this.headBlock[chunk]!, offset: this.headOffset[chunk]!, length: this.headLength[chunk]!}
  }
}
