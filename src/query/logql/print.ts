/*
 * Tree to text on one line, in the words of Loki's own printer, which show up in `format_query` answers and in the errors of
 * stage checks: `{a="b"} | ( x=~"y" , z>5 )`, `sum by (a,b)(rate({…} |= "x"[5m] offset 1m0s))`.
 *
 * Parsing the result gives the same tree, apart from spans. Exceptions: NaN and infinite literals have no spelling, and label
 * names in a selector that need quotes are printed with them but cannot be read back.
 * Where Loki's text would change the meaning (byte sizes and vector() round), the exact number is printed instead.
 */
import {formatPromDuration, quote} from '../../model/index.ts'
import type {
  Binary,
  CompareOp,
  Grouping,
  LabelFilter,
  LabelPick,
  LineFilter,
  LogQuery,
  LogRange,
  Matching,
  MatchOp,
  MetricExpr,
} from './ast.ts'
import type {Extraction, LabelFormatItem, Query, Selector, Stage, Unwrap, Variants} from './ast.ts'
import {formatByteSize} from './value/byte-size.ts'
import {formatGoDuration} from './value/duration.ts'
import {formatFixed, formatShortest} from './value/number.ts'

export function print(query: Query): string {
  switch (query.kind) {
    case 'logs':
      return printPipeline(query)
    case 'variants':
      return printVariants(query)
    default:
      return printMetric(query)
  }
}

function printVariants({variants, of}: Variants): string {
  return `variants(${variants.map(printMetric).join(', ')}) of (${printLogRange(of)})`
}

export function printMetric(expr: MetricExpr): string {
  switch (expr.kind) {
    case 'range-aggregation': {
      const parameter = expr.parameter === undefined ? '' : `${formatFixed(expr.parameter)},`
      return `${expr.op}(${parameter}${printLogRange(expr.range)})${printGrouping(expr.grouping)}`
    }
    case 'vector-aggregation': {
      const parameter = expr.parameter === undefined ? '' : `${expr.parameter},`
      return `${expr.op}${printAggregationGrouping(expr.grouping)}(${parameter}${printMetric(expr.inner)})`
    }
    case 'binary':
      return `(${printMetric(expr.left)} ${printOperator(expr)} ${printMetric(expr.right)})`
    case 'literal':
      return formatShortest(expr.value)
    case 'vector':
      return printVector(expr.value)
    case 'label-replace':
      return `label_replace(${[printMetric(expr.inner), ...labelReplaceStrings(expr)].join(',')})`
  }
}

export function printVector(value: number): string {
  const short = Math.abs(value) < 1e21 ? value.toFixed(6) : formatFixed(value)
  return `vector(${Number(short) === value ? short : formatFixed(value)})`
}

export function labelReplaceStrings(expr: MetricExpr & {kind: 'label-replace'}): string[] {
  return [expr.target, expr.replacement, expr.source, expr.pattern].map(quote)
}

/** ` by (a,b)`, with the space before it; nothing when not grouped. */
export function printGrouping(grouping: Grouping | undefined, comma = ','): string {
  return grouping ? ` ${grouping.without ? 'without' : 'by'} (${grouping.labels.join(comma)})` : ''
}

/** As above, but `by ()`, which is what an aggregation does anyway, is not printed. */
export function printAggregationGrouping(grouping: Grouping, comma = ','): string {
  return grouping.without || grouping.labels.length > 0 ? printGrouping(grouping, comma) : ''
}

/** The operator with its modifiers: `/ on (a) group_left (b)`, `- ignoring (x) ` (that space at the end is Loki's), `> bool`. */
export function printOperator({op, bool, matching, right}: Binary, comma = ','): string {
  const base = bool ? `${op} bool` : op
  if (!matching) return base
  return `${base} ${matching.on ? 'on' : 'ignoring'} (${matching.labels.join(comma)}) ${printGroup(matching, right, comma)}`
}

function printGroup({group, include}: Matching, right: MetricExpr, comma: string): string {
  if (group === undefined) return ''
  // Without its own parentheses the modifier would take those of the operand after it.
  const labels = include.length > 0 || right.kind === 'binary' ? ` (${include.join(comma)})` : ''
  return `group_${group}${labels}`
}

