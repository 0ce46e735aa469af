/*
 * The value of a metric expression, given the results of its range aggregations.
 */
import {Failure, sortLabels} from '../../model/index.ts'
import type {Binary, MetricExpr, RangeAggregation, Variants, VectorAggregation} from '../logql/index.ts'
import {absentOf} from './range/absent.ts'
import {fold} from './vector/aggregate.ts'
import type {Grid} from './grid.ts'
import {replaceLabels, type CompileExpand} from './vector/label-replace.ts'
import {combineSets, matchVectors} from './vector/matching.ts'
import {constantSeries, isScalar, type Matrix, type Scalar, type Series} from './matrix.ts'
import {isSetOp, operate, withScalar} from './vector/operators.ts'
import {pickBest, sortByValue} from './vector/select.ts'

export type Surroundings = {
  /** The merged leaf (mergePartials) of a node of the expression, over the same grid; it may be grouped as plan.ts allows. */
  leafResult: (node: RangeAggregation) => Matrix
  /** For label_replace. */
  compileExpand: CompileExpand
  /** Whether approx_topk may be used; it is then exact. */
  approxTopk: boolean
}

// A literal where a vector is needed parses, and is refused with the words for a query without a selector.
const NO_SELECTOR =
  'parse error : queries require at least one regexp or equality matcher that does not have an empty-compatible value. ' +
  'For instance, app=~".*" does not meet this requirement, but app=~".+" will'

/**
 * @returns a scalar only for a literal.
 * @throws {Failure} EVALUATION when vectors cannot be matched; BAD_REQUEST for a literal where a vector is needed.
 */
export function evaluate(query: MetricExpr | Variants, grid: Grid, around: Surroundings): Matrix | Scalar {
  switch (query.kind) {
    case 'literal':
      return {scalar: query.value}
    case 'vector':
      return {grid, series: [constantSeries([], query.value, grid)]}
    case 'range-aggregation': {
      const result = around.leafResult(query)
      return query.op === 'absent_over_time' ? absentOf(result, query.range.selector.matchers) : result
    }
    case 'vector-aggregation':
      return aggregate(query, vectorOf(query.inner, grid, around), around)
    case 'label-replace':
      return replaceLabels(query, vectorOf(query.inner, grid, around), around.compileExpand)
    case 'binary':
      return binary(query, grid, around)
    case 'variants':
      return {grid, series: query.variants.flatMap((variant, index) => variantSeries(variant, index, grid, around))}
  }
}

function vectorOf(expr: MetricExpr, grid: Grid, around: Surroundings): Matrix {
  const value = evaluate(expr, grid, around)
  if (isScalar(value)) throw new Failure('BAD_REQUEST', NO_SELECTOR)
  return value
}

function aggregate({op, parameter, grouping}: VectorAggregation, vector: Matrix, {approxTopk}: Surroundings): Matrix {
  switch (op) {
    case 'topk':
    case 'bottomk':
      return pickBest(parameter ?? 1, op === 'topk', grouping, vector)
    case 'approx_topk':
      if (!approxTopk) throw new Failure('EVALUATION', 'approx_topk is not enabled. See -limits.shard_aggregations')
      if (vector.grid.count > 1) throw new Failure('EVALUATION', 'count min sketches are only supported on instant queries')
      return pickBest(parameter ?? 1, true, grouping, vector)
    case 'sort':
    case 'sort_desc':
      return sortByValue(op === 'sort_desc', vector)
    default:
      return fold(op, grouping, vector)
  }
}

function binary({op, bool, matching, left, right}: Binary, grid: Grid, around: Surroundings): Matrix | Scalar {
  if (isSetOp(op)) return combineSets(op, matching, vectorOf(left, grid, around), vectorOf(right, grid, around))
  const a = evaluate(left, grid, around)
  const b = evaluate(right, grid, around)
  if (isScalar(a)) return isScalar(b) ? {scalar: operate(op, a.scalar, b.scalar)} : withScalar(op, bool, b, a.scalar, true)
  return isScalar(b) ? withScalar(op, bool, a, b.scalar, false) : matchVectors(op, bool, matching, a, b)
}

/** A variant is a range aggregation, or a vector aggregation of one; its series are named by its index. */
function variantSeries(variant: MetricExpr, index: number, grid: Grid, around: Surroundings): Series[] {
  const leaf = variant.kind === 'vector-aggregation' ? variant.inner : variant
  if (leaf.kind !== 'range-aggregation') throw new Failure('EVALUATION', 'unexpected empty result')
  const name = {name: '__variant__', value: `${index}`}
  return vectorOf(variant, grid, around).series.map(series => ({
    ...series,
    labels: sortLabels([...series.labels.filter(l => l.name !== name.name), name]),
  }))
}
