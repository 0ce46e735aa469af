/*
 * The life of one query on the main thread: wait for its turn, hold a snapshot, run tasks in workers, stop early when the client
 * leaves, time is up, or a task failed.
 *
 * The answer to the client does not wait for workers to notice that they are to stop; the snapshot and the place among the
 * running queries are given back only when they have.
 */
import {Failure, type Clock, type MaybePromise} from '../model/index.ts'
import type {Admission} from './admission.ts'
import type {Asker} from './answers.ts'
import {CANCELLED, CANCELLED_TEXT, TIMED_OUT, TIMED_OUT_TEXT} from './exec/guard.ts'
import type {Executor, Shard} from './exec/tasks.ts'

/** Of the store's database. */
export interface Snapshots<Snapshot> {
  /** What the tenant's queries over [fromNs, toNs) see; nothing of it goes away until `release`. */
  snapshot(tenant: string, fromNs: bigint, toNs: bigint): MaybePromise<{readonly data: Snapshot; release(): void}>
}

/** The query workers. A stream always goes to the same one, so that what it has read is found again. */
export interface QueryShards<Snapshot> {
  readonly count: number
  executor(index: number): Executor<Snapshot>
}

/** Calls back once after `ms`; the result takes that back. */
export type Timers = (ms: number, callback: () => void) => () => void

export type RunnerOptions<Snapshot> = {
  readonly snapshots: Snapshots<Snapshot>
  readonly shards: QueryShards<Snapshot>
  readonly admission: Admission
  readonly clock: Clock
  readonly timers: Timers
  /** Memory that one query may hold in all workers together. */
  readonly memoryMaxBytes: number
}

export type Job<Snapshot> = {
  readonly snapshot: Snapshot
  readonly flag: Int32Array
  readonly budgetBytes: number
  /** How many workers share the work. */
  readonly shardCount: number
  /** Runs a task in each shard, or with `alone` all of it in one worker. */
  spread<T>(task: (executor: Executor<Snapshot>, shard: Shard) => Promise<T>, alone?: boolean): Promise<T[]>
}

export type Timing = {readonly execMs: number; readonly queueMs: number}

export class Runner<Snapshot> {
  readonly #options: RunnerOptions<Snapshot>

  constructor(options: RunnerOptions<Snapshot>) {
    this.#options = options
  }

  /** @throws {Failure} what `work` throws; CANCELLED, TIMEOUT; RATE_LIMITED when too many queries wait. */
  async run<T>(asker: Asker, fromNs: bigint, toNs: bigint, work: (job: Job<Snapshot>) => Promise<T>): Promise<{value: T; timing: Timing}> {
    const {clock, admission} = this.#options
    const asked = clock.monotonicMs()
    const stop = new Stop(asker, this.#options.timers)
    try {
      await admission.enter(stop.stopped)
      const started = clock.monotonicMs()
      const done = this.#admitted(asker.tenant, fromNs, toNs, stop, work)
      // When the race is lost, the failure of the work has been told already.
      done.catch(() => {})
      const value = await Promise.race([done, stop.stopped])
      return {value, timing: {queueMs: started - asked, execMs: clock.monotonicMs() - started}}
    } finally {
      stop.dispose()
    }
  }

  async #admitted<T>(tenant: string, fromNs: bigint, toNs: bigint, stop: Stop, work: (job: Job<Snapshot>) => Promise<T>): Promise<T> {
    const {snapshots, admission} = this.#options
    try {
      const snapshot = await snapshots.snapshot(tenant, fromNs, toNs)
      const pending = new Set<Promise<unknown>>()
      try {
        return await work(this.#job(snapshot.data, stop, pending))
      } finally {
        stop.cancel()
        await Promise.allSettled(pending)
        snapshot.release()
      }
    } finally {
      admission.leave()
    }
  }

  #job(snapshot: Snapshot, stop: Stop, pending: Set<Promise<unknown>>): Job<Snapshot> {
    const {shards, memoryMaxBytes} = this.#options
    const {count} = shards
    return {
      snapshot,
      flag: stop.flag,
      budgetBytes: Math.ceil(memoryMaxBytes / count),
      shardCount: count,
      spread: (task, alone = false) => {
        const tasks = Array.from({length: alone ? 1 : count}, (_, index) =>
          task(shards.executor(index), alone ? {index: 0, count: 1} : {index, count}),
        )
        for (const one of tasks) pending.add(one)
        return Promise.all(tasks)
      },
    }
  }
}

/** Why and how a query ends before its time. */
class Stop {
  readonly flag = new Int32Array(new SharedArrayBuffer(4))
  /** Never resolves. */
  readonly stopped: Promise<never>
  readonly #reject: (failure: Failure) => void
  readonly #signal: AbortSignal | undefined
  readonly #onAbort: () => void
  readonly #stopTimer: () => void

  constructor({signal, limits}: Asker, timers: Timers) {
    let reject: (failure: Failure) => void = () => {}
    this.stopped = new Promise<never>((_, refuse) => (reject = refuse))
    this.stopped.catch(() => {})
    this.#reject = reject
    this.#signal = signal
    this.#onAbort = () => this.#end(CANCELLED, new Failure('CANCELLED', CANCELLED_TEXT))
    this.#stopTimer = timers(limits.queryTimeoutMs, () => this.#end(TIMED_OUT, new Failure('TIMEOUT', TIMED_OUT_TEXT)))
    if (signal?.aborted) this.#onAbort()
    else signal?.addEventListener('abort', this.#onAbort, {once: true})
  }

  #end(state: number, failure: Failure): void {
    Atomics.compareExchange(this.flag, 0, 0, state)
    this.#reject(failure)
  }

  /** Tells workers that are still at it that nobody waits any more. */
  cancel(): void {
    Atomics.compareExchange(this.flag, 0, 0, CANCELLED)
  }

  dispose(): void {
    this.#stopTimer()
    this.#signal?.removeEventListener('abort', this.#onAbort)
  }
}
