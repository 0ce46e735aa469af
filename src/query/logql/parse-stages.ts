/*
 * A selector and the pipeline after it (logql.md § 2.1: selector, stage, unwrap).
 */
import type {Extraction, LabelFormatItem, LabelPick, LineFilterOp, LineMatch, Selector, SelectorMatcher, Stage, Unwrap} from './ast.ts'
import {isMatchOp, parseIpCall, parseLabelFilter} from './parse-label-filters.ts'
import type {Cursor} from './cursor.ts'
import {parseFailure} from './errors.ts'
import {checkPatternParser} from './value/pattern.ts'
import {checkRegexpParser} from './value/regexp-parser.ts'
import {UNWRAP_CONVERSIONS} from './lex/tokens.ts'

/** At `{`. */
export function parseSelector(c: Cursor): Selector {
  const {start} = c.expect('{')
  const matchers: SelectorMatcher[] = []
  if (!c.accept('}')) {
    do {
      const name = c.expect('IDENTIFIER', matchers.length === 0 ? ['IDENTIFIER', '}'] : ['IDENTIFIER'])
      const op = c.peek().type
      if (!isMatchOp(op)) c.fail(['=', '=~', '!~', '!='])
      c.take()
      const {text} = c.expect('STRING')
      const value = op === '=~' || op === '!~' ? c.regex(text) : text
      matchers.push({name: name.text, op, value, span: c.span(name.start)})
    } while (c.accept(','))
    c.expect('}', ['}', ','])
  }
  return {kind: 'selector', matchers, span: c.span(start)}
}

/**
 * Stages as long as there are any, appended to `stages`. Where the query may unwrap, an `| unwrap …` ends them and is returned.
 */
export function parseStages(c: Cursor, stages: Stage[], mayUnwrap: boolean): Unwrap | undefined {
  for (;;) {
    const {type, start} = c.peek()
    if (isLineFilterOp(type)) stages.push(...parseLineFilter(c, type))
    else if (type === '|') {
      c.take()
      if (mayUnwrap && c.accept('unwrap')) return parseUnwrap(c, start)
      stages.push(parsePiped(c, start))
    } else return undefined
  }
}

const LINE_FILTER_OPS: ReadonlySet<string> = new Set<LineFilterOp>(['|=', '!=', '|~', '!~', '|>', '!>'])
function isLineFilterOp(type: string): type is LineFilterOp {
  return LINE_FILTER_OPS.has(type)
}

function parseLineFilter(c: Cursor, op: LineFilterOp): Stage[] {
  const {start} = c.take()
  const matches: LineMatch[] = []
  do {
    if (c.peek().type === 'ip') matches.push({value: parseIpCall(c), ip: true})
    else matches.push({value: c.expect('STRING', ['STRING', 'ip']).text, ip: false})
  } while (c.accept('or'))
  const span = c.span(start)
  if (op.startsWith('|')) return [{kind: 'line-filter', op, matches, span}]
  return matches.map(match => ({kind: 'line-filter', op, matches: [match], span}))
}

/** After the pipe. */
function parsePiped(c: Cursor, start: number): Stage {
  const {type} = c.peek()
  switch (type) {
    case 'json': {
      c.take()
      const expressions = c.peek().type === 'IDENTIFIER' ? parseExtractions(c) : []
      return {kind: 'json', expressions, span: c.span(start)}
    }
    case 'logfmt':
      return parseLogfmt(c, start)
    case 'regexp':
    case 'pattern': {
      c.take()
      const pattern = c.expect('STRING').text
      const error = type === 'regexp' ? checkRegexpParser(pattern, c.checkRegex) : checkPatternParser(pattern)
      if (error !== undefined) throw parseFailure(`invalid ${type} parser: ${error}`)
      return {kind: type, pattern, span: c.span(start)}
    }
    case 'unpack':
    case 'decolorize':
      c.take()
      return {kind: type, span: c.span(start)}
    case 'line_format': {
      c.take()
      const template = c.expect('STRING').text
      return {kind: 'line-format', template, span: c.span(start)}
    }
    case 'label_format': {
      c.take()
      const items = list(c, () => parseLabelFormatItem(c))
      return {kind: 'label-format', items, span: c.span(start)}
    }
    case 'drop':
    case 'keep': {
      c.take()
      const items = list(c, () => parseLabelPick(c))
      return {kind: type, items, span: c.span(start)}
    }
    case 'IDENTIFIER':
    case '(': {
      const filter = parseLabelFilter(c)
      return {kind: 'label-filter', filter, span: c.span(start)}
    }
    default:
      return c.fail()
  }
}

function parseLogfmt(c: Cursor, start: number): Stage {
  c.take()
  let strict = false
  let keepEmpty = false
  for (let flag = c.accept('FUNCTION_FLAG'); flag; flag = c.accept('FUNCTION_FLAG')) {
    if (flag.text === '--strict') strict = true
    else keepEmpty = true
  }
  const expressions = c.peek().type === 'IDENTIFIER' ? parseExtractions(c) : []
  return {kind: 'logfmt', strict, keepEmpty, expressions, span: c.span(start)}
}

function parseExtractions(c: Cursor): Extraction[] {
  return list(c, () => {
    const name = c.expect('IDENTIFIER').text
    return {name, path: c.accept('=') ? c.expect('STRING').text : name}
  })
}

function parseLabelFormatItem(c: Cursor): LabelFormatItem {
  const name = c.expect('IDENTIFIER').text
  c.expect('=')
  const from = c.accept('IDENTIFIER')
  if (from) return {kind: 'rename', name, from: from.text}
  return {kind: 'template', name, template: c.expect('STRING', ['IDENTIFIER', 'STRING']).text}
}

function parseLabelPick(c: Cursor): LabelPick {
  const name = c.expect('IDENTIFIER').text
  const op = c.peek().type
  if (!isMatchOp(op)) return {kind: 'name', name}
  c.take()
  const {text} = c.expect('STRING')
  return {kind: 'matcher', name, op, value: op === '=~' || op === '!~' ? c.regex(text) : text}
}

function list<T>(c: Cursor, parse: () => T): T[] {
  const items = [parse()]
  while (c.accept(',')) items.push(parse())
  return items
}

/** `| unwrap …`, where nothing else may follow a pipe. */
export function parseLoneUnwrap(c: Cursor): Unwrap | undefined {
  const {start} = c.peek()
  if (!c.accept('|')) return undefined
  c.expect('unwrap')
  return parseUnwrap(c, start)
}

/** After `| unwrap`. */
function parseUnwrap(c: Cursor, start: number): Unwrap {
  const conversion = UNWRAP_CONVERSIONS.get(c.peek().type as 'BYTES_CONV')
  let label: string
  if (conversion === undefined) label = c.expect('IDENTIFIER', ['IDENTIFIER', ...UNWRAP_CONVERSIONS.keys()]).text
  else {
    c.take()
    c.expect('(')
    label = c.expect('IDENTIFIER').text
    c.expect(')')
  }
  const filters = []
  while (c.accept('|')) filters.push(parseLabelFilter(c))
  return {kind: 'unwrap', label, conversion: conversion ?? 'number', filters, span: c.span(start)}
}
