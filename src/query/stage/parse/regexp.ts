/*
 * `| regexp "(?P<method>\\w+) (?P<path>\\S+)"`: the named groups of the leftmost match as labels (logql § 3.5).
 */
import {quote} from '../../../model/index.ts'
import type {Regex} from '../../../regex/index.ts'
import type {Batch} from '../../batch.ts'
import {parserNeeds, type Stage, type StagePlan} from '../stage.ts'
import {KeyTargets} from './targets.ts'
import {labelNamePart} from './text.ts'

/** @param regex unanchored, with named groups. */
export function planRegexp(regex: Regex): StagePlan {
  const groups = regex.groupNames.flatMap((name, index) => (name === undefined ? [] : [{index, name: labelNamePart(name, true)}]))
  const written = new Set(groups.flatMap(({name}) => [name, `${name}_extracted`]))
  return {
    kind: 'parser',
    text: `regexp ${quote(regex.pattern)}`,
    needsLine: true,
    changesLine: false,
    narrows: false,
    needs: parserNeeds,
    writes: name => written.has(name),
    create: after => new Regexp(regex, groups, new KeyTargets(after)),
  }
}

class Regexp implements Stage {
  readonly #regex: Regex
  readonly #targets: KeyTargets
  readonly #groups: readonly {readonly index: number; readonly slot: number}[]

  constructor(regex: Regex, groups: readonly {readonly index: number; readonly name: string}[], targets: KeyTargets) {
    this.#regex = regex
    this.#targets = targets
    this.#groups = groups.map(({index, name}) => ({index, slot: targets.slot(name)})).filter(({slot}) => slot >= 0)
  }

  apply(batch: Batch): void {
    if (batch.count === 0 || this.#groups.length === 0) return
    const targets = this.#targets
    if (!targets.begin(batch, false)) return
    for (let i = 0; i < batch.count; i++) {
      const row = batch.selected[i]!
      batch.openLine(row)
      const {lineBuffer, lineStart, lineEnd} = batch
      const match = this.#regex.find(lineBuffer, lineStart, lineEnd)
      if (match === undefined) continue
      for (const {index, slot} of this.#groups) {
        const column = targets.open(slot, row)
        if (column === undefined) continue
        const start = match[2 * index]!
        if (start < 0) column.setText(row, '')
        else batch.putSpan(column, row, start, match[2 * index + 1]!)
      }
    }
    targets.end()
  }
}
