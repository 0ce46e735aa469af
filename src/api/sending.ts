/*
 * Large answers on the way to their clients. What a client has not read yet is held in memory, so all of them together are bounded,
 * and a client that stops reading is cut off.
 */
import type {ServerResponse} from 'node:http'
import {Failure} from '../model/index.ts'
import type {QueryAnswer} from '../query/index.ts'

/** What an entry, a series and a point hold besides their text. */
const ENTRY_BYTES = 150
const SERIES_BYTES = 300
const POINT_BYTES = 16

export class Sending {
  readonly #bytesMax: number
  readonly #idleMsMax: number
  #bytes = 0

  constructor(bytesMax: number, idleMsMax: number) {
    this.#bytesMax = bytesMax
    this.#idleMsMax = idleMsMax
  }

  /** Counts an answer until it is sent or its client has left. @throws {Failure} OVERLOADED; a single one is always let through. */
  begin(response: ServerResponse, answer: QueryAnswer): void {
    if (response.destroyed) return
    const bytes = weigh(answer)
    if (this.#bytes > 0 && this.#bytes + bytes > this.#bytesMax) {
      throw new Failure('OVERLOADED', 'too many large answers wait for their clients to read them, try again later', {
        retryAfterSeconds: 1,
      })
    }
    this.#bytes += bytes
    response.once('close', () => {
      this.#bytes -= bytes
    })
    response.setTimeout(this.#idleMsMax, () => response.destroy())
  }
}

function weigh({result}: QueryAnswer): number {
  if (result.resultType === 'streams') {
    return result.streams.reduce((sum, {entries}) => entries.reduce((bytes, {line}) => bytes + line.length + ENTRY_BYTES, sum), 0)
  }
  if (result.resultType === 'matrix') return result.series.reduce((sum, {steps}) => sum + SERIES_BYTES + steps.length * POINT_BYTES, 0)
  return result.resultType === 'vector' ? result.samples.length * SERIES_BYTES : 0
}
