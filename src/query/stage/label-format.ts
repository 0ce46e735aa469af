/*
 * `| label_format new=old, text="{{.a}}/{{.b}}"`: renames labels and sets them by templates, in the order written.
 *
 * All templates of one stage see the labels as they are when the first of them runs: renames before it are visible, what the
 * stage does later is not (logql § 3.6). So all templates are run at once, at the place of the first, and what they gave is
 * written in turn. Each item is done for all rows before the next one, which cannot be told from doing it row by row.
 */
import type {Batch} from '../batch.ts'
import {viewLabel} from '../label-view.ts'
import type {Template} from '../template/index.ts'
import {isErrorName} from './label-pick.ts'
import type {Names, Stage, StagePlan} from './stage.ts'
import {joinFields, TemplateRows, withFields} from './template-rows.ts'

export type FormatItem =
  | {readonly kind: 'rename'; readonly name: string; readonly from: string}
  | {readonly kind: 'template'; readonly name: string; readonly template: Template}

/**
 * @param text  as LogQL writes the stage.
 * @param items each name is set once, none of them is `__error__`.
 */
export function planLabelFormat(text: string, items: readonly FormatItem[]): StagePlan {
  const templates = templatesOf(items)
  const mayFail = templates.some(template => template.mayFail)
  const written = new Set(items.flatMap(item => (item.kind === 'rename' ? [item.name, item.from] : [item.name])))
  return {
    kind: 'other',
    text,
    needsLine: templates.some(template => template.readsLine),
    changesLine: false,
    narrows: false,
    needs: after => neededBy(items, after),
    writes: name => written.has(name) || (mayFail && isErrorName(name)),
    create: () => new LabelFormat(items),
  }
}

function templatesOf(items: readonly FormatItem[]): Template[] {
  return items.flatMap(item => (item.kind === 'template' ? [item.template] : []))
}

function neededBy(items: readonly FormatItem[], after: Names): Names {
  const first = items.findIndex(item => item.kind === 'template')
  let names = after
  for (let i = items.length - 1; i >= 0; i--) {
    const item = items[i]!
    if (names !== 'all') {
      const next = new Set(names)
      // A template sets its label unless it fails, a rename does unless there is nothing to rename.
      if (item.kind === 'rename') {
        // The error state is not a label: it cannot be renamed.
        if (!isErrorName(item.from)) next.delete(item.from)
        if (names.has(item.name) && item.name !== item.from) next.add(item.from)
      } else if (!item.template.mayFail) next.delete(item.name)
      names = next
    }
    if (i === first) names = withFields(names, joinFields(templatesOf(items)))
  }
  return names
}

class LabelFormat implements Stage {
  readonly #items: readonly FormatItem[]
  readonly #templates: readonly Template[]

  constructor(items: readonly FormatItem[]) {
    this.#items = items
    this.#templates = templatesOf(items)
  }

  apply(batch: Batch): void {
    if (batch.count === 0) return
    let results: Results | undefined
    let next = 0
    for (const item of this.#items) {
      if (item.kind === 'rename') rename(batch, item.name, item.from)
      else {
        results ??= this.#run(batch)
        write(batch, item.name, results[next++]!)
      }
    }
  }

  #run(batch: Batch): Results {
    const results: Results = this.#templates.map(({constant}) => (constant === undefined ? [] : constant))
    if (results.every(result => typeof result === 'string')) return results
    const rows = new TemplateRows(batch, joinFields(this.#templates))
    for (let i = 0; i < batch.count; i++) {
      rows.open(batch.selected[i]!)
      this.#templates.forEach((template, t) => {
        const result = results[t]!
        if (typeof result !== 'string') result.push(rows.run(template))
      })
    }
    return results
  }
}

/** By template: one text for all rows, or one per selected row, undefined where it failed. */
type Results = (string | (string | undefined)[])[]

function write(batch: Batch, name: string, result: Results[number]): void {
  const column = batch.column(name)
  for (let i = 0; i < batch.count; i++) {
    const value = typeof result === 'string' ? result : result[i]
    if (value !== undefined) column.setText(batch.selected[i]!, value)
  }
}

/** The new label is a parsed one, wherever the old one came from. `x=x` only takes it away. */
function rename(batch: Batch, name: string, from: string): void {
  if (from !== name) {
    const source = batch.parsed(from)
    const text = isErrorName(from) ? (row: number) => source?.text(row) : viewLabel(batch, from).text
    const column = batch.column(name)
    for (let i = 0; i < batch.count; i++) {
      const row = batch.selected[i]!
      if (source?.isSpan(row)) column.setSpan(row, source.start(row), source.end(row))
      else {
        const value = text(row)
        if (value !== undefined) column.setText(row, value)
      }
    }
  }
  batch.eraseAll(from)
}
