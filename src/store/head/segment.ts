/*
 * One block of the head: rows as columns over the raw bytes of their pushes, in one shared buffer that workers read in place.
 *
 *   buffer  := ts:i64*R stream:u32*R lineOff:u32*R lineLen:u32*R metaOff:u32*R metaLen:u32*R level:u8*R  arena[A]
 *
 * A push is copied into the arena as it came (one memcpy, lines never move); its rows point into it. Rows count from the moment
 * they are published, which is after the log's sync; a failed one leaves dead rows behind.
 *
 * Owns   the layout. Which rows are published is told by the snapshot, not by the buffer, so no atomics are needed: the message
 *        that carries the snapshot orders the memory.
 */
import type {Append} from '../append.ts'

/** Stream slot of a row whose push failed. */
export const DEAD = 0xffffffff

const ROW_BYTES = 8 + 5 * 4 + 1
/** Fewest raw bytes per row that a segment has room for; a push with smaller entries gets a segment of its own. */
const RAW_BYTES_PER_ROW_MIN = 96

export type SegmentColumns = {
  /** ns since the epoch; the words are the same memory, low word first. */
  readonly ts: BigInt64Array
  readonly tsWords: Uint32Array
  readonly stream: Uint32Array
  readonly lineOff: Uint32Array
  readonly lineLen: Uint32Array
  readonly metaOff: Uint32Array
  readonly metaLen: Uint32Array
  readonly level: Uint8Array
  readonly arena: Uint8Array
}

export function segmentRows(arenaBytes: number): number {
  return Math.ceil(arenaBytes / RAW_BYTES_PER_ROW_MIN / 8) * 8
}

export function segmentBytes(rowsMax: number, arenaBytes: number): number {
  return rowsMax * ROW_BYTES + arenaBytes
}

/** @param rowsMax a multiple of 8 */
export function segmentColumns(buffer: SharedArrayBuffer, rowsMax: number): SegmentColumns {
  let at = rowsMax * 8
  const next = (): Uint32Array => {
    at += rowsMax * 4
    return new Uint32Array(buffer, at - rowsMax * 4, rowsMax)
  }
  const ts = new BigInt64Array(buffer, 0, rowsMax)
  const tsWords = new Uint32Array(buffer, 0, rowsMax * 2)
  const [stream, lineOff, lineLen, metaOff, metaLen] = [next(), next(), next(), next(), next()]
  const level = new Uint8Array(buffer, at, rowsMax)
  return {ts, tsWords, stream, lineOff, lineLen, metaOff, metaLen, level, arena: new Uint8Array(buffer, at + rowsMax)}
}

/** The writing side, on the main thread. */
export class HeadSegment {
  readonly id: number
  readonly buffer: SharedArrayBuffer
  readonly rowsMax: number
  readonly #columns: SegmentColumns
  /** Rows copied in, and how many of them workers may see. */
  written = 0
  published = 0
  #arenaAt = 0

  constructor(id: number, buffer: SharedArrayBuffer, rowsMax: number) {
    this.id = id
    this.buffer = buffer
    this.rowsMax = rowsMax
    this.#columns = segmentColumns(buffer, rowsMax)
  }

  hasRoom(rows: number, rawBytes: number): boolean {
    return this.written + rows <= this.rowsMax && this.#arenaAt + rawBytes <= this.#columns.arena.length
  }

  /**
   * Copies a push behind the last one. Needs {@link hasRoom}.
   * @param slots slot of each of the push's streams
   * @returns the first of its rows
   */
  write(push: Append, slots: Uint32Array): number {
    const {stream, lineOff, lineLen, metaOff, metaLen, level, ts, arena} = this.#columns
    const first = this.written
    const count = push.rowCount
    const base = this.#arenaAt
    arena.set(push.raw, base)
    ts.set(push.tsNs.subarray(0, count), first)
    lineLen.set(push.lineLen.subarray(0, count), first)
    metaLen.set(push.metaLen.subarray(0, count), first)
    level.set(push.level.subarray(0, count), first)
    const {rowStream, lineOff: lines, metaOff: metas} = push
    for (let i = 0; i < count; i++) {
      stream[first + i] = slots[rowStream[i]!]!
      lineOff[first + i] = lines[i]! + base
      metaOff[first + i] = metas[i]! + base
    }
    this.#arenaAt += push.raw.length
    this.written += count
    return first
  }

  /** Level codes of rows; a view. */
  levels(first: number, count: number): Uint8Array {
    return this.#columns.level.subarray(first, first + count)
  }

  /** Rows [first, first + count) are durable, or dead. Called in the order of {@link write}. */
  publish(first: number, count: number, dead: boolean): void {
    if (dead) this.#columns.stream.fill(DEAD, first, first + count)
    this.published = first + count
  }
}
