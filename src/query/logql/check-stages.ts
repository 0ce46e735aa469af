/*
 * What can only be wrong with a stage once it is built (logql.md § 2.5, 3.5): regexes and ip patterns of line filters, paths,
 * templates. Apart from parsing, because a query with such faults can be formatted, but not run.
 *
 * Loki builds line filters before the stages around them, all filters between two stages that change the line (or two label
 * filters) as one; so that is the text its errors show: parse error : stage '|= "a" |~ "("' : error parsing regexp: …
 */
import {checkRegex} from '../../regex/index.ts'
import type {LabelFilter, LabelFormat, LineFilter, LineMatch, LogQuery, LogRange, Query, Stage, Unwrap} from './ast.ts'
import type {CheckRegex} from './cursor.ts'
import {NO_NARROWING_MATCHER, parseFailure} from './errors.ts'
import {parseIpPattern} from './value/ip.ts'
import {parseJsonPath, parseLogfmtKey} from './value/paths.ts'
import {parse, type ParseOptions} from './parser.ts'
import {checkPatternFilter} from './value/pattern.ts'
import {print, printLabelFilter, printStage} from './print.ts'
import {selectorsOf, walk} from './walk.ts'

/** Undefined: valid. Otherwise Go's words, `template: line:1: unclosed action`. */
export type CheckTemplate = (text: string, kind: 'line' | 'label') => string | undefined

export type CheckOptions = ParseOptions & {readonly checkTemplate?: CheckTemplate}

/** Throws where a parsed query cannot be run. @throws {Failure} BAD_REQUEST `parse error : stage '<stage>' : <cause>` */
export function checkQuery(query: Query, options: CheckOptions = {}): void {
  checkNames(query, options)
  walk(query, node => {
    if (node.kind === 'logs' || node.kind === 'log-range') checkPipeline(node, options)
    if (node.kind === 'log-range' && node.unwrap) checkUnwrap(node.unwrap)
    // An aggregation of a bare number has no logs to read; Loki words that as a missing selector (Q24).
    const inner = node.kind === 'vector-aggregation' || node.kind === 'label-replace' ? node.inner.kind : undefined
    if (inner === 'literal') throw parseFailure(NO_NARROWING_MATCHER)
  })
}

/** The lexer takes any stray character for a name. No stream has such a label; Loki fails on its own quoted spelling of it (Q26). */
function checkNames(query: Query, options: CheckOptions): void {
  const odd = selectorsOf(query).some(({matchers}) => matchers.some(({name}) => !/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name)))
  if (odd) parse(print(query), options)
}

function checkPipeline({stages}: LogQuery | LogRange, options: CheckOptions): void {
  for (const run of runsOf(stages)) {
    const filters = run.filter(stage => stage.kind === 'line-filter')
    const filterText = filters.map(printStage).join(' ')
    for (const filter of filters) report(filterText, lineFilterFault(filter, options.checkRegex ?? checkRegex))
    for (const stage of run) report(printStage(stage), stageFault(stage, options))
  }
}

function runsOf(stages: readonly Stage[]): Stage[][] {
  let run: Stage[] = []
  const runs = [run]
  for (const stage of stages) {
    run.push(stage)
    if (stage.kind === 'label-filter' || stage.kind === 'line-format' || stage.kind === 'unpack') runs.push((run = []))
  }
  return runs
}

function report(text: string, cause: string | undefined): void {
  if (cause !== undefined) throw parseFailure(`stage '${text}' : ${cause}`)
}

function lineFilterFault({op, matches}: LineFilter, regexFault: CheckRegex): string | undefined {
  const fault = ({value, ip}: LineMatch): string | undefined => {
    if (ip) return op === '|=' || op === '!=' ? ipFault(value) : 'ip: invalid operation'
    if (op === '|>' || op === '!>') return checkPatternFilter(value)
    if (op === '|=' || op === '!=') return undefined
    const error = regexFault(value)
    return error && `error parsing regexp: ${error}`
  }
  return first(matches, fault)
}

function stageFault(stage: Stage, options: CheckOptions): string | undefined {
  switch (stage.kind) {
    case 'json':
      return first(stage.expressions, ({path}) => parseJsonPath(path).error)
    case 'logfmt':
      return first(stage.expressions, ({path}) => parseLogfmtKey(path).error)
    case 'label-filter':
      return labelFilterFault(stage.filter)
    case 'line-format': {
      const error = options.checkTemplate?.(stage.template, 'line')
      return error && `invalid line template: ${error}`
    }
    case 'label-format':
      return labelFormatFault(stage, options.checkTemplate)
    default:
      return undefined
  }
}

function labelFormatFault({items}: LabelFormat, checkTemplate: CheckTemplate | undefined): string | undefined {
  const seen = new Set<string>()
  for (const {name} of items) {
    if (name === '__error__') return `${name} cannot be formatted`
    if (seen.has(name)) return `multiple label name '${name}' not allowed in a single format operation`
    seen.add(name)
  }
  return first(items, item => {
    const error = item.kind === 'template' ? checkTemplate?.(item.template, 'label') : undefined
    return error && `invalid template for label '${item.name}': ${error}`
  })
}

/** Every address is checked, also inside `or`, where Loki accepts what can never match (Q25). */
function labelFilterFault(filter: LabelFilter): string | undefined {
  switch (filter.kind) {
    case 'ip':
      return ipFault(filter.pattern)
    case 'and':
    case 'or':
      return labelFilterFault(filter.left) ?? labelFilterFault(filter.right)
    default:
      return undefined
  }
}

function checkUnwrap({filters}: Unwrap): void {
  for (const filter of filters) report(`| ${printLabelFilter(filter)}`, labelFilterFault(filter))
}

function ipFault(pattern: string): string | undefined {
  return parseIpPattern(pattern) ? undefined : `ip: invalid pattern: ${JSON.stringify(pattern)}`
}

function first<T>(items: readonly T[], fault: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const cause = fault(item)
    if (cause !== undefined) return cause
  }
  return undefined
}
