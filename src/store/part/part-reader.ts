/*
 * A part, opened: which streams it has, and handles on their chunks. Sections are read and decoded when first needed.
 */
import type {LabelPredicate, Labels, MaybePromise} from '../../model/index.ts'
import type {ChunkHandle, ReadStats} from '../chunk.ts'
import {after} from './after.ts'
import {BlockTable} from './section/block-table.ts'
import {ByteReader, corruption} from './byte-reader.ts'
import {readChunkHead, type ChunkHead} from './chunk-head.ts'
import {ChunkTable} from './section/chunk-table.ts'
import {readFacts, type PartFacts} from './section/facts.ts'
import {SECTION_BLOCKS, SECTION_CHUNKS, SECTION_FACTS, SECTION_POSTINGS, SECTION_STREAMS, SECTION_SYMBOLS} from './format.ts'
import {PartChunk} from './part-chunk.ts'
import {PartFile, type PartSource} from './part-file.ts'
import {Postings} from './section/postings.ts'
import {StreamTable} from './section/stream-table.ts'
import {SymbolTable} from './section/symbols.ts'

/**
 * Opens with one read of the object's end.
 * @throws {Failure} CORRUPTION naming object and offset; UNSUPPORTED when the version is unknown; STORAGE when it cannot be read.
 */
export function openPart(source: PartSource): MaybePromise<PartReader> {
  return after(PartFile.open(source), file => after(file.section(SECTION_FACTS), r => new PartReader(file, readFacts(r))))
}

export type PartIndex = {
  readonly symbols: SymbolTable
  readonly streams: StreamTable
  readonly postings: Postings
  readonly chunks: ChunkTable
  readonly blocks: BlockTable
}

export class PartReader {
  readonly facts: PartFacts
  readonly file: PartFile
  #index: PartIndex | undefined

  constructor(file: PartFile, facts: PartFacts) {
    this.file = file
    this.facts = facts
  }

  get key(): string {
    return this.file.key
  }

  get size(): number {
    return this.file.footer.size
  }

  /** Label index, chunk table and block table, read and checked once. */
  index(): MaybePromise<PartIndex> {
    if (this.#index !== undefined) return this.#index
    const {file, facts} = this
    return after(file.section(SECTION_SYMBOLS), symbolBytes =>
      after(file.section(SECTION_CHUNKS), chunkBytes =>
        after(file.section(SECTION_STREAMS), streamBytes =>
          after(file.section(SECTION_POSTINGS), postingBytes =>
            after(file.section(SECTION_BLOCKS), blockBytes => {
              const symbols = new SymbolTable(symbolBytes)
              const chunks = new ChunkTable(chunkBytes)
              if (chunks.count !== facts.chunks) chunkBytes.fail(`${chunks.count} chunks instead of ${facts.chunks}`)
              const streams = new StreamTable(streamBytes, symbols, chunks.count)
              if (streams.count !== facts.streams) streamBytes.fail(`${streams.count} streams instead of ${facts.streams}`)
              const postings = new Postings(postingBytes, symbols, streams.count)
              const blocks = new BlockTable(blockBytes, file.footer.dataEnd)
              file.forgetTail()
              return (this.#index = {symbols, streams, postings, chunks, blocks})
            }),
          ),
        ),
      ),
    )
  }

  /** Indices, ascending, of the streams that all predicates accept (a missing label reads as ""). */
  select(predicates: readonly LabelPredicate[]): MaybePromise<Uint32Array> {
    return after(this.index(), index => index.postings.select(predicates))
  }

  /** Only after a `select`. @param keep for the next time */
  labels(stream: number, keep = true): Labels {
    return this.#known().streams.labels(stream, keep)
  }

  /**
   * Chunks of a stream in time order that meet [minNs, maxNs] (inclusive, ns of the day). Only after a `select`.
   * @param sequence of the stream's first chunk; the others count up from it
   */
  chunks(stream: number, sequence: number, minNs = 0, maxNs = Infinity): PartChunkHandle[] {
    const {streams, chunks} = this.#known()
    const handles: PartChunkHandle[] = []
    for (let i = streams.firstChunk[stream]!; i < streams.firstChunk[stream + 1]!; i++) {
      if (chunks.maxNs[i]! >= minNs && chunks.minNs[i]! <= maxNs)
        handles.push(new PartChunkHandle(this, i, sequence + i - streams.firstChunk[stream]!))
    }
    return handles
  }

  /** @param chunk index in the chunk table. The names are those of `head.meta`, one by one. */
  openHead(chunk: number, stats: ReadStats): MaybePromise<{head: ChunkHead; names: string[]}> {
    const {symbols, chunks, blocks} = this.#known()
    const slice = chunks.headOf(chunk)
    return after(this.file.block(blocks, slice.block, 'chunk heads', stats), bytes => {
      const origin = this.file.originOf(blocks, slice.block, `head of chunk ${chunk}`)
      const head = readChunkHead(new ByteReader(this.file.cut(bytes, slice, blocks, 'chunk heads'), origin), chunks.rows[chunk]!)
      const names = head.meta.map(({name}) => {
        if (name >= symbols.count) throw corruption(origin, 'a symbol is out of range')
        return symbols.text(name)
      })
      return {head, names}
    })
  }

  openChunk(chunk: number, stats: ReadStats): MaybePromise<PartChunk> {
    const {chunks, blocks} = this.#known()
    const {file, facts} = this
    return after(this.openHead(chunk, stats), ({head, names}) => {
      const bounds = {
        rows: chunks.rows[chunk]!,
        day: facts.day,
        minNs: chunks.minNs[chunk]!,
        maxNs: chunks.maxNs[chunk]!,
        lineBytes: chunks.lineBytes[chunk]!,
      }
      stats.chunksOpened++
      const opened = new PartChunk(bounds, head, names, file, blocks, stats)
      return file.isRemote ? after(opened.fetchColumns(), () => opened) : opened
    })
  }

  #known(): PartIndex {
    if (this.#index === undefined) throw new Error('select first')
    return this.#index
  }
}

/** A chunk not yet read. The reader of the database sets `exact`, and `repeated` of what `open` gives. */
export class PartChunkHandle implements ChunkHandle {
  readonly source = 'part'
  readonly day: number
  readonly minNs: number
  readonly maxNs: number
  readonly rows: number
  readonly lineBytes: number
  readonly metaBytes: number
  readonly sequence: number
  /** Within the part chunks of a stream do not repeat rows; other parts and the head are not known here. */
  exact = true
  /** Index in the part's chunk table. */
  readonly chunk: number
  readonly #part: PartReader

  constructor(part: PartReader, chunk: number, sequence: number) {
    const chunks = part.index()
    if (chunks instanceof Promise) throw new Error('select first')
    this.#part = part
    this.chunk = chunk
    this.sequence = sequence
    this.day = part.facts.day
    this.minNs = chunks.chunks.minNs[chunk]!
    this.maxNs = chunks.chunks.maxNs[chunk]!
    this.rows = chunks.chunks.rows[chunk]!
    this.lineBytes = chunks.chunks.lineBytes[chunk]!
    this.metaBytes = chunks.chunks.metaBytes[chunk]!
  }

  open(stats: ReadStats): MaybePromise<PartChunk> {
    return this.#part.openChunk(this.chunk, stats)
  }
}
