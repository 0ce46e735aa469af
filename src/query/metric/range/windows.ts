/*
 * Sorts instants into elementary buckets: the stretches of time between two neighbouring window edges.
 *
 *   windows of 3 steps   (-------]                        first = the first window a sample is in,
 *   one step apart          (-------]                     end   = the window after its last one.
 *                              (-------]
 *   edges              X0 X1 X2 E0 E1 E2                  Ek = where window k ends, Xk = where it begins
 *
 * A sample lies in windows [first, end). Both only grow with time, so their sum names the bucket, and every window is a
 * contiguous run of buckets: there are at most 2·count of them however much windows overlap.
 *
 * Instants are (day, ns of day) pairs; all arithmetic on samples is on whole numbers below 2^53 and so exact.
 */
import {instantOf, NS_PER_DAY} from '../../../model/index.ts'
import type {LeafSpec} from '../grid.ts'

// Longer than any distance between a day and a window edge that matters; stands in for the step of a single instant.
const NO_STEP = 1n << 62n

function ceilDivide(a: bigint, b: bigint): bigint {
  const quotient = a / b
  return quotient * b < a ? quotient + 1n : quotient
}

/** Runs of consecutive samples in one bucket: samples [from[r], to[r]) are in slot slots[r], r < count. */
export type Runs = {slots: Uint32Array; from: Uint32Array; to: Uint32Array; count: number}

export class Windows {
  /** Buckets that lie in at least one window, in time order; slot s lies in windows [first[s], end[s]). */
  readonly slots: number
  readonly first: Uint32Array
  readonly end: Uint32Array
  readonly count: number
  /** first + end -> slot, or -1 for time outside every window. */
  readonly #slotOf: Int32Array
  readonly #enterNs: bigint
  readonly #exitNs: bigint
  readonly #stepBig: bigint
  readonly #step: number
  readonly #runs: Runs = {slots: new Uint32Array(64), from: new Uint32Array(64), to: new Uint32Array(64), count: 0}

  // The day the numbers below belong to: the first edge of each kind at or after its start, by index and ns of the day.
  #day = NaN
  #enterIndex = 0
  #enterEdge = 0
  #exitIndex = 0
  #exitEdge = 0

  constructor(spec: LeafSpec) {
    const {grid} = spec
    if (grid.count > 1 && grid.stepNs <= 0n) throw new Error('a grid of several instants needs a positive step')
    this.count = grid.count
    this.#stepBig = grid.count === 1 ? NO_STEP : grid.stepNs
    this.#step = Number(this.#stepBig)
    this.#enterNs = grid.startNs - spec.offsetNs
    this.#exitNs = this.#enterNs - spec.rangeNs
    this.#slotOf = new Int32Array(2 * grid.count + 1).fill(-1)
    this.first = new Uint32Array(2 * grid.count)
    this.end = new Uint32Array(2 * grid.count)
    this.slots = this.#layOut(spec.rangeNs)
  }

