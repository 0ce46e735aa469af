/*
 * `| line_format "{{.level}} {{.msg}}"`: replaces the line. A template that fails leaves it as it was.
 */
import type {Batch} from '../batch.ts'
import {encodeText} from '../bytes.ts'
import {viewLabel} from '../label-view.ts'
import type {Template} from '../template/index.ts'
import {isErrorName} from './label-pick.ts'
import type {Stage, StagePlan} from './stage.ts'
import {TemplateRows, withFields} from './template-rows.ts'

/** @param text as LogQL writes the stage. */
export function planLineFormat(text: string, template: Template): StagePlan {
  return {
    kind: 'other',
    text,
    needsLine: template.readsLine,
    changesLine: true,
    narrows: false,
    needs: after => withFields(after, template.fields),
    writes: name => template.mayFail && isErrorName(name),
    create: () => {
      if (template.constant !== undefined) return new ConstantLine(encodeText(template.constant))
      return template.lone === undefined ? new LineFormat(template) : new LabelLine(template.lone)
    },
  }
}

class LineFormat implements Stage {
  readonly #template: Template

  constructor(template: Template) {
    this.#template = template
  }

  apply(batch: Batch): void {
    if (batch.count === 0) return
    const rows = new TemplateRows(batch, this.#template.fields)
    for (let i = 0; i < batch.count; i++) {
      const row = batch.selected[i]!
      rows.open(row)
      const line = rows.run(this.#template)
      if (line !== undefined) batch.replaceLine(row, line)
    }
  }
}

/** No action at all: the same line everywhere. */
class ConstantLine implements Stage {
  readonly #line: Uint8Array

  constructor(line: Uint8Array) {
    this.#line = line
  }

  apply(batch: Batch): void {
    for (let i = 0; i < batch.count; i++) batch.replaceLine(batch.selected[i]!, this.#line)
  }
}

/** `{{.name}}`: the line is a label. It is looked up as a label, which the error state is not: `{{.__error__}}` is empty. */
class LabelLine implements Stage {
  readonly #name: string

  constructor(name: string) {
    this.#name = name
  }

  apply(batch: Batch): void {
    const name = this.#name
    const text = isErrorName(name) ? (row: number) => batch.parsed(name)?.text(row) : viewLabel(batch, name).text
    for (let i = 0; i < batch.count; i++) {
      const row = batch.selected[i]!
      batch.replaceLine(row, text(row) ?? '')
    }
  }
}
