/*
 * Rows of a head -> columns, by the kernel: the bytes of a batch of rows are copied into its memory, then all else is lists of spans.
 * The plain twin is gatherRows of cut.ts with MetaColumns.
 *
 * Rows that follow one another in the stream mostly do so in a push, too, so a batch is few copies of many rows.
 */
import type {ColumnsKernel} from '../../kernel/index.ts'
import {LEVEL_KEY, LEVEL_NAMES} from '../append.ts'
import type {Arrays} from '../arrays.ts'
import {PackedMetaColumn, type RowsInput} from '../rows.ts'
import {gatheredMetaBytes, gatherOffsets} from './cut.ts'
import type {DayRows} from './order.ts'
import type {HeadView} from './view.ts'

/** A larger batch (one huge line or row) is left to plain code: the kernel keeps its memory. */
const BATCH_BYTES_MAX = 32 * 1024 * 1024
/** Rows with at most so many other bytes in between are copied together. */
const GAP_MAX = 256

const decoder = new TextDecoder()

export class KernelGather {
  readonly #kernel: ColumnsKernel
  readonly #view: HeadView
  readonly #names = new Map<string, string>()
  #spans = new Uint32Array(4096)
  #pieceOf = new Uint32Array(1024)

  /** Nobody else may load into the kernel. */
  constructor(kernel: ColumnsKernel, view: HeadView) {
    this.#kernel = kernel
    this.#view = view
  }

