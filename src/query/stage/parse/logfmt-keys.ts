/*
 * `| logfmt level, code="http_status"`: the pairs with the named keys (logql § 3.5). Unlike without names, the last of equal keys
 * wins, over labels of earlier parsers too, and a key that a line does not have gives an empty label.
 */
import type {Batch, Target} from '../../batch.ts'
import {parserNeeds, wants, type Names, type Stage, type StagePlan} from '../stage.ts'
import {ESCAPED, Fields, VERBATIM} from './fields.ts'
import {KeyTree, type KeySlots} from './key-tree.ts'
import type {LogfmtFlags} from './logfmt.ts'
import {LogfmtScan} from './logfmt-scan.ts'
import type {Wanted} from './targets.ts'
import {isClean, unescapeText} from './text.ts'

export type KeyExpression = {readonly name: string; readonly key: string}

export function planLogfmtKeys(expressions: readonly KeyExpression[], flags: LogfmtFlags, text: string): StagePlan {
  const written = new Set(expressions.flatMap(({name}) => [name, `${name}_extracted`]))
  if (flags.strict) for (const name of ['__error__', '__error_details__']) written.add(name)
  return {
    kind: 'parser',
    text,
    needsLine: true,
    changesLine: false,
    narrows: false,
    needs: parserNeeds,
    writes: name => written.has(name),
    create: after => new LogfmtKeys(expressions, flags, after),
  }
}

/** All pairs with the keys; a key is compared as it stands in the line and as a label name. */
class Keys implements Wanted, KeySlots {
  readonly all = true
  readonly errors = true
  readonly live = 0
  readonly seen = new Int32Array(0)
  lineNumber = 0
  readonly keys: readonly string[]

  constructor(keys: Iterable<string>) {
    this.keys = [...new Set(keys)]
  }

  slot(name: string, key: string): number {
    const exact = this.keys.indexOf(key)
    return exact >= 0 ? exact : this.keys.indexOf(name)
  }

  below(): boolean {
    return false
  }

  forget(): void {}
}

class LogfmtKeys implements Stage {
  readonly #expressions: readonly KeyExpression[]
  readonly #keys: Keys
  readonly #fields = new Fields()
  readonly #scan: LogfmtScan
  readonly #idle: boolean

  constructor(expressions: readonly KeyExpression[], flags: LogfmtFlags, after: Names) {
    this.#expressions = expressions.filter(({name}) => wants(after, name))
    this.#keys = new Keys(this.#expressions.map(({key}) => key))
    // Empty values count here, whatever the flag says.
    this.#scan = new LogfmtScan(this.#keys, new KeyTree(this.#keys, false), this.#fields, {strict: flags.strict, keepEmpty: true})
    this.#idle = this.#expressions.length === 0 && !flags.strict
  }

  apply(batch: Batch): void {
    if (batch.count === 0 || this.#idle) return
    const names = this.#expressions.map(({name}) => ({name, target: batch.target(name)}))
    const targets = this.#keys.keys.map(key => names.filter((_, e) => this.#expressions[e]!.key === key).map(({target}) => target))
    for (let i = 0; i < batch.count; i++) {
      const row = batch.selected[i]!
      for (const {name, target} of names) {
        const column = target.overwrite(row)
        if (column.name === name) column.setText(row, '')
      }
      batch.openLine(row)
      const fault = this.#scan.line(batch.lineBuffer, batch.lineStart, batch.lineEnd)
      this.#write(batch, row, targets)
      if (fault !== undefined) batch.errors.set(row, 'LogfmtParserErr', fault)
    }
  }

  #write(batch: Batch, row: number, targets: readonly (readonly Target[])[]): void {
    const {count, slots, starts, ends, forms} = this.#fields
    for (let i = 0; i < count; i++) {
      const start = starts[i]!
      const end = ends[i]!
      for (const target of targets[slots[i]!]!) {
        const column = target.overwrite(row)
        if (forms[i] === VERBATIM) batch.putSpan(column, row, start, end)
        else if (forms[i] === ESCAPED) column.setText(row, textOrEmpty(batch.lineBuffer, start, end))
        else if (isClean(batch.lineBuffer, start, end)) batch.putSpan(column, row, start, end)
        else column.setText(row, '')
      }
    }
  }
}

/** '' for a value that is not valid UTF-8. */
function textOrEmpty(bytes: Uint8Array, start: number, end: number): string {
  const text = unescapeText(bytes, start, end, 'logfmt', '\ufffd') ?? ''
  return text.includes('\ufffd') ? '' : text
}
