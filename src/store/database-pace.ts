/*
 * How long an answer waits while flushing lags behind, so that pushes arrive about as fast as they are flushed instead of fast and
 * then not at all.
 *
 * Answers are given out along a line of time on which every byte takes its share of the measured speed of flushing; the fuller the head, the
 * slower. However many clients push, together they come to that speed, and each waits about as long as the others.
 */

/** Of the head's limit: below it nobody waits. */
const FILL_MIN = 0.1
/** Speed is this many times that of flushing at FILL_MIN, … */
const SPEED_MAX = 1.25
/** … and this many times when the head is full. */
const SPEED_MIN = 0.4
/** Shorter waits are not worth a timer. */
const WAIT_MS_MIN = 2
const WAIT_MS_MAX = 1000
/** Weight of the newest flush. */
const NEWEST = 0.5

export class Pace {
  /** Bytes per ms; undefined before the first flush. */
  #speed: number | undefined
  /** When the last answer is given. */
  #lastMs = 0

  flushed(rawBytes: number, ms: number): void {
    const speed = rawBytes / Math.max(1, ms)
    this.#speed = this.#speed === undefined ? speed : this.#speed * (1 - NEWEST) + speed * NEWEST
  }

  /**
   * @param fill  raw bytes of the head by its limit, while a generation is being flushed
   * @returns ms to wait before the answer to a push of so many bytes; 0 = none
   */
  waitMs(nowMs: number, rawBytes: number, fill: number): number {
    if (this.#speed === undefined || this.#speed === 0 || fill < FILL_MIN) return 0
    const place = Math.min(1, (fill - FILL_MIN) / (1 - FILL_MIN))
    const speed = this.#speed * (SPEED_MAX + (SPEED_MIN - SPEED_MAX) * place)
    this.#lastMs = Math.min(Math.max(nowMs, this.#lastMs) + rawBytes / speed, nowMs + WAIT_MS_MAX)
    const wait = this.#lastMs - nowMs
    return wait < WAIT_MS_MIN ? 0 : wait
  }
}
