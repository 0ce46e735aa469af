/*
 * `| logfmt`: the pairs of a line as labels (logql § 3.5).
 */
import type {FieldsKernel} from '../../../kernel/index.ts'
import type {Batch} from '../../batch.ts'
import {parserNeeds, type Stage, type StagePlan} from '../stage.ts'
import {Fields} from './fields.ts'
import {scanByKernel} from './kernel-scan.ts'
import {KeyTree} from './key-tree.ts'
import {LogfmtScan} from './logfmt-scan.ts'
import {KeyTargets} from './targets.ts'

export type LogfmtFlags = {readonly strict: boolean; readonly keepEmpty: boolean}

export function planLogfmt(flags: LogfmtFlags, kernel: Partial<FieldsKernel>): StagePlan {
  return {
    kind: 'parser',
    lazy: true,
    text: `logfmt${flags.strict ? ' --strict' : ''}${flags.keepEmpty ? ' --keep-empty' : ''}`,
    needsLine: true,
    changesLine: false,
    narrows: false,
    needs: parserNeeds,
    writes: () => true,
    create: after => new Logfmt(new KeyTargets(after), flags, kernel),
  }
}

class Logfmt implements Stage {
  readonly #kernel: Partial<FieldsKernel>
  readonly #flags: LogfmtFlags
  readonly #targets: KeyTargets
  readonly #fields = new Fields()
  readonly #scan: LogfmtScan

  constructor(targets: KeyTargets, flags: LogfmtFlags, kernel: Partial<FieldsKernel>) {
    this.#kernel = kernel
    this.#flags = flags
    this.#targets = targets
    this.#scan = new LogfmtScan(targets, new KeyTree(targets, false), this.#fields, flags)
  }

  apply(batch: Batch): void {
    const {strict, keepEmpty} = this.#flags
    if (batch.count === 0 || !this.#targets.begin(batch, strict)) return
    for (const row of scanByKernel(this.#kernel, batch, this.#targets, {
      format: 'logfmt',
      whole: strict && this.#targets.errors,
      strict,
      keepEmpty,
    })) {
      batch.openLine(row)
      const fault = this.#scan.line(batch.lineBuffer, batch.lineStart, batch.lineEnd)
      this.#fields.write(this.#targets, batch, row, 'logfmt')
      if (fault !== undefined) batch.errors.set(row, 'LogfmtParserErr', fault)
    }
    this.#targets.end()
  }
}
