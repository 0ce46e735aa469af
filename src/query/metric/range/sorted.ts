/*
 * The two aggregations that need samples in order: quantiles (by value) and counters (by time).
 */
import {counterSample, counterState, mergeInto, type Lanes} from './state.ts'
import {byValue, orderByValue} from './rank.ts'
import {emptyPoints, slide, type Points} from './slide.ts'
import type {Windows} from './windows.ts'

/**
 * φ-quantile per window, interpolated between neighbours. All samples of the series are ranked once; a Fenwick tree over
 * the ranks holds those of the current window, so a sample costs two updates however many windows it is in.
 *
 * @param slots  slots[from..to) ascending; values[from..to) the samples.
 */
export function slideQuantile(phi: number, windows: Windows, slots: Uint32Array, values: Float64Array, from: number, to: number): Points {
  const points = emptyPoints(windows.count)
  const size = to - from
  if (size === 0) return points
  if (windows.count === 1) {
    // Native sorting is many times faster than with a comparison, but puts NaN at the end.
    const ascending = values.slice(from, to).sort()
    let numbers = size
    while (numbers > 0 && Number.isNaN(ascending[numbers - 1])) numbers--
    points.present[0] = 1
    points.values[0] = quantile(phi, size, i => (i < size - numbers ? NaN : ascending[i - (size - numbers)]!))
    return points
  }
  const order = orderByValue(values, from, to)
  const sorted = new Float64Array(size)
  const rank = new Uint32Array(size)
  for (let r = 0; r < size; r++) {
    sorted[r] = values[from + order[r]!]!
    rank[order[r]!] = r
  }
  const tree = new Fenwick(size)
  let head = 0
  let tail = 0
  for (let k = 0; k < windows.count; k++) {
    while (tail < size && windows.first[slots[from + tail]!]! <= k) tree.add(rank[tail++]!, 1)
    while (head < tail && windows.end[slots[from + head]!]! <= k) tree.add(rank[head++]!, -1)
    if (head === tail) continue
    points.present[k] = 1
    points.values[k] = quantile(phi, tail - head, i => sorted[tree.find(i)]!)
  }
  return points
}

/** @param at  the i-th smallest of n values. */
export function quantile(phi: number, n: number, at: (i: number) => number): number {
  if (Number.isNaN(phi)) return NaN
  if (phi < 0) return -Infinity
  if (phi > 1) return Infinity
  const position = phi * (n - 1)
  const lower = Math.floor(position)
  const weight = position - lower
  return at(lower) * (1 - weight) + at(Math.min(lower + 1, n - 1)) * weight
}

class Fenwick {
  readonly #counts: Int32Array
  readonly #top: number

  constructor(size: number) {
    this.#counts = new Int32Array(size + 1)
    this.#top = 1 << (31 - Math.clz32(size))
  }

  add(index: number, change: number): void {
    const counts = this.#counts
    for (let i = index + 1; i < counts.length; i += i & -i) counts[i]! += change
  }

  /** Index of the member with `below` members before it. */
  find(below: number): number {
    const counts = this.#counts
    let at = 0
    let rest = below
    for (let bit = this.#top; bit > 0; bit >>>= 1) {
      const next = at + bit
      if (next >= counts.length || counts[next]! > rest) continue
      at = next
      rest -= counts[next]!
    }
    return at
  }
}

/**
 * rate_counter per window. Samples are put in order of time (equal times: of value) and summed up per bucket.
 *
 * @param lanes  day, ns, value of the samples [from, to), ascending by slot.
 */
export function slideCounter(rangeNs: bigint, windows: Windows, slots: Uint32Array, lanes: Lanes, from: number, to: number): Points {
  const state = counterState(rangeNs)
  const [days, times, values] = lanes as [Float64Array, Float64Array, Float64Array]
  const byTime = (a: number, b: number): number => days[a]! - days[b]! || times[a]! - times[b]! || byValue(values[a]!, values[b]!)
  const order = new Uint32Array(to - from)
  let sorted = true // as they are when chunks were scanned in order of time
  for (let i = from; i < to; i++) {
    order[i - from] = i
    if (i > from && byTime(i - 1, i) > 0) sorted = false
  }
  if (!sorted) order.sort(byTime)
  const buckets = new Uint32Array(order.length)
  const states: Lanes = Array.from({length: state.lanes}, () => new Float64Array(order.length))
  const sample: Lanes = Array.from({length: state.lanes}, () => new Float64Array(1))
  let used = 0
  for (const row of order) {
    counterSample(sample, 0, days[row]!, times[row]!, values[row]!)
    if (used === 0 || buckets[used - 1] !== slots[row]) buckets[used++] = slots[row]!
    mergeInto(state, states, used - 1, sample, 0)
  }
  return slide(state, windows, buckets, states, 0, used)
}
