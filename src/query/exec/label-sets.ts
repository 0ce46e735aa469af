/*
 * The label sets of a result, each once, in a form that crosses threads cheaply: one table of texts, and per set the numbers of
 * names and values by category (logql § 3.1).
 */
import {labelValue, sortLabels, type Label, type Labels} from '../../model/index.ts'
import type {Batch} from '../batch.ts'
import {ERROR_DETAILS_LABEL, ERROR_LABEL} from '../error-state.ts'

export type LabelSet = {readonly stream: Labels; readonly metadata: Labels; readonly parsed: Labels}

/** Set i is pairs[start[i]..start[i+1]): stream count, metadata count, then name and value numbers, parsed ones last. */
export type PackedLabelSets = {texts: string[]; start: Uint32Array; pairs: Uint32Array}

export class LabelSets {
  readonly #textNumbers = new Map<string, number>()
  readonly #texts: string[] = []
  readonly #sets = new Map<string, number>()
  readonly #packed: number[][] = []
  #size = 0

  /** Prepares to number the label sets of the rows of a batch, whose stages have all run. */
  of(batch: Batch): RowLabels {
    return new RowLabels(this, batch)
  }

  text(text: string): number {
    let number = this.#textNumbers.get(text)
    if (number === undefined) {
      number = this.#texts.length
      this.#texts.push(text)
      this.#textNumbers.set(text, number)
    }
    return number
  }

  /** The number of a set; `numbers` is kept. */
  intern(numbers: number[]): number {
    const key = numbers.join()
    let set = this.#sets.get(key)
    if (set === undefined) {
      set = this.#packed.length
      this.#packed.push(numbers)
      this.#sets.set(key, set)
      this.#size += numbers.length
    }
    return set
  }

  pack(): PackedLabelSets {
    const start = new Uint32Array(this.#packed.length + 1)
    const pairs = new Uint32Array(this.#size)
    let at = 0
    this.#packed.forEach((numbers, i) => {
      pairs.set(numbers, at)
      at += numbers.length
      start[i + 1] = at
    })
    return {texts: this.#texts, start, pairs}
  }
}

/** Numbers the label sets of one batch, row by row. */
export class RowLabels {
  readonly #sets: LabelSets
  readonly #batch: Batch
  readonly #metaNames: readonly string[]
  readonly #parsedNames: readonly string[]
  /** Stream part, when no row can differ. */
  readonly #stream: readonly number[] | undefined

  constructor(sets: LabelSets, batch: Batch) {
    this.#sets = sets
    this.#batch = batch
    this.#metaNames = batch.metaNames().sort()
    this.#parsedNames = [...batch.parsedNames()].sort()
    const touched = batch.stream.some(({name}) => batch.erasure(name) !== undefined || batch.parsed(name) !== undefined)
    this.#stream = touched ? undefined : batch.stream.flatMap(({name, value}) => [sets.text(name), sets.text(value)])
  }

  /** The number of the label set of a row. */
  set(row: number): number {
    const batch = this.#batch
    const sets = this.#sets
    const numbers = [0, 0]
    if (this.#stream !== undefined) numbers.push(...this.#stream)
    else {
      for (const {name, value} of batch.stream) {
        if (!batch.isErased(name, row) && !batch.parsed(name)?.written(row)) numbers.push(sets.text(name), sets.text(value))
      }
    }
    numbers[0] = numbers.length / 2 - 1
    for (const name of this.#metaNames) {
      if (!batch.hasMeta(name, row)) continue
      const {codes, column} = batch.meta(name)!
      numbers.push(sets.text(name), sets.text(column.value(codes[row]! - 1)))
    }
    numbers[1] = numbers.length / 2 - 1 - numbers[0]
    const {errors} = batch
    for (const name of this.#parsedNames) {
      if (errors.any && hidden(batch, name, row)) continue
      const value = batch.parsed(name)!.text(row)
      if (value !== undefined) numbers.push(sets.text(name), sets.text(value))
    }
    if (errors.any) {
      if (errors.error(row) !== '') numbers.push(sets.text(ERROR_LABEL), sets.text(errors.error(row)))
      if (errors.details(row) !== '') numbers.push(sets.text(ERROR_DETAILS_LABEL), sets.text(errors.details(row)))
    }
    return sets.intern(numbers)
  }
}

/** A parsed label named as the error state gives way to it. */
function hidden(batch: Batch, name: string, row: number): boolean {
  if (name === ERROR_LABEL) return batch.errors.error(row) !== ''
  return name === ERROR_DETAILS_LABEL && batch.errors.details(row) !== ''
}

export function unpackLabelSets({texts, start, pairs}: PackedLabelSets): LabelSet[] {
  const sets: LabelSet[] = []
  for (let i = 0; i + 1 < start.length; i++) {
    const at = start[i]! + 2
    const streamEnd = at + 2 * pairs[start[i]!]!
    const metaEnd = streamEnd + 2 * pairs[start[i]! + 1]!
    const read = (from: number, to: number): Labels => {
      const labels: Label[] = []
      for (let p = from; p < to; p += 2) labels.push({name: texts[pairs[p]!]!, value: texts[pairs[p + 1]!]!})
      return sortLabels(labels)
    }
    sets.push({stream: read(at, streamEnd), metadata: read(streamEnd, metaEnd), parsed: read(metaEnd, start[i + 1]!)})
  }
  return sets
}

/** All categories in one, a higher one hiding a lower one: the labels of the default encoding and of series. */
export function foldLabels({stream, metadata, parsed}: LabelSet): Labels {
  if (metadata.length === 0 && parsed.length === 0) return stream
  const labels: Label[] = [...parsed]
  for (const label of metadata) if (labelValue(parsed, label.name) === undefined) labels.push(label)
  for (const label of stream) {
    if (labelValue(parsed, label.name) === undefined && labelValue(metadata, label.name) === undefined) labels.push(label)
  }
  return sortLabels(labels)
}
