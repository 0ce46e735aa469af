/*
 * What stops a query in a worker: the flag that the main thread sets, and the memory budget.
 *
 * Workers read no clock: the main thread watches the deadline and sets the flag.
 */
import {setImmediate} from 'node:timers/promises'
import {Failure} from '../../model/index.ts'

export const RUNNING = 0
export const CANCELLED = 1
export const TIMED_OUT = 2

export const CANCELLED_TEXT = 'the request was cancelled by the client'
export const TIMED_OUT_TEXT =
  'request timed out, decrease the duration of the request or add more label matchers (prefer exact match over regex match) to reduce the amount of data processed'

// Between two looks at the worker's other messages. Each usually takes well under a millisecond, with very costly stages a second.
const BLOCKS_BETWEEN_YIELDS = 32

export class Guard {
  readonly #flag: Int32Array
  readonly #budgetBytes: number
  #held = 0
  #blocks = 0

  /**
   * @param flag        one entry over a SharedArrayBuffer, RUNNING until the main thread says otherwise.
   * @param budgetBytes of memory that the query may hold in this worker.
   */
  constructor(flag: Int32Array, budgetBytes: number) {
    this.#flag = flag
    this.#budgetBytes = budgetBytes
  }

  /** @throws {Failure} CANCELLED or TIMEOUT. */
  check(): void {
    const state = Atomics.load(this.#flag, 0)
    if (state === CANCELLED) throw new Failure('CANCELLED', CANCELLED_TEXT)
    if (state === TIMED_OUT) throw new Failure('TIMEOUT', TIMED_OUT_TEXT)
  }

  /** Lets the worker's other queries run, then checks. */
  async pause(): Promise<void> {
    await setImmediate()
    this.check()
  }

  /** Call per chunk and per block. True when it is time for {@link pause}; checks otherwise. */
  due(): boolean {
    this.check()
    this.#blocks++
    return this.#blocks % BLOCKS_BETWEEN_YIELDS === 0
  }

  /** Notes memory taken (or with a negative number given back). @throws {Failure} BAD_REQUEST beyond the budget. */
  hold(bytes: number): void {
    this.#held += bytes
    if (this.#held > this.#budgetBytes) {
      throw new Failure(
        'BAD_REQUEST',
        `the query needs more memory than allowed (${this.#budgetBytes} bytes in one query thread, see query.memory-max): narrow its time range, selector or labels`,
      )
    }
  }
}
