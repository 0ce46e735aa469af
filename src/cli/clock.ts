/* The process' clock: the only place that reads it. Everything else is given a {@link Clock}. */
import type {Clock} from '../model/index.ts'

export const systemClock: Clock = {
  // performance.timeOrigin + performance.now() would be finer, but follows neither corrections of the wall clock nor a machine that sleeps.
  nowNs: () => BigInt(Date.now()) * 1_000_000n,
  monotonicMs: () => performance.now(),
}
