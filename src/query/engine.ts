/*
 * The main thread's side of queries: parse, check, admit, spread over the workers, join what they found.
 *
 * Owns    limits, alignment, and the shape of answers.
 * Leaves  deadline and cancellation to run.ts, reading chunks to exec/ in the workers, arithmetic to metric/, HTTP and JSON to api/.
 */
import {Failure, formatLabels, type Clock, type Labels, type Matcher} from '../model/index.ts'
import {Admission} from './admission.ts'
import type {
  Asker,
  InstantQuestion,
  QueryAnswer,
  QueryEngine,
  QueryLimits,
  RangeQuestion,
  SizeAnswer,
  SizeQuestion,
  StreamsQuestion,
} from './answers.ts'
import {checkedQuery} from './checked-query.ts'
import {tooManySeries} from './exec/leaf-scan.ts'
import {noStats} from './exec/stats.ts'
import type {StreamsAnswer, StreamsTask} from './exec/tasks.ts'
import {checkBytes, checkEntries, checkLength, checkMatchers, checkRanges, checkSelectors} from './limits.ts'
import {runLogQuery} from './log-query.ts'
import type {LogQuery, Query} from './logql/index.ts'
import {isScalar, ordersSeries, toMatrix, toVector, type Grid, type MatrixSeries} from './metric/index.ts'
import {alignedGrid, instantGrid, leavesOver, runMetricQuery, spanOf, type MetricQuery, type MetricRun} from './metric-query.ts'
import {Runner, type Job, type QueryShards, type Snapshots, type Timers, type Timing} from './run.ts'

export type {QueryShards, Snapshots, Timers}

export type EngineOptions<Snapshot> = {
  readonly snapshots: Snapshots<Snapshot>
  readonly shards: QueryShards<Snapshot>
  readonly clock: Clock
  readonly timers: Timers
  /** Memory that one query may hold. */
  readonly memoryMaxBytes: number
  /** Queries running at once, and waiting. */
  readonly concurrencyMax: number
  readonly queueMax: number
}

const INSTANT_LOGS = 'log queries are not supported as an instant query type, please change your query to a range query type'
const NO_VARIANTS = 'multi variant queries are disabled for this instance'
const NS_PER_MS = 1_000_000n

export function createQueryEngine<Snapshot>(options: EngineOptions<Snapshot>): QueryEngine {
  return new Engine(options)
}

class Engine<Snapshot> implements QueryEngine {
  readonly #options: EngineOptions<Snapshot>
  readonly #admission: Admission
  readonly #runner: Runner<Snapshot>

  constructor(options: EngineOptions<Snapshot>) {
    this.#options = options
    this.#admission = new Admission(options.concurrencyMax, options.queueMax)
    this.#runner = new Runner({...options, admission: this.#admission})
  }