  /** As gatherRows; undefined when the rows are too much for the kernel. */
  rows(rows: DayRows, from: number, to: number, arrays: Arrays): RowsInput | undefined {
    const {pieces, starts, size} = this.#cutPieces(rows.ids, from, to)
    if (size > BATCH_BYTES_MAX) return undefined
    const count = to - from
    const loaded = this.#kernel.load([...pieces, LEVEL_PAIRS.bytes])
    // What turns a position in the arena of a row into one in the kernel, per piece.
    for (let i = 0; i < pieces.length; i++) starts[i] = loaded[i]! - starts[i]!
    const lineOffsets = gatherOffsets(this.#view, rows.ids, from, to, arrays)
    const lines = arrays.u8(lineOffsets[count]!)
    this.#kernel.joinSpans(this.#lineSpans(rows.ids, from, to, starts), count, lines)
    const meta: PackedMetaColumn[] = []
    const done = this.#kernel.metaColumns(this.#metaSpans(rows.ids, from, to, starts, loaded[pieces.length]!), count, column => {
      const codes = arrays.u32(count)
      codes.set(column.codes)
      const offsets = arrays.u32(column.offsets.length)
      offsets.set(column.offsets)
      const bytes = arrays.u8(column.bytes.length)
      bytes.set(column.bytes)
      meta.push(new PackedMetaColumn(this.#nameOf(column.name), codes, offsets, bytes, true))
    })
    if (!done) return undefined
    return {count, ns: rows.ns.subarray(from, to), lineOffsets, lines, meta, metaBytes: gatheredMetaBytes(this.#view, rows.ids, from, to)}
  }

  /** Which bytes of the arenas the rows have; `starts` is the position of each piece in its arena, #pieceOf the piece of each row. */
  #cutPieces(ids: Uint32Array, from: number, to: number): {pieces: Uint8Array[]; starts: number[]; size: number} {
    if (this.#pieceOf.length < to - from) this.#pieceOf = new Uint32Array((to - from) * 2)
    const {segments} = this.#view
    const pieces: Uint8Array[] = []
    const starts: number[] = []
    let size = 0
    let index = 0
    let pieceIndex = -1
    let start = 0
    let end = 0
    const close = (): void => {
      if (pieceIndex < 0) return
      pieces.push(segments[pieceIndex]!.columns.arena.subarray(start, end))
      starts.push(start)
      size += end - start
    }
    for (let i = from; i < to; i++) {
      const id = ids[i]!
      index = this.#view.segmentOf(id, index)
      const {base, columns} = segments[index]!
      const row = id - base
      const lineLen = columns.lineLen[row]!
      const metaLen = columns.metaLen[row]!
      const line = columns.lineOff[row]!
      const meta = columns.metaOff[row]!
      // The position of something empty tells nothing.
      const first = metaLen === 0 ? line : lineLen === 0 ? meta : Math.min(line, meta)
      const last = Math.max(lineLen === 0 ? 0 : line + lineLen, metaLen === 0 ? 0 : meta + metaLen)
      if (last > 0) {
        if (index !== pieceIndex || first < end || first > end + GAP_MAX) {
          close()
          pieceIndex = index
          start = first
        }
        end = last
      }
      this.#pieceOf[i - from] = pieceIndex < 0 ? 0 : pieces.length
    }
    close()
    return {pieces, starts, size}
  }

  #lineSpans(ids: Uint32Array, from: number, to: number, shifts: readonly number[]): Uint32Array {
    const spans = this.#room((to - from) * 2)
    const {segments} = this.#view
    let index = 0
    for (let i = from, at = 0; i < to; i++) {
      const id = ids[i]!
      index = this.#view.segmentOf(id, index)
      const {base, columns} = segments[index]!
      spans[at++] = columns.lineOff[id - base]! + (shifts[this.#pieceOf[i - from]!] ?? 0)
      spans[at++] = columns.lineLen[id - base]!
    }
    return spans
  }

  #metaSpans(ids: Uint32Array, from: number, to: number, shifts: readonly number[], levels: number): Uint32Array {
    const spans = this.#room((to - from) * 4)
    const {segments} = this.#view
    let index = 0
    for (let i = from, at = 0; i < to; i++) {
      const id = ids[i]!
      index = this.#view.segmentOf(id, index)
      const {base, columns} = segments[index]!
      const level = columns.level[id - base]!
      spans[at++] = columns.metaOff[id - base]! + (shifts[this.#pieceOf[i - from]!] ?? 0)
      spans[at++] = columns.metaLen[id - base]!
      spans[at++] = levels + LEVEL_PAIRS.offsets[level]!
      spans[at++] = LEVEL_PAIRS.offsets[level + 1]! - LEVEL_PAIRS.offsets[level]!
    }
    return spans
  }

  #room(words: number): Uint32Array {
    if (this.#spans.length < words) this.#spans = new Uint32Array(words * 2)
    return this.#spans
  }

  #nameOf(bytes: Uint8Array): string {
    // latin1 is only the key of the map: it is cheap, and different for different bytes.
    const key = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
    let name = this.#names.get(key)
    if (name === undefined) {
      if (this.#names.size > NAMES_KEPT_MAX) this.#names.clear()
      this.#names.set(key, (name = decoder.decode(bytes)))
    }
    return name
  }
}

const NAMES_KEPT_MAX = 1024

/** Code c's pair, in protobuf as clients send theirs, at [offsets[c], offsets[c + 1]); code 0 has none. */
const LEVEL_PAIRS = levelPairs()

function levelPairs(): {bytes: Uint8Array; offsets: Uint32Array} {
  const offsets = new Uint32Array(LEVEL_NAMES.length + 1)
  const pieces = LEVEL_NAMES.map((name, code) => {
    if (code === 0) return Buffer.alloc(0)
    const size = 4 + LEVEL_KEY.length + name.length
    return Buffer.concat([
      Buffer.from([0x1a, size, 0x0a, LEVEL_KEY.length]),
      Buffer.from(LEVEL_KEY),
      Buffer.from([0x12, name.length]),
      Buffer.from(name),
    ])
  })
  pieces.forEach((piece, code) => {
    offsets[code + 1] = offsets[code]! + piece.length
  })
  return {bytes: new Uint8Array(Buffer.concat(pieces)), offsets}
}
