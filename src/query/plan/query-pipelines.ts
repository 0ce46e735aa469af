/*
 * What a query, or one range aggregation of it, asks of a scan. Executors run it, explain shows it.
 */
import type {Grouping, LogQuery} from '../logql/index.ts'
import type {LeafPlan} from '../metric/index.ts'
import type {SamplePlan} from '../stage/sample.ts'
import type {Names} from '../stage/stage.ts'
import type {Tools} from '../stage/tools.ts'
import {buildPipeline, type Pipeline} from './pipeline.ts'
import {planSample, planStages} from './stages.ts'

/** @throws {Failure} as planStages. */
export function logPipeline(query: LogQuery, tools: Tools): Pipeline {
  return buildPipeline(planStages(query.stages, tools), {labels: 'all', line: true})
}

export type LeafPipeline = {
  readonly pipeline: Pipeline
  /** undefined counts rows or their bytes. */
  readonly sample: SamplePlan | undefined
  /** What series are made of; undefined keeps all labels. */
  readonly grouping: Grouping | undefined
}

/** @throws {Failure} as planStages. */
export function leafPipeline(plan: LeafPlan, tools: Tools): LeafPipeline {
  const {stages, unwrap} = plan.node.range
  const sample = unwrap && planSample(unwrap)
  const grouping = groupingOf(plan)
  const labels: Names = grouping === undefined || grouping.without ? 'all' : new Set(grouping.labels)
  const pipeline = buildPipeline(planStages(stages, tools), {labels: sample?.needs(labels) ?? labels, line: false})
  return {pipeline, sample, grouping}
}

/** absent_over_time has one series, whatever the labels of its samples. */
function groupingOf({node, grouping}: LeafPlan): Grouping | undefined {
  return node.op === 'absent_over_time' ? {without: false, labels: []} : grouping
}
