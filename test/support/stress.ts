/*
 * Everything at once against a server that is killed, stopped and flushed meanwhile, and what must be true at every moment:
 *
 *   a line is found exactly once right after its 204, and ever after; a line without an answer at most once, also when it is sent again
 *   a count never goes down, and lies between what was acknowledged before it and what was sent until its answer
 *   in a quiet moment entries, counts and their order are the same before and after a flush and a restart
 */
import {setTimeout as sleep} from 'node:timers/promises'
import {protobufBody, type PushStream} from './loki.ts'
import type {Random} from './random.ts'

const DAY_NS = 86_400_000_000_000n
const DAYS = 3n
/** A few instants per day only, so that many entries share one. */
const INSTANTS = 5000
const PAGE = 100_000

type Known = {acknowledged: Set<string>; sent: Set<string>; counted: number}
type Push = {tenant: string; body: Buffer; lines: string[]}

export class Stress {
  readonly tenants: readonly string[]
  readonly #random: Random
  readonly #startNs: bigint
  readonly #known: Map<string, Known>
  /** Undefined while there is no server. */
  #url: string | undefined
  #serial = 0
  #paused = false
  #ended = false
  #busy = 0
  readonly done = {pushes: 0, repeats: 0, refused: 0, lost: 0, queries: 0, cancelled: 0, checks: 0}
  readonly wrong: string[] = []

  constructor(tenants: readonly string[], random: Random) {
    this.tenants = tenants
    this.#random = random
    this.#startNs = ((BigInt(Date.now()) * 1_000_000n) / DAY_NS - DAYS) * DAY_NS
    this.#known = new Map(tenants.map(tenant => [tenant, {acknowledged: new Set(), sent: new Set(), counted: 0}]))
  }

  useServer(url: string | undefined): void {
    this.#url = url
  }

  end(): void {
    this.#ended = true
  }

  /** Resolves when no push is under way; none begins until {@link resume}. */
  async pause(): Promise<void> {
    this.#paused = true
    while (this.#busy > 0) await sleep(5)
  }

  resume(): void {
    this.#paused = false
  }

  async pusher(name: string): Promise<void> {
    while (!this.#ended) {
      if (this.#paused || this.#url === undefined) {
        await sleep(10)
        continue
      }
      this.#busy++
      try {
        const push = this.#makePush(name)
        if (await this.#deliver(push)) await this.#checkVisible(name, push)
      } finally {
        this.#busy--
      }
    }
  }

  async querier(): Promise<void> {
    while (!this.#ended) {
      const tenant = this.#pick(this.tenants)
      const what = this.#random.below(10)
      try {
        if (what === 0) await this.#checkEntries(tenant)
        else if (what < 4) await this.#cancelled(tenant)
        else await this.#checkCount(tenant)
      } catch (error) {
        // A server that is gone meanwhile is no mistake; what it said while it was there is.
        if (error instanceof Wrong) this.wrong.push(error.message)
        await sleep(20)
      }
      await sleep(this.#random.below(40))
    }
  }

  /** All that can be seen, to be compared; only while paused. */
  async picture(): Promise<string[]> {
    const seen: string[] = []
    for (const tenant of this.tenants) {
      const forward = await this.#entries(tenant, 'forward')
      const backward = await this.#entries(tenant, 'backward')
      if (forward.join('\n') !== backward.toReversed().join('\n')) this.wrong.push(`${tenant}: backward is not the reverse of forward`)
      const count = await this.#count(tenant, '')
      if (count !== forward.length) this.wrong.push(`${tenant}: ${count} counted, ${forward.length} entries`)
      this.#judge(tenant, forward.map(lineOf), [...this.#of(tenant).acknowledged], 'quiet')
      seen.push(...forward.map(entry => `${tenant} ${entry}`))
    }
    return seen
  }

  #of(tenant: string): Known {
    return this.#known.get(tenant)!
  }

  #pick<T>(from: readonly T[]): T {
    return from[this.#random.below(from.length)]!
  }

  #makePush(name: string): Push {
    const random = this.#random
    const lines: string[] = []
    const streams = Array.from({length: 1 + random.below(4)}, (): PushStream => {
      const part = random.below(6)
      const entries = Array.from({length: 1 + random.below(30)}, () => {
        const line = `${name}-${this.#serial++}-${'x'.repeat(random.below(10) === 0 ? random.below(4000) : random.below(60))}`
        lines.push(line)
        const tsNs = this.#startNs + BigInt(random.below(Number(DAYS))) * DAY_NS + BigInt(random.below(INSTANTS)) * 17_000_000_001n
        const metadata: Record<string, string> = random.below(3) === 0 ? {} : {id: String(random.below(50)), trace: random.hex(8)}
        return {tsNs, line, metadata}
      })
      return {labels: `{job="stress", pusher="${name}", part="${part}"}`, entries}
    })
    return {tenant: this.#pick(this.tenants), body: protobufBody(streams), lines}
  }

  /** Sends until it is acknowledged, as an agent does. @returns false when the test ends before */
  async #deliver(push: Push): Promise<boolean> {
    const known = this.#of(push.tenant)
    for (const line of push.lines) known.sent.add(line)
    while (!this.#ended) {
      const url = this.#url
      if (url === undefined) {
        await sleep(10)
        continue
      }
      try {
        const response = await fetch(`${url}/loki/api/v1/push`, {
          method: 'POST',
          headers: {'content-type': 'application/x-protobuf', 'x-scope-orgid': push.tenant},
          body: new Uint8Array(push.body),
        })
        const text = await response.text()
        if (response.status === 204) {
          // Now and then the answer is as good as lost, and the client sends again.
          if (this.#random.below(8) === 0) {
            this.done.repeats++
            continue
          }
          for (const line of push.lines) known.acknowledged.add(line)
          this.done.pushes++
          return true
        }
        this.done.refused++
        if (response.status !== 503) this.wrong.push(`push: ${response.status} ${text}`)
      } catch {
        this.done.lost++
      }
      await sleep(10 + this.#random.below(50))
    }
    return false
  }

  async #checkVisible(name: string, push: Push): Promise<void> {
    const line = this.#pick(push.lines)
    const head = line.slice(0, line.lastIndexOf('-') + 1)
    try {
      const found = await this.#entries(push.tenant, 'backward', `, pusher="${name}"} |= "${head}`)
      const times = found.filter(entry => lineOf(entry) === line).length
      this.done.checks++
      if (times !== 1) this.wrong.push(`${line.slice(0, 40)} of ${push.tenant} is there ${times} times right after its 204`)
    } catch (error) {
      if (error instanceof Wrong) this.wrong.push(error.message)
    }
  }

  async #checkCount(tenant: string): Promise<void> {
    const known = this.#of(tenant)
    const least = Math.max(known.counted, known.acknowledged.size)
    const count = await this.#count(tenant, '')
    if (count < least) this.wrong.push(`${tenant}: ${count} counted, at least ${least} are there`)
    if (count > known.sent.size) this.wrong.push(`${tenant}: ${count} counted, ${known.sent.size} sent`)
    known.counted = Math.max(known.counted, count)
    // Lines are read for this one.
    const filtered = await this.#count(tenant, ' |~ "-[0-9]+-"')
    if (filtered < count) this.wrong.push(`${tenant}: ${filtered} counted by lines after ${count} by times`)
  }

