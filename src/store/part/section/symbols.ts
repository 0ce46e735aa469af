import type {ByteReader} from '../byte-reader.ts'
import type {ByteWriter} from '../byte-writer.ts'

// symbols := count:uvarint length:uvarint* utf8*        label names and values, metadata names       (docs/FORMAT.md § symbols)

/** Numbers texts in the order they are first met. */
export class Symbols {
  readonly #indices = new Map<string, number>()

  add(text: string): number {
    let index = this.#indices.get(text)
    if (index === undefined) this.#indices.set(text, (index = this.#indices.size))
    return index
  }

  write(w: ByteWriter): void {
    const texts = Array.from(this.#indices.keys(), text => Buffer.from(text, 'utf8'))
    w.uvarint(texts.length)
    for (const text of texts) w.uvarint(text.length)
    for (const text of texts) w.bytes(text)
  }
}

const decoder = new TextDecoder()

export class SymbolTable {
  readonly count: number
  readonly #bytes: Uint8Array
  readonly #offsets: Uint32Array
  readonly #texts: string[] = []

  constructor(r: ByteReader) {
    this.count = r.count(2 ** 31, 1)
    this.#offsets = new Uint32Array(this.count + 1)
    let at = 0
    for (let i = 1; i <= this.count; i++) this.#offsets[i] = at += r.count(2 ** 31)
    this.#bytes = r.take(at)
    r.end()
  }

  text(index: number): string {
    return (this.#texts[index] ??= decoder.decode(this.#bytes.subarray(this.#offsets[index], this.#offsets[index + 1])))
  }
}
