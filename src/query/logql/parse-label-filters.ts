/*
 * What stands after a pipe when it is no keyword: `status >= 500 and (level="error" or level="warn")`.
 *
 * `and` binds tighter than `or`. A comma, or nothing at all between two filters, also means and, but takes everything to its
 * right as one operand: `a , b or c` is `a and (b or c)` (logql.md § 2.3).
 */
import type {CompareOp, LabelFilter, MatchOp} from './ast.ts'
import type {Cursor} from './cursor.ts'
import {parseFailure} from './errors.ts'
import {parseGoFloat} from './value/number.ts'

export const LABEL_FILTER_START = ['IDENTIFIER', '('] as const

/** A whole condition, up to the next pipe, bracket or end. */
export function parseLabelFilter(c: Cursor): LabelFilter {
  return c.nested(() => {
    let left = parseAnd(c)
    while (c.accept('or')) left = combine(c, 'or', left, parseAnd(c))
    return left
  })
}

function parseAnd(c: Cursor): LabelFilter {
  let left = parseSwallowing(c)
  while (c.accept('and')) left = combine(c, 'and', left, parseSwallowing(c))
  return left
}

function parseSwallowing(c: Cursor): LabelFilter {
  const left = parseOne(c)
  const {type} = c.peek()
  if (type !== ',' && type !== 'IDENTIFIER' && type !== '(') return left
  c.accept(',')
  return combine(c, 'and', left, parseLabelFilter(c))
}

function combine(c: Cursor, kind: 'and' | 'or', left: LabelFilter, right: LabelFilter): LabelFilter {
  return c.grow({kind, left, right, span: {start: left.span.start, end: right.span.end}}, left, right)
}

function parseOne(c: Cursor): LabelFilter {
  if (c.accept('(')) {
    const inner = parseLabelFilter(c)
    c.expect(')', [])
    return inner
  }
  const {text: name, start} = c.expect('IDENTIFIER', LABEL_FILTER_START)
  const {type} = c.peek()
  if (isMatchOp(type)) {
    c.take()
    if (type === '=~' || type === '!~') {
      const value = c.regex(c.expect('STRING').text)
      return {kind: 'string', name, op: type, value, span: c.span(start)}
    }
    return parseEquals(c, name, type, start)
  }
  const op = COMPARE_OPS.get(type)
  if (op === undefined) c.fail()
  c.take()
  return parseConstant(c, name, op, start)
}

const COMPARE_OPS: ReadonlyMap<string, CompareOp> = new Map([
  ['==', '='],
  ['>', '>'],
  ['>=', '>='],
  ['<', '<'],
  ['<=', '<='],
])

/** `=` and `!=` take text and addresses besides what every comparison takes. */
function parseEquals(c: Cursor, name: string, op: '=' | '!=', start: number): LabelFilter {
  const string = c.accept('STRING')
  if (string) return {kind: 'string', name, op, value: string.text, span: c.span(start)}
  if (c.peek().type === 'ip') {
    const pattern = parseIpCall(c)
    return {kind: 'ip', name, op, pattern, span: c.span(start)}
  }
  return parseConstant(c, name, op, start)
}

function parseConstant(c: Cursor, name: string, op: CompareOp, start: number): LabelFilter {
  const {type} = c.peek()
  if (type === 'DURATION') {
    const ns = Number(c.take().ns)
    return {kind: 'duration', name, op, ns, span: c.span(start)}
  }
  if (type === 'BYTES') {
    const {bytes} = c.take()
    return {kind: 'bytes', name, op, bytes, span: c.span(start)}
  }
  const sign = type === '+' || type === '-' ? c.take().type : ''
  const {text} = c.expect('NUMBER', sign === '' ? [] : ['NUMBER'])
  const {value, error} = parseGoFloat(text)
  // Loki reads such numbers (0x10) as 0; an error is kinder (logql.md Q16).
  if (value === undefined) throw parseFailure(`unable to parse literal as a float: ${error}`)
  return {kind: 'number', name, op, value: sign === '-' ? -value : value, span: c.span(start)}
}

/** At `ip`, which the lexer only makes of `ip(`. */
export function parseIpCall(c: Cursor): string {
  c.expect('ip')
  c.expect('(')
  const {text} = c.expect('STRING')
  c.expect(')')
  return text
}

export function isMatchOp(type: string): type is MatchOp {
  return type === '=' || type === '!=' || type === '=~' || type === '!~'
}