  async #checkEntries(tenant: string): Promise<void> {
    const acknowledged = [...this.#of(tenant).acknowledged]
    const entries = await this.#entries(tenant, this.#random.below(2) === 0 ? 'forward' : 'backward')
    this.#judge(tenant, entries.map(lineOf), acknowledged, 'busy')
  }

  #judge(tenant: string, lines: readonly string[], acknowledged: readonly string[], when: string): void {
    const found = new Set(lines)
    const {sent} = this.#of(tenant)
    if (found.size < lines.length) this.wrong.push(`${tenant}, ${when}: ${lines.length - found.size} lines doubled`)
    const missing = acknowledged.filter(line => !found.has(line))
    if (missing.length > 0) this.wrong.push(`${tenant}, ${when}: ${missing.length} missing, such as ${missing[0]!.slice(0, 40)}`)
    const strange = [...found].filter(line => !sent.has(line))
    if (strange.length > 0) this.wrong.push(`${tenant}, ${when}: never sent: ${strange[0]!.slice(0, 40)}`)
    this.done.checks++
  }

  async #cancelled(tenant: string): Promise<void> {
    const abort = new AbortController()
    const query = `sum by (id) (count_over_time({job="stress"} |~ "(p|q).*[0-9]+-x*$" [${DAYS + 1n}d]))`
    const asked = this.#ask('query', {query, time: this.#endNs()}, tenant, abort.signal).catch((error: unknown) => {
      if (error instanceof Wrong) this.wrong.push(error.message)
    })
    await sleep(this.#random.below(30))
    abort.abort()
    this.done.cancelled++
    await asked
  }

  async #count(tenant: string, stages: string): Promise<number> {
    const query = `sum(count_over_time({job="stress"}${stages} [${DAYS + 1n}d]))`
    const {data} = (await this.#ask('query', {query, time: this.#endNs()}, tenant)) as {data: {result: {value: [number, string]}[]}}
    return Number(data.result[0]?.value[1] ?? 0)
  }

  /** `time stream line`, as answered: by time, those of one stream and instant in the order of the answer. */
  async #entries(tenant: string, direction: 'forward' | 'backward', more = '}'): Promise<string[]> {
    const query = `{job="stress"${more}${more === '}' ? '' : '"'}`
    const params = {query, start: String(this.#startNs), end: this.#endNs(), limit: String(PAGE), direction}
    const {data} = (await this.#ask('query_range', params, tenant)) as {
      data: {result: {stream: Record<string, string>; values: [string, string][]}[]}
    }
    const entries = data.result.flatMap(({stream, values}, at) =>
      values.map(([ts, line]) => ({
        ts,
        at,
        text: `${ts} ${JSON.stringify(Object.entries(stream).sort(([a], [b]) => (a < b ? -1 : 1)))} ${line}`,
      })),
    )
    const sign = direction === 'forward' ? 1 : -1
    return entries.sort((a, b) => (a.ts === b.ts ? (a.text < b.text ? -1 : 1) * sign : (a.ts < b.ts ? -1 : 1) * sign)).map(({text}) => text)
  }

  #endNs(): string {
    return String(this.#startNs + DAYS * DAY_NS)
  }

  async #ask(what: string, params: Record<string, string>, tenant: string, signal?: AbortSignal): Promise<unknown> {
    if (this.#url === undefined) throw new Error('no server')
    this.done.queries++
    const response = await fetch(`${this.#url}/loki/api/v1/${what}?${new URLSearchParams(params).toString()}`, {
      headers: {'x-scope-orgid': tenant},
      ...(signal === undefined ? {} : {signal}),
    })
    const text = await response.text()
    if (response.status !== 200) throw new Wrong(`${params['query']}: ${response.status} ${text}`)
    const answer = JSON.parse(text) as {warnings?: string[]}
    if (answer.warnings !== undefined) throw new Wrong(`${params['query']}: ${answer.warnings.join('; ')}`)
    return answer
  }
}

/** An answer that no client should get. */
class Wrong extends Error {}

function lineOf(entry: string): string {
  return entry.slice(entry.lastIndexOf(' ') + 1)
}
