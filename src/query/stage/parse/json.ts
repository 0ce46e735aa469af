/*
 * `| json`: the members of a JSON object as labels, nested ones joined by `_` (logql § 3.5).
 */
import type {FieldsKernel} from '../../../kernel/index.ts'
import type {Batch} from '../../batch.ts'
import {parserNeeds, type Stage, type StagePlan} from '../stage.ts'
import {Fields} from './fields.ts'
import {JsonScan} from './json-scan.ts'
import {JSON_DETAILS} from './json-tokens.ts'
import {scanByKernel} from './kernel-scan.ts'
import {KeyTree} from './key-tree.ts'
import {KeyTargets} from './targets.ts'

export function planJson(kernel: Partial<FieldsKernel>): StagePlan {
  return {
    kind: 'parser',
    lazy: true,
    text: 'json',
    needsLine: true,
    changesLine: false,
    narrows: false,
    needs: parserNeeds,
    writes: () => true,
    create: after => new Json(new KeyTargets(after), kernel),
  }
}

class Json implements Stage {
  readonly #kernel: Partial<FieldsKernel>
  readonly #targets: KeyTargets
  readonly #fields = new Fields()
  readonly #scan: JsonScan

  constructor(targets: KeyTargets, kernel: Partial<FieldsKernel>) {
    this.#kernel = kernel
    this.#targets = targets
    this.#scan = new JsonScan(targets, new KeyTree(targets, true), this.#fields)
  }

  apply(batch: Batch): void {
    if (batch.count === 0 || !this.#targets.begin(batch, true)) return
    for (const row of scanByKernel(this.#kernel, batch, this.#targets, {
      format: 'json',
      whole: this.#targets.errors,
      strict: false,
      keepEmpty: false,
    })) {
      batch.openLine(row)
      const error = this.#scan.line(batch.lineBuffer, batch.lineStart, batch.lineEnd)
      this.#fields.write(this.#targets, batch, row, 'json')
      if (error !== 0) batch.errors.set(row, 'JSONParserErr', JSON_DETAILS[error])
    }
    this.#targets.end()
  }
}
