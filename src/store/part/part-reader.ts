import type {LabelPredicate, Labels, MaybePromise} from '../../model/index.ts'
import type {ChunkHandle} from '../chunk.ts'
import type {ObjectStore} from '../object/object-store.ts'
import type {PartKernel} from './part-kernel.ts'

/** Decoded blocks by name; whoever holds the memory decides what stays. Bytes must not be changed. */
export interface BlockCache {
  get(key: string): Uint8Array | undefined
  set(key: string, bytes: Uint8Array): void
}

/** What the part says about itself. */
export type PartFacts = {
  readonly tenant: string
  readonly day: number
  readonly minNs: number
  readonly maxNs: number
  readonly rows: number
  readonly streams: number
  readonly lineBytes: number
  readonly metaBytes: number
  readonly rawBytes: number
}

/** A chunk of a part. The reader of the database sets `exact` and, on the opened chunk, `repeated`. */
export interface PartChunkHandle extends ChunkHandle {
  exact: boolean
}

export interface PartReader {
  readonly key: string
  readonly size: number
  readonly facts: PartFacts
  /** Indices, ascending, of the streams that all predicates accept (a missing label reads as ""). */
  select(predicates: readonly LabelPredicate[]): MaybePromise<Uint32Array>
  /** Only after a `select`. */
  labels(stream: number): Labels
  /** Chunks of a stream in time order that meet [minNs, maxNs] (inclusive, ns of the day). Only after a `select`. */
  chunks(stream: number, sequence: number, minNs?: number, maxNs?: number): PartChunkHandle[]
}

export type OpenPartOptions = {
  readonly objects: ObjectStore
  readonly key: string
  readonly kernel: PartKernel
  readonly cache?: BlockCache
}

/** @throws {Failure} CORRUPTION naming object and offset; STORAGE when it cannot be read. */
export function openPart(options: OpenPartOptions): MaybePromise<PartReader> {
  throw new Error(`not yet ${options.key}`)
}
