/*
 * Metric queries: leaves in the workers, everything above them here.
 */
import {Failure} from '../model/index.ts'
import {tooManySeries} from './exec/leaf-scan.ts'
import {warningsOf} from './exec/damage.ts'
import {addStats, noStats, type ScanStats} from './exec/stats.ts'
import type {LeafAnswer} from './exec/tasks.ts'
import type {MetricExpr, RangeAggregation, Variants} from './logql/index.ts'
import {
  evaluate,
  instantAt,
  isScalar,
  leafSpec,
  leavesOf,
  mergedBytes,
  mergePartials,
  type Grid,
  type LeafPlan,
  type LeafSpec,
  type Matrix,
  type Scalar,
} from './metric/index.ts'
import type {Job} from './run.ts'
import {compileExpand} from './expand.ts'

export type MetricQuery = MetricExpr | Variants
type Leaf = {plan: LeafPlan; spec: LeafSpec; fromNs: bigint; toNs: bigint}

/** Steps of a range query: start floored and end ceiled to multiples of the step since the epoch (loki-http-api § 2.1). */
export function alignedGrid(startNs: bigint, endNs: bigint, stepNs: bigint): Grid {
  const first = floorDivide(startNs, stepNs)
  const last = -floorDivide(-endNs, stepNs)
  return {startNs: first * stepNs, stepNs, count: Number(last - first) + 1}
}

export function instantGrid(timeNs: bigint): Grid {
  return {startNs: timeNs, stepNs: 1n, count: 1}
}

function floorDivide(a: bigint, b: bigint): bigint {
  const quotient = a / b
  return quotient * b > a ? quotient - 1n : quotient
}

/** What a query's leaves are to compute, and the rows [fromNs, toNs) they look at. */
export function leavesOver(query: MetricQuery, grid: Grid): Leaf[] {
  return leavesOf(query).map(plan => {
    const spec = leafSpec(plan.node, grid)
    const {rangeNs, offsetNs} = spec
    const fromNs = grid.startNs - offsetNs - rangeNs + 1n
    return {plan, spec, fromNs, toNs: instantAt(grid, grid.count - 1) - offsetNs + 1n}
  })
}

/** The smallest range that has all rows of all leaves; undefined without leaves. */
export function spanOf(leaves: readonly Leaf[]): {fromNs: bigint; toNs: bigint} | undefined {
  const [first, ...others] = leaves
  if (first === undefined) return undefined
  let {fromNs, toNs} = first
  for (const leaf of others) {
    if (leaf.fromNs < fromNs) fromNs = leaf.fromNs
    if (leaf.toNs > toNs) toNs = leaf.toNs
  }
  return {fromNs, toNs}
}

export type MetricRun = {value: Matrix | Scalar; scan: ScanStats; subqueries: number; warnings: string[]}

export type MetricBounds = {
  /** Of inner results that nothing reduces; Infinity when more are wanted for a partial answer. */
  readonly seriesMax: number
  /** Of merged results. */
  readonly memoryMaxBytes: number
  readonly approxTopk: boolean
}

/** @param job  undefined when there are no leaves. */
export async function runMetricQuery<Snapshot>(
  job: Job<Snapshot> | undefined,
  query: MetricQuery,
  leaves: readonly Leaf[],
  grid: Grid,
  {seriesMax, memoryMaxBytes, approxTopk}: MetricBounds,
): Promise<MetricRun> {
  const results = new Map<RangeAggregation, Matrix>()
  const scan = noStats()
  let subqueries = 0
  const unreduced = unreducedLeaf(query)
  let heldBytes = 0
  const scanned = await Promise.all(
    leaves.map(async leaf => {
      const max = leaf.plan.asked === unreduced ? seriesMax : Infinity
      return {leaf, answers: await scanOne(job!, leaf, max)}
    }),
  )
  for (const {leaf, answers} of scanned) {
    for (const answer of answers) addStats(scan, answer.stats)
    subqueries += answers.length
    const partials = answers.map(answer => answer.partial)
    heldBytes += mergedBytes(leaf.spec, partials)
    if (heldBytes > memoryMaxBytes)
      throw new Failure(
        'BAD_REQUEST',
        `the query needs more memory than allowed (${memoryMaxBytes} bytes): it has too many series and steps`,
      )
    results.set(leaf.plan.asked, mergePartials(leaf.spec, partials))
  }
  const leafResult = (node: RangeAggregation): Matrix => results.get(node) ?? {grid, series: []}
  const around = {leafResult, compileExpand, approxTopk}
  const inner = innerOfSelection(query)
  if (inner !== undefined && seriesMax < Infinity) {
    const vector = evaluate(inner, grid, around)
    if (!isScalar(vector) && vector.series.length > seriesMax) throw tooManySeries(seriesMax)
  }
  const warnings = warningsOf(scanned.flatMap(({answers}) => answers.flatMap(answer => answer.problems)))
  return {value: evaluate(query, grid, around), scan, subqueries, warnings}
}

function scanOne<Snapshot>(job: Job<Snapshot>, {plan, spec, fromNs, toNs}: Leaf, seriesMax: number): Promise<LeafAnswer[]> {
  const {snapshot, flag, budgetBytes} = job
  return job.spread((executor, shard) => executor.leaf({snapshot, fromNs, toNs, shard, flag, budgetBytes, leaf: plan, spec, seriesMax}))
}

/** The range aggregation whose series are those of the result, or pass through topk and the like, which only pick from them. */
function unreducedLeaf(query: MetricQuery): RangeAggregation | undefined {
  if (query.kind === 'range-aggregation') return query
  if (query.kind === 'label-replace') return unreducedLeaf(query.inner)
  const inner = innerOfSelection(query)
  return inner && unreducedLeaf(inner)
}

function innerOfSelection(query: MetricQuery): MetricExpr | undefined {
  if (query.kind !== 'vector-aggregation') return undefined
  return query.op === 'topk' || query.op === 'bottomk' ? query.inner : undefined
}
