/*
 * `format_query`: the text of print.ts where it fits one line, and where it does not, one argument, stage or operator per line,
 * two spaces deeper for every level.
 *
 *   sum by (app)(
 *     rate(
 *       {env="prod"}
 *         | json
 *         | status>=500 [5m]
 *     )
 *   )
 */
import type {LogQuery, LogRange, MetricExpr, Query} from './ast.ts'
import {
  labelReplaceStrings,
  print,
  printAggregationGrouping,
  printGrouping,
  printMetric,
  printOperator,
  printPipeline,
  printSelector,
  printStage,
  printUnwrap,
  printWindow,
} from './print.ts'
import {formatFixed} from './value/number.ts'

/** Longer texts are broken up. */
const LINE_MAX = 100

export function format(query: Query): string {
  switch (query.kind) {
    case 'logs':
      return formatPipeline(query, 0)
    case 'variants': {
      const text = print(query)
      if (text.length <= LINE_MAX) return text
      return `variants(\n${query.variants.map(v => formatMetric(v, 1)).join(',\n')}\n) of (\n${formatLogRange(query.of, 1)}\n)`
    }
    default:
      return formatMetric(query, 0)
  }
}

function indent(level: number): string {
  return '  '.repeat(level)
}

function formatMetric(expr: MetricExpr, level: number): string {
  const here = indent(level)
  const text = printMetric(expr)
  if (text.length <= LINE_MAX) return here + text
  switch (expr.kind) {
    case 'range-aggregation': {
      const parameter = expr.parameter === undefined ? '' : `${indent(level + 1)}${formatFixed(expr.parameter)},\n`
      return `${here}${expr.op}(\n${parameter}${formatLogRange(expr.range, level + 1)}\n${here})${printGrouping(expr.grouping)}`
    }
    case 'vector-aggregation': {
      const parameter = expr.parameter === undefined ? '' : `${indent(level + 1)}${expr.parameter},\n`
      return `${here}${expr.op}${printAggregationGrouping(expr.grouping)}(\n${parameter}${formatMetric(expr.inner, level + 1)}\n${here})`
    }
    case 'binary':
      return formatBinary(expr, level)
    case 'label-replace': {
      const lines = [formatMetric(expr.inner, level + 1), ...labelReplaceStrings(expr).map(s => indent(level + 1) + s)]
      return `${here}label_replace(\n${lines.join(',\n')}\n${here})`
    }
    case 'literal':
    case 'vector':
      return here + text
  }
}

/** Operands that are operations themselves keep their parentheses, so that the meaning stays. */
function formatBinary(expr: MetricExpr & {kind: 'binary'}, level: number): string {
  const here = indent(level)
  const leg = (side: MetricExpr): string => {
    if (side.kind !== 'binary' || printMetric(side).length <= LINE_MAX) return formatMetric(side, level + 1)
    return `${indent(level + 1)}(\n${formatMetric(side, level + 2)}\n${indent(level + 1)})`
  }
  return `${leg(expr.left)}\n${here}${printOperator(expr).trimEnd()}\n${leg(expr.right)}`
}

function formatPipeline(query: Pick<LogQuery, 'selector' | 'stages'>, level: number): string {
  const text = printPipeline(query)
  if (text.length <= LINE_MAX) return indent(level) + text
  return [indent(level) + printSelector(query.selector), ...query.stages.map(stage => indent(level + 1) + printStage(stage))].join('\n')
}

/** Only asked for where its aggregation is broken up: the window is set off by a space, an unwrap starts a line. */
function formatLogRange(range: LogRange, level: number): string {
  const unwrap = range.unwrap ? printUnwrap(range.unwrap).map(line => indent(level + 1) + line) : []
  return `${[formatPipeline(range, level), ...unwrap].join('\n')} ${printWindow(range)}`
}
