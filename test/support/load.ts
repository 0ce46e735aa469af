/*
 * Pushes under which a server is killed, stopped or starved, and the account of what it must hold afterwards:
 * what was acknowledged is there exactly once, what was refused is not, what got no answer is there as a whole or not at all.
 */
import {expect} from 'vitest'
import {pushProtobuf, queryAll, queryValue, type PushEntry, type PushStream} from './loki.ts'
import type {Random} from './random.ts'

const DAY_NS = 86_400_000_000_000n
const SECOND_NS = 1_000_000_000n

type Outcome = 'acknowledged' | 'refused' | 'unknown'
type Sent = {readonly lines: readonly string[]; readonly outcome: Outcome}

export class Load {
  readonly #job: string
  readonly #random: Random
  readonly #sent: Sent[] = []
  readonly #startNs: bigint
  #serial = 0n
  readonly refusals: {status: number; text: string; retryAfter: string | null}[] = []

  /** @param job  the label by which its entries are found. */
  constructor(job: string, random: Random) {
    this.#job = job
    this.#random = random
    this.#startNs = BigInt(Date.now()) * 1_000_000n - 2n * DAY_NS
  }

  count(outcome: Outcome): number {
    return this.#sent.filter(sent => sent.outcome === outcome).length
  }

  /** Pushes one after another until `done` says so, or the server does not answer. */
  async run(url: string, round: number, done: () => boolean): Promise<void> {
    while (!done()) {
      const outcome = await this.push(url, round)
      if (outcome === 'unknown') return
      if (outcome === 'refused') await new Promise(resolve => setTimeout(resolve, 50))
    }
  }

  async push(url: string, round: number, lineBytes = 0): Promise<Outcome> {
    const streams = this.#streams(round, lineBytes)
    const lines = streams.flatMap(s => s.entries.map(e => String(e.line)))
    const outcome = await this.#answer(url, streams)
    this.#sent.push({lines, outcome})
    return outcome
  }

  async #answer(url: string, streams: readonly PushStream[]): Promise<Outcome> {
    try {
      const response = await pushProtobuf(url, streams)
      const text = await response.text()
      if (response.status === 204) return 'acknowledged'
      this.refusals.push({status: response.status, text, retryAfter: response.headers.get('retry-after')})
      return 'refused'
    } catch {
      return 'unknown'
    }
  }

  /** One to three streams, of two days, each entry at a time of its own. */
  #streams(round: number, lineBytes: number): PushStream[] {
    const random = this.#random
    return Array.from({length: 1 + random.below(3)}, () => {
      const entries = Array.from({length: 1 + random.below(40)}, (): PushEntry => {
        const serial = this.#serial++
        const tsNs = this.#startNs + (serial % 2n) * DAY_NS + serial * 1_000_000n
        const line = `entry ${serial} of round ${round} ${'x'.repeat(lineBytes === 0 ? random.below(200) : lineBytes)}`
        return {tsNs, line, metadata: {serial: String(serial), trace_id: random.hex(16)}}
      })
      return {labels: `{job="${this.#job}", round="${round}", part="${random.below(5)}"}`, entries}
    })
  }

  /** @param round  only this one; all of them when not given. */
  async verify(url: string, round?: number): Promise<void> {
    const range = {startNs: this.#startNs - SECOND_NS, endNs: this.#startNs + 4n * DAY_NS}
    const selector = `{job="${this.#job}"${round === undefined ? '' : `, round="${round}"`}}`
    const entries = await queryAll(url, selector, range)
    const found = new Map<string, number>()
    for (const {line} of entries) found.set(line, (found.get(line) ?? 0) + 1)
    const wrong: string[] = []
    const known = new Set<string>()
    const marker = ` of round ${round} `
    for (const {lines, outcome} of this.#sent) {
      if (round !== undefined && lines[0]?.includes(marker) !== true) continue
      const counts = lines.map(line => found.get(line) ?? 0)
      for (const line of lines) known.add(line)
      const want = outcome === 'acknowledged' ? 1 : outcome === 'refused' ? 0 : (counts[0] ?? 0)
      for (const [i, count] of counts.entries())
        if (count !== want || count > 1) wrong.push(`${outcome}, ${count} times: ${lines[i]?.slice(0, 60)}`)
    }
    for (const line of found.keys()) if (!known.has(line)) wrong.push(`never sent: ${line.slice(0, 100)}`)
    expect(wrong.slice(0, 10), `${wrong.length} wrong lines of ${known.size}`).toEqual([])
    // Counting reads other bytes than printing.
    const seconds = (range.endNs - range.startNs) / SECOND_NS
    const counted = await queryValue(url, `sum(count_over_time(${selector}[${seconds}s]))`, range.endNs)
    expect(counted ?? 0).toBe(entries.length)
  }
}
