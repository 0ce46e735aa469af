/*
 * The streams of one head: slot -> labels, in shared pages that only grow, so that workers read them without copies.
 *
 *   page  := entry* (end of page: length 0xffffffff or no room for a length)
 *   entry := length:u32 count:u32 (nameLength:u32 name valueLength:u32 value)*
 *
 * Entries are in the order of slots. The count comes with the snapshot.
 */
import type {Labels} from '../../model/index.ts'
import type {StreamRef} from '../append.ts'

/** The first is small, for the many tenants that have few streams; each is twice the one before. */
const PAGE_BYTES = 1024
const PAGE_BYTES_MAX = 64 * 1024
const END = 0xffffffff

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** The writing side, on the main thread; also what the log knows about slots. */
export class StreamTable {
  readonly pages: SharedArrayBuffer[] = []
  readonly #labels: Labels[] = []
  readonly #slots = new Map<string, number>()
  #logged = new Uint8Array(64)
  #page = new DataView<ArrayBufferLike>(new ArrayBuffer(0))
  #bytes: Uint8Array = new Uint8Array(0)
  #at = 0

  get count(): number {
    return this.#labels.length
  }

  /** The slot of a stream, a new one when it has none yet. */
  slotOf(stream: StreamRef): number {
    const found = this.#slots.get(stream.canonical)
    if (found !== undefined) return found
    // First, for there may be no memory for a page; a slot that pages do not have would keep the head from being read.
    this.#write(stream.labels)
    const slot = this.#labels.length
    this.#labels.push(stream.labels)
    this.#slots.set(stream.canonical, slot)
    if (slot >= this.#logged.length) {
      const grown = new Uint8Array(this.#logged.length * 2)
      grown.set(this.#logged)
      this.#logged = grown
    }
    return slot
  }

  labels(slot: number): Labels {
    return this.#labels[slot]!
  }

  isLogged(slot: number): boolean {
    return this.#logged[slot] === 1
  }

  setLogged(slot: number, logged: boolean): void {
    this.#logged[slot] = logged ? 1 : 0
  }

  #write(labels: Labels): void {
    const texts = labels.flatMap(({name, value}) => [encoder.encode(name), encoder.encode(value)])
    const length = 4 + texts.reduce((sum, text) => sum + 4 + text.length, 0)
    if (this.#at + 4 + length > this.#bytes.length) {
      if (this.#at + 4 <= this.#bytes.length) this.#page.setUint32(this.#at, END, true)
      const page = new SharedArrayBuffer(Math.max(Math.min(PAGE_BYTES * 2 ** this.pages.length, PAGE_BYTES_MAX), 4 + length))
      this.pages.push(page)
      this.#page = new DataView(page)
      this.#bytes = new Uint8Array(page)
      this.#at = 0
    }
    const u32 = (value: number): void => {
      this.#page.setUint32(this.#at, value, true)
      this.#at += 4
    }
    u32(length)
    u32(labels.length)
    for (const text of texts) {
      u32(text.length)
      this.#bytes.set(text, this.#at)
      this.#at += text.length
    }
  }
}

/** The reading side, in a worker: keeps what it has decoded. */
export class StreamTableView {
  readonly #labels: Labels[] = []
  #page = 0
  #at = 0

  /** Labels of slots 0..count-1 (and perhaps more). */
  read(pages: readonly SharedArrayBuffer[], count: number): readonly Labels[] {
    while (this.#labels.length < count) {
      const page = new DataView(pages[this.#page]!)
      const length = this.#at + 4 <= page.byteLength ? page.getUint32(this.#at, true) : END
      if (length === END) {
        this.#page++
        this.#at = 0
        continue
      }
      this.#labels.push(decode(page, this.#at + 4))
      this.#at += 4 + length
    }
    return this.#labels
  }
}

function decode(page: DataView, at: number): Labels {
  const count = page.getUint32(at, true)
  let p = at + 4
  const text = (): string => {
    const length = page.getUint32(p, true)
    // TextDecoder of browsers refuses shared memory; Node's takes it.
    const value = decoder.decode(new Uint8Array(page.buffer, p + 4, length))
    p += 4 + length
    return value
  }
  return Array.from({length: count}, () => ({name: text(), value: text()}))
}
