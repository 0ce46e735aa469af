/*
 * What a planner must know of a metric expression: its leaves, and which labels their series need.
 */
import type {Grouping, LogRange, MetricExpr, RangeAggregation, RangeOp, Stage, Variants, VectorAggregation} from '../logql/index.ts'
import type {Grid, LeafSpec} from './grid.ts'

export type LeafPlan = {
  /** The aggregation as it stands in the query, by which {@link evaluate} asks for its result. */
  readonly asked: RangeAggregation
  /** What is computed: of variants, over the entries they share. */
  readonly node: RangeAggregation
  /** How the labels of samples may be reduced before they reach the leaf; undefined: not at all. */
  readonly grouping: Grouping | undefined
  /** `grouping` is that of the enclosing aggregation, which then finds its groups already made and changes nothing. */
  readonly pushed: boolean
  /** The unwrapped label, when it must be removed before grouping. */
  readonly removedLabel: string | undefined
}

// sum(count) over series equals the count over their samples, and so on. For rates and float sums the result is the same
// up to rounding, and the pushed form rounds less.
const DISTRIBUTES: Partial<Record<VectorAggregation['op'], readonly RangeOp[]>> = {
  sum: ['count_over_time', 'rate', 'bytes_over_time', 'bytes_rate', 'sum_over_time'],
  min: ['min_over_time'],
  max: ['max_over_time'],
}

// What Loki calculates in shards and merges.
const MERGED: ReadonlySet<RangeOp> = new Set<RangeOp>([
  'count_over_time',
  'rate',
  'bytes_over_time',
  'bytes_rate',
  'sum_over_time',
  'avg_over_time',
  'min_over_time',
  'max_over_time',
])

/** All range aggregations, left to right. */
export function leavesOf(query: MetricExpr | Variants): LeafPlan[] {
  switch (query.kind) {
    case 'literal':
    case 'vector':
      return []
    case 'range-aggregation':
      return [plan(query, undefined)]
    case 'vector-aggregation':
      return query.inner.kind === 'range-aggregation' ? [plan(query.inner, query)] : leavesOf(query.inner)
    case 'label-replace':
      return leavesOf(query.inner)
    case 'binary':
      return [...leavesOf(query.left), ...leavesOf(query.right)]
    case 'variants':
      return query.variants.flatMap(leavesOf).map(leaf => ({...leaf, node: overEntriesOf(query.of, leaf.node)}))
  }
}

/** Selector and stages of a variant do not count: its window, unwrap and grouping do (logql § 6.9). */
function overEntriesOf({selector, stages}: LogRange, node: RangeAggregation): RangeAggregation {
  return {...node, range: {...node.range, selector, stages}}
}

function plan(node: RangeAggregation, outer: VectorAggregation | undefined): LeafPlan {
  const pushed = outer !== undefined && node.grouping === undefined && (DISTRIBUTES[outer.op]?.includes(node.op) ?? false)
  const grouping = pushed ? outer.grouping : (node.grouping ?? (mergesSeries(node) ? {without: true, labels: []} : undefined))
  // Only the aggregation's own `by`, or that of a sum, brings the unwrapped label back; max by (v) (max_over_time(… unwrap v …))
  // has no label v.
  const label = node.range.unwrap?.label
  const named = grouping !== undefined && !grouping.without && label !== undefined && grouping.labels.includes(label)
  return {asked: node, node, grouping, pushed, removedLabel: named && (!pushed || outer.op === 'sum') ? undefined : label}
}

/** `by` keeps labels with the value "", `without` loses them, and so does Loki where it merges series that have become equal (Q22). */
function mergesSeries({op, range}: RangeAggregation): boolean {
  return MERGED.has(op) && range.stages.some(stage => stage.kind === 'keep' || stage.kind === 'drop' || renames(stage))
}

function renames(stage: Stage): boolean {
  return stage.kind === 'label-format' && stage.items.some(item => item.kind === 'rename')
}

export function leafSpec({op, parameter, range}: RangeAggregation, grid: Grid): LeafSpec {
  return {
    op,
    ...(parameter === undefined ? {} : {param: parameter}),
    unwrapped: range.unwrap !== undefined,
    rangeNs: range.rangeNs,
    offsetNs: range.offsetNs,
    grid,
  }
}

/** Whether `sort` or `sort_desc` occurs anywhere, which makes a vector's order that of evaluation instead of labels. */
export function ordersSeries(query: MetricExpr | Variants): boolean {
  switch (query.kind) {
    case 'literal':
    case 'vector':
    case 'range-aggregation':
      return false
    case 'vector-aggregation':
      return query.op === 'sort' || query.op === 'sort_desc' || ordersSeries(query.inner)
    case 'label-replace':
      return ordersSeries(query.inner)
    case 'binary':
      return ordersSeries(query.left) || ordersSeries(query.right)
    case 'variants':
      return query.variants.some(ordersSeries)
  }
}
