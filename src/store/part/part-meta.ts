/** What the manifest knows about a part: enough to choose it for a query or a merge without opening it. Plain JSON. */
export type PartMeta = {
  readonly key: string
  readonly id: string
  readonly day: number
  /** First and last entry, ns of the day, both inclusive. */
  readonly minNs: number
  readonly maxNs: number
  readonly rows: number
  readonly streams: number
  readonly lineBytes: number
  /** Names and values of structured metadata. */
  readonly metaBytes: number
  /** About what the rows weigh as push protobuf: lines, metadata and their framing. */
  readonly rawBytes: number
  /** Of the object. */
  readonly size: number
  readonly codec: PartCodec
  /** How often its rows were merged: 0 from a flush. */
  readonly level: number
  /** Wall clock, ms would lose nothing anybody needs, but instants are ns everywhere; as decimal text because JSON has no bigint. */
  readonly createdNs: string
}

/** How line blocks and big columns are compressed: lz4 where ingest waits, zstd where disk does. */
export type PartCodec = 'lz4' | 'zstd'
