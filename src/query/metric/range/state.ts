/*
 * What is kept per series and bucket for each range aggregation: a few numbers ("lanes", one Float64Array each, lane 0 the
 * number of samples), and how such states are filled, merged and read. An empty state is all zeros.
 *
 * Merging is associative; `merge(older, newer)` is called in time order by the sliding windows and in any order when the
 * same bucket was filled by two workers.
 */
import {NS_PER_DAY} from '../../../model/index.ts'
import type {LeafSpec} from '../grid.ts'

export type Lanes = Float64Array[]

/** Samples of one series and day: rows[from..to) point into ns and values (null: each counts 1), ns ascending. */
export type Samples = {day: number; ns: Float64Array; values: Float64Array | null; rows: Uint32Array}

export interface State {
  readonly lanes: number
  /** Adds samples to cell c. */
  add(lanes: Lanes, c: number, samples: Samples, from: number, to: number): void
  /** into[i] = into[i] followed by other[j]; neither is empty. */
  merge(into: Lanes, i: number, other: Lanes, j: number): void
  /** The result for a window, never empty. */
  value(lanes: Lanes, c: number): number
}

/** As {@link State.merge}, but either side may be empty. */
export function mergeInto(state: State, into: Lanes, i: number, other: Lanes, j: number): void {
  if (other[0]![j] === 0) return
  if (into[0]![i] === 0) for (let lane = 0; lane < state.lanes; lane++) into[lane]![i] = other[lane]![j]!
  else state.merge(into, i, other, j)
}

const one = (values: Float64Array | null, row: number): number => (values === null ? 1 : values[row]!)

/** Number of samples, as is or per second. */
export function countState(perSeconds: number): State {
  return {
    lanes: 1,
    add: ([n], c, _samples, from, to) => {
      n![c]! += to - from
    },
    merge: ([n], i, [m], j) => {
      n![i]! += m![j]!
    },
    value: ([n], c) => n![c]! / perSeconds,
  }
}

/** Sum of whole numbers (bytes); exact below 2^53. */
export function wholeSumState(perSeconds: number): State {
  return {
    lanes: 2,
    add: ([n, total], c, {values, rows}, from, to) => {
      let sum = 0
      if (values === null) sum = to - from
      else for (let i = from; i < to; i++) sum += values[rows[i]!]!
      n![c]! += to - from
      total![c]! += sum
    },
    merge: ([n, total], i, [m, other], j) => {
      n![i]! += m![j]!
      total![i]! += other![j]!
    },
    value: ([, total], c) => total![c]! / perSeconds,
  }
}

// Neumaier's summation: lane `sum` is the plain sum, lane `rest` what rounding lost. Once the sum is NaN or infinite the
// rest means nothing and is ignored.
function addTo(sums: Float64Array, rests: Float64Array, c: number, x: number): void {
  const sum = sums[c]!
  const next = sum + x
  rests[c]! += Math.abs(sum) >= Math.abs(x) ? sum - next + x : x - next + sum
  sums[c] = next
}

function addAll(sums: Float64Array, rests: Float64Array, c: number, {values, rows}: Samples, from: number, to: number): void {
  let sum = sums[c]!
  let rest = rests[c]!
  for (let i = from; i < to; i++) {
    const x = one(values, rows[i]!)
    const next = sum + x
    rest += Math.abs(sum) >= Math.abs(x) ? sum - next + x : x - next + sum
    sum = next
  }
  sums[c] = sum
  rests[c] = rest
}

const exactSum = (sum: number, rest: number): number => (Number.isFinite(sum) ? sum + rest : sum)

export function sumState(perSeconds: number): State {
  return {
    lanes: 3,
    add: ([n, sums, rests], c, samples, from, to) => {
      n![c]! += to - from
      addAll(sums!, rests!, c, samples, from, to)
    },
    merge: ([n, sums, rests], i, [m, otherSums, otherRests], j) => {
      n![i]! += m![j]!
      rests![i]! += otherRests![j]!
      addTo(sums!, rests!, i, otherSums![j]!)
    },
    value: ([, sums, rests], c) => exactSum(sums![c]!, rests![c]!) / perSeconds,
  }
}

