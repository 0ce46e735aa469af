/*
 * Time in Skald: an instant is nanoseconds since the Unix epoch (bigint), or, inside the store and the query engine,
 * a UTC day (integer, days since the epoch) plus nanoseconds of that day as a plain number.
 * A day has 8.64e13 ns, far below 2^53, so the number is exact and fast; absolute ns in a number would not be.
 */

export const NS_PER_SECOND = 1_000_000_000
export const NS_PER_DAY = 86_400 * NS_PER_SECOND
const NS_PER_DAY_BIG = BigInt(NS_PER_DAY)

/** Day of an instant; floors, so instants before 1970 have negative days. */
export function dayOf(ns: bigint): number {
  const day = ns / NS_PER_DAY_BIG
  return Number(ns % NS_PER_DAY_BIG < 0n ? day - 1n : day)
}

/** 0 ≤ result < NS_PER_DAY. */
export function nsOfDay(ns: bigint): number {
  const rest = Number(ns % NS_PER_DAY_BIG)
  return rest < 0 ? rest + NS_PER_DAY : rest
}

export function instantOf(day: number, ns: number): bigint {
  return BigInt(day) * NS_PER_DAY_BIG + BigInt(ns)
}

/** `2026-11-22`, for object names. */
export function dayName(day: number): string {
  return new Date(day * 86_400_000).toISOString().slice(0, 10)
}

/** The only place that reads the clock is whoever builds one of these. */
export interface Clock {
  /** Wall clock, ns since the epoch. */
  nowNs(): bigint
  /** Monotonic, ms, for durations. */
  monotonicMs(): number
}
