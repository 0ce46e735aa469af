/*
 * Interns label sets: equal sets get the same number, 0, 1, 2… in order of first sight.
 */
import type {Label, Labels} from '../../model/index.ts'

/** A text that only equal label sets share; names and values may hold any character. */
export function labelsKey(labels: Labels): string {
  let key = ''
  for (const {name, value} of labels) key += `${name.length},${value.length},${name}${value}`
  return key
}

export class SeriesTable {
  readonly labels: Labels[] = []
  readonly #numbers = new Map<string, number>()
  #bytes = 0

  get count(): number {
    return this.labels.length
  }

  /** Rough: keys, label objects and map entries. */
  get bytes(): number {
    return this.#bytes
  }

  /** The number of a label set; equals `count` before the call when the set is new. */
  intern(labels: Labels): number {
    const key = labelsKey(labels)
    const known = this.#numbers.get(key)
    if (known !== undefined) return known
    const number = this.labels.length
    this.#numbers.set(key, number)
    this.labels.push(labels)
    this.#bytes += 100 + key.length * 2 + labels.length * 40
    return number
  }
}

/** Label sets as flat arrays, which are cloned between threads much faster than objects. */
export type PackedLabels = {text: string[]; counts: Uint32Array}

export function packLabels(sets: readonly Labels[]): PackedLabels {
  const text: string[] = []
  for (const set of sets) for (const {name, value} of set) text.push(name, value)
  return {text, counts: Uint32Array.from(sets, set => set.length)}
}

export function unpackLabels({text, counts}: PackedLabels): Labels[] {
  const sets: Labels[] = []
  let at = 0
  for (const count of counts) {
    const set: Label[] = []
    for (let i = 0; i < count; i++, at += 2) set.push({name: text[at]!, value: text[at + 1]!})
    sets.push(set)
  }
  return sets
}
