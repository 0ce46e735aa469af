/* The process' clock: the only place that reads it. Everything else is given a {@link Clock}. */
import type {Clock} from '../model/index.ts'

export function systemNowNs(): bigint {
  return BigInt(Math.round((performance.timeOrigin + performance.now()) * 1000)) * 1000n
}

export const systemClock: Clock = {
  // performance.timeOrigin does not follow later corrections of the wall clock; Date does.
  nowNs: () => BigInt(Date.now()) * 1_000_000n,
  monotonicMs: () => performance.now(),
}
