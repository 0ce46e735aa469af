/*
 * Frozen generations -> parts -> manifests; then the log lets go of them. One generation after the other.
 *
 *   frozen N ─▶ per tenant: worker writes a part per day ─▶ manifest gains part and "flushed through N", rows hidden in the head
 *            ─▶ all tenants done: generation dropped, log files of N deleted
 *
 * A crash between any two steps: an uncommitted part is an orphan, deleted at start; a committed day is hidden at replay; a log file whose
 * days are all committed replays to nothing. A failed step is tried again with a growing pause, for as long as it takes.
 */
import {dayFolder, type Manifests} from './manifest/index.ts'
import type {Generation, TenantHead} from './head/index.ts'
import type {LogFolder} from './log/index.ts'
import {parseLogName} from './log/index.ts'
import type {Maintenance} from './merge/index.ts'
import type {PartMeta} from './part/index.ts'
import type {Pace} from './database-pace.ts'
import type {PartUse} from './database-parts.ts'
import type {DatabaseLimits, Timers} from './database-options.ts'
import {Failure, type Clock} from '../model/index.ts'

export type FlushStats = {flushes: number; parts: number; rows: number; failures: number; lastError: string | undefined}

export type FlusherOptions = {
  readonly maintenance: Maintenance
  readonly manifests: Manifests
  readonly parts: PartUse
  readonly log: LogFolder
  readonly clock: Clock
  readonly randomId: () => string
  readonly timers: Timers
  readonly limits: DatabaseLimits
  readonly pace: Pace
  /** A generation is gone from the queue. */
  readonly flushed: () => void
  /** An attempt failed; it is tried again. */
  readonly failed: () => void
}

const PAUSE_MS_MAX = 60_000

export class Flusher {
  readonly #options: FlusherOptions
  /** Oldest first. */
  readonly frozen: Generation[] = []
  readonly stats: FlushStats = {flushes: 0, parts: 0, rows: 0, failures: 0, lastError: undefined}
  #running: Promise<void> | undefined
  #failing = false
  #closed = false
  #waiting: (() => void)[] = []
  #stop: () => void = () => undefined
  readonly #stopped = new Promise<void>(resolve => {
    this.#stop = resolve
  })

  constructor(options: FlusherOptions) {
    this.#options = options
  }

  /** @param generation gets no more pushes */
  add(generation: Generation): void {
    this.frozen.push(generation)
    this.kick()
  }

  get isFailing(): boolean {
    return this.#failing
  }

  /** Goes on if there is something to do; called when the log settles a push of a frozen generation, too. */
  kick(): void {
    const next = this.frozen[0]
    if (this.#running !== undefined || this.#closed || next === undefined || next.pending > 0) return
    this.#running = this.#run().finally(() => {
      this.#running = undefined
      this.kick()
    })
  }

  /** Resolves when fewer than `count` generations wait. @throws the last error when flushing keeps failing. */
  below(count: number): Promise<void> {
    return this.#until(() => this.frozen.length < count)
  }

  /** Resolves when no generation up to this number waits. @throws as {@link below} */
  through(generation: number): Promise<void> {
    return this.#until(() => (this.frozen[0]?.number ?? Infinity) > generation)
  }

  async #until(isDone: () => boolean): Promise<void> {
    while (!isDone() && !this.#closed) {
      if (this.#failing) throw new Failure('STORAGE', this.stats.lastError ?? 'flushing fails')
      await new Promise<void>(resolve => this.#waiting.push(resolve))
    }
  }

  /** Starts nothing new; resolves when the step under way is done. */
  async close(): Promise<void> {
    this.#closed = true
    this.#stop()
    this.#wake()
    await this.#running
  }

  async #run(): Promise<void> {
    const {limits, timers} = this.#options
    for (let pause = limits.retryMs; !this.#closed; pause = Math.min(pause * 2, PAUSE_MS_MAX)) {
      const generation = this.frozen[0]
      if (generation === undefined || generation.pending > 0) return
      try {
        await this.#flush(generation)
        this.#failing = false
        return
      } catch (error) {
        this.stats.failures++
        this.stats.lastError = error instanceof Error ? error.message : String(error)
        this.#failing = true
        this.#options.failed()
        this.#wake()
        if (!this.#closed) await Promise.race([timers.sleep(pause), this.#stopped])
      }
    }
  }

  async #flush(generation: Generation): Promise<void> {
    const {clock, pace} = this.#options
    const startedMs = clock.monotonicMs()
    for (const head of generation.heads.values()) await this.#flushTenant(generation, head)
    this.frozen.shift()
    this.stats.flushes++
    pace.flushed(generation.rawBytes, clock.monotonicMs() - startedMs)
    generation.drop()
    this.#options.flushed()
    await deleteLog(this.#options.log, generation.number)
    this.#wake()
  }

  async #flushTenant(generation: Generation, head: TenantHead): Promise<void> {
    const {maintenance, randomId, clock, parts} = this.#options
    const metas = await maintenance.flush({head: head.snapshot(), random: randomId(), createdNs: clock.nowNs()})
    let failure: unknown
    for (const part of metas) {
      // After a failure the rest is not needed: the next attempt writes it anew.
      if (failure !== undefined) parts.doom(part.key)
      else failure = await this.#commit(generation, head, part)
    }
    if (failure !== undefined) throw failure
  }

  /** @returns the failure; the part may be committed in spite of it, so it is not deleted. */
  async #commit(generation: Generation, head: TenantHead, part: PartMeta): Promise<unknown> {
    const {number} = generation
    try {
      const manifest = await this.#options.manifests.update(
        head.tenant,
        part.day,
        old =>
          old.flushedThrough >= number
            ? old
            : {...old, flushedThrough: number, parts: [...old.parts, {firstGeneration: number, lastGeneration: number, part}]},
        () => head.hiddenDays.push(part.day),
      )
      if (manifest.parts.some(entry => entry.part.key === part.key)) {
        this.stats.parts++
        this.stats.rows += part.rows
      } else {
        // An earlier attempt was committed although its answer was lost.
        this.#options.parts.doom(part.key)
      }
      return undefined
    } catch (error) {
      return error ?? new Error(`commit of ${dayFolder(head.tenant, part.day)} failed`)
    }
  }

  #wake(): void {
    for (const resume of this.#waiting.splice(0)) resume()
  }
}

async function deleteLog(folder: LogFolder, generation: number): Promise<void> {
  try {
    for (const name of await folder.list()) if (parseLogName(name)?.generation === generation) await folder.remove(name)
  } catch {
    // All of it is in parts: left behind, it replays to nothing and is deleted then.
  }
}
