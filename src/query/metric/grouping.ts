/*
 * `by (…)` and `without (…)`.
 */
import type {Labels} from '../../model/index.ts'
import type {Grouping} from '../logql/index.ts'

/**
 * Reduces label sets. `by` keeps the listed labels that exist, even with the value ""; `without` drops the listed ones and
 * those with the value "".
 */
export function grouper({without, labels}: Grouping): (labels: Labels) => Labels {
  const listed = new Set(labels)
  if (without) return all => all.filter(label => !listed.has(label.name) && label.value !== '')
  return all => all.filter(label => listed.has(label.name))
}
