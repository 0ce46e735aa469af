/*
 * `| logfmt`: the pairs of a line as labels (logql § 3.5).
 */
import type {Batch} from '../../batch.ts'
import {parserNeeds, type Stage, type StagePlan} from '../stage.ts'
import {Fields} from './fields.ts'
import {KeyTree} from './key-tree.ts'
import {LogfmtScan} from './logfmt-scan.ts'
import {KeyTargets} from './targets.ts'

export type LogfmtFlags = {readonly strict: boolean; readonly keepEmpty: boolean}

export function planLogfmt(flags: LogfmtFlags): StagePlan {
  return {
    kind: 'parser',
    lazy: true,
    text: `logfmt${flags.strict ? ' --strict' : ''}${flags.keepEmpty ? ' --keep-empty' : ''}`,
    needsLine: true,
    changesLine: false,
    narrows: false,
    needs: parserNeeds,
    writes: () => true,
    create: after => new Logfmt(new KeyTargets(after), flags),
  }
}

class Logfmt implements Stage {
  readonly #targets: KeyTargets
  readonly #strict: boolean
  readonly #fields = new Fields()
  readonly #scan: LogfmtScan

  constructor(targets: KeyTargets, flags: LogfmtFlags) {
    this.#targets = targets
    this.#strict = flags.strict
    this.#scan = new LogfmtScan(targets, new KeyTree(targets, false), this.#fields, flags)
  }

  apply(batch: Batch): void {
    if (batch.count === 0 || !this.#targets.begin(batch, this.#strict)) return
    for (let i = 0; i < batch.count; i++) {
      const row = batch.selected[i]!
      batch.openLine(row)
      const fault = this.#scan.line(batch.lineBuffer, batch.lineStart, batch.lineEnd)
      this.#fields.write(this.#targets, batch, row, 'logfmt')
      if (fault !== undefined) batch.errors.set(row, 'LogfmtParserErr', fault)
    }
    this.#targets.end()
  }
}
