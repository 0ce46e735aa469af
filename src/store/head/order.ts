/*
 * Puts the rows of one stream in order: by day, then time, equal times as they were pushed; repeats dropped.
 *
 * Two rows are one entry when time, line and metadata (as a set, detected level included) are equal; the first pushed stays.
 */
import {NS_PER_DAY} from '../../model/index.ts'
import {PairCursor} from './pairs.ts'
import type {HeadView} from './view.ts'

export type RowTimes = {readonly days: Int32Array; readonly ns: Float64Array}

/** Rows of one stream and day, ready to become columns. */
export type DayRows = {readonly day: number; readonly ids: Uint32Array; readonly ns: Float64Array}

const DAY_HIGH = Math.floor(NS_PER_DAY / 2 ** 32)
const DAY_LOW = NS_PER_DAY - DAY_HIGH * 2 ** 32
/** Longer runs of equal times are compared by hash. */
const PAIRWISE_MAX = 8

/**
 * Splits 64-bit instants without bigints: the day from the rounded quotient, the rest from the words. With
 * NS_PER_DAY = h·2^32 + l, rest = (high - day·h)·2^32 + (low - day·l); every term is far below 2^53, so it is exact, and a day that
 * rounding put one off shows as a rest out of range.
 */
export function nsOfRows(view: HeadView, ids: Uint32Array): RowTimes {
  const days = new Int32Array(ids.length)
  const ns = new Float64Array(ids.length)
  let index = 0
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i]!
    index = view.segmentOf(id, index)
    const segment = view.segments[index]!
    const words = segment.columns.tsWords
    const at = (id - segment.base) * 2
    const low = words[at]!
    const high = words[at + 1]! | 0
    let day = Math.floor((high * 4294967296 + low) / NS_PER_DAY)
    let rest = (high - day * DAY_HIGH) * 4294967296 + (low - day * DAY_LOW)
    if (rest < 0) {
      day--
      rest += NS_PER_DAY
    } else if (rest >= NS_PER_DAY) {
      day++
      rest -= NS_PER_DAY
    }
    days[i] = day
    ns[i] = rest
  }
  return {days, ns}
}

/** @param ids of one stream, ascending. @returns ascending by day; days without rows are left out. */
export function orderRows(view: HeadView, ids: Uint32Array): DayRows[] {
  const {days, ns} = nsOfRows(view, ids)
  return splitDays(ids, days, ns).map(part => dropRepeats(view, sortByTime(part)))
}

function splitDays(ids: Uint32Array, days: Int32Array, ns: Float64Array): DayRows[] {
  const counts = new Map<number, number>()
  let last = Number.NaN
  let run = 0
  for (const day of days) {
    if (day !== last && run > 0) {
      counts.set(last, (counts.get(last) ?? 0) + run)
      run = 0
    }
    last = day
    run++
  }
  if (run > 0) counts.set(last, (counts.get(last) ?? 0) + run)
  if (counts.size <= 1) return counts.size === 0 ? [] : [{day: last, ids, ns}]
  const parts = new Map<number, DayRows & {at: number}>()
  for (const day of [...counts.keys()].sort((a, b) => a - b)) {
    const count = counts.get(day)!
    parts.set(day, {day, ids: new Uint32Array(count), ns: new Float64Array(count), at: 0})
  }
  for (let i = 0; i < ids.length; i++) {
    const part = parts.get(days[i]!)!
    part.ids[part.at] = ids[i]!
    part.ns[part.at++] = ns[i]!
  }
  return [...parts.values()]
}

/** Natural merge sort, stable: logs come as a few ascending runs, mostly one. The input is left as it is. */
export function sortByTime(rows: DayRows): DayRows {
  const count = rows.ns.length
  let bounds = [0]
  for (let i = 1; i < count; i++) if (rows.ns[i]! < rows.ns[i - 1]!) bounds.push(i)
  const fresh = (): DayRows => ({day: rows.day, ids: new Uint32Array(count), ns: new Float64Array(count)})
  let from = rows
  let spare: DayRows | undefined
  while (bounds.length > 1) {
    const to = spare ?? fresh()
    const merged: number[] = []
    for (let b = 0; b < bounds.length; b += 2) {
      merged.push(bounds[b]!)
      mergeRuns(from, bounds[b]!, bounds[b + 1] ?? count, bounds[b + 2] ?? count, to)
    }
    spare = from === rows ? undefined : from
    from = to
    bounds = merged
  }
  return from
}

function mergeRuns(from: DayRows, start: number, middle: number, end: number, to: DayRows): void {
  const {ns, ids} = from
  let i = start
  let j = middle
  for (let at = start; at < end; at++) {
    const source = i < middle && (j >= end || ns[i]! <= ns[j]!) ? i++ : j++
    to.ns[at] = ns[source]!
    to.ids[at] = ids[source]!
  }
}

