/*
 * What a database is made of, and its limits.
 */
import type {Clock} from '../model/index.ts'
import type {LogFolder} from './log/index.ts'
import type {Maintenance, MergeLimits} from './merge/index.ts'
import type {ObjectStore} from './object/index.ts'

/** The kernels that replay needs; `createKernel()` has them. */
export interface ReplayKernel {
  snappyDecode(compressed: Uint8Array, rawMax: number): Uint8Array
  parsePush(
    raw: Uint8Array,
    options?: {levels?: boolean},
  ): {
    readonly raw: Uint8Array
    readonly streamCount: number
    readonly rowCount: number
    readonly streams: {readonly firstRow: Uint32Array; readonly endRow: Uint32Array}
    readonly tsNs: BigInt64Array
    readonly lineOff: Uint32Array
    readonly lineLen: Uint32Array
    readonly metaOff: Uint32Array
    readonly metaLen: Uint32Array
  }
}

export interface Timers {
  /** Calls back about every `ms` until the result is called. Must not keep the process alive. */
  every(ms: number, callback: () => void): () => void
  /** Resolves after about `ms`. */
  sleep(ms: number): Promise<void>
}

export type DatabaseLimits = {
  /** A generation is rotated when it has so many raw bytes of pushes, … */
  readonly headRawBytesMax: number
  /** … or when its first push is this old. */
  readonly headAgeMsMax: number
  /** Generations that wait for their flush; while there are as many, acknowledgements wait too, … */
  readonly frozenMax: number
  /** … and when the current one has so many raw bytes nevertheless, pushes fail with OVERLOADED. Default: one and a half times headRawBytesMax. */
  readonly headRawBytesHardMax: number
  /** Pushes waiting for the log's sync, bytes. */
  readonly logQueueBytesMax: number
  /** A day is quiet when it got no part for so long: then the rest is merged and rewritten for size. */
  readonly quietMs: number
  /** First wait after a failed flush or merge; doubles up to a minute. */
  readonly retryMs: number
  /** How often ages are looked at. */
  readonly tickMs: number
  readonly merge: MergeLimits
}

export type DatabaseOptions = {
  /** Holds the lock file and the folder `log`. */
  readonly dir: string
  readonly objects: ObjectStore
  /** Run at the start once the directory is locked: for what only its one owner may do. */
  readonly prepare?: () => Promise<void>
  readonly kernel: ReplayKernel
  readonly maintenance: Maintenance
  readonly clock: Clock
  /** Text of [0-9a-z], different at every call, also among processes. */
  readonly randomId: () => string
  readonly timers?: Timers
  /** Default: `dir/log` on the disk. */
  readonly logFolder?: LogFolder
  readonly limits?: Partial<DatabaseLimits>
}

export const DATABASE_LIMITS: Omit<DatabaseLimits, 'merge' | 'headRawBytesHardMax'> = {
  headRawBytesMax: 32 * 1024 * 1024,
  headAgeMsMax: 5 * 60_000,
  frozenMax: 1,
  logQueueBytesMax: 64 * 1024 * 1024,
  quietMs: 15 * 60_000,
  retryMs: 1000,
  tickMs: 1000,
}

export const NODE_TIMERS: Timers = {
  every(ms, callback) {
    const timer = setInterval(callback, ms)
    timer.unref()
    return () => clearInterval(timer)
  },
  sleep: ms =>
    new Promise(resolve => {
      setTimeout(resolve, ms).unref()
    }),
}
