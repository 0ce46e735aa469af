/*
 * Appends pushes to the log; one sync for many of them.
 *
 *   append ─▶ queue ─▶ group ─▶ writev ─▶ fdatasync ─▶ settle(ok) in order of append
 *               ▲        │ next group collects meanwhile
 *               └────────┘
 *
 * Owns    the order: what was appended first is durable first; a generation's records go to its own file, and nothing of
 *         generation N + 1 is written before everything of N has settled.
 * Errors  a group that cannot be written or synced fails as a whole and is cut off the file again, so nothing of it
 *         comes back at replay. After ENOSPC the same file goes on; after anything else, or when the cut fails, the next group
 *         begins a new file: after a failed sync the state of a file is not known.
 * Leaves  rows and visibility to whoever appends, old files to the database.
 */
import {Failure, type Labels} from '../../model/index.ts'
import type {LogFile, LogFolder} from './folder.ts'
import {logName} from './names.ts'
import {encodePushRecord, encodeStreamRecord} from './record.ts'

/** Which streams of one (tenant, generation) the log has defined already. */
export interface StreamDefinitions {
  labels(slot: number): Labels
  isLogged(slot: number): boolean
  setLogged(slot: number, logged: boolean): void
}

export type LogPush = {
  readonly generation: number
  readonly tenant: string
  readonly slots: Uint32Array
  readonly definitions: StreamDefinitions
  readonly rows: number
  /** One code per row; must not change until settled. */
  readonly levels: Uint8Array
  readonly wire: Uint8Array
  /** Called once: without an argument when the push is durable, with the failure when it is not. Must not throw. */
  settle(failure?: Failure): void
}

export type LogWriterOptions = {
  readonly folder: LogFolder
  /** Pushes that wait for their sync, bytes as logged. More of them fail with OVERLOADED. */
  readonly queueBytesMax?: number
  /** One group is not larger than this (a single push may be); it bounds the wait of the next. */
  readonly groupBytesMax?: number
}

export type LogStats = {
  groups: number
  pushes: number
  bytes: number
  failedGroups: number
  lastError: string | undefined
  queueBytes: number
}

const QUEUE_BYTES_MAX = 64 * 1024 * 1024
const GROUP_BYTES_MAX = 8 * 1024 * 1024
/** Record header and small fields, for accounting. */
const PUSH_OVERHEAD = 64

type OpenFile = {file: LogFile; name: string; generation: number; piece: number; length: number}

export class LogWriter {
  readonly #folder: LogFolder
  readonly #queueBytesMax: number
  readonly #groupBytesMax: number
  readonly stats: LogStats = {groups: 0, pushes: 0, bytes: 0, failedGroups: 0, lastError: undefined, queueBytes: 0}
  #queue: LogPush[] = []
  #open: OpenFile | undefined
  /** Next piece of the generation in #open, for when its file was given up. */
  #nextPiece = new Map<number, number>()
  #running: Promise<void> | undefined
  #closed = false

  constructor(options: LogWriterOptions) {
    this.#folder = options.folder
    this.#queueBytesMax = options.queueBytesMax ?? QUEUE_BYTES_MAX
    this.#groupBytesMax = options.groupBytesMax ?? GROUP_BYTES_MAX
  }