export function printPipeline({selector, stages}: Pick<LogQuery, 'selector' | 'stages'>): string {
  return [printSelector(selector), ...stages.map(printStage)].join(' ')
}

export function printSelector({matchers}: Pick<Selector, 'matchers'>): string {
  return `{${matchers.map(m => `${printName(m.name)}${m.op}${quote(m.value)}`).join(', ')}}`
}

function printName(name: string): string {
  return /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name) ? name : quote(name)
}

export function printLogRange(range: LogRange): string {
  const unwrap = range.unwrap ? ` ${printUnwrap(range.unwrap).join(' ')}` : ''
  return `${printPipeline(range)}${unwrap}${printWindow(range)}`
}

/** `[5m] offset 1m0s` */
export function printWindow({rangeNs, offsetNs}: LogRange): string {
  return `[${formatPromDuration(rangeNs)}]${offsetNs === 0n ? '' : ` offset ${formatGoDuration(offsetNs)}`}`
}

/** The unwrap and each filter after it. */
export function printUnwrap({label, conversion, filters}: Unwrap): string[] {
  const value = conversion === 'number' ? label : `${conversion}(${label})`
  return [`| unwrap ${value}`, ...filters.map(filter => `| ${printLabelFilter(filter)}`)]
}

export function printStage(stage: Stage): string {
  switch (stage.kind) {
    case 'line-filter':
      return printLineFilter(stage)
    case 'json':
      return ['| json', ...printExtractions(stage.expressions)].join(' ')
    case 'logfmt': {
      const flags = [...(stage.strict ? ['--strict'] : []), ...(stage.keepEmpty ? ['--keep-empty'] : [])]
      return ['| logfmt', ...flags, ...printExtractions(stage.expressions)].join(' ')
    }
    case 'regexp':
    case 'pattern':
      return `| ${stage.kind} ${quote(stage.pattern)}`
    case 'unpack':
    case 'decolorize':
      return `| ${stage.kind}`
    case 'label-filter':
      return `| ${printLabelFilter(stage.filter)}`
    case 'line-format':
      return `| line_format ${quote(stage.template)}`
    case 'label-format':
      return `| label_format ${stage.items.map(printLabelFormatItem).join(',')}`
    case 'drop':
    case 'keep':
      return `| ${stage.kind} ${stage.items.map(printLabelPick).join(',')}`
  }
}

function printLineFilter({op, matches}: LineFilter): string {
  return `${op} ${matches.map(({value, ip}) => (ip ? `ip(${quote(value)})` : quote(value))).join(' or ')}`
}

function printExtractions(expressions: readonly Extraction[]): string[] {
  return expressions.length === 0 ? [] : [expressions.map(({name, path}) => `${name}=${quote(path)}`).join(',')]
}

function printLabelFormatItem(item: LabelFormatItem): string {
  return `${item.name}=${item.kind === 'rename' ? item.from : quote(item.template)}`
}

function printLabelPick(item: LabelPick): string {
  return item.kind === 'name' ? item.name : printMatch(item)
}

function printMatch({name, op, value}: {readonly name: string; readonly op: MatchOp; readonly value: string}): string {
  return `${name}${op}${quote(value)}`
}

export function printLabelFilter(filter: LabelFilter): string {
  switch (filter.kind) {
    case 'string':
      return printMatch(filter)
    case 'ip':
      return `${filter.name}${filter.op}ip(${quote(filter.pattern)})`
    case 'number':
      return `${filter.name}${printCompare(filter.op)}${formatFixed(filter.value)}`
    case 'duration':
      return `${filter.name}${printCompare(filter.op)}${formatGoDuration(BigInt(filter.ns))}`
    case 'bytes':
      return `${filter.name}${printCompare(filter.op)}${formatByteSize(filter.bytes)}`
    case 'and':
      return `( ${printLabelFilter(filter.left)} , ${printLabelFilter(filter.right)} )`
    case 'or':
      return `( ${printLabelFilter(filter.left)} or ${printLabelFilter(filter.right)} )`
  }
}

function printCompare(op: CompareOp): string {
  return op === '=' ? '==' : op
}
