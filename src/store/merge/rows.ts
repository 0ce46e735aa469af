/*
 * K-way merge of the chunks of one stream, in bounded memory.
 *
 *   chunks by minNs ─▶ open what overlaps ─▶ runs of rows ─▶ batches as large as a chunk
 *
 * A run is consecutive rows of one chunk that come before everything else; only where chunks share a time are rows compared one by one.
 * Rows of one input are in order and without repeats already.
 */
import {FRESH, type Arrays} from '../arrays.ts'
import type {Chunk, ChunkHandle, MetaColumn, ReadStats} from '../chunk.ts'
import {CHUNK_LINE_BYTES_MAX, CHUNK_ROWS_MAX, metaFits} from '../chunk-size.ts'
import type {RowsInput} from '../rows.ts'
import {freshTools, joinRuns, type JoinTools} from './join.ts'
import {EntryGroup} from './repeats.ts'

/** `input` orders rows with equal times. */
export type SourceChunk = {readonly input: number; readonly handle: ChunkHandle}

/** A chunk with everything in memory. */
export type LoadedChunk = {
  readonly ns: Float64Array
  readonly offsets: Uint32Array
  readonly lines: Uint8Array
  readonly meta: readonly MetaColumn[]
}

/** Rows [from, to) of a chunk. */
export type Run = {readonly chunk: LoadedChunk; readonly from: number; to: number}

type Cursor = {readonly input: number; readonly order: number; readonly chunk: LoadedChunk; readonly metaPerRow: number; at: number}

/** @param sources of one stream and day, in any order; those of one input ascending. Yields batches in time order. */
export async function* mergeStream(sources: readonly SourceChunk[], tools: JoinTools = freshTools()): AsyncGenerator<RowsInput> {
  const waiting = sources
    .map((source, order) => ({...source, order}))
    .sort((a, b) => a.handle.minNs - b.handle.minNs || a.input - b.input || a.order - b.order)
  const open: Cursor[] = []
  const group = new EntryGroup()
  let next = 0
  let runs: Run[] = []
  let rows = 0
  let bytes = 0
  let metaBytes = 0
  const names = new Set<string>()
  /** Chunks whose names are in it. */
  const named = new Set<LoadedChunk>()
  for (;;) {
    if (open.length === 0 && next === waiting.length) break
    while (next < waiting.length && (open.length === 0 || waiting[next]!.handle.minNs <= smallest(open))) {
      const {handle, input, order} = waiting[next++]!
      const chunk = await loadChunk(await handle.open(noStats()), tools.arrays)
      open.push({input, order, chunk, metaPerRow: handle.metaBytes / handle.rows, at: 0})
    }
    const cursor = first(open)
    const {chunk, metaPerRow} = cursor
    const limit = Math.min(next < waiting.length ? waiting[next]!.handle.minNs : Infinity, smallest(open, cursor))
    const ns = chunk.ns[cursor.at]!
    let end = cursor.at + 1
    let keep = true
    if (ns > group.ns && ns < limit) {
      while (end < chunk.ns.length && chunk.ns[end]! < limit) end++
    } else {
      keep = group.add(chunk, cursor.at, cursor.input)
    }
    for (let from = cursor.at; keep && from < end;) {
      // As much of the run as the batch has room for.
      let to = from
      if (!named.has(chunk)) for (const {name} of chunk.meta) names.add(name)
      named.add(chunk)
      while (to < end && rows < CHUNK_ROWS_MAX) {
        const length = chunk.offsets[to + 1]! - chunk.offsets[to]!
        if (rows > 0 && (bytes + length > CHUNK_LINE_BYTES_MAX || !metaFits(rows + 1, names.size, metaBytes + metaPerRow))) break
        bytes += length
        metaBytes += metaPerRow
        rows++
        to++
      }
      const last = runs.at(-1)
      if (to > from) {
        if (last !== undefined && last.chunk === chunk && last.to === from) last.to = to
        else runs.push({chunk, from, to})
      }
      from = to
      if (from < end) {
        yield joinRuns(runs, metaBytes, tools)
        runs = []
        rows = 0
        bytes = 0
        metaBytes = 0
        names.clear()
        named.clear()
      }
    }
    cursor.at = end
    if (end === chunk.ns.length) open.splice(open.indexOf(cursor), 1)
  }
  if (runs.length > 0) yield joinRuns(runs, metaBytes, tools)
}

function noStats(): ReadStats {
  return {chunksOpened: 0, bytesRead: 0, bytesDecompressed: 0, blocksFromCache: 0}
}

function smallest(open: readonly Cursor[], except?: Cursor): number {
  let ns = Infinity
  for (const cursor of open) if (cursor !== except) ns = Math.min(ns, cursor.chunk.ns[cursor.at]!)
  return ns
}

function first(open: readonly Cursor[]): Cursor {
  return open.reduce((a, b) => ((a.chunk.ns[a.at]! - b.chunk.ns[b.at]! || a.input - b.input || a.order - b.order) <= 0 ? a : b))
}

/** Decodes all columns and lines of a chunk. */
export async function loadChunk(chunk: Chunk, arrays: Arrays = FRESH): Promise<LoadedChunk> {
  const offsets = chunk.lineOffsets()
  const lines = arrays.u8(offsets[chunk.rows]!)
  const blocks = chunk.lineBlockBounds().length - 1
  for (let block = 0; block < blocks; block++) {
    const loading = chunk.loadLineBlock(block)
    // Not awaited when it is there: a view may last only until the next block is loaded, by anybody.
    const {firstRow, bytes} = loading instanceof Promise ? await loading : loading
    lines.set(bytes, offsets[firstRow])
  }
  return {ns: chunk.timestamps(), offsets, lines, meta: chunk.metaNames().map(name => chunk.meta(name)!)}
}
