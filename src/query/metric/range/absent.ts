/*
 * absent_over_time: one series with 1 where nothing was found, named after what was looked for.
 */
import {sortLabels, type Label, type Labels, type Matcher} from '../../../model/index.ts'
import type {Matrix} from '../matrix.ts'

/** Labels of the `=` matchers; a name that is used twice is left out, whatever the operators (logql.md § 6.4). */
export function absentLabels(matchers: readonly Matcher[]): Labels {
  const labels: Label[] = []
  for (const {name, op, value} of matchers) {
    const repeated = matchers.filter(other => other.name === name).length > 1
    if (op === '=' && value !== '' && !repeated) labels.push({name, value})
  }
  return sortLabels(labels)
}

/** @param found  the merged leaf of absent_over_time. */
export function absentOf(found: Matrix, matchers: readonly Matcher[]): Matrix {
  const {grid} = found
  const present = new Uint8Array(grid.count).fill(1)
  for (const series of found.series) for (let k = 0; k < grid.count; k++) if (series.present[k] === 1) present[k] = 0
  if (!present.includes(1)) return {grid, series: []}
  return {grid, series: [{labels: absentLabels(matchers), values: new Float64Array(grid.count).fill(1), present}]}
}
