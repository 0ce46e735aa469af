/*
 * What ingest hands to the store: one accepted push as columns over its raw bytes.
 *
 *   client body ─▶ ingest (decode, validate, levels) ─▶ Append ─▶ log + head
 *
 * Contract  the push is canonical: every entry accepted, metadata names normal and unique within an entry, no empty
 *           metadata values, all of it valid UTF-8 (lines may hold any bytes). The store does not check it again.
 */
import type {Labels} from '../model/index.ts'

/**
 * A stream of one tenant, kept by ingest as long as it likes (a cache); two objects for one stream do no harm.
 * `headSlot` and `headGeneration` start at -1 and belong to the store.
 */
export type StreamRef = {
  readonly labels: Labels
  /** `formatLabels(labels)`. */
  readonly canonical: string
  headSlot: number
  headGeneration: number
}

export type Append = {
  readonly tenant: string
  /** The push compressed by snappy (block format), for the log. Owned by the store from the call on. */
  readonly wire: Uint8Array
  /** The push, a protobuf logproto.PushRequest. Copied before `append` returns its promise, as all columns are. */
  readonly raw: Uint8Array
  /** One per Stream message of the push, in its order. */
  readonly streams: readonly StreamRef[]
  readonly rowCount: number
  /** Index into `streams`, per row, ascending; length ≥ rowCount, as all columns. */
  readonly rowStream: Uint32Array
  readonly tsNs: BigInt64Array
  /** Spans of `raw`. */
  readonly lineOff: Uint32Array
  readonly lineLen: Uint32Array
  /** First tag to last byte of the entry's structuredMetadata fields; other fields may lie between them. Length 0: none. */
  readonly metaOff: Uint32Array
  readonly metaLen: Uint32Array
  /** Code of {@link LEVEL_NAMES}; 0 = no detected_level to add. */
  readonly level: Uint8Array
}

/** The metadata key under which a level code is stored. */
export const LEVEL_KEY = 'detected_level'

/** Level code -> value of {@link LEVEL_KEY}. */
export const LEVEL_NAMES = ['', 'unknown', 'trace', 'debug', 'info', 'warn', 'error', 'critical', 'fatal'] as const
