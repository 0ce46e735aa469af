/*
 * From stages of the syntax tree to stages that run: the one place that knows all operators.
 */
import {compileRegex} from '../../regex/index.ts'
import type * as ast from '../logql/index.ts'
import {formatGoDuration, printStage} from '../logql/index.ts'
import {bytesTest, durationTest, equalsTest, matchesTest, numberTest} from '../stage/compare.ts'
import {containsTest} from '../stage/contains.ts'
import {planDecolorize} from '../stage/decolorize.ts'
import {planDrop} from '../stage/drop.ts'
import {ipLabelCondition, ipLineTest} from '../stage/ip-filter.ts'
import {planKeep} from '../stage/keep.ts'
import {planLabelFormat, type FormatItem} from '../stage/label-format.ts'
import {planLabelFilter, type LabelCondition} from '../stage/label-filter.ts'
import type {LabelPick} from '../stage/label-pick.ts'
import type {LabelTest} from '../stage/label-test.ts'
import {planLineFilter} from '../stage/line-filter.ts'
import {planLineFormat} from '../stage/line-format.ts'
import type {LineTest} from '../stage/line-test.ts'
import {planParser} from '../stage/parse/plan.ts'
import {patternTest} from '../stage/pattern-filter.ts'
import {regexTests} from '../stage/regex-test.ts'
import type {SamplePlan} from '../stage/sample.ts'
import type {Tools} from '../stage/tools.ts'
import {planUnwrap} from '../stage/unwrap.ts'
import {compileTemplate} from '../template/index.ts'
import type {AnyStagePlan} from './pipeline.ts'
import {predicateOf} from './predicates.ts'

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
      return planParser(stage, tools.kernel)
    case 'line-format':
      return planLineFormat(printStage(stage), compileTemplate(stage.template, 'line', tools.nowNs))
    case 'label-format':
      return planLabelFormat(
        printStage(stage),
        stage.items.map(item => formatItem(item, tools)),
      )
    case 'decolorize':
      return planDecolorize()
    case 'drop':
      return planDrop(printStage(stage), stage.items.map(labelPick))
    case 'keep':
      return planKeep(printStage(stage), stage.items.map(labelPick))
  }
}

function formatItem(item: ast.LabelFormatItem, {nowNs}: Tools): FormatItem {
  return item.kind === 'rename' ? item : {kind: 'template', name: item.name, template: compileTemplate(item.template, 'label', nowNs)}
}

function labelPick(pick: ast.LabelPick): LabelPick {
  return pick.kind === 'name' ? {name: pick.name} : predicateOf(pick)
}

function lineTests(op: ast.LineFilterOp, match: ast.LineMatch, tools: Tools): LineTest[] {
  if (match.ip) return [ipLineTest(match.value, tools.kernel)]
  switch (op) {
    case '|=':
    case '!=':
      return [containsTest(match.value, tools.kernel)]
    case '|~':
    case '!~':
      return regexTests(match.value, tools.kernel)
    case '|>':
    case '!>':
      return [patternTest(match.value, tools.kernel)]
  }
}

/** The filters of a label-filter stage, and those behind `unwrap`. */
export function labelCondition(filter: ast.LabelFilter): LabelCondition {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return {kind: filter.kind, left: labelCondition(filter.left), right: labelCondition(filter.right)}
    case 'ip':
      return ipLabelCondition(filter.name, filter.op, filter.pattern)
    default:
      return {kind: 'test', test: labelTest(filter)}
  }
}

function labelTest(filter: ast.StringFilter | ast.NumberFilter | ast.DurationFilter | ast.BytesFilter): LabelTest {
  switch (filter.kind) {
    case 'string': {
      const {name, op, value} = filter
      if (op === '=' || op === '!=') return equalsTest(name, op, value)
      return matchesTest(name, op, value, compileRegex(value, {anchored: true}))
    }
    case 'number':
      return numberTest(filter.name, filter.op, filter.value)
    case 'duration':
      return durationTest(filter.name, filter.op, filter.ns, formatGoDuration(BigInt(filter.ns)))
    case 'bytes':
      return bytesTest(filter.name, filter.op, filter.bytes, `${filter.bytes}B`)
  }
}

/** `| unwrap …` and the label filters behind it. */
export function planSample({label, conversion, filters}: ast.Unwrap): SamplePlan {
  return planUnwrap(
    label,
    conversion,
    filters.map(filter => planLabelFilter(labelCondition(filter))),
  )
}
