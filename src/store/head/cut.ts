/*
 * Cuts ordered rows of the head into chunk-sized batches, and gathers their columns.
 */
import {FRESH, type Arrays} from '../arrays.ts'
import {CHUNK_LINE_BYTES_MAX, CHUNK_META_BYTES_MAX, CHUNK_ROWS_MAX, metaFits} from '../chunk-size.ts'
import type {RowsInput} from '../rows.ts'
import type {MetaColumns} from './meta.ts'
import type {DayRows} from './order.ts'
import {PairCursor} from './pairs.ts'
import type {SegmentColumns} from './segment.ts'
import {nameOf, type HeadView} from './view.ts'

/**
 * Ends of the batches, ascending; the last is the count of rows. A row larger than a chunk gets one of its own. Metadata names are not
 * counted: see {@link cutNames}.
 */
export function cutRows(view: HeadView, rows: DayRows): number[] {
  const {ids} = rows
  const ends: number[] = []
  let first = 0
  let bytes = 0
  let metaBytes = 0
  let index = 0
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i]!
    index = view.segmentOf(id, index)
    const segment = view.segments[index]!
    const row = id - segment.base
    const lineLength = segment.columns.lineLen[row]!
    const metaLength = segment.columns.metaLen[row]!
    bytes += lineLength
    metaBytes += metaLength
    const isFull = i - first === CHUNK_ROWS_MAX || bytes > CHUNK_LINE_BYTES_MAX || metaBytes > CHUNK_META_BYTES_MAX
    if (i === first || !isFull) continue
    ends.push(i)
    first = i
    bytes = lineLength
    metaBytes = metaLength
  }
  if (ids.length > 0) ends.push(ids.length)
  return ends
}

/** Ends of what a batch, rows [from, to), is to be cut into where it may have more metadata names than a chunk. The last is `to`. */
export function cutNames(view: HeadView, rows: DayRows, from: number, to: number): number[] {
  const ends: number[] = []
  const names = new Set<string>()
  let first = from
  let index = 0
  for (let i = from; i < to; i++) {
    const id = rows.ids[i]!
    index = view.segmentOf(id, index)
    const segment = view.segments[index]!
    addNames(segment.columns, id - segment.base, names)
    if (i === first || metaFits(i + 1 - first, names.size, 0)) continue
    ends.push(i)
    first = i
    names.clear()
    addNames(segment.columns, id - segment.base, names)
  }
  ends.push(to)
  return ends
}

function addNames({arena, metaOff, metaLen}: SegmentColumns, row: number, names: Set<string>): void {
  const pairs = new PairCursor()
  for (pairs.start(arena, metaOff[row]!, metaLen[row]!); pairs.next();) names.add(nameOf(arena, pairs))
}

/** count + 1 positions of the lines of rows [from, to), from 0. */
export function gatherOffsets(view: HeadView, ids: Uint32Array, from: number, to: number, arrays: Arrays = FRESH): Uint32Array {
  const offsets = arrays.u32(to - from + 1)
  let index = 0
  let at = 0
  for (let i = from; i < to; i++) {
    const id = ids[i]!
    index = view.segmentOf(id, index)
    const segment = view.segments[index]!
    at += segment.columns.lineLen[id - segment.base]!
    offsets[i - from + 1] = at
  }
  return offsets
}

/** Copies the lines of rows [from, to) back to back to the start of `out`. */
export function gatherLines(view: HeadView, ids: Uint32Array, from: number, to: number, out: Uint8Array): void {
  let index = 0
  let at = 0
  for (let i = from; i < to; i++) {
    const id = ids[i]!
    index = view.segmentOf(id, index)
    const segment = view.segments[index]!
    const {arena, lineOff, lineLen} = segment.columns
    const offset = lineOff[id - segment.base]!
    const length = lineLen[id - segment.base]!
    // A view costs about as much as copying this many bytes one by one.
    if (length > 96) out.set(arena.subarray(offset, offset + length), at)
    else for (let b = 0; b < length; b++) out[at + b] = arena[offset + b]!
    at += length
  }
}

/** Rows [from, to) as columns in arrays of `arrays`; their times are a view of those given. */
export function gatherRows(view: HeadView, rows: DayRows, from: number, to: number, meta: MetaColumns, arrays: Arrays): RowsInput {
  const lineOffsets = gatherOffsets(view, rows.ids, from, to, arrays)
  const lines = arrays.u8(lineOffsets[to - from]!)
  gatherLines(view, rows.ids, from, to, lines)
  const ns = rows.ns.subarray(from, to)
  const metaBytes = gatheredMetaBytes(view, rows.ids, from, to)
  return {count: to - from, ns, lineOffsets, lines, meta: meta.build(view, rows.ids, from, to, arrays), metaBytes}
}

/** As pushed, with their framing. */
export function gatheredMetaBytes(view: HeadView, ids: Uint32Array, from: number, to: number): number {
  let bytes = 0
  let index = 0
  for (let i = from; i < to; i++) {
    index = view.segmentOf(ids[i]!, index)
    const segment = view.segments[index]!
    bytes += segment.columns.metaLen[ids[i]! - segment.base]!
  }
  return bytes
}
