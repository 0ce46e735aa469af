/*
 * `| pattern "<ip> - - <_> \"<method> <path> <_>\" <status>"`: what is between literals as labels (logql § 3.5).
 */
import {quote} from '../../../model/index.ts'
import type {Batch} from '../../batch.ts'
import {encodeText} from '../../bytes.ts'
import type {PatternPart} from '../../logql/index.ts'
import {parserNeeds, type Stage, type StagePlan} from '../stage.ts'
import {KeyTargets} from './targets.ts'

/** @param parts  captures and literals in turn, at least one capture with a name. */
export function planPattern(pattern: string, parts: readonly PatternPart[]): StagePlan {
  const names = parts.flatMap(part => (part.kind === 'capture' && part.name !== undefined ? [part.name] : []))
  const written = new Set(names.flatMap(name => [name, `${name}_extracted`]))
  return {
    kind: 'parser',
    text: `pattern ${quote(pattern)}`,
    needsLine: true,
    changesLine: false,
    narrows: false,
    needs: parserNeeds,
    writes: name => written.has(name),
    create: after => new Pattern(parts, new KeyTargets(after)),
  }
}

/** A capture and the literal behind it; undefined: the capture takes the rest. */
type Step = {readonly slot: number; readonly literal: Uint8Array | undefined}

class Pattern implements Stage {
  readonly #targets: KeyTargets
  readonly #prefix: Uint8Array
  readonly #steps: Step[] = []

  constructor(parts: readonly PatternPart[], targets: KeyTargets) {
    this.#targets = targets
    const [first] = parts
    this.#prefix = encodeText(first?.kind === 'literal' ? first.text : '')
    for (const [i, part] of parts.entries()) {
      if (part.kind !== 'capture') continue
      const next = parts[i + 1]
      const slot = part.name === undefined ? -1 : targets.slot(part.name)
      this.#steps.push({slot, literal: next?.kind === 'literal' ? encodeText(next.text) : undefined})
    }
    // Behind the last capture that is asked for there is nothing to look for.
    while (this.#steps.length > 0 && this.#steps.at(-1)!.slot < 0) this.#steps.pop()
  }

  apply(batch: Batch): void {
    if (batch.count === 0 || this.#steps.length === 0 || !this.#targets.begin(batch, false)) return
    for (let i = 0; i < batch.count; i++) this.#line(batch, batch.selected[i]!)
    this.#targets.end()
  }

  #line(batch: Batch, row: number): void {
    batch.openLine(row)
    const {lineBuffer, lineStart, lineEnd} = batch
    const prefix = this.#prefix
    if (lineStart === lineEnd || !beginsWith(lineBuffer, lineStart, lineEnd, prefix)) return
    let at = lineStart + prefix.length
    for (const {slot, literal} of this.#steps) {
      const found = literal === undefined ? -1 : indexOf(lineBuffer, at, lineEnd, literal)
      const end = found < 0 ? lineEnd : found
      if (slot >= 0) {
        const column = this.#targets.open(slot, row)
        if (column !== undefined) batch.putSpan(column, row, at, end)
      }
      if (found < 0) return
      at = found + literal!.length
    }
  }
}

function beginsWith(bytes: Uint8Array, at: number, end: number, wanted: Uint8Array): boolean {
  const {length} = wanted
  if (at + length > end) return false
  for (let i = 0; i < length; i++) if (bytes[at + i] !== wanted[i]) return false
  return true
}

/** The first position of the literal in [at, end), -1 without. */
function indexOf(bytes: Uint8Array, at: number, end: number, literal: Uint8Array): number {
  const {length} = literal
  const first = literal[0]!
  const last = end - length
  for (let i = at; i <= last; i++) {
    if (bytes[i] !== first) continue
    let k = 1
    while (k < length && bytes[i + k] === literal[k]) k++
    if (k === length) return i
  }
  return -1
}