/** @param rows in time order */
export function dropRepeats(view: HeadView, rows: DayRows): DayRows {
  const {ids, ns} = rows
  const count = ns.length
  let firstTie = 1
  while (firstTie < count && ns[firstTie] !== ns[firstTie - 1]) firstTie++
  if (firstTie >= count) return rows
  const entries = new EntryComparer(view)
  const keep = new Uint8Array(count).fill(1)
  let dropped = 0
  for (let start = firstTie - 1; start < count;) {
    let end = start + 1
    while (end < count && ns[end] === ns[start]) end++
    if (end - start > 1)
      dropped += end - start <= PAIRWISE_MAX ? entries.markPairwise(ids, start, end, keep) : entries.markHashed(ids, start, end, keep)
    start = end
  }
  if (dropped === 0) return rows
  const kept: DayRows = {day: rows.day, ids: new Uint32Array(count - dropped), ns: new Float64Array(count - dropped)}
  let at = 0
  for (let i = 0; i < count; i++) {
    if (keep[i] === 0) continue
    kept.ids[at] = ids[i]!
    kept.ns[at++] = ns[i]!
  }
  return kept
}

class EntryComparer {
  readonly #view: HeadView
  readonly #left = new PairCursor()
  readonly #right = new PairCursor()

  constructor(view: HeadView) {
    this.#view = view
  }

  markPairwise(ids: Uint32Array, start: number, end: number, keep: Uint8Array): number {
    let dropped = 0
    for (let i = start + 1; i < end; i++) {
      for (let j = start; j < i; j++) {
        if (keep[j] === 1 && this.#equal(ids[j]!, ids[i]!)) {
          keep[i] = 0
          dropped++
          break
        }
      }
    }
    return dropped
  }

  markHashed(ids: Uint32Array, start: number, end: number, keep: Uint8Array): number {
    const mask = 2 ** Math.ceil(Math.log2((end - start) * 2)) - 1
    const table = new Int32Array(mask + 1).fill(-1)
    const hashes = new Int32Array(end - start)
    let dropped = 0
    for (let i = start; i < end; i++) {
      const hash = this.#hash(ids[i]!)
      hashes[i - start] = hash
      let at = hash & mask
      for (; table[at]! >= 0; at = (at + 1) & mask) {
        const other = table[at]!
        if (hashes[other - start] === hash && this.#equal(ids[other]!, ids[i]!)) break
      }
      if (table[at]! >= 0) {
        keep[i] = 0
        dropped++
      } else {
        table[at] = i
      }
    }
    return dropped
  }

  #equal(a: number, b: number): boolean {
    const view = this.#view
    const sa = view.segments[view.segmentOf(a, 0)]!
    const sb = view.segments[view.segmentOf(b, 0)]!
    const ra = a - sa.base
    const rb = b - sb.base
    const ca = sa.columns
    const cb = sb.columns
    if (ca.lineLen[ra] !== cb.lineLen[rb] || ca.level[ra] !== cb.level[rb]) return false
    if (!sameBytes(ca.arena, ca.lineOff[ra]!, cb.arena, cb.lineOff[rb]!, ca.lineLen[ra]!)) return false
    const la = ca.metaLen[ra]!
    const lb = cb.metaLen[rb]!
    if (la === lb && sameBytes(ca.arena, ca.metaOff[ra]!, cb.arena, cb.metaOff[rb]!, la)) return true
    // Another order, or another encoding of the same pairs.
    return (
      this.#includes(ca.arena, ca.metaOff[ra]!, la, cb.arena, cb.metaOff[rb]!, lb) &&
      this.#includes(cb.arena, cb.metaOff[rb]!, lb, ca.arena, ca.metaOff[ra]!, la)
    )
  }

  /** Whether every pair of the first is in the second. */
  #includes(a: Uint8Array, aOff: number, aLen: number, b: Uint8Array, bOff: number, bLen: number): boolean {
    const left = this.#left
    const right = this.#right
    for (left.start(a, aOff, aLen); left.next();) {
      let found = false
      for (right.start(b, bOff, bLen); !found && right.next();) {
        found =
          left.nameLen === right.nameLen &&
          left.valueLen === right.valueLen &&
          sameBytes(a, left.nameOff, b, right.nameOff, left.nameLen) &&
          sameBytes(a, left.valueOff, b, right.valueOff, left.valueLen)
      }
      if (!found) return false
    }
    return true
  }

  /** Equal for equal entries: pairs are summed, so their order does not matter. */
  #hash(id: number): number {
    const segment = this.#view.segments[this.#view.segmentOf(id, 0)]!
    const row = id - segment.base
    const {arena, lineOff, lineLen, metaOff, metaLen, level} = segment.columns
    let hash = hashBytes(arena, lineOff[row]!, lineLen[row]!, level[row]!)
    const pairs = this.#left
    for (pairs.start(arena, metaOff[row]!, metaLen[row]!); pairs.next();) {
      hash = (hash + hashBytes(arena, pairs.valueOff, pairs.valueLen, hashBytes(arena, pairs.nameOff, pairs.nameLen, 7))) | 0
    }
    return hash ^ (hash >>> 15)
  }
}

export function sameBytes(a: Uint8Array, aOff: number, b: Uint8Array, bOff: number, length: number): boolean {
  for (let i = 0; i < length; i++) if (a[aOff + i] !== b[bOff + i]) return false
  return true
}

/** FNV-1a with a last mix. */
export function hashBytes(bytes: Uint8Array, offset: number, length: number, seed: number): number {
  let hash = 0x811c9dc5 ^ seed
  for (let i = offset; i < offset + length; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193)
  return hash ^ (hash >>> 13)
}
