/*
 * Templates over the rows of a batch: what line_format and label_format share.
 *
 * Only the labels that the templates can read are looked up; a template that can read all (`{{ . }}`, `index . "x"`) gets all.
 * A template that fails sets TemplateFormatErr with Go's message, and the row goes on (logql § 3.7).
 */
import {instantOf} from '../../model/index.ts'
import type {Batch} from '../batch.ts'
import {ERROR_DETAILS_LABEL, ERROR_LABEL} from '../error-state.ts'
import {viewLabel, type LabelView} from '../label-view.ts'
import {TemplateError, type Fields, type Template, type TemplateInput} from '../template/index.ts'
import {withNames, type Names} from './stage.ts'

// Steps of templates for the rows of one batch: a second or two, at most a block of lines.
const BATCH_STEPS_MAX = 20_000_000

/** Fields of several templates together. */
export function joinFields(templates: readonly Template[]): Fields {
  return {
    names: new Set(templates.flatMap(template => [...template.fields.names])),
    all: templates.some(template => template.fields.all),
  }
}

/** `names` and everything the fields may read. */
export function withFields(names: Names, fields: Fields): Names {
  return fields.all ? 'all' : withNames(names, fields.names)
}

/** Reads the labels as they are when it is made: make a new one when a stage has written labels. */
export class TemplateRows {
  readonly #batch: Batch
  readonly #views: readonly LabelView[]
  readonly #labels = new Map<string, string>()
  readonly #input: TemplateInput
  #row = 0

  constructor(batch: Batch, fields: Fields) {
    this.#batch = batch
    const names = fields.all ? allNames(batch) : fields.names
    this.#views = Array.from(names, name => viewLabel(batch, name))
    this.#input = {
      labels: this.#labels,
      line: () => batch.lineText(this.#row),
      timestampNs: () => instantOf(batch.day, batch.ns[this.#row]!),
      budget: {steps: BATCH_STEPS_MAX},
    }
  }

  /** Templates are run for this row from now on. */
  open(row: number): void {
    this.#row = row
    this.#labels.clear()
    for (const view of this.#views) {
      const value = view.text(row)
      if (value !== undefined) this.#labels.set(view.name, value)
    }
  }

  /** undefined: it failed, and the row has the error. */
  run(template: Template): string | undefined {
    try {
      return template.run(this.#input)
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error
      this.#batch.errors.set(this.#row, 'TemplateFormatErr', error.message)
      return undefined
    }
  }
}

function allNames(batch: Batch): Set<string> {
  const names = new Set([...batch.stream.map(label => label.name), ...batch.metaNames(), ...batch.parsedNames()])
  if (batch.errors.any) names.add(ERROR_LABEL).add(ERROR_DETAILS_LABEL)
  return names
}