  /** @throws {Failure} OVERLOADED when the queue is full, STORAGE when the log is closed; then nothing was taken. */
  checkRoom(wireBytes: number): void {
    if (this.#closed) throw new Failure('STORAGE', 'the store is shutting down', {retryAfterSeconds: 5})
    if (this.stats.queueBytes > 0 && this.stats.queueBytes + wireBytes > this.#queueBytesMax) {
      throw new Failure('OVERLOADED', 'too many pushes are waiting for the disk', {retryAfterSeconds: 1})
    }
  }

  /** Takes the push; generations must not go down. Call {@link checkRoom} first. */
  append(push: LogPush): void {
    this.#queue.push(push)
    this.stats.queueBytes += logged(push)
    this.#running ??= this.#run()
  }

  /** Makes the file of a generation now, so that its number is never given out again; idle log only (start). */
  async begin(generation: number): Promise<void> {
    await this.#switchTo(generation)
  }

  /** Resolves when everything appended so far has settled. */
  async drained(): Promise<void> {
    while (this.#running !== undefined) await this.#running
  }

  /** Settles what was appended, then closes the file. */
  async close(): Promise<void> {
    this.#closed = true
    await this.drained()
    const open = this.#open
    this.#open = undefined
    if (open !== undefined) await open.file.close()
  }

  async #run(): Promise<void> {
    // One turn of the event loop: pushes that arrive together share the first group, too.
    await new Promise(resolve => setImmediate(resolve))
    while (this.#queue.length > 0) {
      const group = this.#takeGroup()
      const failure = await this.#writeGroup(group)
      for (const push of group) {
        this.stats.queueBytes -= logged(push)
        push.settle(failure)
      }
    }
    this.#running = undefined
  }

  #takeGroup(): LogPush[] {
    const generation = this.#queue[0]!.generation
    let count = 0
    let bytes = 0
    for (const push of this.#queue) {
      if (push.generation !== generation) break
      bytes += logged(push)
      if (count > 0 && bytes > this.#groupBytesMax) break
      count++
    }
    return this.#queue.splice(0, count)
  }

  async #writeGroup(group: readonly LogPush[]): Promise<Failure | undefined> {
    const generation = group[0]!.generation
    const defined: {push: LogPush; slot: number}[] = []
    try {
      const open = await this.#switchTo(generation)
      const buffers: Uint8Array[] = []
      for (const push of group) {
        for (const slot of push.slots) {
          if (push.definitions.isLogged(slot)) continue
          push.definitions.setLogged(slot, true)
          defined.push({push, slot})
          buffers.push(encodeStreamRecord(generation, {tenant: push.tenant, slot, labels: push.definitions.labels(slot)}))
        }
        buffers.push(...encodePushRecord(generation, push))
      }
      const bytes = buffers.reduce((sum, buffer) => sum + buffer.length, 0)
      await open.file.writev(buffers, open.length)
      await open.file.datasync()
      open.length += bytes
      this.stats.groups++
      this.stats.pushes += group.length
      this.stats.bytes += bytes
      return undefined
    } catch (error) {
      for (const {push, slot} of defined) push.definitions.setLogged(slot, false)
      const where = this.#open === undefined ? logName(generation, 0) : this.#open.name
      const failure = storageFailure(where, error)
      this.stats.failedGroups++
      this.stats.lastError = failure.message
      await this.#cutBack(error)
      return failure
    }
  }

  async #switchTo(generation: number): Promise<OpenFile> {
    if (this.#open !== undefined && this.#open.generation === generation) return this.#open
    const old = this.#open
    this.#open = undefined
    if (old !== undefined) {
      // All of it is synced already; what close says cannot change that.
      await old.file.close().catch(() => undefined)
      if (old.generation < generation) this.#nextPiece.delete(old.generation)
    }
    const piece = this.#nextPiece.get(generation) ?? 0
    const name = logName(generation, piece)
    this.#nextPiece.set(generation, piece + 1)
    try {
      this.#open = {file: await this.#folder.create(name), name, generation, piece, length: 0}
    } catch (error) {
      // No file, so the piece can be tried again (a name left behind is emptied by create).
      this.#nextPiece.set(generation, piece)
      throw error
    }
    return this.#open
  }

  async #cutBack(error: unknown): Promise<void> {
    const open = this.#open
    if (open === undefined) return
    try {
      await open.file.truncate(open.length)
      await open.file.datasync()
      if (codeOf(error) === 'ENOSPC') return
    } catch {
      // The new file below is the answer to this, too.
    }
    this.#open = undefined
    await open.file.close().catch(() => undefined)
    if (open.length > 0) return
    // Nothing in it counts, and a disk that fails for long must not leave a file per group.
    try {
      await this.#folder.remove(open.name)
      this.#nextPiece.set(open.generation, open.piece)
    } catch {
      // The next file gets the next number.
    }
  }
}

function logged(push: LogPush): number {
  return push.wire.length + push.rows + push.slots.length * 4 + PUSH_OVERHEAD
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}

function storageFailure(file: string, error: unknown): Failure {
  const code = codeOf(error)
  const why = code === 'ENOSPC' || code === 'EDQUOT' ? 'no space left' : error instanceof Error ? error.message : String(error)
  return new Failure('STORAGE', `cannot write the log (${file}): ${why}`, {retryAfterSeconds: 5, cause: error})
}
