/*
 * Expressions: binary operators by precedence, aggregations, ranges of logs (logql.md § 2.1, 2.2).
 */
import type {Grouping, LogQuery, LogRange, Matching, MetricExpr, Query, Selector, Stage, Unwrap, Variants} from './ast.ts'
import {makeBinary, operatorOf} from './binary.ts'
import type {Cursor} from './cursor.ts'
import {parseGoFloat} from './value/number.ts'
import {parseLoneUnwrap, parseSelector, parseStages} from './parse-stages.ts'
import {noteRangeAggregation, noteVectorAggregation} from './static.ts'
import {RANGE_OPS, type Token, VECTOR_OPS} from './lex/tokens.ts'

/** A whole expression of operators that bind at least as tightly as `precedence`. */
export function parseExpr(c: Cursor, precedence = 0): Query {
  return c.nested(() => climb(c, parseOperand(c), precedence))
}

function climb(c: Cursor, first: Query, precedence: number): Query {
  let left = first
  for (;;) {
    const operator = operatorOf(c.peek().type)
    if (!operator || operator.precedence < precedence) return left
    c.take()
    const bool = c.accept('bool') !== undefined
    const matching = parseMatching(c)
    const right = parseExpr(c, operator.right ? operator.precedence : operator.precedence + 1)
    left = makeBinary(c, {op: operator.op, bool, matching, left, right})
  }
}

function parseMatching(c: Cursor): Matching | undefined {
  const on = c.accept('on') !== undefined
  if (!on && !c.accept('ignoring')) return undefined
  const labels = parseLabelNames(c)
  const group = c.accept('group_left') ? 'left' : c.accept('group_right') ? 'right' : undefined
  const include = group !== undefined && c.peek().type === '(' ? parseLabelNames(c) : []
  return {on, labels, group, include}
}

/** `(a, b)`, possibly empty. */
function parseLabelNames(c: Cursor): string[] {
  c.expect('(')
  const names: string[] = []
  if (c.accept(')')) return names
  do names.push(c.expect('IDENTIFIER', names.length === 0 ? ['IDENTIFIER', ')'] : ['IDENTIFIER']).text)
  while (c.accept(','))
  c.expect(')', [',', ')'])
  return names
}

function parseGrouping(c: Cursor): Grouping | undefined {
  const without = c.accept('without') !== undefined
  if (!without && !c.accept('by')) return undefined
  return {without, labels: parseLabelNames(c)}
}

function parseOperand(c: Cursor): Query {
  const {type, start} = c.peek()
  switch (type) {
    case '{':
      return parseLogQuery(c)
    case '(':
      return parseParenthesised(c)
    case 'NUMBER':
      return makeLiteral(c, 'literal', c.take(), start, 1)
    case '+':
    case '-':
      c.take()
      return makeLiteral(c, 'literal', c.expect('NUMBER'), start, type === '-' ? -1 : 1)
    case 'VECTOR': {
      c.take()
      c.expect('(')
      const number = c.expect('NUMBER')
      c.expect(')')
      return makeLiteral(c, 'vector', number, start, 1)
    }
    case 'LABEL_REPLACE':
      return parseLabelReplace(c)
    case 'variants':
      return parseVariants(c)
    default:
      if (RANGE_OPS.has(type)) return parseRangeAggregation(c)
      if (VECTOR_OPS.has(type)) return parseVectorAggregation(c)
      return c.fail()
  }
}

function makeLiteral(c: Cursor, kind: 'literal' | 'vector', number: Token, start: number, sign: 1 | -1): MetricExpr {
  const {value, error} = parseGoFloat(number.text)
  const node: MetricExpr = {kind, value: sign * (value ?? 0), span: c.span(start)}
  if (error !== undefined) c.problems.set(node.span, `unable to parse ${kind === 'vector' ? 'vectorExpr' : 'literal'} as a float: ${error}`)
  return node
}

function parseLogQuery(c: Cursor): LogQuery {
  const {start} = c.peek()
  const selector = parseSelector(c)
  const stages: Stage[] = []
  parseStages(c, stages, false)
  return {kind: 'logs', selector, stages, span: c.span(start)}
}

function parseParenthesised(c: Cursor): Query {
  c.expect('(')
  const inner = parseExpr(c)
  if (inner.kind === 'variants') c.fail()
  c.expect(')', [])
  return inner
}

/** An expression that must be a metric; what follows a log query then is an error, like after any other complete expression. */
function parseMetric(c: Cursor): MetricExpr {
  const expr = parseExpr(c)
  return expr.kind === 'logs' || expr.kind === 'variants' ? c.fail() : expr
}

