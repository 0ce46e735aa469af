/*
 * `| drop a, b="v", c=~"re"`: takes labels away, always or where their value matches. `__error__` and `__error_details__` stand
 * for the error state, each for its own part of it.
 */
import type {Batch} from '../batch.ts'
import {ERROR_DETAILS_LABEL, ERROR_LABEL} from '../error-state.ts'
import {eraseWhere, groupPicks, isErrorName, type LabelPick, type Picks} from './label-pick.ts'
import type {Stage, StagePlan} from './stage.ts'

/** @param text as LogQL writes the stage. */
export function planDrop(text: string, items: readonly LabelPick[]): StagePlan {
  const picks = groupPicks(items)
  return {
    kind: 'other',
    text,
    needsLine: false,
    changesLine: false,
    narrows: false,
    needs: after => {
      // Whether the details stay depends on which other labels there are.
      if (after === 'all' || (picks.has(ERROR_LABEL) && after.has(ERROR_DETAILS_LABEL))) return 'all'
      return new Set([...after].filter(name => picks.get(name) !== true))
    },
    writes: name => picks.has(name === ERROR_DETAILS_LABEL && picks.has(ERROR_LABEL) ? ERROR_LABEL : name),
    create: () => new Drop(picks),
  }
}

class Drop implements Stage {
  readonly #picks: Picks

  constructor(picks: Picks) {
    this.#picks = picks
  }

  apply(batch: Batch): void {
    if (batch.count === 0) return
    for (const [name, tests] of this.#picks) {
      const picked = (value: string): boolean => tests === true || tests.some(test => test(value))
      if (isErrorName(name)) clearErrors(batch, name, picked)
      else if (tests === true) batch.eraseAll(name)
      else eraseWhere(batch, name, picked)
    }
  }
}

function clearErrors(batch: Batch, name: string, picked: (value: string) => boolean): void {
  const {errors} = batch
  if (!errors.any) return
  const untouched = untouchedRows(batch)
  for (let i = 0; i < batch.count; i++) {
    const row = batch.selected[i]!
    if (name === ERROR_LABEL) {
      if (!picked(errors.error(row))) continue
      errors.clearError(row)
      if (untouched(row)) errors.clearDetails(row)
    } else if (picked(errors.details(row))) errors.clearDetails(row)
  }
}

/** Whether a row's labels are just those of its stream; then Loki forgets the details with the error. */
function untouchedRows(batch: Batch): (row: number) => boolean {
  const metas = batch.metaNames()
  const parsed = [...batch.parsedNames()].flatMap(name => batch.parsed(name) ?? [])
  return row =>
    !parsed.some(column => column.has(row)) &&
    !metas.some(name => batch.hasMeta(name, row)) &&
    !batch.stream.some(({name}) => batch.isErased(name, row))
}
