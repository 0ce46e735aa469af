import type {Label, Labels} from '../../../model/index.ts'
import type {ByteReader} from '../byte-reader.ts'
import type {ByteWriter} from '../byte-writer.ts'
import type {SymbolTable} from './symbols.ts'

/** A stream as the writer keeps it: name and value symbols in turn, and how many chunks it has. */
export type StreamEntry = {readonly labels: readonly number[]; readonly chunks: number}

// streams := count:uvarint (chunks:uvarint labelCount:uvarint (name:uvarint value:uvarint)*)*      ascending by canonical label text
//                                                                                                  (docs/FORMAT.md § streams)

export function writeStreamTable(w: ByteWriter, streams: readonly StreamEntry[]): void {
  w.uvarint(streams.length)
  for (const stream of streams) {
    w.uvarint(stream.chunks)
    w.uvarint(stream.labels.length / 2)
    for (const symbol of stream.labels) w.uvarint(symbol)
  }
}

export class StreamTable {
  readonly count: number
  /** count + 1: chunks of stream i are [firstChunk[i], firstChunk[i+1]). */
  readonly firstChunk: Uint32Array
  readonly #symbols: SymbolTable
  /** count + 1 positions in #pairs. */
  readonly #firstPair: Uint32Array
  readonly #pairs: Uint32Array
  readonly #labels: Labels[] = []

  constructor(r: ByteReader, symbols: SymbolTable, chunkCount: number) {
    this.#symbols = symbols
    this.count = r.count(2 ** 31, 2)
    this.firstChunk = new Uint32Array(this.count + 1)
    this.#firstPair = new Uint32Array(this.count + 1)
    const pairs: number[] = []
    let chunk = 0
    for (let i = 0; i < this.count; i++) {
      this.firstChunk[i + 1] = chunk += r.count(chunkCount - chunk)
      for (let left = r.count(2 ** 20, 2) * 2; left > 0; left--) {
        const symbol = r.uvarint()
        if (symbol >= symbols.count) r.fail('a symbol is out of range')
        pairs.push(symbol)
      }
      this.#firstPair[i + 1] = pairs.length
    }
    if (chunk !== chunkCount) r.fail(`streams have ${chunk} chunks, the chunk table has ${chunkCount}`)
    this.#pairs = Uint32Array.from(pairs)
    r.end()
  }

  /** @param keep for whoever asks next; otherwise they are the caller's alone */
  labels(stream: number, keep = true): Labels {
    const known = this.#labels[stream]
    if (known !== undefined) return known
    const labels: Label[] = []
    for (let p = this.#firstPair[stream]!; p < this.#firstPair[stream + 1]!; p += 2) {
      labels.push({name: this.#symbols.text(this.#pairs[p]!), value: this.#symbols.text(this.#pairs[p + 1]!)})
    }
    if (keep) this.#labels[stream] = labels
    return labels
  }
}
