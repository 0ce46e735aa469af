/*
 * What `drop` and `keep` list: names, and matchers of a label's value. Regexes are fully anchored and dot-all, unlike those of
 * label filters; a missing label is "".
 */
import type {Batch} from '../batch.ts'
import {ERROR_DETAILS_LABEL, ERROR_LABEL} from '../error-state.ts'
import {viewLabel} from '../label-view.ts'

/** Without `matches`, any value of the label is meant. */
export type LabelPick = {readonly name: string; readonly matches?: (value: string) => boolean}

/** Tests of one name: a row is picked when any holds. */
type ValueTest = (value: string) => boolean

/** By name: true when it is picked whatever its value, else the tests, one of which has to hold. */
export type Picks = ReadonlyMap<string, true | readonly ValueTest[]>

export function groupPicks(picks: readonly LabelPick[]): Picks {
  const groups = new Map<string, true | ValueTest[]>()
  for (const {name, matches} of picks) {
    const group = groups.get(name) ?? []
    if (matches === undefined) groups.set(name, true)
    else if (group !== true) groups.set(name, [...group, matches])
  }
  return groups
}

export function isErrorName(name: string): boolean {
  return name === ERROR_LABEL || name === ERROR_DETAILS_LABEL
}

/** Erases a label in the selected rows where `erase` says so for its value ("" when it is missing). Once per distinct value. */
export function eraseWhere(batch: Batch, name: string, erase: ValueTest): void {
  const {uniform, codes, absent, text} = viewLabel(batch, name)
  if (uniform !== undefined) {
    if (erase(uniform.value ?? '')) batch.eraseAll(name)
    return
  }
  if (codes === undefined) {
    for (let i = 0; i < batch.count; i++) {
      const row = batch.selected[i]!
      if (erase(text(row) ?? '')) batch.eraseRow(name, row)
    }
    return
  }
  const {column} = codes
  const verdicts: (boolean | undefined)[] = []
  for (let i = 0; i < batch.count; i++) {
    const row = batch.selected[i]!
    const code = codes.codes[row]!
    verdicts[code] ??= erase(code === 0 ? (absent ?? '') : column.value(code - 1))
    if (verdicts[code]) batch.eraseRow(name, row)
  }
}
