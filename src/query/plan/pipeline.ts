/*
 * From the stages of a query to what runs on a chunk: order, what is needed, and which filters can run before lines are loaded.
 *
 *   as written   | json | level="error" |= "timeout" | pod="a" …
 *   moved        |= "timeout" | json | level="error" | pod="a" …      line filters go left to the last stage that changes lines
 *   early        label filters that nothing stands before any more: on metadata codes, without lines
 *
 * Moving is invisible (logql § 3.2): a line filter reads the line alone, and what a stage does to rows that are dropped later
 * cannot be seen. Line filters stay behind decolorize, line_format and unpack.
 */
import {ERROR_LABEL} from '../error-state.ts'
import {type Names, type Stage, type StagePlan} from '../stage/stage.ts'
import type {LabelFilterPlan} from '../stage/label-filter.ts'
import type {LineFilterPlan} from '../stage/line-filter.ts'

export type AnyStagePlan = LineFilterPlan | LabelFilterPlan | StagePlan

export type Pipeline = {
  /** Label filters to apply to whole chunks before any line is loaded. */
  readonly early: readonly Stage[]
  /** Everything else, in order. */
  readonly stages: readonly Stage[]
  /** A stage, or the result, looks at lines. */
  readonly needsLine: boolean
  /** `stages` may drop rows. */
  readonly narrows: boolean
  /** Nothing runs at all: the answer is known from labels, timestamps and lengths. */
  readonly empty: boolean
  readonly changesLine: boolean
  /** A stage may change what labels rows have. */
  readonly writesLabels: boolean
  /** Labels that have to be right before the first stage. */
  readonly needs: Names
  /** What `early` and `stages` were made from, in order: for explain. */
  readonly steps: readonly Step[]
  /** Stages as written that do not run. */
  readonly skipped: readonly AnyStagePlan[]
}

/**
 * @param plans  the stages as written; plans and stages are made anew for each thread.
 * @param result labels and lines that the result shows or groups by.
 */
export function buildPipeline(plans: readonly AnyStagePlan[], result: {labels: Names; line: boolean}): Pipeline {
  const steps = lazyFirst(liveSteps(moveLabelFilters(moveLineFilters(plans)), result.labels))
  let early = 0
  while (early < steps.length && steps[early]!.plan.kind === 'label-filter') early++
  const rest = steps.slice(early).map(step => step.plan)
  const create = (step: Step): Stage => step.plan.create(step.after)
  return {
    early: steps.slice(0, early).map(create),
    stages: steps.slice(early).map(create),
    needsLine: result.line || rest.some(plan => plan.needsLine),
    narrows: rest.some(plan => plan.narrows),
    empty: steps.length === 0,
    changesLine: rest.some(plan => plan.changesLine),
    writesLabels: rest.some(plan => plan.kind !== 'line-filter' && plan.kind !== 'label-filter'),
    needs: steps.length === 0 ? result.labels : steps[0]!.plan.needs(steps[0]!.after),
    steps,
    skipped: plans.filter(plan => !steps.some(step => step.plan === plan)),
  }
}

/** A stage in its place, and the labels that must be right behind it. */
export type Step = {readonly plan: AnyStagePlan; readonly after: Names}

/** Line filters go left to the last stage that changes lines; among themselves the most selective first. */
function moveLineFilters(plans: readonly AnyStagePlan[]): AnyStagePlan[] {
  return moveLeft(plans, (before, plan) => {
    if (!isLineFilter(plan) || before.changesLine) return false
    return !isLineFilter(before) || before.rank > plan.rank
  })
}

/** Label filters go left over line filters, and over stages that do not write what they read. */
function moveLabelFilters(plans: readonly AnyStagePlan[]): AnyStagePlan[] {
  return moveLeft(plans, (before, plan) => {
    if (!isLabelFilter(plan) || isLabelFilter(before)) return false
    if (isLineFilter(before)) return true
    // An error that the filter sets would be seen, overwritten or dropped by what it moves over.
    if (plan.setsErrors) return false
    for (const name of plan.names) if (before.writes(name)) return false
    return true
  })
}

function moveLeft(plans: readonly AnyStagePlan[], mayPass: (before: AnyStagePlan, plan: AnyStagePlan) => boolean): AnyStagePlan[] {
  const ordered: AnyStagePlan[] = []
  for (const plan of plans) {
    let at = ordered.length
    while (at > 0 && mayPass(ordered[at - 1]!, plan)) at--
    ordered.splice(at, 0, plan)
  }
  return ordered
}

/**
 * What each stage has to deliver, from the end. Where the result needs no labels, parsers whose labels nobody looks at do not run
 * and report no errors (logql [Q4]); otherwise they run for the errors.
 *
 * A stage before another parser also has to deliver what is dropped in between: a name that was written once is not extracted
 * again (logql § 3.5 rule 3).
 */
function liveSteps(plans: readonly AnyStagePlan[], result: Names): Step[] {
  const steps: Step[] = []
  let after = result
  let parserFollows = false
  for (const plan of plans.toReversed()) {
    const unread = plan.kind === 'parser' && !plan.changesLine && isNothing(after)
    if (unread && isNothing(result)) continue
    steps.unshift({plan, after: unread ? ERRORS : after})
    const needs = plan.needs(after)
    after = parserFollows ? union(needs, after) : needs
    // unpack, which changes the line, is one too.
    parserFollows ||= plan.kind === 'parser' || plan.changesLine
  }
  return steps
}

const ERRORS: Names = new Set([ERROR_LABEL])

function isNothing(names: Names): boolean {
  return names !== 'all' && names.size === 0
}

function union(a: Names, b: Names): Names {
  return a === 'all' || b === 'all' ? 'all' : new Set([...a, ...b])
}

/** A lazy parser before label filters first extracts what these read; the rest is extracted for the rows that are left. */
function lazyFirst(steps: readonly Step[]): Step[] {
  const expanded: Step[] = []
  for (let i = 0; i < steps.length; i++) {
    const step = steps[i]!
    const names = step.plan.lazy === true && step.after === 'all' ? filterNames(steps, i + 1) : undefined
    if (names === undefined) {
      expanded.push(step)
      continue
    }
    expanded.push({plan: step.plan, after: names})
    for (; i + 1 < steps.length && isLabelFilter(steps[i + 1]!.plan); i++) expanded.push(steps[i + 1]!)
    expanded.push(step)
  }
  return expanded
}

/** Names that the label filters from `at` on read; undefined when there is none, or one reads the error state. */
function filterNames(steps: readonly Step[], at: number): Names | undefined {
  const names = new Set<string>()
  for (let i = at; i < steps.length; i++) {
    const {plan} = steps[i]!
    if (!isLabelFilter(plan)) break
    for (const name of plan.names) names.add(name)
  }
  return names.size === 0 || names.has('__error__') || names.has('__error_details__') ? undefined : names
}

function isLineFilter(plan: AnyStagePlan): plan is LineFilterPlan {
  return plan.kind === 'line-filter'
}

function isLabelFilter(plan: AnyStagePlan): plan is LabelFilterPlan {
  return plan.kind === 'label-filter'
}
