/*
 * Writes one part in one pass.
 *
 *   add(labels, rows) ─▶ cutter ─ chunks ─▶ encoder ─ slices ─▶ blocks ─▶ drain()
 *                                              └─ entries ─▶ index at finish()
 *
 * Owns   the order of streams, the index, the footer.
 * Leaves storing the bytes to the caller, who decides how much of them is held.
 * Limits memory: two chunks of rows, a page per kind, what is not drained, and the index (about 30 bytes per block).
 */
import {crc32} from 'node:zlib'
import {formatLabels, NS_PER_DAY, type Labels} from '../../model/index.ts'
import {BlockCompressor, type Compressed} from './block-codec.ts'
import {writeBlockTable} from './section/block-table.ts'
import {BlockWriter} from './block-writer.ts'
import {ByteWriter} from './byte-writer.ts'
import {ChunkCutter} from './chunk-cutter.ts'
import {ChunkEncoder} from './chunk-encoder.ts'
import {writeChunkTable, type ChunkEntry} from './section/chunk-table.ts'
import {writeFacts, type PartFacts} from './section/facts.ts'
import {encodeDirectory, encodeFooter, encodeHeader, type Section} from './footer.ts'
import {
  CODEC_NONE,
  FOOTER_SIZE,
  SECTION_BLOCKS,
  SECTION_CHUNKS,
  SECTION_FACTS,
  SECTION_POSTINGS,
  SECTION_STREAMS,
  SECTION_SYMBOLS,
} from './format.ts'
import type {PartKernel} from './part-kernel.ts'
import type {PartMeta} from './part-meta.ts'
import {writePostings} from './section/postings.ts'
import type {RowsInput} from '../rows.ts'
import {writeStreamTable, type StreamEntry} from './section/stream-table.ts'
import {Symbols} from './section/symbols.ts'
import type {ZstdCompress} from './zstd.ts'

/** The level that bench/micro/part.bench.ts found worth its time. */
export const ZSTD_LEVEL = 1

export type PartWriterOptions = {
  readonly kernel: PartKernel
  /** Compresses blocks by it, by LZ4 without. */
  readonly zstd?: ZstdCompress | undefined
  readonly zstdLevel?: number
  readonly tenant: string
  readonly day: number
  /** Name of the object to be, its id, how often its rows were merged, and the wall clock: they only go into the meta. */
  readonly key: string
  readonly id: string
  readonly level: number
  readonly createdNs: bigint
}

/**
 * Turns rows into the bytes of one part, in bounded memory: whoever adds rows also drains bytes.
 *
 *     for (const {labels, rows} of sorted) { writer.add(labels, rows); yield* writer.drain() }
 *     meta = writer.finish(); yield* writer.drain()
 */
export class PartWriter {
  readonly #options: PartWriterOptions
  readonly #blocks: BlockWriter
  readonly #cutter: ChunkCutter
  readonly #symbols = new Symbols()
  readonly #streams: StreamEntry[] = []
  readonly #chunks: ChunkEntry[] = []
  #labels: Labels | undefined
  #canonical = ''
  #firstChunk = 0
  #lastNs = 0
  #finished = false
  readonly #total = {minNs: Infinity, maxNs: 0, rows: 0, lineBytes: 0, metaBytes: 0, rawBytes: 0}

