/*
 * From stages of the syntax tree to stages that run: the one place that knows all operators.
 */
import {Failure, quote} from '../../model/index.ts'
import {compileRegex} from '../../regex/index.ts'
import type * as ast from '../logql/index.ts'
import {bytesTest, durationTest, equalsTest, matchesTest, numberTest} from '../stage/compare.ts'
import {containsTest} from '../stage/contains.ts'
import {planLabelFilter, type LabelCondition} from '../stage/label-filter.ts'
import type {LabelTest} from '../stage/label-test.ts'
import {planLineFilter} from '../stage/line-filter.ts'
import type {LineTest} from '../stage/line-test.ts'
import {regexTests} from '../stage/regex-test.ts'
import type {Tools} from '../stage/tools.ts'
import type {AnyStagePlan} from './pipeline.ts'

/**
 * @returns as many plans as there are stages that do something: `|= ""` is left out.
 * @throws {Failure} UNSUPPORTED naming the operator; BAD_REQUEST for patterns that do not compile.
 */
export function planStages(stages: readonly ast.Stage[], tools: Tools): AnyStagePlan[] {
  return stages.filter(stage => !keepsAll(stage)).map(stage => planStage(stage, tools))
}

function keepsAll(stage: ast.Stage): boolean {
  return stage.kind === 'line-filter' && stage.op === '|=' && stage.matches.some(match => match.value === '' && !match.ip)
}

function planStage(stage: ast.Stage, tools: Tools): AnyStagePlan {
  switch (stage.kind) {
    case 'line-filter':
      return planLineFilter(
        stage.op,
        stage.matches.flatMap(match => lineTests(stage.op, match, tools)),
      )
    case 'label-filter':
      return planLabelFilter(labelCondition(stage.filter))
    case 'json':
    case 'logfmt':
    case 'regexp':
    case 'pattern':
    case 'unpack':
    case 'line-format':
    case 'label-format':
    case 'decolorize':
    case 'drop':
    case 'keep':
      throw unsupported(`| ${stage.kind.replace('-', '_')}`)
  }
}

function lineTests(op: ast.LineFilterOp, match: ast.LineMatch, tools: Tools): LineTest[] {
  if (match.ip) throw unsupported(`${op} ip(${quote(match.value)})`)
  switch (op) {
    case '|=':
    case '!=':
      return [containsTest(match.value, tools.kernel)]
    case '|~':
    case '!~':
      return regexTests(match.value, tools.kernel)
    case '|>':
    case '!>':
      throw unsupported(`${op} ${quote(match.value)}`)
  }
}

/** The filters of a label-filter stage, and those behind `unwrap`. */
export function labelCondition(filter: ast.LabelFilter): LabelCondition {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return {kind: filter.kind, left: labelCondition(filter.left), right: labelCondition(filter.right)}
    default:
      return {kind: 'test', test: labelTest(filter)}
  }
}

function labelTest(filter: ast.StringFilter | ast.NumberFilter | ast.DurationFilter | ast.BytesFilter | ast.IpFilter): LabelTest {
  switch (filter.kind) {
    case 'string': {
      const {name, op, value} = filter
      if (op === '=' || op === '!=') return equalsTest(name, op, value)
      return matchesTest(name, op, value, compileRegex(value, {anchored: true}))
    }
    case 'number':
      return numberTest(filter.name, filter.op, filter.value)
    case 'duration':
      return durationTest(filter.name, filter.op, filter.ns, `${filter.ns}ns`)
    case 'bytes':
      return bytesTest(filter.name, filter.op, filter.bytes, `${filter.bytes}B`)
    case 'ip':
      throw unsupported(`${filter.name}${filter.op}ip(${quote(filter.pattern)})`)
  }
}

export function unsupported(operator: string): Failure {
  return new Failure('UNSUPPORTED', `not supported yet: ${operator}`)
}