  /** Walks over all edges in time order. With range = whole·step + rest, edges compare by whole and rest alone. */
  #layOut(rangeNs: bigint): number {
    const {count} = this
    const wholeSteps = rangeNs / this.#stepBig
    const whole = wholeSteps > BigInt(count) ? count + 1 : Number(wholeSteps)
    const rest = wholeSteps > BigInt(count) || rangeNs % this.#stepBig !== 0n
    let slots = 0
    let first = 0
    let end = 0
    while (first < count || end < count) {
      const lead = end - whole - first //   exit edge `end` is at lead·step - rest after enter edge `first`
      const exitIsNext = first === count || (end < count && lead <= 0)
      const enterIsNext = end === count || (first < count && (lead > 0 || (lead === 0 && !rest)))
      if (exitIsNext) end++
      if (enterIsNext) first++
      if (first >= end) continue
      this.#slotOf[first + end] = slots
      this.first[slots] = first
      this.end[slots] = end
      slots++
    }
    return slots
  }

  #moveTo(day: number): void {
    this.#day = day
    const start = instantOf(day, 0)
    const last = BigInt(this.count)
    const clamp = (k: bigint): bigint => (k < 0n ? 0n : k > last ? last : k)
    const enter = clamp(ceilDivide(start - this.#enterNs, this.#stepBig))
    const exit = clamp(ceilDivide(start - this.#exitNs, this.#stepBig))
    const edge = (originNs: bigint, k: bigint): number => {
      const ns = originNs + k * this.#stepBig - start
      return k === last || ns >= BigInt(NS_PER_DAY) ? Infinity : Number(ns)
    }
    this.#enterIndex = Number(enter)
    this.#exitIndex = Number(exit)
    this.#enterEdge = edge(this.#enterNs, enter)
    this.#exitEdge = edge(this.#exitNs, exit)
  }

  /** The slot of an instant, or -1 when no window holds it. */
  slotAt(day: number, ns: number): number {
    if (day !== this.#day) this.#moveTo(day)
    return this.#slotOf[this.#indexAfter(ns, this.#enterIndex, this.#enterEdge) + this.#indexAfter(ns, this.#exitIndex, this.#exitEdge)]!
  }

  /** Whether any window reaches into [minNs, maxNs], given that both ends lie outside all windows. */
  touches(day: number, minNs: number, maxNs: number): boolean {
    if (day !== this.#day) this.#moveTo(day)
    // Some window ends between the two, and with both ends outside, it begins there too.
    return this.#indexAfter(minNs, this.#enterIndex, this.#enterEdge) !== this.#indexAfter(maxNs, this.#enterIndex, this.#enterEdge)
  }

  /** The first edge at or after ns. Both division operands are below 2^47, so the rounded quotient has the right ceiling. */
  #indexAfter(ns: number, index: number, edge: number): number {
    if (ns <= edge) return index
    return Math.min(this.count, index + Math.ceil((ns - edge) / this.#step))
  }

  /**
   * Cuts samples into runs of one slot each; those outside all windows are left out. Gallops from edge to edge, so the
   * cost is that of the edges crossed where samples are dense, and of the samples where they are sparse.
   *
   * @param ns    ns of the day by row.
   * @param rows  rows[0..count), ns[rows[i]] ascending.
   * @returns     owned by this object, overwritten by the next call.
   */
  runs(day: number, ns: Float64Array, rows: Uint32Array, count: number): Runs {
    if (day !== this.#day) this.#moveTo(day)
    const {count: windows} = this
    const step = this.#step
    const enterIndex = this.#enterIndex
    const enterEdge = this.#enterEdge
    const exitIndex = this.#exitIndex
    const exitEdge = this.#exitEdge
    const slotOf = this.#slotOf
    const runs = this.#runs
    let used = 0
    let from = 0
    const lastNs = count > 0 ? ns[rows[count - 1]!]! : 0
    while (from < count) {
      const at = ns[rows[from]!]!
      let first = enterIndex
      let firstEdge = enterEdge
      if (at > enterEdge) {
        const crossed = Math.ceil((at - enterEdge) / step)
        first = enterIndex + crossed
        firstEdge = enterEdge + crossed * step
        if (first >= windows) {
          first = windows
          firstEdge = Infinity
        }
      }
      let end = exitIndex
      let endEdge = exitEdge
      if (at > exitEdge) {
        const crossed = Math.ceil((at - exitEdge) / step)
        end = exitIndex + crossed
        endEdge = exitEdge + crossed * step
        if (end >= windows) {
          end = windows
          endEdge = Infinity
        }
      }
      const edge = firstEdge < endEdge ? firstEdge : endEdge
      let to = from + 1
      if (lastNs <= edge) to = count
      else {
        // lastNs is after the edge, so the search always ends inside [from, count).
        let stride = 1
        while (to + stride < count && ns[rows[to + stride - 1]!]! <= edge) {
          to += stride
          stride *= 2
        }
        let high = Math.min(to + stride - 1, count - 1)
        while (to < high) {
          const middle = (to + high) >>> 1
          if (ns[rows[middle]!]! <= edge) to = middle + 1
          else high = middle
        }
      }
      const slot = slotOf[first + end]!
      if (slot >= 0) {
        if (used === runs.slots.length) growRuns(runs)
        runs.slots[used] = slot
        runs.from[used] = from
        runs.to[used++] = to
      }
      from = to
    }
    runs.count = used
    return runs
  }
}

function growRuns(runs: Runs): void {
  const grow = (old: Uint32Array): Uint32Array => {
    const bigger = new Uint32Array(old.length * 4)
    bigger.set(old)
    return bigger
  }
  runs.slots = grow(runs.slots)
  runs.from = grow(runs.from)
  runs.to = grow(runs.to)
}