// Powers of two scale without rounding; values near the largest double can then be summed, and infinities stay themselves.
const SCALE = 2 ** -64

export const avgState: State = {
  lanes: 4,
  add: ([n, sums, rests, scaled], c, samples, from, to) => {
    n![c]! += to - from
    addAll(sums!, rests!, c, samples, from, to)
    const {values, rows} = samples
    let small = scaled![c]!
    for (let i = from; i < to; i++) small += one(values, rows[i]!) * SCALE
    scaled![c] = small
  },
  merge: ([n, sums, rests, scaled], i, [m, otherSums, otherRests, otherScaled], j) => {
    n![i]! += m![j]!
    rests![i]! += otherRests![j]!
    addTo(sums!, rests!, i, otherSums![j]!)
    scaled![i]! += otherScaled![j]!
  },
  value: ([n, sums, rests, scaled], c) => {
    const sum = sums![c]!
    return Number.isFinite(sum) ? exactSum(sum, rests![c]!) / n![c]! : scaled![c]! / n![c]! / SCALE
  },
}

/** Smallest (sign 1) or largest (sign -1) value; NaN only when there is nothing else. */
export function extremeState(sign: 1 | -1): State {
  const better = (x: number, than: number): boolean => (sign === 1 ? x < than : x > than) || Number.isNaN(than)
  return {
    lanes: 2,
    add: ([n, best], c, {values, rows}, from, to) => {
      let found = n![c] === 0 ? NaN : best![c]!
      for (let i = from; i < to; i++) {
        const x = one(values, rows[i]!)
        if (better(x, found)) found = x
      }
      n![c]! += to - from
      best![c] = found
    },
    merge: ([n, best], i, [m, other], j) => {
      n![i]! += m![j]!
      if (better(other![j]!, best![i]!)) best![i] = other![j]!
    },
    value: ([, best], c) => best![c]!,
  }
}

/**
 * First (sign 1) or last (sign -1) value by time. Rows with equal times are in the order they were pushed; between calls and
 * series, whose order nobody promises, equal times are decided by the value so that the answer is always the same.
 */
export function edgeState(sign: 1 | -1): State {
  const wins = (day: number, ns: number, x: number, oldDay: number, oldNs: number, old: number): boolean => {
    const ahead = (oldDay - day || oldNs - ns) * sign
    return ahead > 0 || (ahead === 0 && ((old - x) * sign > 0 || Number.isNaN(old)))
  }
  return {
    lanes: 4,
    add: ([n, days, times, kept], c, {day, ns, values, rows}, from, to) => {
      const row = rows[sign === 1 ? from : to - 1]!
      const x = one(values, row)
      if (n![c] === 0 || wins(day, ns[row]!, x, days![c]!, times![c]!, kept![c]!)) {
        days![c] = day
        times![c] = ns[row]!
        kept![c] = x
      }
      n![c]! += to - from
    },
    merge: ([n, days, times, kept], i, [m, otherDays, otherTimes, other], j) => {
      if (wins(otherDays![j]!, otherTimes![j]!, other![j]!, days![i]!, times![i]!, kept![i]!)) {
        days![i] = otherDays![j]!
        times![i] = otherTimes![j]!
        kept![i] = other![j]!
      }
      n![i]! += m![j]!
    },
    value: ([, , , kept], c) => kept![c]!,
  }
}