function parseRangeAggregation(c: Cursor): MetricExpr {
  const {type, start} = c.take()
  const op = RANGE_OPS.get(type) ?? 'rate'
  c.expect('(')
  const written = c.accept('NUMBER')
  if (written) c.expect(',')
  const range = parseLogRange(c, written ? RANGE_START : ['NUMBER', ...RANGE_START])
  c.expect(')')
  const grouping = parseGrouping(c)
  const parameter = written && op === 'quantile_over_time' ? (parseGoFloat(written.text).value ?? 0) : undefined
  const node = {kind: 'range-aggregation', op, parameter, range, grouping, span: c.span(start)} as const
  noteRangeAggregation(c.problems, node, written?.text)
  return c.grow(node, range)
}

const RANGE_START = ['{', '('] as const

type RangeParts = {selector: Selector; stages: Stage[]; unwrap: Unwrap | undefined; start: number}

/** @param expecting  for the error when it does not begin as one. */
function parseLogRange(c: Cursor, expecting: readonly string[]): LogRange {
  return c.nested(() => {
    const {start} = c.peek()
    if (c.accept('(')) {
      if (c.peek().type === '(') {
        const inner = parseLogRange(c, RANGE_START)
        c.expect(')')
        return inner
      }
      const parts = parseRangeParts(c, RANGE_START)
      if (c.accept(')')) return {...finishRange(c, parts, true), span: c.span(start)}
      if (c.peek().type !== 'RANGE') c.fail(parts.unwrap ? ['RANGE', ')', '|'] : [])
      const inner = finishRange(c, parts, false)
      c.expect(')')
      return inner
    }
    const parts = parseRangeParts(c, expecting)
    if (c.peek().type !== 'RANGE') c.fail(parts.unwrap ? ['RANGE', '|'] : [])
    return finishRange(c, parts, false)
  })
}

function parseRangeParts(c: Cursor, expecting: readonly string[]): RangeParts {
  const {type, start} = c.peek()
  if (type !== '{') c.fail(expecting)
  const selector = parseSelector(c)
  const stages: Stage[] = []
  const unwrap = parseStages(c, stages, true)
  return {selector, stages, unwrap, start}
}

/** At the RANGE. The pipeline may come after it, unless there is one before it; after `({…})` only an unwrap may. */
function finishRange(c: Cursor, parts: RangeParts, closed: boolean): LogRange {
  const rangeNs = c.expect('RANGE').ns
  const offsetNs = c.accept('offset') ? c.expect('DURATION').ns : 0n
  const {selector, stages, start} = parts
  let {unwrap} = parts
  if (stages.length === 0 && unwrap === undefined) unwrap = closed ? parseLoneUnwrap(c) : parseStages(c, stages, true)
  return {kind: 'log-range', selector, stages, unwrap, rangeNs, offsetNs, span: c.span(start)}
}

function parseVectorAggregation(c: Cursor): MetricExpr {
  const {type, start} = c.take()
  const op = VECTOR_OPS.get(type) ?? 'sum'
  const before = parseGrouping(c)
  c.expect('(', before ? ['('] : ['(', 'by', 'without'])
  let written: Token | undefined
  let inner: Query
  const first = c.peek()
  if (first.type === 'NUMBER') {
    c.take()
    if (c.accept(',')) {
      written = first
      inner = parseMetric(c)
    } else inner = c.nested(() => climb(c, makeLiteral(c, 'literal', first, first.start, 1), 0))
  } else inner = parseMetric(c)
  if (inner.kind === 'logs' || inner.kind === 'variants') c.fail()
  c.expect(')', [])
  const grouping = before ?? parseGrouping(c) ?? {without: false, labels: []}
  const parameter = written && (op === 'topk' || op === 'bottomk' || op === 'approx_topk') ? Number(written.text) : undefined
  const node = {kind: 'vector-aggregation', op, parameter, inner, grouping, span: c.span(start)} as const
  noteVectorAggregation(c.problems, node, written?.text)
  return c.grow(node, inner)
}

function parseLabelReplace(c: Cursor): MetricExpr {
  const {start} = c.take()
  c.expect('(')
  const inner = parseMetric(c)
  c.expect(',', [])
  const target = c.expect('STRING').text
  c.expect(',')
  const replacement = c.expect('STRING').text
  c.expect(',')
  const source = c.expect('STRING').text
  c.expect(',')
  const pattern = c.expect('STRING').text
  c.expect(')')
  const node = {kind: 'label-replace', inner, target, replacement, source, pattern, span: c.span(start)} as const
  const error = c.checkRegex(`^(?:${pattern})$`)
  if (error !== undefined) c.problems.set(node.span, `invalid regex in label_replace: error parsing regexp: ${error}`)
  return c.grow(node, inner)
}

function parseVariants(c: Cursor): Variants {
  const {start} = c.take()
  c.expect('(')
  const variants = [parseMetric(c)]
  while (c.accept(',')) variants.push(parseMetric(c))
  c.expect(')', [])
  c.expect('of')
  c.expect('(')
  const of = parseLogRange(c, RANGE_START)
  c.expect(')')
  return c.grow({kind: 'variants', variants, of, span: c.span(start)}, ...variants)
}
