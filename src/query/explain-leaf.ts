/*
 * What each worker does for one range aggregation, or for a log query, in words.
 */
import {dayName, dayOf, formatPromDuration, nsOfDay, quote} from '../model/index.ts'
import {printSelector, type Grouping, type LogQuery, type RangeOp} from './logql/index.ts'
import type {LeafPlan} from './metric/index.ts'
import type {AnyStagePlan, Pipeline, Step} from './plan/pipeline.ts'
import {leafPipeline, logPipeline} from './plan/query-pipelines.ts'
import type {Searched} from './stage/line-test.ts'
import type {Names} from './stage/stage.ts'
import type {Tools} from './stage/tools.ts'

/** Rows that are looked at, half-open. */
export type Span = {readonly fromNs: bigint; readonly toNs: bigint}
type Field = readonly [name: string, lines: readonly string[]]

/** @throws {Failure} as planStages. */
export function explainLogs(query: LogQuery, tools: Tools, span: Span | undefined): string[] {
  const pipeline = logPipeline(query, tools)
  return section('log query, by each worker for its streams', [
    ['streams', [printSelector(query.selector)]],
    ...spanField(span),
    ...stageFields(pipeline),
    ['reads', [`${finding(pipeline)}, to find rows`, 'line and all labels, of rows in the answer']],
    [
      'ends',
      [
        pipeline.narrows
          ? 'when as many rows as asked for have passed'
          : 'when as many rows as asked for are found: their timestamps decide',
      ],
    ],
  ])
}

/** @throws {Failure} as planStages. */
export function explainLeaf(title: string, plan: LeafPlan, tools: Tools, span: Span | undefined): string[] {
  const {node} = plan
  const {range} = node
  const {pipeline, sample, grouping} = leafPipeline(plan, tools)
  const bytes = node.op === 'bytes_over_time' || node.op === 'bytes_rate'
  const parameter = node.parameter === undefined ? '' : `(${node.parameter})`
  const offset = range.offsetNs === 0n ? '' : `, offset ${range.offsetNs < 0n ? '-' : ''}${formatPromDuration(magnitude(range.offsetNs))}`
  return section(
    `${title}: ${node.op}${parameter}, windows of ${formatPromDuration(range.rangeNs)}${offset}, by each worker for its streams`,
    [
      ['streams', [printSelector(range.selector)]],
      ...spanField(span),
      ...stageFields(pipeline),
      ['samples', [sample?.text ?? (bytes ? 'bytes of the line' : '1 per row')]],
      ['series', [series(grouping, plan)]],
      ['reads', [columns(pipeline, bytes)]],
      ...indexField(pipeline, sample !== undefined, grouping, node.op),
    ],
  )
}

function section(title: string, fields: readonly Field[]): string[] {
  const width = Math.max(...fields.map(([name]) => name.length))
  const lines = fields.flatMap(([name, texts]) => texts.map((text, i) => `  ${(i === 0 ? name : '').padEnd(width)}  ${text}`))
  return [title, ...lines]
}

function spanField(span: Span | undefined): Field[] {
  return span === undefined ? [] : [['rows', [`from ${instant(span.fromNs)} to before ${instant(span.toNs)}`]]]
}

function stageFields({early, steps, skipped}: Pipeline): Field[] {
  const width = Math.max(0, ...steps.map(({plan}) => written(plan).length))
  const line = (step: Step): string => `${written(step.plan).padEnd(width)}  ${note(step)}`.trimEnd()
  const fields: Field[] = []
  if (early.length > 0) fields.push(['first', [...steps.slice(0, early.length).map(line), '(on whole chunks, before lines are read)']])
  if (steps.length > early.length) fields.push(['stages', steps.slice(early.length).map(line)])
  if (skipped.length > 0) fields.push(['not run', skipped.map(plan => `${written(plan)}  nobody looks at its labels`)])
  return fields
}

/** As in a query; plans differ in whether they write the bar. */
function written({kind, text}: AnyStagePlan): string {
  return kind === 'line-filter' || text.startsWith('|') ? text : `| ${text}`
}

function note({plan, after}: Step): string {
  if ('tests' in plan)
    return plan.tests.map(test => (test.searched === undefined ? 'looks at each line' : searches(test.searched))).join('; or ')
  if (plan.kind !== 'parser') return ''
  if (after === 'all') return 'extracts all labels'
  const names = [...after].filter(name => name !== '__error__' && name !== '__error_details__').toSorted()
  const found = names.length === 0 ? 'extracts nothing' : `extracts only ${names.join(', ')}`
  return names.length === after.size ? found : `${found}; reads each line to its end, for errors`
}

function searches({texts, fold, decides}: Searched): string {
  const search = `searches for ${texts.map(quote).join(' or ')}${fold ? ' in any case' : ''}`
  return decides ? search : `${search}, tests lines that have it`
}

function series(grouping: Grouping | undefined, {pushed, removedLabel}: LeafPlan): string {
  const labels = grouping === undefined ? 'all labels' : `${grouping.without ? 'all labels without' : 'by'} (${grouping.labels.join(', ')})`
  const from = pushed ? ', as the aggregation around it has them' : ''
  return `${labels}${from}${removedLabel === undefined ? '' : `; not ${removedLabel}, which is unwrapped`}`
}

/** What a log query reads before it knows the rows of its answer. */
function finding({early, steps, narrows}: Pipeline): string {
  const filters = (narrows ? steps : steps.slice(0, early.length)).map(step => step.plan)
  const names = filters.flatMap(plan => ('names' in plan ? [...plan.names] : []))
  return ['timestamps', ...(narrows ? ['lines'] : []), ...metadataOf(new Set(names))].join(', ')
}

/** What is read of a chunk that is opened. */
function columns({needs, needsLine}: Pipeline, lengths: boolean): string {
  return ['timestamps', ...(needsLine ? ['lines'] : lengths ? ['line lengths'] : []), ...metadataOf(needs)].join(', ')
}

function metadataOf(needs: Names): string[] {
  if (needs === 'all') return ['all metadata']
  const names = [...needs].filter(name => name !== '__error__' && name !== '__error_details__').toSorted()
  return names.length === 0 ? [] : [`metadata ${names.join(', ')} (where it is no label of the stream)`]
}

const ADDITIVE: ReadonlySet<RangeOp> = new Set(['count_over_time', 'rate', 'bytes_over_time', 'bytes_rate', 'absent_over_time'])

/** The conditions of exec/leaf-scan.ts for counting a chunk that is not opened, as far as they do not depend on the data. */
function indexField({empty}: Pipeline, unwraps: boolean, grouping: Grouping | undefined, op: RangeOp): Field[] {
  if (!empty || unwraps || grouping === undefined || grouping.without || !ADDITIVE.has(op)) return []
  const labels = grouping.labels.length === 0 ? '' : `, of streams with ${grouping.labels.join(', ')}`
  return [['or', [`the chunk table alone: chunks that lie in the same windows as a whole${labels}`]]]
}

function magnitude(ns: bigint): bigint {
  return ns < 0n ? -ns : ns
}

/** RFC 3339 with as many digits as it takes. */
function instant(ns: bigint): string {
  const rest = nsOfDay(ns)
  const time = new Date(Math.floor(rest / 1e6)).toISOString().slice(11, 19)
  const fraction = String(rest % 1e9)
    .padStart(9, '0')
    .replace(/0+$/, '')
  return `${dayName(dayOf(ns))}T${time}${fraction === '' ? '' : `.${fraction}`}Z`
}