  load(): {running: number; waiting: number} {
    return {running: this.#admission.running, waiting: this.#admission.waiting}
  }

  async queryRange(question: RangeQuestion): Promise<QueryAnswer> {
    const query = this.#parse(question.query, question.limits)
    checkSelectors(query, question.limits)
    if (query.kind === 'logs') checkEntries(question.limit, question.limits)
    const startNs = this.#lookback(question.startNs, question.limits)
    checkLength(question.endNs - startNs, question.limits)
    checkRanges(query, question.endNs - startNs, question.limits)
    if (query.kind === 'logs') return this.#logs(query, {...question, startNs})
    if (startNs > question.endNs) return emptyMatrix(question)
    const grid = alignedGrid(startNs, question.endNs, question.stepNs)
    const {run, timing} = await this.#metric(query, grid, question, question.partialSeries)
    const warnings = [...run.warnings]
    const series = limited(byText(toMatrix(run.value, grid)), question, warnings)
    const points = series.reduce((sum, one) => sum + one.steps.length, 0)
    return {result: {resultType: 'matrix', grid, series}, stats: {...timing, ...statsOf(run), entriesReturned: points}, warnings}
  }

  async queryInstant(question: InstantQuestion): Promise<QueryAnswer> {
    const query = this.#parse(question.query, question.limits)
    if (query.kind === 'logs') throw new Failure('BAD_REQUEST', INSTANT_LOGS)
    checkRanges(query, 0n, question.limits)
    const {timeNs} = question
    const grid = instantGrid(timeNs)
    const {run, timing} = await this.#metric(query, grid, question, question.partialSeries)
    const stats = {...timing, ...statsOf(run)}
    const warnings = [...run.warnings]
    if (isScalar(run.value)) {
      return {result: {resultType: 'scalar', timeNs, value: run.value.scalar}, stats: {...stats, entriesReturned: 1}, warnings}
    }
    const samples = limited(toVector(run.value, ordersSeries(query)), question, warnings)
    return {result: {resultType: 'vector', timeNs, samples}, stats: {...stats, entriesReturned: samples.length}, warnings}
  }

  async labels(question: StreamsQuestion): Promise<string[]> {
    const answers = await this.#streams(question, 'names')
    return [...new Set(answers.flatMap(answer => answer.texts))].toSorted()
  }

  async labelValues(question: StreamsQuestion & {readonly name: string}): Promise<string[]> {
    const answers = await this.#streams(question, {valuesOf: question.name})
    return [...new Set(answers.flatMap(answer => answer.texts))].toSorted()
  }

  async series(question: StreamsQuestion): Promise<Labels[]> {
    const answers = await this.#streams(question, 'labels')
    const streams = answers.flatMap(answer => answer.streams).map(labels => ({labels, text: formatLabels(labels)}))
    return streams.toSorted((a, b) => (a.text < b.text ? -1 : 1)).map(stream => stream.labels)
  }

  async indexStats(question: SizeQuestion): Promise<SizeAnswer> {
    const matchers = this.#selector(question.query, question.limits)
    const total = {streams: 0, chunks: 0, bytes: 0, entries: 0}
    const fromNs = this.#firstVisible(question)
    if (fromNs === undefined) return total
    const toNs = question.endNs + 1n
    const {value} = await this.#runner.run(question, fromNs, toNs, job => {
      const {snapshot, flag, budgetBytes} = job
      return job.spread((executor, shard) => executor.size({snapshot, fromNs, toNs, shard, flag, budgetBytes, matchers}))
    })
    for (const part of value) {
      total.streams += part.streams
      total.chunks += part.chunks
      total.bytes += part.bytes
      total.entries += part.entries
    }
    return total
  }

  /** Done before a query waits for its turn. */
  #parse(text: string, limits: QueryLimits): Query {
    return checkedQuery(text, query => {
      if (query.kind === 'variants' && !limits.enableMultiVariantQueries) throw new Failure('BAD_REQUEST', NO_VARIANTS)
      checkMatchers(query, limits)
    })
  }

  #selector(text: string, limits: QueryLimits): readonly Matcher[] {
    const query = this.#parse(text, limits)
    if (query.kind !== 'logs' || query.stages.length > 0) throw new Failure('BAD_REQUEST', 'only label matchers are supported')
    return query.selector.matchers
  }

  #lookback(startNs: bigint, {maxQueryLookbackMs}: QueryLimits): bigint {
    if (maxQueryLookbackMs === 0) return startNs
    const oldest = this.#options.clock.nowNs() - BigInt(maxQueryLookbackMs) * NS_PER_MS
    return startNs < oldest ? oldest : startNs
  }

  /** Start of what a question without a query may see; undefined when that is nothing. */
  #firstVisible({startNs, endNs, limits}: Pick<StreamsQuestion, 'startNs' | 'endNs' | 'limits'>): bigint | undefined {
    const fromNs = this.#lookback(startNs, limits)
    if (fromNs > startNs && endNs < fromNs) return undefined
    checkLength(endNs - fromNs, limits)
    return fromNs
  }

  async #logs(query: LogQuery, question: RangeQuestion & {startNs: bigint}): Promise<QueryAnswer> {
    const {startNs} = question
    // A range without length still shows the entries of that very nanosecond.
    const endNs = question.endNs === startNs ? startNs + 1n : question.endNs
    const categorized = question.categorize ?? false
    if (endNs <= startNs) return {result: {resultType: 'streams', streams: [], categorized}, stats: NO_STATS, warnings: []}
    const {value, timing} = await this.#runner.run(question, startNs, endNs, async job => {
      await checkSize(job, [{matchers: query.selector.matchers, fromNs: startNs, toNs: endNs}], question.limits)
      return runLogQuery(job, query, question, startNs, endNs)
    })
    const {streams, scan, subqueries, warnings} = value
    const entriesReturned = streams.reduce((sum, stream) => sum + stream.entries.length, 0)
    return {result: {resultType: 'streams', streams, categorized}, stats: {...timing, scan, subqueries, entriesReturned}, warnings}
  }

  async #metric(query: MetricQuery, grid: Grid, asker: Asker, partialSeries = false): Promise<{run: MetricRun; timing: Timing}> {
    const leaves = leavesOver(query, grid)
    const span = spanOf(leaves)
    const seriesMax = partialSeries || asker.limits.maxQuerySeries === 0 ? Infinity : asker.limits.maxQuerySeries
    const bounds = {
      seriesMax,
      memoryMaxBytes: this.#options.memoryMaxBytes,
      approxTopk: asker.limits.shardAggregations.includes('approx_topk'),
    }
    if (span === undefined) {
      return {
        run: await runMetricQuery<Snapshot>(undefined, query, leaves, grid, bounds),
        timing: {execMs: 0, queueMs: 0},
      }
    }
    const {value, timing} = await this.#runner.run(asker, span.fromNs, span.toNs, async job => {
      const ranges = leaves.map(({plan, fromNs, toNs}) => ({matchers: plan.node.range.selector.matchers, fromNs, toNs}))
      await checkSize(job, ranges, asker.limits)
      return runMetricQuery(job, query, leaves, grid, bounds)
    })
    return {run: value, timing}
  }

  async #streams(question: StreamsQuestion, want: StreamsTask<Snapshot>['want']): Promise<StreamsAnswer[]> {
    const {selectors, limits} = question
    const matchers = selectors.map(text => this.#selector(text, limits))
    const fromNs = this.#firstVisible(question)
    if (fromNs === undefined) return []
    const toNs = question.endNs + 1n
    const {value} = await this.#runner.run(question, fromNs, toNs, job => {
      const {snapshot, flag, budgetBytes} = job
      const task = {snapshot, fromNs, toNs, flag, budgetBytes, matchers: matchers.length === 0 ? [[]] : matchers, want}
      return job.spread((executor, shard) => executor.streams({...task, shard}))
    })
    return value
  }
}

