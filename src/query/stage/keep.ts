/*
 * `| keep a, b="v"`: takes all labels away but those listed, and of those with a matcher the ones whose value does not match.
 * The error state always stays.
 */
import type {Batch} from '../batch.ts'
import {ERROR_DETAILS_LABEL, ERROR_LABEL} from '../error-state.ts'
import {eraseWhere, groupPicks, isErrorName, type LabelPick, type Picks} from './label-pick.ts'
import type {Stage, StagePlan} from './stage.ts'

/** @param text as LogQL writes the stage. */
export function planKeep(text: string, items: readonly LabelPick[]): StagePlan {
  const picks = groupPicks(items)
  const kept = new Set([...picks.keys(), ERROR_LABEL, ERROR_DETAILS_LABEL])
  return {
    kind: 'other',
    text,
    needsLine: false,
    changesLine: false,
    narrows: false,
    needs: after => (after === 'all' ? kept : new Set([...after].filter(name => kept.has(name)))),
    writes: name => picks.get(name) !== true && !isErrorName(name),
    create: () => new Keep(picks),
  }
}

class Keep implements Stage {
  readonly #picks: Picks

  constructor(picks: Picks) {
    this.#picks = picks
  }

  apply(batch: Batch): void {
    if (batch.count === 0) return
    const names = new Set([...batch.stream.map(label => label.name), ...batch.metaNames(), ...batch.parsedNames()])
    for (const name of names) {
      const tests = this.#picks.get(name)
      if (tests === true || isErrorName(name)) continue
      if (tests === undefined) batch.eraseAll(name)
      else eraseWhere(batch, name, value => !tests.some(test => test(value)))
    }
  }
}
