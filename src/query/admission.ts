/*
 * How many queries run at once, and how many may wait for their turn.
 */
import {Failure} from '../model/index.ts'

type Waiter = {enter: () => void; leave: (failure: unknown) => void}

export class Admission {
  readonly #runningMax: number
  readonly #waitingMax: number
  readonly #waiters: Waiter[] = []
  #running = 0

  constructor(runningMax: number, waitingMax: number) {
    this.#runningMax = runningMax
    this.#waitingMax = waitingMax
  }

  get running(): number {
    return this.#running
  }

  get waiting(): number {
    return this.#waiters.length
  }

  /**
   * Resolves when the query may run; call {@link leave} when it is done.
   *
   * @param stopped rejects when the query is to stop waiting.
   * @throws {Failure} RATE_LIMITED when too many wait already.
   */
  async enter(stopped: Promise<never>): Promise<void> {
    if (this.#running < this.#runningMax) {
      this.#running++
      return
    }
    if (this.#waiters.length >= this.#waitingMax) throw new Failure('RATE_LIMITED', 'too many outstanding requests', {retryAfterSeconds: 1})
    const turn = new Promise<void>((enter, leave) => {
      const waiter: Waiter = {enter, leave}
      this.#waiters.push(waiter)
      stopped.catch(failure => {
        const at = this.#waiters.indexOf(waiter)
        if (at < 0) return
        this.#waiters.splice(at, 1)
        waiter.leave(failure)
      })
    })
    await turn
  }

  leave(): void {
    const next = this.#waiters.shift()
    if (next === undefined) this.#running--
    else next.enter()
  }
}