/** Population variance by Welford's method, merged by Chan's; `root` gives the standard deviation. */
export function varianceState(root: boolean): State {
  return {
    lanes: 3,
    add: ([n, means, squares], c, {values, rows}, from, to) => {
      let count = n![c]!
      let mean = means![c]!
      let square = squares![c]!
      for (let i = from; i < to; i++) {
        const x = one(values, rows[i]!)
        const delta = x - mean
        mean += delta / ++count
        square += delta * (x - mean)
      }
      n![c] = count
      means![c] = mean
      squares![c] = square
    },
    merge: ([n, means, squares], i, [m, otherMeans, otherSquares], j) => {
      const a = n![i]!
      const b = m![j]!
      const delta = otherMeans![j]! - means![i]!
      n![i] = a + b
      means![i]! += (delta * b) / (a + b)
      squares![i]! += otherSquares![j]! + delta * delta * ((a * b) / (a + b))
    },
    value: ([n, , squares], c) => (root ? Math.sqrt(squares![c]! / n![c]!) : squares![c]! / n![c]!),
  }
}

/**
 * A counter that may reset. Lanes: n, first (day, ns, value), last (day, ns, value), and the sum over drops of the value
 * before the drop. `merge` needs time order; there is no `add`, because samples are first sorted ({@link counterSample}).
 */
export function counterState(rangeNs: bigint): State {
  const rangeMs = Number(rangeNs / 1_000_000n)
  const rangeSeconds = Number(rangeNs) / 1e9
  return {
    lanes: 8,
    add: () => {
      throw new Error('counter samples must be sorted first')
    },
    merge: (into, i, other, j) => {
      const before = into[6]![i]!
      into[7]![i]! += other[7]![j]! + (other[3]![j]! < before ? before : 0)
      into[0]![i]! += other[0]![j]!
      for (let lane = 4; lane <= 6; lane++) into[lane]![i] = other[lane]![j]!
    },
    // The reference extrapolates by the range in milliseconds where nanoseconds were meant, and answers are compared with
    // its answers, so the slip is kept: the result is all but increase / range.
    value: (lanes, c) => {
      if (lanes[0]![c]! < 2) return 0
      const first = lanes[3]![c]!
      const increase = lanes[6]![c]! - first + lanes[7]![c]!
      const span = (lanes[4]![c]! - lanes[1]![c]!) * NS_PER_DAY + (lanes[5]![c]! - lanes[2]![c]!)
      if (span === 0) return increase / rangeSeconds
      const extra = increase > 0 && first >= 0 ? Math.min(rangeMs, (span * first) / increase) : rangeMs
      return (increase * ((span + extra) / span)) / rangeSeconds
    },
  }
}

/** Lane c of {@link counterState} for a single sample. */
export function counterSample(lanes: Lanes, c: number, day: number, ns: number, value: number): void {
  lanes[0]![c] = 1
  lanes[1]![c] = lanes[4]![c] = day
  lanes[2]![c] = lanes[5]![c] = ns
  lanes[3]![c] = lanes[6]![c] = value
  lanes[7]![c] = 0
}

/** What one leaf keeps: states per bucket, or (sorted aggregations) the samples themselves. */
export type Keeping = {kind: 'states'; state: State; additive: boolean} | {kind: 'samples'; lanes: number}

export function keepingOf(spec: LeafSpec): Keeping {
  const seconds = Number(spec.rangeNs) / 1e9
  const states = (state: State, additive = false): Keeping => ({kind: 'states', state, additive})
  switch (spec.op) {
    case 'count_over_time':
    case 'absent_over_time':
      return states(countState(1), true)
    case 'rate':
      return spec.unwrapped ? states(sumState(seconds)) : states(countState(seconds), true)
    case 'bytes_over_time':
      return states(wholeSumState(1), true)
    case 'bytes_rate':
      return states(wholeSumState(seconds), true)
    case 'sum_over_time':
      return states(sumState(1))
    case 'avg_over_time':
      return states(avgState)
    case 'min_over_time':
      return states(extremeState(1))
    case 'max_over_time':
      return states(extremeState(-1))
    case 'first_over_time':
      return states(edgeState(1))
    case 'last_over_time':
      return states(edgeState(-1))
    case 'stddev_over_time':
      return states(varianceState(true))
    case 'stdvar_over_time':
      return states(varianceState(false))
    case 'quantile_over_time':
      return {kind: 'samples', lanes: 1}
    case 'rate_counter':
      return {kind: 'samples', lanes: 3}
  }
}
