/*
 * What query workers are asked to do: plain data in, transferable columns out. One task is one shard of one query.
 */
import {formatLabels, type LabelPredicate, type Labels, type Matcher, type MaybePromise} from '../../model/index.ts'
import type {ChunkHandle, StoreProblem, StreamChunks} from '../../store/index.ts'
import type {LogQuery} from '../logql/index.ts'
import {createLeaf, instantAt, transferList, type LeafPlan, type LeafSpec, type PartialLeaf} from '../metric/index.ts'
import {predicateOf} from '../plan/predicates.ts'
import {leafPipeline, logPipeline} from '../plan/query-pipelines.ts'
import type {Tools} from '../stage/tools.ts'
import {RowGrouping} from './grouping.ts'
import {Guard} from './guard.ts'
import {scanLeaf} from './leaf-scan.ts'
import {scanLogs} from './log-scan.ts'
import {intersects, timeRange, within, type TimeRange} from './open-chunk.ts'
import {transferRows, type LogRows} from './row-sink.ts'
import {noStats, type ScanStats} from './stats.ts'
import {StreamOrder} from './stream-order.ts'

/** A part of the streams: those that hash to `index` of `count`. */
export type Shard = {readonly index: number; readonly count: number}

export type SelectOptions = {
  readonly predicates: readonly LabelPredicate[]
  readonly fromNs: bigint
  readonly toNs: bigint
  readonly shard: Shard
  /** Receives what cannot be read. */
  readonly problems: StoreProblem[]
  /** Called now and then; what it throws ends the search. */
  readonly check: () => void
}

/** The store's reader, as far as queries use it; `Snapshot` is what the store's database hands out. */
export interface StreamReader<Snapshot> {
  /** Streams that match, with the chunks that meet [fromNs, toNs). */
  select(snapshot: Snapshot, options: SelectOptions): MaybePromise<StreamChunks[]>
  /** Labels of the streams that match and may have rows in [fromNs, toNs). */
  streams(snapshot: Snapshot, options: SelectOptions): MaybePromise<Labels[]>
}

export type Limits = {
  /** One entry over shared memory; the main thread sets CANCELLED or TIMED_OUT (guard.ts). */
  readonly flag: Int32Array
  readonly budgetBytes: number
}

/** Rows in [fromNs, toNs) of one shard. */
export type Scope<Snapshot> = {readonly snapshot: Snapshot; readonly fromNs: bigint; readonly toNs: bigint; readonly shard: Shard}

export type LogTask<Snapshot> = Scope<Snapshot> &
  Limits & {
    readonly query: LogQuery
    readonly direction: 'forward' | 'backward'
    readonly limit: number
    readonly intervalNs: number
  }
export type LogAnswer = {rows: LogRows; stats: ScanStats; problems: StoreProblem[]}

export type LeafTask<Snapshot> = Scope<Snapshot> &
  Limits & {
    readonly leaf: LeafPlan
    readonly spec: LeafSpec
    /** More series than this fail the query; Infinity when an outer aggregation reduces them. */
    readonly seriesMax: number
  }
export type LeafAnswer = {partial: PartialLeaf; stats: ScanStats; problems: StoreProblem[]}

/**
 * Streams of any of the matcher lists; an empty list matches all. Of very many streams only what is wanted goes to the main thread:
 * their labels, the names of these, or the values of one name.
 */
export type StreamsTask<Snapshot> = Scope<Snapshot> &
  Limits & {
    readonly matchers: readonly (readonly Matcher[])[]
    readonly want: 'labels' | 'names' | {readonly valuesOf: string}
  }
export type StreamsAnswer = {streams: Labels[]; texts: string[]}

export type SizeTask<Snapshot> = Scope<Snapshot> & Limits & {readonly matchers: readonly Matcher[]}
export type SizeAnswer = {streams: number; chunks: number; bytes: number; entries: number}

export type Executor<Snapshot> = {
  logs(task: LogTask<Snapshot>): Promise<LogAnswer>
  leaf(task: LeafTask<Snapshot>): Promise<LeafAnswer>
  streams(task: StreamsTask<Snapshot>): Promise<StreamsAnswer>
  size(task: SizeTask<Snapshot>): Promise<SizeAnswer>
}

/** Buffers of an answer to hand over instead of copying. */
export function transferOf(answer: LogAnswer | LeafAnswer | StreamsAnswer | SizeAnswer): ArrayBuffer[] {
  if ('rows' in answer) return transferRows(answer.rows)
  return 'partial' in answer ? transferList(answer.partial) : []
}

