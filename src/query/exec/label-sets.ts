/*
 * The label sets of a result, each once, in a form that crosses threads cheaply: one table of texts, and per set the numbers of
 * names and values by category (logql § 3.1).
 */
import {sortLabels, type Label, type Labels} from '../../model/index.ts'
import type {Batch, MetaView} from '../batch.ts'
import {ERROR_DETAILS_LABEL, ERROR_LABEL} from '../error-state.ts'

export type LabelSet = {readonly stream: Labels; readonly metadata: Labels; readonly parsed: Labels}

/** Set i is pairs[start[i]..start[i+1]): stream count, metadata count, then name and value numbers, parsed ones last. */
export type PackedLabelSets = {texts: string[]; start: Uint32Array; pairs: Uint32Array}

const FIRST_SETS = 256
const FIRST_NUMBERS = 4096
/** Of a text and of a set besides what is in them: objects, places in tables. */
const TEXT_BYTES = 64
const SET_BYTES = 16

export class LabelSets {
  readonly #textNumbers = new Map<string, number>()
  readonly #texts: string[] = []
  // Sets back to back, found by an open-addressing table of set numbers + 1.
  #numbers = new Uint32Array(FIRST_NUMBERS)
  #start = new Uint32Array(FIRST_SETS + 1)
  #count = 0
  #table = new Uint32Array(4 * FIRST_SETS)
  #bytes = 0

  /** Memory held, about. */
  get bytes(): number {
    return this.#bytes
  }

  /** Prepares to number the label sets of rows of a batch, ascending, whose stages have all run. */
  of(batch: Batch, rows: Uint32Array): RowLabels {
    return new RowLabels(this, batch, rows)
  }

  text(text: string): number {
    let number = this.#textNumbers.get(text)
    if (number === undefined) {
      number = this.#texts.length
      this.#texts.push(text)
      this.#textNumbers.set(text, number)
      this.#bytes += TEXT_BYTES + 2 * text.length
    }
    return number
  }

