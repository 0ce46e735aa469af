/*
 * Label name -> value -> streams, so that a selector touches only what it names.
 */
import type {LabelPredicate} from '../../../model/index.ts'
import type {ByteReader} from '../byte-reader.ts'
import type {ByteWriter} from '../byte-writer.ts'
import type {StreamEntry} from './stream-table.ts'
import type {SymbolTable} from './symbols.ts'

// postings := nameCount:uvarint (name:uvarint valueCount:uvarint (value:uvarint streamCount:uvarint step:uvarint*)*)*
//             stream = stream before (−1 at first) + 1 + step                                    (docs/FORMAT.md § postings)

export function writePostings(w: ByteWriter, streams: readonly StreamEntry[]): void {
  const names = new Map<number, Map<number, number[]>>()
  streams.forEach((stream, index) => {
    for (let i = 0; i < stream.labels.length; i += 2) {
      const name = stream.labels[i]!
      const value = stream.labels[i + 1]!
      let values = names.get(name)
      if (values === undefined) names.set(name, (values = new Map()))
      const list = values.get(value)
      if (list === undefined) values.set(value, [index])
      else list.push(index)
    }
  })
  w.uvarint(names.size)
  for (const [name, values] of names) {
    w.uvarint(name)
    w.uvarint(values.size)
    for (const [value, list] of values) {
      w.uvarint(value)
      w.uvarint(list.length)
      let before = -1
      for (const stream of list) {
        w.uvarint(stream - before - 1)
        before = stream
      }
    }
  }
}

type Posting = {readonly value: string; readonly streams: Uint32Array}

export class Postings {
  readonly #streamCount: number
  readonly #names = new Map<string, readonly Posting[]>()

  constructor(r: ByteReader, symbols: SymbolTable, streamCount: number) {
    this.#streamCount = streamCount
    const symbol = (): string => {
      const index = r.uvarint()
      if (index >= symbols.count) r.fail('a symbol is out of range')
      return symbols.text(index)
    }
    for (let names = r.count(2 ** 20, 2); names > 0; names--) {
      const name = symbol()
      const postings: Posting[] = []
      for (let values = r.count(2 ** 31, 2); values > 0; values--) {
        const value = symbol()
        const streams = new Uint32Array(r.count(streamCount, 1))
        let before = -1
        for (let i = 0; i < streams.length; i++) streams[i] = before += 1 + r.count(streamCount)
        if (before >= streamCount) r.fail('a stream is out of range')
        postings.push({value, streams})
      }
      this.#names.set(name, postings)
    }
    r.end()
  }

  names(): string[] {
    return [...this.#names.keys()]
  }

  /** Values of a label, in no order. */
  values(name: string): string[] {
    return (this.#names.get(name) ?? []).map(posting => posting.value)
  }

  /** Streams, ascending, that every predicate accepts; a label that a stream does not have reads as "". */
  select(predicates: readonly LabelPredicate[]): Uint32Array {
    const accepted = new Uint8Array(this.#streamCount).fill(1)
    for (const predicate of predicates) {
      const postings = this.#names.get(predicate.name) ?? []
      // What a stream without the label answers; then the streams that have it, value by value.
      const verdict = new Uint8Array(this.#streamCount).fill(predicate.matches('') ? 1 : 0)
      for (const {value, streams} of postings) {
        const matches = predicate.matches(value) ? 1 : 0
        for (const stream of streams) verdict[stream] = matches
      }
      for (let i = 0; i < accepted.length; i++) accepted[i]! &= verdict[i]!
    }
    const selected: number[] = []
    for (let i = 0; i < accepted.length; i++) if (accepted[i] === 1) selected.push(i)
    return Uint32Array.from(selected)
  }
}
