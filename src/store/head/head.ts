/*
 * Accepted rows that are in no part yet: per tenant and generation, in shared buffers.
 *
 *   append ─▶ generation N (current) ─ rotate ─▶ frozen ─ flush ─▶ dropped, buffers reused
 *
 * Owns    buffers and their reuse: a generation's buffers go back to the pool when it is dropped and no snapshot holds it.
 * Leaves  when to rotate, the log and the flush to the database; reading to view.ts (workers).
 */
import type {Append} from '../append.ts'
import {HeadSegment, segmentBytes, segmentRows} from './segment.ts'
import {StreamTable} from './streams.ts'

/** What a worker gets to read one (tenant, generation) of the head. Structured-cloneable; buffers are shared. */
export type HeadSnapshot = {
  /** Of this head, never reused by the process. */
  readonly id: number
  readonly tenant: string
  readonly generation: number
  /** Days of it that are in parts already. */
  readonly hiddenDays: readonly number[]
  readonly streams: {readonly pages: readonly SharedArrayBuffer[]; readonly count: number}
  readonly segments: readonly {readonly id: number; readonly buffer: SharedArrayBuffer; readonly rowsMax: number; readonly rows: number}[]
}

/** Where the rows of a push went. */
export type HeadRows = {
  readonly head: TenantHead
  readonly segment: HeadSegment
  readonly slots: Uint32Array
  readonly first: number
  readonly count: number
}

/** Arenas of a head, one after the other: small first, for the many tenants that send little. */
const ARENA_BYTES = [8 * 1024, 64 * 1024, 256 * 1024, 1024 * 1024, 4 * 1024 * 1024]
const ARENA_BYTES_MAX = 8 * 1024 * 1024

/** Shared buffers for reuse: touching fresh memory costs more than copying into used. */
export class SegmentPool {
  readonly #bytesMax: number
  #free: SharedArrayBuffer[] = []
  #bytes = 0
  #nextId = 1

  constructor(bytesMax = 256 * 1024 * 1024) {
    this.#bytesMax = bytesMax
  }

  nextId(): number {
    return this.#nextId++
  }

  take(bytes: number): SharedArrayBuffer {
    const index = this.#free.findIndex(buffer => buffer.byteLength === bytes)
    const found = this.#free[index]
    if (found === undefined) return new SharedArrayBuffer(bytes)
    this.#free.splice(index, 1)
    this.#bytes -= bytes
    return found
  }

  /** Lets go of all but so many bytes: nothing happens for a while. */
  trim(bytes: number): void {
    while (this.#bytes > bytes) this.#bytes -= this.#free.pop()?.byteLength ?? this.#bytes
  }

  give(buffer: SharedArrayBuffer): void {
    if (this.#bytes + buffer.byteLength > this.#bytesMax) return
    this.#bytes += buffer.byteLength
    this.#free.push(buffer)
  }
}

/** The smallest usual size, or the power of two, that holds so many bytes. */
function sizeAtLeast(bytes: number): number {
  return ARENA_BYTES.find(size => size >= bytes) ?? Math.max(ARENA_BYTES_MAX, 2 ** Math.ceil(Math.log2(bytes)))
}

/** Rows of one tenant in one generation. */
export class TenantHead {
  readonly id: number
  readonly tenant: string
  readonly streams = new StreamTable()
  readonly hiddenDays: number[] = []
  readonly #generation: number
  readonly #pool: SegmentPool
  readonly #segments: HeadSegment[] = []
  #references = 1

  constructor(tenant: string, generation: number, pool: SegmentPool) {
    this.id = pool.nextId()
    this.tenant = tenant
    this.#generation = generation
    this.#pool = pool
  }

  write(push: Append): HeadRows {
    const slots = new Uint32Array(push.streams.length)
    for (let i = 0; i < slots.length; i++) {
      const stream = push.streams[i]!
      if (stream.headGeneration !== this.#generation) {
        stream.headSlot = this.streams.slotOf(stream)
        stream.headGeneration = this.#generation
      }
      slots[i] = stream.headSlot
    }
    const segment = this.#segmentFor(push.rowCount, push.raw.length)
    const first = segment.write(push, slots)
    return {head: this, segment, slots, first, count: push.rowCount}
  }

  /** @param flushedThrough generation by day, of the manifests that the same snapshot reads: those days are hidden, too */
  snapshot(flushedThrough: ReadonlyMap<number, number> = new Map()): HeadSnapshot {
    const {pages, count} = this.streams
    const hiddenDays = new Set(this.hiddenDays)
    // A commit whose answer was lost is known here once somebody reads the manifest, maybe before the flush asks again.
    for (const [day, generation] of flushedThrough) if (generation >= this.#generation) hiddenDays.add(day)
    return {
      id: this.id,
      tenant: this.tenant,
      generation: this.#generation,
      hiddenDays: [...hiddenDays],
      streams: {pages: [...pages], count},
      segments: this.#segments.map(({id, buffer, rowsMax, published}) => ({id, buffer, rowsMax, rows: published})),
    }
  }

  /** Keeps the buffers from being reused. */
  retain(): void {
    this.#references++
  }

  release(): void {
    if (--this.#references === 0) for (const segment of this.#segments.splice(0)) this.#pool.give(segment.buffer)
  }

  #segmentFor(rows: number, rawBytes: number): HeadSegment {
    const last = this.#segments.at(-1)
    if (last !== undefined && last.hasRoom(rows, rawBytes)) return last
    const usual = ARENA_BYTES[this.#segments.length] ?? ARENA_BYTES_MAX
    const fits = rawBytes <= usual && rows <= segmentRows(usual)
    // An exact size would not be found in the pool again, and the rest of the buffer serves the next pushes.
    const arena = fits ? usual : Math.max(usual, sizeAtLeast(rawBytes))
    const rowsMax = fits ? segmentRows(usual) : Math.max(segmentRows(arena), Math.ceil(rows / 8) * 8)
    const segment = new HeadSegment(this.#pool.nextId(), this.#pool.take(segmentBytes(rowsMax, arena)), rowsMax)
    this.#segments.push(segment)
    return segment
  }
}

/** All tenants' rows between two rotations; the log file of the same number holds them durably. */
export class Generation {
  readonly number: number
  readonly #pool: SegmentPool
  readonly heads = new Map<string, TenantHead>()
  rows = 0
  rawBytes = 0
  /** Pushes written and not settled by the log. */
  pending = 0
  /** Monotonic ms of the first push. */
  startedMs: number | undefined

  constructor(number: number, pool: SegmentPool) {
    this.number = number
    this.#pool = pool
  }

  /** @throws when there is no memory; nothing has changed then. */
  write(push: Append, nowMs: number): HeadRows {
    let head = this.heads.get(push.tenant)
    if (head === undefined) {
      head = new TenantHead(push.tenant, this.number, this.#pool)
      this.heads.set(push.tenant, head)
    }
    const rows = head.write(push)
    this.startedMs ??= nowMs
    this.rows += push.rowCount
    this.rawBytes += push.raw.length
    this.pending++
    return rows
  }

  settle(rows: HeadRows, failed: boolean): void {
    this.pending--
    rows.segment.publish(rows.first, rows.count, failed)
  }

  /** Everything is in parts: buffers go back once the last snapshot lets go. */
  drop(): void {
    for (const head of this.heads.values()) head.release()
    this.heads.clear()
  }
}
