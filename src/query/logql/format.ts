/*
 * `format_query`: the text of print.ts where it fits one line, and where it does not, one argument, stage or operator per line,
 * two spaces deeper for every level. Where something is broken up, Loki's formatter also puts spaces after the commas of its label
 * lists, and writes offsets as Prometheus does; both are copied.
 *
 *   sum by (app)(
 *     rate(
 *       {env="prod"}
 *         | json
 *         | status>=500 [5m]
 *     )
 *   )
 */
import {formatPromDuration} from '../../model/index.ts'
import type {LogQuery, LogRange, MetricExpr, Query, Stage} from './ast.ts'
import {operatorOf} from './binary.ts'
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
import {formatShortest} from './value/number.ts'

/** In bytes; longer texts are broken up. */
const LINE_MAX = 100

function fits(text: string): boolean {
  return Buffer.byteLength(text) <= LINE_MAX
}

export function format(query: Query): string {
  switch (query.kind) {
    case 'logs':
      return formatPipeline(query, 0)
    case 'variants': {
      const text = print(query)
      if (fits(text)) return text
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
  if (fits(text)) return here + text
  switch (expr.kind) {
    case 'range-aggregation': {
      const parameter = expr.parameter === undefined ? '' : `${indent(level + 1)}${formatShortest(expr.parameter)},\n`
      return `${here}${expr.op}(\n${parameter}${formatLogRange(expr.range, level + 1)}\n${here})${printGrouping(expr.grouping, ', ')}`
    }
    case 'vector-aggregation': {
      const parameter = expr.parameter === undefined ? '' : `${indent(level + 1)}${expr.parameter},\n`
      return `${here}${expr.op}${printAggregationGrouping(expr.grouping, ', ')}(\n${parameter}${formatMetric(expr.inner, level + 1)}\n${here})`
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

/** Operands that are operations themselves get parentheses where the meaning would change without. */
function formatBinary(expr: MetricExpr & {kind: 'binary'}, level: number): string {
  const here = indent(level)
  const {precedence = 0, right = false} = operatorOf(expr.op) ?? {}
  const leg = (side: MetricExpr, mayTie: boolean): string => {
    if (side.kind !== 'binary' || fits(printMetric(side))) return formatMetric(side, level + 1)
    const inner = operatorOf(side.op)?.precedence ?? 0
    if (inner > precedence || (mayTie && inner === precedence)) return formatMetric(side, level + 1)
    return `${indent(level + 1)}(\n${formatMetric(side, level + 2)}\n${indent(level + 1)})`
  }
  return `${leg(expr.left, !right)}\n${here}${printOperator(expr, ', ')}\n${leg(expr.right, right)}`
}

function formatPipeline(query: Pick<LogQuery, 'selector' | 'stages'>, level: number): string {
  const text = printPipeline(query)
  if (fits(text)) return indent(level) + text
  return [indent(level) + printSelector(query.selector), ...stageLines(query.stages).map(line => indent(level + 1) + line)].join('\n')
}

/** A line per stage, but line filters that follow each other share the first line, as many as fit. */
function stageLines(stages: readonly Stage[]): string[] {
  const lines: string[] = []
  let previous: Stage['kind'] | undefined
  let open = false
  for (const {kind, text} of stages.map(stage => ({kind: stage.kind, text: printStage(stage)}))) {
    const follows = kind === 'line-filter' && previous === kind
    const joined = `${lines.at(-1)} ${text}`
    if (follows && open && fits(joined)) lines[lines.length - 1] = joined
    else {
      lines.push(text)
      open = !follows
    }
    previous = kind
  }
  return lines
}

/** Only asked for where its aggregation is broken up: the window is set off by a space, an unwrap starts a line. */
function formatLogRange(range: LogRange, level: number): string {
  const unwrap = range.unwrap ? printUnwrap(range.unwrap).map(line => indent(level + 1) + line) : []
  return `${[formatPipeline(range, level), ...unwrap].join('\n')} ${formatWindow(range)}`
}

/** `[5m] offset 1h`; Prometheus has no words for negative durations and parts of a millisecond. */
function formatWindow(range: LogRange): string {
  const {rangeNs, offsetNs} = range
  if (offsetNs <= 0n || offsetNs % 1_000_000n !== 0n) return printWindow(range)
  return `[${formatPromDuration(rangeNs)}] offset ${formatPromDuration(offsetNs)}`
}
