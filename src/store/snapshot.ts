/*
 * A moment of one tenant's data: what a query reads, and what must not go away meanwhile.
 */
import type {HeadSnapshot} from './head/index.ts'

/** Data that is asked for and cannot be served; the rest is. */
export type StoreProblem = {
  /** Object (or folder of a day) that is damaged or cannot be read. */
  readonly object: string
  readonly message: string
}

/** `generation`: the first one whose rows the part has; decides the order of rows with equal times. */
export type SnapshotPart = {readonly key: string; readonly generation: number}

/** Structured-cloneable; head buffers are shared, the rest is small. */
export type Snapshot = {
  readonly tenant: string
  /** Parts that may hold rows of the range. */
  readonly parts: readonly SnapshotPart[]
  /** Ascending by generation. */
  readonly heads: readonly HeadSnapshot[]
  /** Of any head of the store: what is kept about older ones can go. */
  readonly oldestGeneration: number
  readonly problems: readonly StoreProblem[]
}

export type SnapshotHandle = {
  readonly data: Snapshot
  /** Lets parts be deleted and head buffers be reused; call once, when no worker reads them any more. Further calls do nothing. */
  readonly release: () => void
}
