/*
 * How many pushes, and how many bytes of them, may be in progress at once. What does not fit is refused at once with
 * 503 and Retry-After, for a queue in memory is what the limit is there to prevent.
 */
import {Failure} from '../model/index.ts'

export type AdmissionLimits = {readonly bytesMax: number; readonly pushesMax: number}

/** A push that is in progress; its bytes count until it is released. */
export interface Ticket {
  /** @throws {Failure} OVERLOADED; what was granted stays granted until release. */
  grow(bytes: number): void
  /** May be called more than once. */
  release(): void
}

export class Admission {
  readonly #limits: AdmissionLimits
  #bytes = 0
  #pushes = 0

  constructor(limits: AdmissionLimits) {
    this.#limits = limits
  }

  get inFlightBytes(): number {
    return this.#bytes
  }

  get inFlightPushes(): number {
    return this.#pushes
  }

  /** @throws {Failure} OVERLOADED */
  enter(bytes: number): Ticket {
    if (this.#pushes >= this.#limits.pushesMax) throw overloaded(`${this.#pushes} pushes in progress`)
    let held = 0
    let open = true
    const ticket: Ticket = {
      grow: extra => {
        // The only push there is may be larger than the limit: it would otherwise never get in.
        if (this.#bytes + extra > this.#limits.bytesMax && this.#bytes > held)
          throw overloaded(`${this.#bytes} bytes of pushes in progress`)
        held += extra
        this.#bytes += extra
      },
      release: () => {
        if (!open) return
        open = false
        this.#bytes -= held
        this.#pushes--
      },
    }
    this.#pushes++
    try {
      ticket.grow(bytes)
    } catch (error) {
      ticket.release()
      throw error
    }
    return ticket
  }
}

function overloaded(why: string): Failure {
  return new Failure('OVERLOADED', `too busy: ${why}, try again later`, {retryAfterSeconds: 1})
}