  /** The number of a set: the first `length` numbers. They are copied. */
  intern(numbers: Uint32Array, length: number): number {
    let hash = 0x811c9dc5
    for (let i = 0; i < length; i++) hash = Math.imul(hash ^ numbers[i]!, 0x01000193) ^ (hash >>> 15)
    const mask = this.#table.length - 1
    let at = hash & mask
    for (let entry = this.#table[at]!; entry !== 0; entry = this.#table[at]!) {
      if (this.#equals(entry - 1, numbers, length)) return entry - 1
      at = (at + 1) & mask
    }
    const set = this.#append(numbers, length)
    this.#table[at] = set + 1
    if (4 * this.#count > this.#table.length) this.#rehash()
    return set
  }

  #equals(set: number, numbers: Uint32Array, length: number): boolean {
    const from = this.#start[set]!
    if (this.#start[set + 1]! - from !== length) return false
    for (let i = 0; i < length; i++) if (this.#numbers[from + i] !== numbers[i]) return false
    return true
  }

  #append(numbers: Uint32Array, length: number): number {
    const from = this.#start[this.#count]!
    if (from + length > this.#numbers.length) this.#numbers = grown(this.#numbers, from + length)
    for (let i = 0; i < length; i++) this.#numbers[from + i] = numbers[i]!
    if (this.#count + 2 > this.#start.length) this.#start = grown(this.#start, this.#count + 2)
    this.#start[this.#count + 1] = from + length
    this.#bytes += SET_BYTES + 4 * length
    return this.#count++
  }

  #rehash(): void {
    const old = this.#table
    this.#table = new Uint32Array(2 * old.length)
    const mask = this.#table.length - 1
    for (let set = 0; set < this.#count; set++) {
      let hash = 0x811c9dc5
      for (let i = this.#start[set]!; i < this.#start[set + 1]!; i++) hash = Math.imul(hash ^ this.#numbers[i]!, 0x01000193) ^ (hash >>> 15)
      let at = hash & mask
      while (this.#table[at] !== 0) at = (at + 1) & mask
      this.#table[at] = set + 1
    }
  }

  pack(): PackedLabelSets {
    const start = this.#start.slice(0, this.#count + 1)
    return {texts: this.#texts, start, pairs: this.#numbers.slice(0, start[this.#count])}
  }
}

function grown(old: Uint32Array<ArrayBuffer>, needed: number): Uint32Array<ArrayBuffer> {
  const bigger = new Uint32Array(Math.max(needed, 2 * old.length))
  bigger.set(old)
  return bigger
}

/** One metadata column: the number of its name, codes of the rows, and the number of each value once it was asked for. */
type MetaNumbers = {readonly name: string; readonly number: number; readonly view: MetaView; readonly values: Int32Array | undefined}

/** Numbers the label sets of rows of one batch. */
export class RowLabels {
  readonly #sets: LabelSets
  readonly #batch: Batch
  readonly #rows: Uint32Array
  readonly #metas: readonly MetaNumbers[]
  readonly #parsedNames: readonly string[]
  /** Stream part, when no row can differ. */
  readonly #stream: readonly number[] | undefined
  /** No stage touched labels, so metadata is what it was. */
  readonly #untouched: boolean
  readonly #numbers: Uint32Array

  constructor(sets: LabelSets, batch: Batch, rows: Uint32Array) {
    this.#sets = sets
    this.#batch = batch
    this.#rows = rows
    this.#metas = batch
      .metaNames()
      .toSorted()
      .flatMap(name => {
        const view = batch.metaOf(name, rows)
        if (view === undefined) return []
        // Remembering values by code pays only where codes repeat.
        const values = view.column.distinct <= 2 * rows.length ? new Int32Array(view.column.distinct).fill(-1) : undefined
        return [{name, number: sets.text(name), view, values}]
      })
    this.#parsedNames = [...batch.parsedNames()].toSorted()
    this.#untouched = this.#parsedNames.length === 0 && !batch.anyErased
    const changed = batch.stream.some(({name}) => batch.erasure(name) !== undefined || batch.parsed(name) !== undefined)
    this.#stream = changed ? undefined : batch.stream.flatMap(({name, value}) => [sets.text(name), sets.text(value)])
    this.#numbers = new Uint32Array(2 + 2 * (batch.stream.length + this.#metas.length + this.#parsedNames.length + 2))
  }

  /** The number of the label set of rows[index]. */
  set(index: number): number {
    const numbers = this.#numbers
    const row = this.#rows[index]!
    const streamEnd = this.#addStream(row, 2)
    const metaEnd = this.#addMeta(index, row, streamEnd)
    numbers[0] = (streamEnd - 2) / 2
    numbers[1] = (metaEnd - streamEnd) / 2
    return this.#sets.intern(numbers, this.#addParsed(row, metaEnd))
  }

  #addStream(row: number, at: number): number {
    const numbers = this.#numbers
    if (this.#stream !== undefined) {
      for (const number of this.#stream) numbers[at++] = number
      return at
    }
    const batch = this.#batch
    for (const {name, value} of batch.stream) {
      if (batch.isErased(name, row) || batch.parsed(name)?.written(row)) continue
      numbers[at++] = this.#sets.text(name)
      numbers[at++] = this.#sets.text(value)
    }
    return at
  }

  #addMeta(index: number, row: number, at: number): number {
    const numbers = this.#numbers
    for (const {name, number, view, values} of this.#metas) {
      const code = view.codes[index]!
      if (code === 0 || (!this.#untouched && !this.#batch.hasMeta(name, row))) continue
      numbers[at++] = number
      let value = values === undefined ? -1 : values[code - 1]!
      if (value < 0) {
        value = this.#sets.text(view.column.value(code - 1))
        if (values !== undefined) values[code - 1] = value
      }
      numbers[at++] = value
    }
    return at
  }

  #addParsed(row: number, at: number): number {
    const {errors} = this.#batch
    const add = (name: string, value: string): void => {
      this.#numbers[at++] = this.#sets.text(name)
      this.#numbers[at++] = this.#sets.text(value)
    }
    for (const name of this.#parsedNames) {
      if (errors.any && hidden(this.#batch, name, row)) continue
      const value = this.#batch.parsed(name)!.text(row)
      if (value !== undefined) add(name, value)
    }
    if (!errors.any) return at
    if (errors.error(row) !== '') add(ERROR_LABEL, errors.error(row))
    if (errors.details(row) !== '') add(ERROR_DETAILS_LABEL, errors.details(row))
    return at
  }
}

/** A parsed label named as the error state gives way to it. */
function hidden(batch: Batch, name: string, row: number): boolean {
  if (name === ERROR_LABEL) return batch.errors.error(row) !== ''
  return name === ERROR_DETAILS_LABEL && batch.errors.details(row) !== ''
}

/** Label objects are shared between sets. */
export function unpackLabelSets({texts, start, pairs}: PackedLabelSets): LabelSet[] {
  const shared = new Map<number, Label>()
  const read = (from: number, to: number): Label[] => {
    const labels: Label[] = []
    for (let p = from; p < to; p += 2) {
      const key = pairs[p]! * texts.length + pairs[p + 1]!
      let label = shared.get(key)
      if (label === undefined) {
        label = {name: texts[pairs[p]!]!, value: texts[pairs[p + 1]!]!}
        shared.set(key, label)
      }
      labels.push(label)
    }
    return labels
  }
  const sets: LabelSet[] = []
  for (let i = 0; i + 1 < start.length; i++) {
    const at = start[i]! + 2
    const streamEnd = at + 2 * pairs[start[i]!]!
    const metaEnd = streamEnd + 2 * pairs[start[i]! + 1]!
    // The error labels are written behind the other parsed ones.
    sets.push({stream: read(at, streamEnd), metadata: read(streamEnd, metaEnd), parsed: sortLabels(read(metaEnd, start[i + 1]!))})
  }
  return sets
}

/** All categories in one, a higher one hiding a lower one: the labels of the default encoding and of series. */
export function foldLabels({stream, metadata, parsed}: LabelSet): Labels {
  if (parsed.length === 0) return metadata.length === 0 ? stream : mergeLabels(metadata, stream)
  const lower = metadata.length === 0 ? stream : mergeLabels(metadata, stream)
  return mergeLabels(parsed, lower)
}

/** Both ascending by name; of equal names that of `upper`. */
function mergeLabels(upper: Labels, lower: Labels): Labels {
  const merged: Label[] = []
  let l = 0
  for (const label of upper) {
    while (l < lower.length && lower[l]!.name < label.name) merged.push(lower[l++]!)
    if (l < lower.length && lower[l]!.name === label.name) l++
    merged.push(label)
  }
  while (l < lower.length) merged.push(lower[l++]!)
  return merged
}
