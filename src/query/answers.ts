/*
 * Questions and answers of the query engine, as the API sees them: nothing of HTTP or JSON, nothing of workers.
 */
import type {Limits} from '../config/index.ts'
import type {Labels} from '../model/index.ts'
import type {Grid, MatrixSeries, VectorSample} from './metric/index.ts'
import type {ScanStats} from './exec/stats.ts'

export type QueryLimits = Pick<
  Limits,
  | 'maxEntriesLimitPerQuery'
  | 'maxQuerySeries'
  | 'maxQueryLengthMs'
  | 'maxQueryLookbackMs'
  | 'maxQueryRangeMs'
  | 'maxQueryBytesReadBytes'
  | 'maxStreamsMatchersPerQuery'
  | 'requiredLabels'
  | 'minimumLabelsNumber'
  | 'enableMultiVariantQueries'
  | 'shardAggregations'
  | 'queryTimeoutMs'
>

export type Asker = {
  readonly tenant: string
  readonly limits: QueryLimits
  /** Aborted when the client leaves. */
  readonly signal?: AbortSignal
}

export type RangeQuestion = Asker & {
  readonly query: string
  /** Inclusive. */
  readonly startNs: bigint
  /** Log queries: exclusive, unless equal to start. Metric queries: inclusive. */
  readonly endNs: bigint
  /** > 0. Metric queries only. */
  readonly stepNs: bigint
  /** Log queries only, as all below. */
  readonly limit: number
  readonly direction: 'forward' | 'backward'
  readonly intervalNs: bigint
  /** Streams keep to their own labels, entries tell metadata and parsed labels. */
  readonly categorize?: boolean
  /** Too many series: the first ones and a warning, instead of a failure. */
  readonly partialSeries?: boolean
}

export type InstantQuestion = Asker & {readonly query: string; readonly timeNs: bigint; readonly partialSeries?: boolean}

/** [startNs, endNs], and stream selectors of which one must match; none matches all. */
export type StreamsQuestion = Asker & {readonly startNs: bigint; readonly endNs: bigint; readonly selectors: readonly string[]}
export type SizeQuestion = Asker & {readonly startNs: bigint; readonly endNs: bigint; readonly query: string}

export type LogEntry = {
  readonly tsNs: bigint
  /** Bytes as stored, or as stages made them; UTF-8 is not promised. A view of one buffer of the whole answer. */
  readonly line: Uint8Array
  /** Empty unless categorized. */
  readonly structuredMetadata: Labels
  readonly parsed: Labels
}
/** Entries in the direction of the query. */
export type LogStream = {readonly labels: Labels; readonly entries: readonly LogEntry[]}

/** Streams ascending by their label text. */
export type StreamsResult = {readonly resultType: 'streams'; readonly streams: readonly LogStream[]; readonly categorized: boolean}
export type MatrixResult = {readonly resultType: 'matrix'; readonly grid: Grid; readonly series: readonly MatrixSeries[]}
export type VectorResult = {readonly resultType: 'vector'; readonly timeNs: bigint; readonly samples: readonly VectorSample[]}
export type ScalarResult = {readonly resultType: 'scalar'; readonly timeNs: bigint; readonly value: number}
export type QueryResult = StreamsResult | MatrixResult | VectorResult | ScalarResult

export type QueryStats = {
  readonly scan: ScanStats
  readonly execMs: number
  readonly queueMs: number
  /** Worker tasks. */
  readonly subqueries: number
  /** Entries or points. */
  readonly entriesReturned: number
}

export type QueryAnswer = {readonly result: QueryResult; readonly stats: QueryStats; readonly warnings: readonly string[]}

/** Estimated where the range cuts a chunk. */
export type SizeAnswer = {readonly streams: number; readonly chunks: number; readonly bytes: number; readonly entries: number}

export interface QueryEngine {
  /** All throw {Failure} with Loki's status and text. */
  queryRange(question: RangeQuestion): Promise<QueryAnswer>
  queryInstant(question: InstantQuestion): Promise<QueryAnswer>
  /** Names of stream labels, ascending. */
  labels(question: StreamsQuestion): Promise<string[]>
  labelValues(question: StreamsQuestion & {readonly name: string}): Promise<string[]>
  /** Label sets of streams, ascending by text. */
  series(question: StreamsQuestion): Promise<Labels[]>
  indexStats(question: SizeQuestion): Promise<SizeAnswer>
  /** Running and waiting queries, for /metrics. */
  load(): {running: number; waiting: number}
}
