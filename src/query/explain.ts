/*
 * `skald explain`: what a query will do, in words, from the same plans that run it.
 *
 *   query        as format_query writes it
 *   evaluation   operators above range aggregations, on the main thread
 *   leaf n       one range aggregation, or the log query itself: what each worker does with its streams
 *
 * Says nothing about how much there is to read: that takes the data.
 */
import {checkedQuery, PLANNING} from './checked-query.ts'
import {explainLeaf, explainLogs} from './explain-leaf.ts'
import {format, type Binary, type Grouping, type MetricExpr, type Query} from './logql/index.ts'
import {leavesOf, type LeafPlan} from './metric/index.ts'
import {alignedGrid, leavesOver} from './metric-query.ts'

/** Of a range query: what the times of the plan are computed from. The end is inclusive for metric queries, exclusive for logs. */
export type ExplainedRange = {readonly startNs: bigint; readonly endNs: bigint; readonly stepNs: bigint}

/**
 * @param range undefined leaves times out.
 * @returns lines of text, the last one ended.
 * @throws {Failure} BAD_REQUEST with the text that asking the query would give.
 */
export function explainQuery(text: string, range?: ExplainedRange): string {
  const query = checkedQuery(text)
  const sections = [['query', ...indent(format(query).split('\n'))], ...explain(query, range)]
  return `${sections.map(lines => lines.join('\n')).join('\n\n')}\n`
}

function explain(query: Query, range: ExplainedRange | undefined): string[][] {
  if (query.kind === 'logs') return [explainLogs(query, PLANNING, range && {fromNs: range.startNs, toNs: range.endNs})]
  const plans = leavesOf(query)
  const leaves = range && leavesOver(query, alignedGrid(range.startNs, range.endNs, range.stepNs))
  return [
    ['evaluation', ...indent(evaluation(query, plans))],
    ...plans.map((plan, i) => explainLeaf(`leaf ${i + 1}`, plan, PLANNING, leaves?.[i])),
  ]
}

/** The tree above the leaves, which are numbered in the order of {@link leavesOf}. */
function evaluation(query: Exclude<Query, {kind: 'logs'}>, plans: readonly LeafPlan[]): string[] {
  const lines = (node: MetricExpr): string[] => {
    switch (node.kind) {
      case 'literal':
        return [String(node.value)]
      case 'vector':
        return [`vector(${node.value})`]
      case 'range-aggregation':
        return [`leaf ${plans.findIndex(plan => plan.node === node) + 1}`]
      case 'label-replace':
        return [`label_replace of ${node.target}`, ...indent(lines(node.inner))]
      case 'binary':
        return [operator(node), ...indent([...lines(node.left), ...lines(node.right)])]
      case 'vector-aggregation': {
        const parameter = node.parameter === undefined ? '' : `(${node.parameter})`
        const pushed = plans.some(plan => plan.pushed && plan.node === node.inner) ? ': done while reading' : ''
        return [`${node.op}${parameter}${grouped(node.grouping)}${pushed}`, ...indent(lines(node.inner))]
      }
    }
  }
  return query.kind === 'variants' ? ['variants', ...indent(query.variants.flatMap(lines))] : lines(query)
}

function operator({op, bool, matching}: Binary): string {
  const match = matching === undefined ? '' : ` ${matching.on ? 'on' : 'ignoring'} (${matching.labels.join(', ')})`
  const group = matching?.group === undefined ? '' : ` group_${matching.group} (${matching.include.join(', ')})`
  return `${op}${bool ? ' bool' : ''}${match}${group}`
}

function grouped({without, labels}: Grouping): string {
  return without || labels.length > 0 ? ` ${without ? 'without' : 'by'} (${labels.join(', ')})` : ''
}

function indent(lines: readonly string[]): string[] {
  return lines.map(line => `  ${line}`)
}