/** Runs tasks on this thread. All throw {Failure}: bad patterns, limits, CANCELLED, TIMEOUT, CORRUPTION. */
export function createExecutor<Snapshot>(reader: StreamReader<Snapshot>, tools: Tools): Executor<Snapshot> {
  // A reader hands out the same labels as long as it keeps a part open, so what is known of them is found again.
  const order = new StreamOrder()
  const optionsOf = (scope: Scope<Snapshot>, matchers: readonly Matcher[], problems: StoreProblem[], guard: Guard): SelectOptions => {
    // It may have waited behind others until nobody wanted it any more.
    guard.check()
    const {fromNs, toNs, shard} = scope
    return {predicates: matchers.map(predicateOf), fromNs, toNs, shard, problems, check: () => guard.check()}
  }
  const select = (
    scope: Scope<Snapshot>,
    matchers: readonly Matcher[],
    problems: StoreProblem[],
    guard: Guard,
  ): MaybePromise<StreamChunks[]> => reader.select(scope.snapshot, optionsOf(scope, matchers, problems, guard))

  return {
    async logs(task) {
      const {query, direction, limit, intervalNs} = task
      const pipeline = logPipeline(query, tools)
      const stats = noStats()
      const guard = new Guard(task.flag, task.budgetBytes)
      const problems: StoreProblem[] = []
      const streams = await select(task, query.selector.matchers, problems, guard)
      const range = timeRange(task.fromNs, task.toNs)
      const rows = await scanLogs({streams, order, pipeline, range, direction, limit, intervalNs, guard, stats, problems})
      return {rows, stats, problems}
    },

    async leaf(task) {
      const {leaf: plan, spec} = task
      const {node} = plan
      const {pipeline, sample, grouping} = leafPipeline(plan, tools)
      const stats = noStats()
      const guard = new Guard(task.flag, task.budgetBytes)
      const problems: StoreProblem[] = []
      const streams = await select(task, node.range.selector.matchers, problems, guard)
      const leaf = createLeaf(spec)
      await scanLeaf({
        streams,
        pipeline,
        sample: sample?.create(),
        op: node.op,
        grouping: new RowGrouping(grouping, plan.removedLabel),
        leaf,
        covers: ns => covers(spec, ns),
        range: timeRange(task.fromNs, task.toNs),
        seriesMax: task.seriesMax,
        guard,
        stats,
        problems,
      })
      return {partial: leaf.partial(), stats, problems}
    },

    async streams(task) {
      const {matchers, want} = task
      const guard = new Guard(task.flag, task.budgetBytes)
      const found = new Map<string, Labels>()
      const texts = new Set<string>()
      for (const list of matchers) {
        const streams = await reader.streams(task.snapshot, optionsOf(task, list, [], guard))
        for (const labels of streams) {
          if (want === 'labels') found.set(formatLabels(labels), labels)
          else if (want === 'names') for (const {name} of labels) texts.add(name)
          else for (const {name, value} of labels) if (name === want.valuesOf) texts.add(value)
        }
      }
      return {streams: [...found.values()], texts: [...texts]}
    },

    async size(task) {
      const guard = new Guard(task.flag, task.budgetBytes)
      const range = timeRange(task.fromNs, task.toNs)
      const answer: SizeAnswer = {streams: 0, chunks: 0, bytes: 0, entries: 0}
      for (const {chunks} of await select(task, task.matchers, [], guard)) {
        guard.check()
        const met = chunks.filter(handle => intersects(handle, range))
        if (met.length > 0) answer.streams++
        for (const handle of met) {
          // A chunk that the range cuts counts by the share of its time that is inside.
          const share = within(handle, range) ? 1 : shareInside(handle, range)
          answer.chunks++
          answer.bytes += Math.round(handle.lineBytes * share)
          answer.entries += Math.round(handle.rows * share)
        }
      }
      return answer
    },
  }
}

function shareInside({day, minNs, maxNs}: ChunkHandle, range: TimeRange): number {
  const from = day === range.fromDay ? Math.max(minNs, range.fromNs) : minNs
  const to = day === range.toDay ? Math.min(maxNs + 1, range.toNs) : maxNs + 1
  return Math.max(0, to - from) / (maxNs + 1 - minNs)
}

/** Whether an instant lies in any window of a leaf. */
function covers({grid, rangeNs, offsetNs}: LeafSpec, ns: bigint): boolean {
  const at = ns + offsetNs
  const behind = at - grid.startNs
  const step = grid.count > 1 ? grid.stepNs : 1n
  const k = behind <= 0n ? 0n : grid.count > 1 ? (behind + step - 1n) / step : BigInt(grid.count)
  return k < BigInt(grid.count) && instantAt(grid, Number(k)) - rangeNs < at
}
