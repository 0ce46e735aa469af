/* Expressions and matrices by hand, as short as the queries they stand for. */
import {formatLabels, sortLabels, type Labels} from '../../../src/model/index.ts'
import type {
  BinaryOp,
  Grouping,
  LabelReplace,
  Literal,
  Matching,
  MetricExpr,
  RangeAggregation,
  RangeOp,
  SelectorMatcher,
  VectorLiteral,
  VectorOp,
} from '../../../src/query/logql/index.ts'
import {
  evaluate,
  type CompileExpand,
  formatValue,
  type Grid,
  isScalar,
  type Matrix,
  ordersSeries,
  type Series,
  toMatrix,
  toVector,
} from '../../../src/query/metric/index.ts'
import type {Variants} from '../../../src/query/logql/index.ts'

const span = {start: 0, end: 0}
export const INSTANT: Grid = {startNs: 0n, stepNs: 1_000_000_000n, count: 1}

export const by = (...labels: string[]): Grouping => ({without: false, labels})
export const without = (...labels: string[]): Grouping => ({without: true, labels})
export const literal = (value: number): Literal => ({kind: 'literal', value, span})
export const vector = (value: number): VectorLiteral => ({kind: 'vector', value, span})

export type LeafOptions = {op?: RangeOp; matchers?: [string, SelectorMatcher['op'], string][]; unwrap?: string; grouping?: Grouping}

export function leaf({op = 'count_over_time', matchers = [], unwrap, grouping}: LeafOptions = {}): RangeAggregation {
  return {
    kind: 'range-aggregation',
    op,
    parameter: undefined,
    range: {
      kind: 'log-range',
      selector: {kind: 'selector', matchers: matchers.map(([name, o, value]) => ({name, op: o, value, span})), span},
      stages: [],
      unwrap: unwrap === undefined ? undefined : {kind: 'unwrap', label: unwrap, conversion: 'number', filters: [], span},
      rangeNs: 60_000_000_000n,
      offsetNs: 0n,
      span,
    },
    grouping,
    span,
  }
}

export const agg = (op: VectorOp, inner: MetricExpr, grouping: Grouping = by(), parameter?: number): MetricExpr => ({
  kind: 'vector-aggregation',
  op,
  parameter,
  inner,
  grouping,
  span,
})

export type BinOptions = {bool?: boolean; on?: string[]; ignoring?: string[]; left?: string[]; right?: string[]}

export function bin(left: MetricExpr, op: BinaryOp, right: MetricExpr, o: BinOptions = {}): MetricExpr {
  const matching: Matching | undefined =
    o.on === undefined && o.ignoring === undefined
      ? undefined
      : {
          on: o.on !== undefined,
          labels: o.on ?? o.ignoring ?? [],
          group: o.left !== undefined ? 'left' : o.right !== undefined ? 'right' : undefined,
          include: o.left ?? o.right ?? [],
        }
  return {kind: 'binary', op, bool: o.bool ?? false, matching, left, right, span}
}

export const replace = (inner: MetricExpr, target: string, replacement: string, source: string, pattern: string): LabelReplace => ({
  kind: 'label-replace',
  inner,
  target,
  replacement,
  source,
  pattern,
  span,
})

export const variants = (...list: MetricExpr[]): Variants => ({kind: 'variants', variants: list, of: leaf().range, span})

/** `a=1,b=` → labels. */
export function labels(text: string): Labels {
  return sortLabels(
    text
      .split(',')
      .filter(t => t !== '')
      .map(t => ({name: t.slice(0, t.indexOf('=')), value: t.slice(t.indexOf('=') + 1)})),
  )
}

/** Series by labels, one value per step, undefined where there is no point. */
export function matrix(grid: Grid, series: Record<string, number | (number | undefined)[]>): Matrix {
  return {
    grid,
    series: Object.entries(series).map(([text, given]): Series => {
      const values = Array.isArray(given) ? given : [given]
      return {
        labels: labels(text),
        values: Float64Array.from(values, v => v ?? 0),
        present: Uint8Array.from(values, v => (v === undefined ? 0 : 1)),
      }
    }),
  }
}

/** Enough of the dialect for tests: JavaScript's regexes, $1, ${1}, $name. */
export const compileExpand: CompileExpand = pattern => {
  const regex = new RegExp(`^(?:${pattern.replaceAll('(?P<', '(?<')})$`)
  return (text, replacement) => {
    const match = regex.exec(text)
    if (match === null) return undefined
    return replacement.replaceAll(/\$(?:\{(\w+)\}|(\w+)|\$)/g, (whole, braced?: string, bare?: string) => {
      if (whole === '$$') return '$'
      const name = braced ?? bare ?? ''
      return (/^\d+$/.test(name) ? match[Number(name)] : match.groups?.[name]) ?? ''
    })
  }
}

/** The answer as logql.md § 11 writes it: `{a="1"}=2 ; …` for one step, `{a="1"}=2@0 3@1` for several, `scalar 7`. */
export function answer(
  query: MetricExpr | Variants,
  leaves: Map<RangeAggregation, Matrix>,
  grid: Grid = INSTANT,
  options: {approxTopk?: boolean} = {},
): string {
  const result = evaluate(query, grid, {
    leafResult: node => leaves.get(node) ?? {grid, series: []},
    compileExpand,
    approxTopk: options.approxTopk ?? false,
  })
  const named = (set: Labels): string => formatLabels(set).replaceAll('", ', '",')
  if (grid.count > 1) {
    const lines = toMatrix(result, grid).map(
      s => `${named(s.labels)}=${[...s.steps].map((step, i) => `${formatValue(s.values[i]!)}@${step}`).join(' ')}`,
    )
    return lines.join(' ; ') || '(empty)'
  }
  if (isScalar(result)) return `scalar ${formatValue(result.scalar)}`
  const samples = toVector(result, ordersSeries(query))
  return samples.map(s => `${named(s.labels)}=${formatValue(s.value)}`).join(' ; ') || '(empty)'
}
