/*
 * A rate with a burst: the bucket starts full, fills at the rate, and never holds more than the burst.
 */
export class TokenBucket {
  // Full: the first take cuts it to the burst of then.
  #tokens = Number.POSITIVE_INFINITY
  #atMs = 0

  /** Takes n when they are there; n over the burst never is. Rate and burst may change from call to call. */
  take(n: number, ratePerSecond: number, burst: number, nowMs: number): boolean {
    const elapsedMs = Math.max(0, nowMs - this.#atMs)
    this.#atMs = nowMs
    this.#tokens = Math.min(burst, this.#tokens + (elapsedMs / 1000) * ratePerSecond)
    if (n > this.#tokens) return false
    this.#tokens -= n
    return true
  }
}
