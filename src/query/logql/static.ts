/*
 * Faults of a query that is well-formed (logql.md § 2.5). They are noted while parsing, keyed by the node's span (which stays
 * when a node is rebuilt), and reported after it: a syntax error anywhere comes first; then outer before inner, left before right.
 */
import type {LogRange, MetricExpr, Query, RangeAggregation, RangeOp, Selector, VectorAggregation} from './ast.ts'
import {NO_NARROWING_MATCHER, parseFailure} from './errors.ts'
import {parseGoFloat} from './value/number.ts'

/** Whether a regex, fully anchored and dot-all, matches the empty string. */
type MatchesEmpty = (pattern: string) => boolean

type Problems = Map<object, string>

type UnwrapRule = 'no' | 'maybe' | 'yes'
/** Whether an operation takes unwrapped values, and whether it may group (logql.md § 6.3). */
const RANGE_RULES: Readonly<Record<RangeOp, {readonly unwrap: UnwrapRule; readonly groups: boolean}>> = {
  count_over_time: {unwrap: 'no', groups: false},
  rate: {unwrap: 'maybe', groups: false},
  bytes_over_time: {unwrap: 'no', groups: false},
  bytes_rate: {unwrap: 'no', groups: false},
  absent_over_time: {unwrap: 'maybe', groups: false},
  sum_over_time: {unwrap: 'yes', groups: false},
  rate_counter: {unwrap: 'yes', groups: false},
  avg_over_time: {unwrap: 'yes', groups: true},
  min_over_time: {unwrap: 'yes', groups: true},
  max_over_time: {unwrap: 'yes', groups: true},
  first_over_time: {unwrap: 'yes', groups: true},
  last_over_time: {unwrap: 'yes', groups: true},
  stdvar_over_time: {unwrap: 'yes', groups: true},
  stddev_over_time: {unwrap: 'yes', groups: true},
  quantile_over_time: {unwrap: 'yes', groups: true},
}

/** @param written  the parameter as it stands in the query. */
export function noteRangeAggregation(problems: Problems, node: RangeAggregation, written: string | undefined): void {
  const {op, range, grouping} = node
  const rules = RANGE_RULES[op]
  const problem = (): string | undefined => {
    if (written !== undefined && op !== 'quantile_over_time') return `parameter ${written} not supported for operation ${op}`
    if (written === undefined && op === 'quantile_over_time') return `parameter required for operation ${op}`
    const unread = written === undefined ? undefined : parseGoFloat(written).error
    if (unread !== undefined) return `invalid parameter for operation ${op}: ${unread}`
    if (grouping !== undefined && !rules.groups) return `grouping not allowed for ${op} aggregation`
    if (range.unwrap !== undefined && rules.unwrap === 'no') return `invalid aggregation ${op} with unwrap`
    if (range.unwrap === undefined && rules.unwrap === 'yes') return `invalid aggregation ${op} without unwrap`
    return undefined
  }
  note(problems, node, problem())
}

export function noteVectorAggregation(problems: Problems, node: VectorAggregation, written: string | undefined): void {
  const {op, grouping} = node
  const problem = (): string | undefined => {
    if (op === 'topk' || op === 'bottomk' || op === 'approx_topk') {
      if (written === undefined) return `parameter required for operation ${op}`
      if (!/^\d+$/.test(written) || !Number.isSafeInteger(Number(written))) return `invalid parameter ${op}(${written},`
      return Number(written) > 0 ? undefined : `invalid parameter (must be greater than 0) ${op}(${written}`
    }
    if (written !== undefined) return `unsupported parameter for operation ${op}(${written},`
    if ((op === 'sort' || op === 'sort_desc') && grouping.labels.length > 0) return "sort and sort_desc doesn't allow grouping by "
    return undefined
  }
  note(problems, node, problem())
}

function note(problems: Problems, node: MetricExpr, problem: string | undefined): void {
  if (problem !== undefined) problems.set(node.span, problem)
}

/**
 * Throws the first of the noted faults, or finds a selector that would select everything.
 *
 * @param matchesEmpty  undefined: such selectors are fine.
 * @throws {Failure} BAD_REQUEST
 */
export function reportProblems(query: Query, problems: Problems, matchesEmpty: MatchesEmpty | undefined): void {
  const selects = (selector: Selector): void => {
    if (!matchesEmpty) return
    for (const {op, value} of selector.matchers) {
      const empty = op === '=~' || op === '!~' ? matchesEmpty(value) : value === ''
      if (empty === (op === '!=' || op === '!~')) return
    }
    throw parseFailure(NO_NARROWING_MATCHER)
  }
  const range = ({selector}: LogRange): void => selects(selector)
  const visit = (expr: Query): void => {
    const problem = problems.get(expr.span)
    if (problem !== undefined) throw parseFailure(problem)
    switch (expr.kind) {
      case 'logs':
        return selects(expr.selector)
      case 'range-aggregation':
        return range(expr.range)
      case 'vector-aggregation':
      case 'label-replace':
        return visit(expr.inner)
      case 'binary':
        visit(expr.left)
        return visit(expr.right)
      case 'variants':
        range(expr.of)
        return expr.variants.forEach(visit)
      case 'literal':
      case 'vector':
    }
  }
  visit(query)
}