type Range = {matchers: readonly Matcher[]; fromNs: bigint; toNs: bigint}

/** Costs a look at the index, so only where there is a limit. */
async function checkSize<Snapshot>(job: Job<Snapshot>, ranges: readonly Range[], limits: QueryLimits): Promise<void> {
  if (limits.maxQueryBytesReadBytes === 0) return
  const {snapshot, flag, budgetBytes} = job
  let bytes = 0
  for (const range of ranges) {
    const parts = await job.spread((executor, shard) => executor.size({snapshot, shard, flag, budgetBytes, ...range}))
    for (const part of parts) bytes += part.bytes
  }
  checkBytes(bytes, limits)
}

const NO_STATS = {execMs: 0, queueMs: 0, scan: noStats(), subqueries: 0, entriesReturned: 0}

function statsOf({scan, subqueries}: MetricRun): Pick<MetricRun, 'scan' | 'subqueries'> {
  return {scan, subqueries}
}

/** Series of a range query are ordered by their label text, in which `{}` is last; those of an instant query pair by pair. */
function byText(series: readonly MatrixSeries[]): MatrixSeries[] {
  const named = series.map(one => ({one, text: formatLabels(one.labels)}))
  return named.sort((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0)).map(({one}) => one)
}

function emptyMatrix({startNs, stepNs}: RangeQuestion): QueryAnswer {
  return {result: {resultType: 'matrix', grid: {startNs, stepNs, count: 0}, series: []}, stats: NO_STATS, warnings: []}
}

/** @throws {Failure} BAD_REQUEST when there are too many series, unless a part of them will do. */
function limited<T>(series: T[], {limits, partialSeries}: {limits: QueryLimits; partialSeries?: boolean}, warnings: string[]): T[] {
  const max = limits.maxQuerySeries
  if (max === 0 || series.length <= max) return series
  if (!partialSeries) throw tooManySeries(max)
  warnings.push(`maximum number of series (${max}) reached for a single query; returning partial results`)
  return series.slice(0, max)
}
