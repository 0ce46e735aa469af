/*
 * Operators between two vectors: which series meet which, at every step on its own.
 *
 * Series meet when their signatures are equal: all labels, those of `on (…)`, or all but those of `ignoring (…)`. A label
 * with the value "" counts as missing.
 */
import {Failure, sortLabels, type Labels} from '../../../model/index.ts'
import type {ArithmeticOp, ComparisonOp, Matching, SetOp} from '../../logql/index.ts'
import type {Grid} from '../grid.ts'
import {dropEmpty, type Matrix, type Series} from '../matrix.ts'
import {isComparison, operate} from './operators.ts'
import {labelsKey} from '../series-table.ts'

const MANY_TO_ONE = 'multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)'
const NOT_UNIQUE = 'multiple matches for labels: grouping labels must ensure unique matches'
const manyToMany = (side: 'left' | 'right'): string =>
  `found duplicate series on the ${side} hand-side;many-to-many matching not allowed: matching labels must be unique on one side`

function signer(matching: Matching | undefined): (labels: Labels) => Labels {
  if (matching === undefined) return labels => labels.filter(l => l.value !== '')
  const listed = new Set(matching.labels)
  const {on} = matching
  return labels => labels.filter(l => listed.has(l.name) === on && l.value !== '')
}

function bySignature(series: readonly Series[], signature: (labels: Labels) => Labels): Map<string, Series[]> {
  const found = new Map<string, Series[]>()
  for (const one of series) {
    const key = labelsKey(signature(one.labels))
    const same = found.get(key)
    if (same === undefined) found.set(key, [one])
    else same.push(one)
  }
  return found
}

/** 1 at the steps where any of the series has a point. */
function presence(series: readonly Series[], grid: Grid): Uint8Array {
  const any = new Uint8Array(grid.count)
  for (const {present} of series) for (let k = 0; k < grid.count; k++) any[k]! |= present[k]!
  return any
}

/** Results under construction, one per label set. */
class Results {
  readonly #grid: Grid
  readonly #byLabels = new Map<string, Series>()

  constructor(grid: Grid) {
    this.#grid = grid
  }

  series(labels: Labels): Series {
    const key = labelsKey(labels)
    let series = this.#byLabels.get(key)
    if (series === undefined) {
      series = {labels, values: new Float64Array(this.#grid.count), present: new Uint8Array(this.#grid.count)}
      this.#byLabels.set(key, series)
    }
    return series
  }

  matrix(): Matrix {
    return {grid: this.#grid, series: dropEmpty([...this.#byLabels.values()])}
  }
}

/**
 * Arithmetic and comparisons. A comparison without `bool` filters and keeps the left value.
 *
 * @throws {Failure} EVALUATION when at some step a series meets several others and may not.
 */
export function matchVectors(
  op: ArithmeticOp | ComparisonOp,
  bool: boolean,
  matching: Matching | undefined,
  left: Matrix,
  right: Matrix,
): Matrix {
  const {grid} = left
  const manyIsRight = matching?.group === 'right'
  const many = manyIsRight ? right : left
  const one = manyIsRight ? left : right
  const signature = signer(matching)
  const ones = bySignature(one.series, signature)
  refuseDuplicates(ones, presence(many.series, grid), manyIsRight ? 'left' : 'right')

  const results = new Results(grid)
  const filters = isComparison(op) && !bool
  for (const [key, members] of bySignature(many.series, signature)) {
    // Several series may share a place, but only one at a time. A match counts even if a comparison then drops it.
    const matched = new Map<Series, Uint8Array>()
    for (const other of ones.get(key) ?? []) {
      for (const member of members) {
        let result: Series | undefined
        let taken: Uint8Array | undefined
        for (let k = 0; k < grid.count; k++) {
          if (member.present[k] === 0 || other.present[k] === 0) continue
          if (result === undefined || taken === undefined) {
            result = results.series(resultLabels(member.labels, other.labels, matching))
            taken = matched.get(result) ?? new Uint8Array(grid.count)
            matched.set(result, taken)
          }
          if (taken[k] === 1 || result.present[k] === 1)
            throw new Failure('EVALUATION', matching?.group === undefined ? MANY_TO_ONE : NOT_UNIQUE)
          taken[k] = 1
          const a = manyIsRight ? other.values[k]! : member.values[k]!
          const b = manyIsRight ? member.values[k]! : other.values[k]!
          const value = operate(op, a, b)
          if (filters && value === 0) continue
          result.values[k] = filters ? a : value
          result.present[k] = 1
        }
      }
    }
  }
  return results.matrix()
}

function refuseDuplicates(ones: Map<string, Series[]>, manyPresent: Uint8Array, side: 'left' | 'right'): void {
  for (const members of ones.values()) {
    if (members.length < 2) continue
    for (let k = 0; k < manyPresent.length; k++) {
      if (manyPresent[k] === 0) continue
      let count = 0
      for (const {present} of members) count += present[k]!
      if (count > 1) throw new Failure('EVALUATION', manyToMany(side))
    }
  }
}

/** One-to-one: the signature, or the left labels; grouped: the many side's labels and what is included from the one side. */
function resultLabels(many: Labels, one: Labels, matching: Matching | undefined): Labels {
  if (matching?.group === undefined) return signer(matching)(many)
  const included = new Set(matching.include)
  return sortLabels([...many.filter(l => !included.has(l.name)), ...one.filter(l => included.has(l.name))].filter(l => l.value !== ''))
}

/** `and`, `or`, `unless`: series of the left (and for `or` of the right) side, unchanged, at the steps that qualify. */
export function combineSets(op: SetOp, matching: Matching | undefined, left: Matrix, right: Matrix): Matrix {
  const {grid} = left
  const signature = signer(matching)
  if (op === 'or') return union(left, right, signature)
  const others = new Map([...bySignature(right.series, signature)].map(([key, series]) => [key, presence(series, grid)]))
  const wanted = op === 'and' ? 1 : 0
  return {grid, series: dropEmpty(left.series.map(series => only(series, others.get(labelsKey(signature(series.labels))), wanted)))}
}

/** The series at the steps where `mask` (missing: all 0) equals `wanted`. */
function only(series: Series, mask: Uint8Array | undefined, wanted: 0 | 1): Series {
  const present = series.present.map((here, k) => (here === 1 && (mask?.[k] ?? 0) === wanted ? 1 : 0))
  return {...series, present}
}

function union(left: Matrix, right: Matrix, signature: (labels: Labels) => Labels): Matrix {
  const {grid} = left
  const taken = new Map([...bySignature(left.series, signature)].map(([key, series]) => [key, presence(series, grid)]))
  const series: Series[] = [...left.series]
  const places = new Map(series.map(({labels}, i) => [labelsKey(labels), i]))
  for (const one of right.series) {
    const added = only(one, taken.get(labelsKey(signature(one.labels))), 0)
    if (!added.present.includes(1)) continue
    const place = places.get(labelsKey(one.labels))
    if (place === undefined) series.push(added)
    else series[place] = overlay(series[place]!, added)
  }
  return {grid, series}
}

/** Two series with the same labels and no step in common. */
function overlay(a: Series, b: Series): Series {
  const values = a.values.slice()
  const present = a.present.slice()
  for (let k = 0; k < values.length; k++) {
    if (b.present[k] === 0) continue
    values[k] = b.values[k]!
    present[k] = 1
  }
  return {labels: a.labels, values, present}
}
