/*
 * The main thread's side: a fixed number of workers of one kind, and calls to them.
 *
 * Owns    the threads: one that ends by itself is replaced (after a pause when it did not live long), and its calls fail with INTERNAL.
 *         One that has calls and does not even answer pings is ended: what it holds (snapshots, places among the queries) would never
 *         come back.
 * Leaves  which worker does what to the caller; cancelling to flags in shared memory that arguments carry.
 */
import {Worker} from 'node:worker_threads'
import {Failure} from '../model/index.ts'
import {PING, type CallTable, type Reply, type Request} from './protocol.ts'

export type PoolOptions = {
  /** A module that calls `serveCalls`. */
  readonly entry: URL
  readonly count: number
  /** Becomes `workerData`. */
  readonly data: unknown
  /** For messages: `query worker 2`. */
  readonly name: string
  /** Told when a worker ends without being asked to. */
  readonly onCrash?: (message: string) => void
  /** Pings of a worker that has calls. */
  readonly pings?: {readonly everyMs: number; readonly missedMax: number}
}

export interface WorkerPool<C extends CallTable> {
  readonly count: number
  /** Rejects with the Failure that the handler threw, or INTERNAL for a bug, a crash, or a closed pool. */
  readonly call: <K extends keyof C & string>(worker: number, call: K, args: C[K]['args']) => Promise<C[K]['result']>
  /** Ends the threads at once; open calls fail. */
  readonly close: () => Promise<void>
}

export function createWorkerPool<C extends CallTable>(options: PoolOptions): WorkerPool<C> {
  const slots = Array.from({length: options.count}, (_, index) => new Slot(options, `${options.name} ${index + 1}`))
  return {
    count: options.count,
    call: (worker, call, args) => slots[worker % slots.length]!.call(call, args),
    close: async () => {
      await Promise.all(slots.map(slot => slot.close()))
    },
  }
}

/** Workers keep their data outside of the heap; what they throw away there is small. By default a thread takes 48 MB for it. */
const YOUNG_MB_MAX = 16

type Pending = {readonly resolve: (result: unknown) => void; readonly reject: (error: Failure) => void}

/** Shorter lives are followed by a pause, so that a worker that cannot start does not spin. */
const LIFE_MS_MIN = 2000
const PAUSE_MS = 1000
/** A minute. Pings are counted, not time, so that a machine that slept ends nobody. */
const PINGS = {everyMs: 5000, missedMax: 12}

class Slot {
  readonly #options: PoolOptions
  readonly #name: string
  readonly #pending = new Map<number, Pending>()
  #worker: Worker | undefined
  #nextId = 1
  #closed = false
  #restart: NodeJS.Timeout | undefined
  /** Pings since the worker was last heard of. */
  #missed = 0
  readonly #pinging: NodeJS.Timeout
  #reason: string | undefined

  constructor(options: PoolOptions, name: string) {
    this.#options = options
    this.#name = name
    const pings = options.pings ?? PINGS
    this.#pinging = setInterval(() => this.#ping(pings.missedMax), pings.everyMs).unref()
    this.#start()
  }

  call(call: string, args: unknown): Promise<unknown> {
    const worker = this.#worker
    if (this.#closed) return Promise.reject(new Failure('INTERNAL', `${this.#name} is closed`))
    if (worker === undefined) return Promise.reject(new Failure('INTERNAL', `${this.#name} is being restarted`))
    return new Promise((resolve, reject) => {
      const id = this.#nextId++
      this.#pending.set(id, {resolve, reject})
      try {
        worker.postMessage({id, call, args} satisfies Request)
      } catch (error) {
        this.#pending.delete(id)
        throw error
      }
    })
  }

  async close(): Promise<void> {
    this.#closed = true
    clearInterval(this.#pinging)
    clearTimeout(this.#restart)
    const worker = this.#worker
    this.#worker = undefined
    this.#fail(`${this.#name} is closed`)
    await worker?.terminate()
  }

  #start(): void {
    const startedMs = performance.now()
    const worker = new Worker(this.#options.entry, {
      workerData: this.#options.data,
      name: this.#name.slice(0, 15),
      resourceLimits: {maxYoungGenerationSizeMb: YOUNG_MB_MAX},
    })
    this.#missed = 0
    this.#reason = undefined
    worker.on('message', (reply: Reply) => this.#reply(reply))
    worker.on('error', (error: unknown) => {
      this.#reason = error instanceof Error ? (error.stack ?? error.message) : String(error)
    })
    worker.on('exit', code => {
      if (this.#worker !== worker) return
      this.#worker = undefined
      const message = `${this.#name} ended: ${this.#reason ?? `exit code ${code}`}`
      this.#fail(message)
      if (this.#closed) return
      this.#options.onCrash?.(message)
      if (performance.now() - startedMs > LIFE_MS_MIN) this.#start()
      else this.#restart = setTimeout(() => this.#start(), PAUSE_MS)
    })
    this.#worker = worker
  }

  #ping(missedMax: number): void {
    const worker = this.#worker
    if (worker === undefined || this.#pending.size === 0) {
      this.#missed = 0
      return
    }
    if (this.#missed === missedMax) {
      this.#reason = 'it did not answer'
      void worker.terminate()
    }
    if (this.#missed++ === 0) worker.postMessage(PING satisfies Request)
  }

  #reply(reply: Reply): void {
    this.#missed = 0
    const pending = this.#pending.get(reply.id)
    if (pending === undefined) return
    this.#pending.delete(reply.id)
    if ('result' in reply) pending.resolve(reply.result)
    else if ('failure' in reply) pending.reject(Failure.fromWire(reply.failure))
    else pending.reject(new Failure('INTERNAL', `${this.#name}: ${reply.bug}`))
  }

  #fail(message: string): void {
    for (const {reject} of this.#pending.values()) reject(new Failure('INTERNAL', message))
    this.#pending.clear()
  }
}
