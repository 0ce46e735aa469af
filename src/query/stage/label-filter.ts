/*
 * `| level="error" and status >= 500`: keeps rows by the values of labels. A test runs once per distinct value where rows read
 * dictionary codes, once per batch where all rows read the same.
 */
import type {MetaColumn} from '../../store/index.ts'
import type {Batch} from '../batch.ts'
import {viewForFilter, type LabelView} from '../label-view.ts'
import type {LabelTest, Verdict} from './label-test.ts'
import {keepMarked} from './selection.ts'
import {withNames, type Stage, type StagePlan} from './stage.ts'

export type LabelCondition =
  | {readonly kind: 'test'; readonly test: LabelTest}
  | {readonly kind: 'and' | 'or'; readonly left: LabelCondition; readonly right: LabelCondition}

export type LabelFilterPlan = StagePlan & {readonly kind: 'label-filter'; readonly names: ReadonlySet<string>; readonly setsErrors: boolean}

export function planLabelFilter(condition: LabelCondition): LabelFilterPlan {
  const tests: LabelTest[] = []
  collectTests(condition, tests)
  const names = new Set(tests.map(test => test.name))
  const setsErrors = tests.some(test => test.converts)
  return {
    kind: 'label-filter',
    text: describe(condition),
    names,
    setsErrors,
    needsLine: false,
    changesLine: false,
    narrows: true,
    needs: after => withNames(after, names),
    writes: name => setsErrors && (name === '__error__' || name === '__error_details__'),
    create: () => new LabelFilter(condition),
  }
}

function collectTests(condition: LabelCondition, tests: LabelTest[]): void {
  if (condition.kind === 'test') tests.push(condition.test)
  else {
    collectTests(condition.left, tests)
    collectTests(condition.right, tests)
  }
}

function describe(condition: LabelCondition): string {
  if (condition.kind === 'test') return condition.test.text
  return `( ${describe(condition.left)} ${condition.kind} ${describe(condition.right)} )`
}

class LabelFilter implements Stage {
  readonly #condition: LabelCondition
  #marks: Uint8Array = new Uint8Array(0)

  constructor(condition: LabelCondition) {
    this.#condition = condition
  }

  apply(batch: Batch): void {
    if (batch.count === 0) return
    this.#narrow(batch, this.#condition)
  }

  #narrow(batch: Batch, condition: LabelCondition): void {
    if (condition.kind === 'and') {
      // Errors of the right side on rows that the left side drops cannot be seen, so the right side need not run on them.
      this.#narrow(batch, condition.left)
      this.#narrow(batch, condition.right)
      return
    }
    if (condition.kind === 'test') {
      const uniform = viewForFilter(batch, condition.test.name).uniform
      if (uniform !== undefined) {
        const verdict = condition.test.test(uniform.value)
        if (verdict === false) batch.count = 0
        if (typeof verdict === 'boolean') return
      }
    }
    if (this.#marks.length < batch.rows) this.#marks = new Uint8Array(batch.rows)
    mark(batch, condition, batch.selected, batch.count, this.#marks)
    keepMarked(batch, this.#marks)
  }
}

/** Sets marks[row] to 1 or 0 for the given rows, and the error of rows whose value does not convert. */
function mark(batch: Batch, condition: LabelCondition, rows: Uint32Array, count: number, marks: Uint8Array): void {
  if (condition.kind === 'test') {
    markTest(batch, condition.test, rows, count, marks)
    return
  }
  mark(batch, condition.left, rows, count, marks)
  if (condition.kind === 'and') {
    const right = new Uint8Array(batch.rows)
    mark(batch, condition.right, rows, count, right)
    for (let i = 0; i < count; i++) marks[rows[i]!]! &= right[rows[i]!]!
    return
  }
  // The right side of `or` runs only where the left one is false: its errors show.
  const rest = new Uint32Array(count)
  let left = 0
  for (let i = 0; i < count; i++) if (marks[rows[i]!] === 0) rest[left++] = rows[i]!
  if (left > 0) mark(batch, condition.right, rest, left, marks)
}

function markTest(batch: Batch, test: LabelTest, rows: Uint32Array, count: number, marks: Uint8Array): void {
  const view = viewForFilter(batch, test.name)
  if (view.uniform !== undefined) {
    const verdict = test.test(view.uniform.value)
    for (let i = 0; i < count; i++) marks[rows[i]!] = settle(batch, rows[i]!, verdict)
    return
  }
  if (view.codes !== undefined) markCodes(batch, view, test, rows, count, marks)
  else markValues(batch, view, test, rows, count, marks)
}

const UNKNOWN = 2

function markCodes(batch: Batch, view: LabelView, test: LabelTest, rows: Uint32Array, count: number, marks: Uint8Array): void {
  const {codes, column} = view.codes!
  const verdicts = new Uint8Array(column.distinct + 1).fill(UNKNOWN)
  for (let i = 0; i < count; i++) {
    const row = rows[i]!
    const code = codes[row]!
    let known = verdicts[code]!
    if (known === UNKNOWN) {
      const verdict = code === 0 ? test.test(view.absent) : testValue(test, column, code - 1)
      known = settle(batch, row, verdict)
      // Values that do not convert need their details per row; they are the exception.
      if (typeof verdict === 'boolean') verdicts[code] = known
    }
    marks[row] = known
  }
}

function testValue(test: LabelTest, column: MetaColumn, index: number): Verdict {
  if (test.testBytes !== undefined) {
    const bytes = column.valueBytes(index)
    const verdict = test.testBytes(bytes, 0, bytes.length)
    if (verdict !== undefined) return verdict
  }
  return test.test(column.value(index))
}

function markValues(batch: Batch, view: LabelView, test: LabelTest, rows: Uint32Array, count: number, marks: Uint8Array): void {
  const {parsed} = view
  for (let i = 0; i < count; i++) {
    const row = rows[i]!
    let verdict: Verdict | undefined
    if (test.testBytes !== undefined && parsed?.isSpan(row)) verdict = test.testBytes(batch.buffer, parsed.start(row), parsed.end(row))
    marks[row] = settle(batch, row, verdict ?? test.test(view.text(row)))
  }
}

function settle(batch: Batch, row: number, verdict: Verdict): 0 | 1 {
  if (typeof verdict === 'boolean') return verdict ? 1 : 0
  batch.errors.setIfNone(row, 'LabelFilterErr', verdict.details)
  return 1
}
