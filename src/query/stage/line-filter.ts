/*
 * `|= != |~ !~ |> !>`: keeps lines by what they hold. Works on the whole buffer of lines while most rows are still selected,
 * and line by line when few are, or when a stage replaced lines.
 */
import type {Batch} from '../batch.ts'
import type {LineTest} from './line-test.ts'
import {keepListed, keepMarked, keepRows} from './selection.ts'
import type {Stage, StagePlan} from './stage.ts'

// Searching the whole buffer beats going from line to line until about one row in eight is left.
const DENSE_SHARE = 8

// A negative filter usually drops little, so it waits for the positive ones.
const NEGATIVE_RANK = 4

export type LineFilterPlan = StagePlan & {
  readonly kind: 'line-filter'
  readonly negate: boolean
  /** Alternatives, cheapest first. */
  readonly tests: readonly LineTest[]
  /** Filters of a smaller rank are cheaper or drop more: they go first. */
  readonly rank: number
}

/**
 * @param op    as written, for the text.
 * @param tests one or more; a line passes when any does, or with a negative operator when none does.
 */
export function planLineFilter(op: string, tests: readonly LineTest[]): LineFilterPlan {
  const negate = op.startsWith('!')
  const ordered = [...tests].sort((a, b) => a.cost - b.cost)
  return {
    kind: 'line-filter',
    text: `${op} ${tests.map(test => test.text).join(' or ')}`,
    needsLine: true,
    changesLine: false,
    narrows: true,
    negate,
    tests: ordered,
    rank: ordered.reduce((sum, test) => sum + test.cost, negate ? NEGATIVE_RANK : 0),
    needs: after => after,
    writes: () => false,
    create: () => new LineFilter(negate, ordered),
  }
}

class LineFilter implements Stage {
  readonly #negate: boolean
  readonly #tests: readonly LineTest[]
  #rows = new Uint32Array(0)

  constructor(negate: boolean, tests: readonly LineTest[]) {
    this.#negate = negate
    this.#tests = tests
  }

  apply(batch: Batch): void {
    if (batch.count === 0) return
    const dense = !batch.linesReplaced && batch.count * DENSE_SHARE >= batch.rows && this.#tests.every(test => test.findRows !== undefined)
    if (dense) this.#whole(batch)
    else this.#lineByLine(batch)
  }

  #whole(batch: Batch): void {
    const {buffer, offsets, rows} = batch
    if (this.#rows.length < rows) this.#rows = new Uint32Array(rows)
    const found = this.#rows
    const among = batch.count < rows ? batch.selected.subarray(0, batch.count) : undefined
    if (this.#tests.length === 1) {
      const count = this.#tests[0]!.findRows!(buffer, offsets, found, among)
      keepListed(batch, found, count, this.#negate)
      return
    }
    const marks = new Uint8Array(rows).fill(this.#negate ? 1 : 0)
    for (const test of this.#tests) {
      const count = test.findRows!(buffer, offsets, found, among)
      for (let i = 0; i < count; i++) marks[found[i]!] = this.#negate ? 0 : 1
    }
    keepMarked(batch, marks)
  }

  #lineByLine(batch: Batch): void {
    const tests = this.#tests
    keepRows(batch, row => {
      batch.openLine(row)
      for (const test of tests) if (test.test(batch.lineBuffer, batch.lineStart, batch.lineEnd)) return !this.#negate
      return this.#negate
    })
  }
}
