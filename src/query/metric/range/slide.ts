/*
 * Windows over buckets: each window is a contiguous run of buckets, and both its ends only move forward. Two stacks make a
 * queue whose total is known without taking anything back out of it, so neither rounding nor NaN outlives its window.
 *
 *   front (suffix totals, oldest on top)   back (one running total)
 *   [a+b+c] [b+c] [c]                      d+e
 */
import type {Lanes, State} from './state.ts'
import {mergeInto} from './state.ts'
import type {Windows} from './windows.ts'

/** A series' result: value and 1 where the window is not empty, one entry per step. */
export type Points = {values: Float64Array; present: Uint8Array}

export function emptyPoints(count: number): Points {
  return {values: new Float64Array(count), present: new Uint8Array(count)}
}

/**
 * @param slots  slots[from..to) ascending and distinct, the buckets of one series; lanes[..][from..to) their states.
 */
export function slide(state: State, windows: Windows, slots: Uint32Array, lanes: Lanes, from: number, to: number): Points {
  const points = emptyPoints(windows.count)
  if (from === to) return points
  const totals: Lanes = lanes.map(() => new Float64Array(to - from)) // suffix totals, valid in [head, middle)
  const back: Lanes = lanes.map(() => new Float64Array(1))
  const result: Lanes = lanes.map(() => new Float64Array(1))
  let head = from
  let middle = from
  let tail = from
  for (let k = 0; k < windows.count; k++) {
    while (tail < to && windows.first[slots[tail]!]! <= k) mergeInto(state, back, 0, lanes, tail++)
    let left = false
    while (head < tail && windows.end[slots[head]!]! <= k) {
      head++
      left = true
    }
    if (left && head >= middle) {
      // The front is used up: what is still in the back becomes the new front.
      for (let i = tail - 1; i >= head; i--) {
        for (let lane = 0; lane < lanes.length; lane++) totals[lane]![i - from] = lanes[lane]![i]!
        if (i + 1 < tail) mergeInto(state, totals, i - from, totals, i + 1 - from)
      }
      middle = tail
      for (const lane of back) lane[0] = 0
    }
    if (head === tail) {
      // Straight on to the first window of the next bucket.
      if (tail === to) break
      k = Math.max(k, windows.first[slots[tail]!]! - 1)
      continue
    }
    for (const lane of result) lane[0] = 0
    if (head < middle) mergeInto(state, result, 0, totals, head - from)
    mergeInto(state, result, 0, back, 0)
    points.values[k] = state.value(result, 0)
    points.present[k] = 1
  }
  return points
}

/** The same for states that only add whole numbers: each bucket adds to its first window and leaves after its last. */
export function slideAdditive(state: State, windows: Windows, slots: Uint32Array, lanes: Lanes, from: number, to: number): Points {
  const points = emptyPoints(windows.count)
  const sums: Lanes = lanes.map(lane => {
    const changes = new Float64Array(windows.count + 1)
    for (let i = from; i < to; i++) {
      changes[windows.first[slots[i]!]!]! += lane[i]!
      changes[windows.end[slots[i]!]!]! -= lane[i]!
    }
    for (let k = 1; k < windows.count; k++) changes[k]! += changes[k - 1]!
    return changes
  })
  for (let k = 0; k < windows.count; k++) {
    if (sums[0]![k] === 0) continue
    points.values[k] = state.value(sums, k)
    points.present[k] = 1
  }
  return points
}
