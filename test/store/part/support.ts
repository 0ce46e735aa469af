/* Seeded rows, a store in memory, and reading a whole part back: shared by the tests of parts. */
import {compress, decompress} from '@cloudpss/zstd/wasm'
import {Failure, type Labels} from '../../../src/model/index.ts'
import type {Chunk, MetaColumn, ReadStats} from '../../../src/store/chunk.ts'
import {Dictionary} from '../../../src/store/dictionary.ts'
import type {ObjectStore} from '../../../src/store/object/index.ts'
import {
  loadZstd,
  PartWriter,
  type PartKernel,
  type PartMeta,
  type PartReader,
  type PartWriterOptions,
} from '../../../src/store/part/index.ts'
import {PackedMetaColumn, type RowsInput} from '../../../src/store/rows.ts'

function decompressTo(rawLength: number, source: Uint8Array): Uint8Array {
  const raw = decompress(source)
  if (raw.length !== rawLength) throw new Failure('CORRUPTION', 'wrong length')
  return raw
}

/** Stands in for the kernel where its bytes do not matter. */
export const FAKE_KERNEL: PartKernel = {
  lz4Compress: source => compress(source, 1),
  lz4Decompress: (source, rawLength) => decompressTo(rawLength, source),
  zstdDecompress: (source, rawLength) => decompressTo(rawLength, source),
}

/** mulberry32: 0 ≤ result < 1. */
export function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

export type Row = {ns: number; line: Uint8Array; meta: Record<string, string>}
export type Stream = {labels: Labels; rows: Row[]}

export const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'utf8'))

export function rowsInput(rows: readonly Row[]): RowsInput {
  const lineOffsets = new Uint32Array(rows.length + 1)
  rows.forEach((row, i) => {
    lineOffsets[i + 1] = lineOffsets[i]! + row.line.length
  })
  const lines = new Uint8Array(lineOffsets[rows.length]!)
  rows.forEach((row, i) => {
    lines.set(row.line, lineOffsets[i])
  })
  const meta: MetaColumn[] = [...new Set(rows.flatMap(row => Object.keys(row.meta)))].map(name => {
    const dictionary = new Dictionary()
    const codes = new Uint32Array(rows.length)
    rows.forEach((row, i) => {
      const value = row.meta[name]
      if (value === undefined) return
      const bytes = bytesOf(value)
      codes[i] = dictionary.add(bytes, 0, bytes.length) + 1
    })
    const {offsets, bytes} = dictionary.values()
    return new PackedMetaColumn(name, codes, offsets, bytes)
  })
  const pairs = rows.flatMap(row => Object.entries(row.meta))
  const metaBytes = pairs.reduce((sum, [name, value]) => sum + bytesOf(name).length + bytesOf(value).length, 0)
  return {count: rows.length, ns: Float64Array.from(rows, row => row.ns), lineOffsets, lines, meta, metaBytes}
}

export const OPTIONS: PartWriterOptions = {
  kernel: FAKE_KERNEL,
  zstd: await loadZstd(),
  tenant: 'fake',
  day: 20_000,
  key: 'fake/2024-10-04/p1.part',
  id: 'p1',
  level: 0,
  createdNs: 1_728_000_000_000_000_000n,
}

/** @param pieceRows rows per `add` */
export function writePart(
  streams: readonly Stream[],
  options: Partial<PartWriterOptions> = {},
  pieceRows = Infinity,
): {bytes: Uint8Array; meta: PartMeta} {
  const writer = new PartWriter({...OPTIONS, ...options})
  const pieces: Uint8Array[] = []
  for (const {labels, rows} of streams) {
    for (let i = 0; i < rows.length; i += pieceRows) writer.add(labels, rowsInput(rows.slice(i, i + pieceRows)))
    pieces.push(...writer.drain())
  }
  const meta = writer.finish()
  pieces.push(...writer.drain())
  return {bytes: new Uint8Array(Buffer.concat(pieces)), meta}
}

/** One object in memory, answering at once or later. */
export function storeOf(bytes: Uint8Array, later = false): ObjectStore {
  const range = (offset: number, length: number): Uint8Array => {
    const start = offset < 0 ? Math.max(0, bytes.length + offset) : offset
    return bytes.slice(start, start + length)
  }
  const no = (): never => {
    throw new Error('not in this test')
  }
  return {
    getRange: (_key, offset, length) => (later ? Promise.resolve(range(offset, length)) : range(offset, length)),
    put: no,
    putIfAbsent: no,
    replaceIfUnchanged: no,
    get: no,
    size: no,
    list: no,
    delete: no,
    close: no,
  }
}

export function newStats(): ReadStats {
  return {chunksOpened: 0, bytesRead: 0, bytesDecompressed: 0, blocksFromCache: 0}
}

export async function rowsOf(chunk: Chunk): Promise<Row[]> {
  const ns = chunk.timestamps()
  const offsets = chunk.lineOffsets()
  const rows: Row[] = Array.from(ns, at => ({ns: at, line: new Uint8Array(0), meta: {}}))
  const bounds = chunk.lineBlockBounds()
  for (let block = 0; block + 1 < bounds.length; block++) {
    const {firstRow, endRow, bytes} = await chunk.loadLineBlock(block)
    const base = offsets[firstRow]!
    for (let row = firstRow; row < endRow; row++) rows[row]!.line = bytes.slice(offsets[row]! - base, offsets[row + 1]! - base)
  }
  for (const name of chunk.metaNames()) {
    const column = chunk.meta(name)!
    const {codes} = column
    for (let row = 0; row < chunk.rows; row++) if (codes[row] !== 0) rows[row]!.meta[name] = column.value(codes[row]! - 1)
  }
  return rows
}

export async function readPart(part: PartReader): Promise<Stream[]> {
  const streams: Stream[] = []
  for (const stream of await part.select([])) {
    const rows: Row[] = []
    for (const handle of part.chunks(stream, 1)) rows.push(...(await rowsOf(await handle.open(newStats()))))
    streams.push({labels: part.labels(stream), rows})
  }
  return streams
}
