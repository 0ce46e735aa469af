/*
 * The store as the main thread sees it: pushes in, durable; snapshots out for workers to read.
 *
 *   append ─▶ head (copied) ─▶ log (group commit) ─▶ rows visible ─▶ resolved
 *                 │ large or old: rotate
 *                 └─▶ frozen ─▶ flush ─▶ manifest ─▶ merge
 *
 * Owns    generations and when they rotate, back-pressure, snapshots, start and stop.
 * Leaves  bytes to log/ and head/, parts to the maintenance worker, reading to reader.ts in the query workers.
 * Errors  a push that is not durable is not visible: its promise rejects with STORAGE or OVERLOADED.
 */
import path from 'node:path'
import {dayOf, Failure, nsOfDay} from '../model/index.ts'
import type {Append} from './append.ts'
import {Flusher, type FlushStats} from './database-flush.ts'
import {Merger, type MergeStats} from './database-merge.ts'
import {DATABASE_LIMITS, NODE_TIMERS, type DatabaseLimits, type DatabaseOptions, type Timers} from './database-options.ts'
import {Pace} from './database-pace.ts'
import {PartUse} from './database-parts.ts'
import {replayAll, type ReplayReport} from './database-replay.ts'
import {Generation, SegmentPool, type HeadRows, type TenantHead} from './head/index.ts'
import {createLogFolder, lockDirectory, LogWriter, type DirectoryLock, type LogStats} from './log/index.ts'
import {dayFolder, Manifests, parseObjectName} from './manifest/index.ts'
import {MERGE_LIMITS} from './merge/index.ts'
import type {SnapshotHandle, SnapshotPart, StoreProblem} from './snapshot.ts'

export type DatabaseStats = {
  readonly head: {
    readonly generation: number
    readonly rows: number
    readonly rawBytes: number
    readonly frozen: number
    readonly frozenRawBytes: number
  }
  readonly log: Readonly<LogStats>
  readonly flush: Readonly<FlushStats>
  readonly merge: Readonly<MergeStats>
  readonly parts: {readonly count: number; readonly bytes: number; readonly rows: number; readonly rawBytes: number}
  /** Accepted since start. */
  readonly appended: {readonly pushes: number; readonly rows: number; readonly rawBytes: number}
  readonly snapshots: number
  readonly problems: readonly StoreProblem[]
}

const POOL_IDLE_BYTES = 16 * 1024 * 1024

/** @throws {Failure} STORAGE when the directory is in use by another process (named), or cannot be read or written. */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const lock = await lockDirectory(options.dir, options.randomId())
  try {
    await options.prepare?.()
    return await Database.open(options, lock)
  } catch (error) {
    lock.release()
    throw error
  }
}

export class Database {
  /** What the start found. */
  readonly report: ReplayReport = {files: 0, pushes: 0, rows: 0, rawBytes: 0, damages: [], orphansDeleted: 0, durationMs: 0}
  readonly #options: DatabaseOptions
  readonly #limits: DatabaseLimits
  readonly #timers: Timers
  readonly #lock: DirectoryLock
  readonly #manifests: Manifests
  readonly #parts: PartUse
  readonly #pool = new SegmentPool()
  readonly #pace = new Pace()
  readonly #log: LogWriter
  readonly #flusher: Flusher
  readonly #merger: Merger
  #current: Generation
  #stopTicking: () => void = () => undefined
  #closing: Promise<void> | undefined
  /** Pushes that are durable and not answered yet. */
  #waiting: (() => void)[] = []
  #snapshots = 0
  #appended = {pushes: 0, rows: 0, rawBytes: 0}

