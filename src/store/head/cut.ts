/*
 * Cuts ordered rows of the head into chunk-sized batches, and gathers their columns.
 */
import {FRESH, type Arrays} from '../arrays.ts'
import type {RowsInput} from '../rows.ts'
import type {MetaColumns} from './meta.ts'
import type {DayRows} from './order.ts'
import type {HeadView} from './view.ts'

/** As the part format cuts (docs/FORMAT.md § chunk), so that a batch becomes one chunk. */
export const CHUNK_ROWS_MAX = 8192
export const CHUNK_LINE_BYTES_MAX = 1024 * 1024

/** Ends of the batches, ascending; the last is the count of rows. A line larger than a chunk gets one of its own. */
export function cutRows(view: HeadView, rows: DayRows): number[] {
  const {ids} = rows
  const ends: number[] = []
  let first = 0
  let bytes = 0
  let index = 0
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i]!
    index = view.segmentOf(id, index)
    const segment = view.segments[index]!
    const length = segment.columns.lineLen[id - segment.base]!
    if (i > first && (i - first === CHUNK_ROWS_MAX || bytes + length > CHUNK_LINE_BYTES_MAX)) {
      ends.push(i)
      first = i
      bytes = 0
    }
    bytes += length
  }
  if (ids.length > 0) ends.push(ids.length)
  return ends
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
  return {count: to - from, ns: rows.ns.subarray(from, to), lineOffsets, lines, meta: meta.build(view, rows.ids, from, to, arrays)}
}
