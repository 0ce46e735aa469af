/*
 * What a leaf of one worker has gathered, as a few arrays that are transferred to the main thread.
 */
import type {PackedLabels} from '../series-table.ts'
import type {Lanes} from './state.ts'

/**
 * Rows [start[g], start[g + 1]) belong to series g (labels packed, in the same order) and are ascending by slot. A row is a
 * bucket's state, or for quantile_over_time and rate_counter one sample; `lanes` hold its numbers.
 */
export type PartialLeaf = PackedLabels & {start: Uint32Array; slots: Uint32Array; lanes: Lanes}

/** For the transfer list of postMessage; the partial is empty afterwards. */
export function transferList(partial: PartialLeaf): ArrayBuffer[] {
  return [partial.counts, partial.start, partial.slots, ...partial.lanes].map(array => array.buffer as ArrayBuffer)
}

/**
 * Orders rows by series, then slot, with two counting sorts: linear, whatever the order of arrival.
 *
 * @param rows  parallel arrays: series, slot, and the row's index in `lanes`.
 */
export function sortRows(
  rows: {groups: Uint32Array; slots: Uint32Array; index: Uint32Array},
  lanes: Lanes,
  groupCount: number,
  slotCount: number,
): {start: Uint32Array; slots: Uint32Array; lanes: Lanes} {
  const bySlot = countingSort(rows.slots, undefined, slotCount).order
  const {order, start} = countingSort(rows.groups, bySlot, groupCount)
  const slots = new Uint32Array(order.length)
  for (let i = 0; i < order.length; i++) slots[i] = rows.slots[order[i]!]!
  const sorted = lanes.map(lane => {
    const out = new Float64Array(order.length)
    for (let i = 0; i < order.length; i++) out[i] = lane[rows.index[order[i]!]!]!
    return out
  })
  return {start, slots, lanes: sorted}
}

/** Stable order of rows by key; with `from`, of those rows in that order. start[k]: where key k begins. */
export function countingSort(keys: Uint32Array, from: Uint32Array | undefined, keyCount: number): {order: Uint32Array; start: Uint32Array} {
  const start = new Uint32Array(keyCount + 1)
  for (const key of keys) start[key + 1]!++
  for (let k = 0; k < keyCount; k++) start[k + 1]! += start[k]!
  const next = start.slice()
  const order = new Uint32Array(keys.length)
  for (let i = 0; i < keys.length; i++) {
    const row = from === undefined ? i : from[i]!
    order[next[keys[row]!]!++] = row
  }
  return {order, start}
}