  private constructor(options: DatabaseOptions, lock: DirectoryLock) {
    const {objects, maintenance, clock, randomId} = options
    const headRawBytesMax = options.limits?.headRawBytesMax ?? DATABASE_LIMITS.headRawBytesMax
    const limits = {...DATABASE_LIMITS, headRawBytesHardMax: 1.5 * headRawBytesMax, merge: MERGE_LIMITS, ...options.limits}
    const folder = options.logFolder ?? createLogFolder(path.join(options.dir, 'log'))
    const timers = options.timers ?? NODE_TIMERS
    const manifests = new Manifests(objects)
    const parts = new PartUse(objects)
    this.#options = {...options, logFolder: folder}
    this.#limits = limits
    this.#timers = timers
    this.#lock = lock
    this.#manifests = manifests
    this.#parts = parts
    this.#log = new LogWriter({folder, queueBytesMax: limits.logQueueBytesMax})
    this.#merger = new Merger({maintenance, manifests, parts, clock, randomId, limits})
    const failed = (): void => this.#release()
    const flushed = (): void => {
      this.#rotateIfDue()
      this.#merger.kick()
    }
    this.#flusher = new Flusher({
      maintenance,
      manifests,
      parts,
      log: folder,
      clock,
      randomId,
      timers,
      limits,
      pace: this.#pace,
      flushed,
      failed,
    })
    this.#current = new Generation(1, this.#pool)
  }

  static async open(options: DatabaseOptions, lock: DirectoryLock): Promise<Database> {
    const database = new Database(options, lock)
    try {
      await database.#start()
      return database
    } catch (error) {
      await database.close()
      throw error
    }
  }

  /**
   * Stores a push. Columns and raw bytes are copied before this returns; `wire` belongs to the store.
   * Resolves when the push is durable and visible; while flushing lags behind, some time later, so that clients slow down.
   * Rejects with Failure OVERLOADED (nothing was taken) or STORAGE (nothing is visible; the disk failed or the store is closing).
   */
  append(push: Append): Promise<void> {
    const generation = this.#current
    let rows: HeadRows
    try {
      this.#log.checkRoom(push.wire.length)
      if (generation.rawBytes > this.#limits.headRawBytesHardMax) {
        throw new Failure('OVERLOADED', 'flushing cannot keep up with the pushes', {retryAfterSeconds: 2})
      }
      if (push.rowCount === 0) return Promise.resolve()
      rows = generation.write(push, this.#options.clock.monotonicMs())
    } catch (error) {
      return Promise.reject(
        error instanceof RangeError ? new Failure('OVERLOADED', 'no memory for the push', {retryAfterSeconds: 2, cause: error}) : error,
      )
    }
    const rawBytes = push.raw.length
    this.#rotateIfDue()
    return new Promise((resolve, reject) => {
      this.#log.append({
        generation: generation.number,
        tenant: push.tenant,
        slots: rows.slots,
        definitions: rows.head.streams,
        rows: rows.count,
        levels: rows.segment.levels(rows.first, rows.count),
        wire: push.wire,
        settle: failure => {
          generation.settle(rows, failure !== undefined)
          this.#flusher.kick()
          if (failure !== undefined) return reject(failure)
          this.#appended.pushes++
          this.#appended.rows += rows.count
          this.#appended.rawBytes += rawBytes
          // It is safe already; where it waits, that is to slow down clients while memory fills up. A flush that fails is no error
          // of this push, and nothing to wait for.
          if (this.#current.rawBytes < this.#limits.headRawBytesMax || this.#flusher.isFailing || this.#closing !== undefined)
            this.#answer(rawBytes, resolve)
          else this.#waiting.push(resolve)
        },
      })
    })
  }

  /** At once, or a little later while a generation is being flushed. */
  #answer(rawBytes: number, resolve: () => void): void {
    const {frozen, isFailing} = this.#flusher
    const isBehind = frozen.length >= this.#limits.frozenMax && !isFailing && this.#closing === undefined
    const fill = !isBehind ? 0 : this.#current.rawBytes / this.#limits.headRawBytesMax
    const wait = this.#pace.waitMs(this.#options.clock.monotonicMs(), rawBytes, fill)
    if (wait === 0) resolve()
    else void this.#timers.sleep(wait).then(resolve)
  }

  /** What [fromNs, toNs) of a tenant is made of now. Release it. */
  snapshot(tenant: string, fromNs: bigint, toNs: bigint): SnapshotHandle {
    const parts: SnapshotPart[] = []
    const [firstDay, lastDay] = toNs > fromNs ? [dayOf(fromNs), dayOf(toNs - 1n)] : [0, -1]
    const firstNs = nsOfDay(fromNs)
    const lastNs = nsOfDay(toNs - 1n)
    const flushedThrough = new Map<number, number>()
    for (const manifest of this.#manifests.of(tenant)) {
      const {day} = manifest
      if (day < firstDay || day > lastDay) continue
      flushedThrough.set(day, manifest.flushedThrough)
      for (const entry of manifest.parts) {
        if ((day === firstDay && entry.part.maxNs < firstNs) || (day === lastDay && entry.part.minNs > lastNs)) continue
        parts.push({key: entry.part.key, generation: entry.firstGeneration})
      }
    }
    const heads: TenantHead[] = []
    for (const generation of [...this.#flusher.frozen, this.#current]) {
      const head = generation.heads.get(tenant)
      if (head !== undefined) heads.push(head)
    }
    const keys = parts.map(part => part.key)
    this.#parts.retain(keys)
    for (const head of heads) head.retain()
    this.#snapshots++
    let released = false
    return {
      data: {
        tenant,
        parts,
        heads: heads.map(head => head.snapshot(flushedThrough)),
        oldestGeneration: (this.#flusher.frozen[0] ?? this.#current).number,
        problems: this.#problems(tenant, firstDay, lastDay),
      },
      release: () => {
        if (released) return
        released = true
        this.#snapshots--
        this.#parts.release(keys)
        for (const head of heads) head.release()
      },
    }
  }

  /** Tenants with data, in no order. */
  tenants(): string[] {
    const tenants = new Set(this.#manifests.tenants())
    for (const generation of [...this.#flusher.frozen, this.#current]) for (const tenant of generation.heads.keys()) tenants.add(tenant)
    return [...tenants]
  }

  stats(): DatabaseStats {
    const {frozen} = this.#flusher
    const parts = {count: 0, bytes: 0, rows: 0, rawBytes: 0}
    for (const manifest of this.#manifests.all()) {
      for (const {part} of manifest.parts) {
        parts.count++
        parts.bytes += part.size
        parts.rows += part.rows
        parts.rawBytes += part.rawBytes
      }
    }
    return {
      head: {
        generation: this.#current.number,
        rows: this.#current.rows,
        rawBytes: this.#current.rawBytes,
        frozen: frozen.length,
        frozenRawBytes: frozen.reduce((sum, generation) => sum + generation.rawBytes, 0),
      },
      log: {...this.#log.stats},
      flush: {...this.#flusher.stats},
      merge: {...this.#merger.stats},
      parts,
      appended: {...this.#appended},
      snapshots: this.#snapshots,
      problems: this.#manifests.problems().map(({folder, message}) => ({object: folder, message})),
    }
  }

  /** Moves all rows that the head has now to parts. @throws when flushing fails; it goes on trying by itself. */
  async flushNow(): Promise<void> {
    await this.#flusher.below(this.#limits.frozenMax)
    const {number} = this.#current
    this.#rotate()
    // Not until the log and the queue are empty: with pushes coming all the time they never are.
    await this.#flusher.through(number)
  }

  /** Resolves when frozen rows are flushed and nothing is left to merge. For tests and benchmarks. */
  async settle(): Promise<void> {
    await this.#flusher.below(1)
    await this.#merger.settle()
    await this.#parts.idle()
  }

  /**
   * Takes no more pushes, syncs those it has taken, and ends what is under way if that takes no longer than `withinMs`. What is not
   * in parts is in the log. The directory is free when this resolves.
   */
  close(withinMs = 10_000): Promise<void> {
    this.#closing ??= this.#close(withinMs)
    return this.#closing
  }

  async #close(withinMs: number): Promise<void> {
    this.#stopTicking()
    this.#release()
    await this.#log.close()
    const quiet = Promise.all([this.#flusher.close(), this.#merger.close()]).then(() => this.#parts.idle())
    await Promise.race([quiet, this.#timers.sleep(withinMs)])
    this.#lock.release()
  }

  async #start(): Promise<void> {
    const {objects, clock, kernel} = this.#options
    const startedMs = clock.monotonicMs()
    const keys = await objects.list('')
    await this.#manifests.load(keys)
    const newest = await this.#deleteOrphans(keys)
    const logged = await replayAll({
      folder: this.#options.logFolder!,
      kernel,
      manifests: this.#manifests,
      pool: this.#pool,
      clock,
      report: this.report,
      frozen: async generation => {
        this.#flusher.add(generation)
        await this.#flusher.below(this.#limits.frozenMax + 1)
      },
    })
    // Numbers are never used twice: "flushed through N" and the names of parts rely on it.
    let last = Math.max(newest, logged)
    for (const {flushedThrough} of this.#manifests.all()) last = Math.max(last, flushedThrough)
    this.#current = new Generation(last + 1, this.#pool)
    this.#stopTicking = this.#timers.every(this.#limits.tickMs, () => this.#tick())
    this.#merger.kick()
    this.report.durationMs = clock.monotonicMs() - startedMs
  }

  /** Parts that no manifest names were never committed or are replaced. @returns the highest generation in a part's name */
  async #deleteOrphans(keys: readonly string[]): Promise<number> {
    const live = new Set<string>()
    for (const manifest of this.#manifests.all()) for (const {part} of manifest.parts) live.add(part.key)
    let newest = 0
    for (const key of keys) {
      const name = parseObjectName(key)
      if (name?.kind !== 'part') continue
      newest = Math.max(newest, name.lastGeneration)
      // Where a manifest is damaged nobody knows what is live.
      if (live.has(key) || this.#manifests.isDamaged(name.folder)) continue
      await this.#options.objects.delete(key)
      this.report.orphansDeleted++
    }
    return newest
  }

  #problems(tenant: string, firstDay: number, lastDay: number): StoreProblem[] {
    const [first, last] = [dayFolder(tenant, firstDay), dayFolder(tenant, lastDay)]
    return this.#manifests
      .problems(tenant)
      .filter(({folder}) => folder >= first && folder <= last)
      .map(({folder, message}) => ({object: folder, message}))
  }

  #tick(): void {
    const {startedMs} = this.#current
    const age = startedMs === undefined ? 0 : this.#options.clock.monotonicMs() - startedMs
    if (age >= this.#limits.headAgeMsMax && this.#flusher.frozen.length < this.#limits.frozenMax) this.#rotate()
    this.#rotateIfDue()
    if (this.#current.rows === 0 && this.#flusher.frozen.length === 0) this.#pool.trim(POOL_IDLE_BYTES)
    this.#merger.kick()
  }

  #rotateIfDue(): void {
    if (this.#current.rawBytes >= this.#limits.headRawBytesMax && this.#flusher.frozen.length < this.#limits.frozenMax) this.#rotate()
  }

  #rotate(): void {
    if (this.#current.rows === 0) return
    const generation = this.#current
    this.#current = new Generation(generation.number + 1, this.#pool)
    this.#flusher.add(generation)
    this.#release()
  }

  #release(): void {
    for (const resolve of this.#waiting.splice(0)) resolve()
  }
}