  constructor(options: PartWriterOptions) {
    this.#options = options
    this.#blocks = new BlockWriter(new BlockCompressor(options.kernel, options.zstd, options.zstdLevel ?? ZSTD_LEVEL))
    const encoder = new ChunkEncoder(this.#blocks, this.#symbols)
    this.#cutter = new ChunkCutter(rows => {
      this.#count(encoder.encode(rows))
    })
    this.#blocks.append(encodeHeader())
  }

  /** Rows taken so far, bytes of the object so far. */
  get progress(): {readonly rows: number; readonly bytes: number} {
    return {rows: this.#total.rows, bytes: this.#blocks.position}
  }

  /**
   * Streams come in ascending order of their canonical label text (plain string comparison); a stream may be added to several times in
   * a row, in time order. The arrays of `rows` must stay as they are until another stream is added or the part is finished.
   * @throws Error when the order is wrong: a bug of the caller.
   */
  add(labels: Labels, rows: RowsInput): void {
    if (this.#finished) throw new Error('the part is finished')
    if (rows.count === 0) return
    this.#turnTo(labels)
    const {ns, count} = rows
    let last = this.#lastNs
    for (let i = 0; i < count; i++) {
      const at = ns[i]!
      if (!(at >= last)) throw new Error(`rows of ${this.#canonical} are not in time order`)
      last = at
    }
    if (last >= NS_PER_DAY) throw new Error(`a row of ${this.#canonical} is not of this day`)
    this.#lastNs = last
    this.#cutter.add(rows)
  }

  /** Bytes that were not drained before, in file order; owned by the caller. */
  drain(): Uint8Array[] {
    return this.#blocks.drain()
  }

  /** @throws Error when no row was added. Drain once more after it. */
  finish(): PartMeta {
    this.endStream()
    if (this.#total.rows === 0 || this.#finished) throw new Error('a part without rows, or finished twice')
    this.#finished = true
    this.#blocks.end()
    const {key, id, tenant, day, level, createdNs} = this.#options
    const {codec} = this.#blocks.compressor
    const total = {...this.#total, streams: this.#streams.length}
    this.#writeIndex({tenant, day, ...total, chunks: this.#chunks.length})
    return {key, id, day, ...total, size: this.#blocks.position, codec, level, createdNs: createdNs.toString()}
  }

  #turnTo(labels: Labels): void {
    if (labels === this.#labels) return
    const canonical = formatLabels(labels)
    if (this.#labels !== undefined && canonical <= this.#canonical) {
      if (canonical === this.#canonical) return
      throw new Error(`stream ${canonical} comes after ${this.#canonical}`)
    }
    this.endStream()
    this.#labels = labels
    this.#canonical = canonical
    this.#lastNs = 0
  }

  /** The arrays of all rows added are free again. Another stream or the end of the part do it, too. */
  endStream(): void {
    if (this.#labels === undefined) return
    this.#cutter.end()
    const symbols = this.#labels.flatMap(label => [this.#symbols.add(label.name), this.#symbols.add(label.value)])
    this.#streams.push({labels: symbols, chunks: this.#chunks.length - this.#firstChunk})
    this.#firstChunk = this.#chunks.length
    this.#labels = undefined
  }

  #count(chunk: ChunkEntry & {rawBytes: number}): void {
    this.#chunks.push(chunk)
    const total = this.#total
    total.minNs = Math.min(total.minNs, chunk.minNs)
    total.maxNs = Math.max(total.maxNs, chunk.maxNs)
    total.rows += chunk.rows
    total.lineBytes += chunk.lineBytes
    total.metaBytes += chunk.metaBytes
    total.rawBytes += chunk.rawBytes
  }

  #writeIndex(facts: PartFacts): void {
    const dataEnd = this.#blocks.position
    const sections: Section[] = []
    const section = (kind: number, write: (w: ByteWriter) => void): void => {
      const w = new ByteWriter(1024)
      write(w)
      const raw = w.view()
      const {codec, bytes}: Compressed = kind === SECTION_FACTS ? {codec: CODEC_NONE, bytes: raw} : this.#blocks.compressor.compress(raw)
      sections.push({
        kind,
        offset: this.#blocks.position,
        storedLength: bytes.length,
        rawLength: raw.length,
        codec,
        checksum: crc32(bytes),
      })
      this.#blocks.append(bytes)
    }
    section(SECTION_BLOCKS, w => writeBlockTable(w, this.#blocks.blocks))
    section(SECTION_CHUNKS, w => writeChunkTable(w, this.#chunks))
    section(SECTION_POSTINGS, w => writePostings(w, this.#streams))
    section(SECTION_STREAMS, w => writeStreamTable(w, this.#streams))
    section(SECTION_SYMBOLS, w => this.#symbols.write(w))
    section(SECTION_FACTS, w => writeFacts(w, facts))
    const directory = encodeDirectory(sections)
    const directoryOffset = this.#blocks.position
    this.#blocks.append(directory)
    this.#blocks.append(
      encodeFooter({
        size: directoryOffset + directory.length + FOOTER_SIZE,
        dataEnd,
        directoryOffset,
        directoryLength: directory.length,
        directoryChecksum: crc32(directory),
      }),
    )
  }
}
