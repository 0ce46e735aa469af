/*
 * Collects encoded columns and lines into blocks. What is large gets a block of its own; what is small shares a page with
 * its kind from neighbouring chunks, so that a part of many short chunks still compresses and reads well.
 *
 *   columns, lines ─┬─ large ─▶ block
 *                   └─ small ─▶ page of its kind ─ full ─▶ block
 *
 * Owns   block numbers, the bytes not drained yet, the block table.
 * Leaves what the bytes mean to the chunk encoder.
 */
import {crc32} from 'node:zlib'
import type {BlockCompressor, Compressed} from './block-codec.ts'
import type {Block, Slice} from './section/block-table.ts'
import {ByteWriter} from './byte-writer.ts'
import {CODEC_NONE, HEADER_SIZE, LINE_BLOCK_SIZE_MAX} from './format.ts'

/**
 * What is read together lies together: chunk heads · timestamps and lengths · packed codes and ids · dictionary text · lines.
 * `ownSizeMin`: from there a slice is a block. Bits do not compress, so their pages are stored as they are.
 */
const KINDS = {
  head: {pageSize: 64 * 1024, ownSizeMin: Infinity, compress: true},
  time: {pageSize: 64 * 1024, ownSizeMin: 4 * 1024, compress: false},
  bits: {pageSize: 64 * 1024, ownSizeMin: 4 * 1024, compress: false},
  text: {pageSize: 64 * 1024, ownSizeMin: 4 * 1024, compress: true},
  lines: {pageSize: LINE_BLOCK_SIZE_MAX, ownSizeMin: 64 * 1024, compress: true},
} as const
export type BlockKind = keyof typeof KINDS

/** A write call costs as much as copying about this. */
const PENDING_SIZE = 256 * 1024

type Page = {readonly block: number; readonly bytes: ByteWriter}

export class BlockWriter {
  readonly blocks: Block[] = []
  readonly #compressor: BlockCompressor
  readonly #pages = new Map<BlockKind, Page>()
  /** Writers of ended pages. */
  readonly #spare = new Map<BlockKind, ByteWriter>()
  #out: Uint8Array[] = []
  /** Gathers small pieces, so that files are written in large ones. */
  #pending = new Uint8Array(0)
  #pendingLength = 0
  #position = 0
  #ended = false

  constructor(compressor: BlockCompressor) {
    this.#compressor = compressor
  }

  /** Bytes written so far, drained or not; the next byte's offset in the object. */
  get position(): number {
    return this.#position
  }

  get compressor(): BlockCompressor {
    return this.#compressor
  }

  /** Copies or compresses; `bytes` may change afterwards. */
  place(kind: BlockKind, bytes: Uint8Array): Slice {
    const {pageSize, ownSizeMin, compress} = KINDS[kind]
    if (bytes.length >= ownSizeMin) {
      return this.placeCompressed(compress ? this.#compressor.compress(bytes) : {codec: CODEC_NONE, bytes}, bytes.length)
    }
    let page = this.#pages.get(kind)
    if (page !== undefined && page.bytes.length + bytes.length > pageSize) {
      this.#endPage(kind, page)
      page = undefined
    }
    if (page === undefined) {
      page = {block: this.#newBlock(), bytes: this.#spare.get(kind) ?? new ByteWriter(pageSize)}
      page.bytes.clear()
      this.#pages.set(kind, page)
    }
    const offset = page.bytes.length
    page.bytes.bytes(bytes)
    return {block: page.block, offset, length: bytes.length}
  }

  /** A block of its own, compressed by the caller. Copies. */
  placeCompressed(compressed: Compressed, rawLength: number): Slice {
    const block = this.#newBlock()
    this.#write(block, compressed, rawLength)
    return {block, offset: 0, length: rawLength}
  }

  /** Bytes that are not a block: header, index, footer. Copies. */
  append(bytes: Uint8Array): void {
    for (let from = 0; from < bytes.length;) {
      if (this.#pendingLength === this.#pending.length) {
        if (this.#pendingLength > 0) this.#out.push(this.#pending)
        this.#pending = new Uint8Array(PENDING_SIZE)
        this.#pendingLength = 0
      }
      const to = Math.min(bytes.length, from + PENDING_SIZE - this.#pendingLength)
      this.#pending.set(from === 0 && to === bytes.length ? bytes : bytes.subarray(from, to), this.#pendingLength)
      this.#pendingLength += to - from
      from = to
    }
    this.#position += bytes.length
  }

  /** Writes the open pages; nothing can be placed afterwards. */
  end(): void {
    for (const [kind, page] of this.#pages) this.#endPage(kind, page)
    this.#ended = true
  }

  /** Pieces of PENDING_SIZE until the end, then the rest. */
  drain(): Uint8Array[] {
    const out = this.#out
    this.#out = []
    if (this.#ended && this.#pendingLength > 0) {
      out.push(this.#pending.subarray(0, this.#pendingLength))
      this.#pending = new Uint8Array(0)
      this.#pendingLength = 0
    }
    return out
  }

  #endPage(kind: BlockKind, page: Page): void {
    const raw = page.bytes.view()
    this.#write(page.block, KINDS[kind].compress ? this.#compressor.compress(raw) : {codec: CODEC_NONE, bytes: raw}, raw.length)
    this.#pages.delete(kind)
    this.#spare.set(kind, page.bytes)
  }

  #newBlock(): number {
    return this.blocks.push({offset: HEADER_SIZE, storedLength: 0, rawLength: 0, codec: CODEC_NONE, checksum: 0}) - 1
  }

  #write(block: number, {codec, bytes}: Compressed, rawLength: number): void {
    this.blocks[block] = {offset: this.#position, storedLength: bytes.length, rawLength, codec, checksum: crc32(bytes)}
    this.append(bytes)
  }
}
