/*
 * What ingest remembers of a tenant: streams by the raw bytes of their label text, streams that are active, the rate.
 *
 *   label bytes ─ cache ─▶ Stream {ref, level of its labels, newest timestamp, …}  or  what is wrong with the labels
 *
 * A text is parsed once per stream, not once per push. The cache is bounded; the active streams are bounded by the
 * limit on streams, and forgotten when idle.
 */
import type {Limits} from '../config/index.ts'
import type {StreamRef} from '../store/index.ts'
import {levelOfLabels, type Level} from './levels.ts'
import {readLabels} from './stream-labels.ts'
import type {Complaint} from './texts.ts'
import {TokenBucket} from './token-bucket.ts'

/** A stream counts as active this long after its last entry. */
const ACTIVE_MS = 3_600_000
/** Looking for idle streams costs a walk over all; not more often than this. */
const SWEEP_MS = 10_000
const CACHE_BYTES_MAX = 8 * 1024 * 1024
/** What an entry of the cache costs beside its text. */
const CACHE_ENTRY_BYTES = 200

export type Stream = {
  readonly ref: StreamRef
  readonly level: Level | undefined
  /** Of the entries accepted in this stream so far; undefined before the first. */
  newestNs: bigint | undefined
  lastMs: number
  active: boolean
  bucket: TokenBucket | undefined
}

/** A label text, looked up: the stream, or what is wrong with it. `canonical` is for messages. */
export type Found =
  | {readonly canonical: string; readonly stream: Stream; readonly complaint: undefined}
  | {readonly canonical: string; readonly complaint: Complaint}

export class Tenant {
  readonly name: string
  readonly bucket = new TokenBucket()
  lastMs: number
  #limits: Limits
  // Two generations: what is used moves to the young one; when that is full it becomes the old one.
  #young = new Map<string, Found>()
  #old = new Map<string, Found>()
  #youngBytes = 0
  readonly #active = new Map<string, Stream>()
  #sweptMs = Number.NEGATIVE_INFINITY

  constructor(name: string, limits: Limits, nowMs: number) {
    this.name = name
    this.lastMs = nowMs
    this.#limits = limits
  }

  /** Texts are judged by the limits of their time, so new limits forget them. */
  useLimits(limits: Limits): void {
    if (limits === this.#limits) return
    this.#limits = limits
    this.#young.clear()
    this.#old.clear()
    this.#youngBytes = 0
  }

  /** @throws {Failure} BAD_REQUEST when the text does not parse. */
  find(raw: Buffer, off: number, length: number): Found {
    const key = raw.toString('latin1', off, off + length)
    let found = this.#young.get(key)
    if (found !== undefined) return found
    found = this.#old.get(key) ?? this.#read(raw.subarray(off, off + length))
    const cost = key.length + CACHE_ENTRY_BYTES
    if (cost > CACHE_BYTES_MAX / 8) return found
    if (this.#youngBytes + cost > CACHE_BYTES_MAX / 2) {
      this.#old = this.#young
      this.#young = new Map()
      this.#youngBytes = 0
    }
    this.#young.set(key, found)
    this.#youngBytes += cost
    return found
  }

  #read(text: Uint8Array): Found {
    const {labels, canonical, complaint} = readLabels(text, this.name, this.#limits)
    if (complaint !== undefined) return {canonical, complaint}
    const stream = this.#active.get(canonical) ?? {
      ref: {labels, canonical, headSlot: -1, headGeneration: -1},
      level: levelOfLabels(labels),
      newestNs: undefined,
      lastMs: 0,
      active: false,
      bucket: undefined,
    }
    return {canonical, stream, complaint: undefined}
  }

  get activeStreams(): number {
    return this.#active.size
  }

  /** Counts a stream that is about to be written to as active; undefined when there are too many, else the stream to use. */
  admit(stream: Stream, nowMs: number): Stream | undefined {
    if (!stream.active) {
      // The cache may hold a stream that was forgotten and came back under another text.
      const known = this.#active.get(stream.ref.canonical)
      if (known !== undefined) stream = known
      else {
        const max = streamsMax(this.#limits)
        if (this.#active.size >= max || nowMs - this.#sweptMs > ACTIVE_MS) this.#sweep(nowMs)
        if (this.#active.size >= max) return undefined
        stream.active = true
        this.#active.set(stream.ref.canonical, stream)
      }
    }
    stream.lastMs = nowMs
    return stream
  }

  #sweep(nowMs: number): void {
    if (nowMs - this.#sweptMs < SWEEP_MS) return
    this.#sweptMs = nowMs
    for (const [canonical, stream] of this.#active) {
      if (nowMs - stream.lastMs <= ACTIVE_MS) continue
      stream.active = false
      this.#active.delete(canonical)
    }
  }
}

/** The smaller of the two limits that are set. */
function streamsMax(limits: Limits): number {
  const global = limits.maxGlobalStreamsPerUser
  const local = limits.maxStreamsPerUser
  return Math.min(global === 0 ? Number.POSITIVE_INFINITY : global, local === 0 ? Number.POSITIVE_INFINITY : local)
}
