/*
 * The linear memory of one kernel instance, as named regions that grow when more is asked for.
 *
 * Owns    where regions lie. Each has SLACK bytes before and after it that kernels may read and write (16-byte steps run
 *         over ends), so a view of a region can be an argument of any kernel.
 * Leaves  what is in them. A region that grows moves and loses its content; other regions keep theirs.
 * Views   of the memory die when it grows (their length becomes 0), so they are made anew by every call.
 */
import {Failure} from '../model/index.ts'

export type LinearMemory = {readonly buffer: ArrayBuffer; grow(pages: number): number}

export const SLACK = 64
const ALIGN = 64
const PAGE = 65_536
/** Of 4 GiB, so that addresses never wrap. */
const BYTES_MAX = 0xf000_0000

type Span = {start: number; end: number}

export class KernelMemory {
  readonly #memory: LinearMemory
  readonly #regions = new Map<string, Span>()
  /** Ascending, never adjacent. */
  #free: Span[] = []
  #top: number
  #bytes: Uint8Array

  constructor(memory: LinearMemory, heapBase: number) {
    this.#memory = memory
    this.#top = Math.ceil(heapBase / ALIGN) * ALIGN
    this.#bytes = new Uint8Array(memory.buffer)
  }

  /** All of the memory; valid until the next {@link reserve} or {@link place}. */
  get bytes(): Uint8Array {
    return this.#bytes
  }

  get buffer(): ArrayBuffer {
    return this.#memory.buffer
  }

  /** Address of the region, at least `size` bytes. Its content is undefined when it had to grow. 64-byte aligned. */
  reserve(name: string, size: number): number {
    const had = this.#regions.get(name)
    if (had !== undefined) {
      if (had.end - had.start - 2 * SLACK >= size) return had.start + SLACK
      this.#regions.delete(name)
      this.#release(had)
    }
    // Half as much again, so that slowly growing inputs do not move it each time.
    const wanted = had === undefined ? size : Math.max(size, Math.min(size * 1.5, size + (1 << 24)))
    const length = Math.ceil((wanted + 2 * SLACK) / ALIGN) * ALIGN
    const span = this.#take(length)
    this.#regions.set(name, span)
    return span.start + SLACK
  }

  /** True when the view is of this memory, so that kernels can read it where it is. */
  holds(view: Uint8Array): boolean {
    // A view that died with an old memory has length 0; using it would silently read nothing.
    if (view.length === 0 && view.buffer.byteLength === 0) void new Uint8Array(view.buffer)
    return view.buffer === this.#memory.buffer
  }

  /**
   * Address of the bytes: where they are when they are in this memory, else copied to the region.
   * @param outputs regions that the kernel is about to write: bytes in one of these are copied too.
   */
  place(name: string, bytes: Uint8Array, ...outputs: string[]): number {
    let source = bytes
    if (this.holds(bytes)) {
      const clobbered = outputs.some(output => {
        const span = this.#regions.get(output)
        return span !== undefined && bytes.byteOffset < span.end && bytes.byteOffset + bytes.length > span.start
      })
      if (!clobbered) return bytes.byteOffset
      source = bytes.slice()
    }
    const at = this.reserve(name, source.length)
    this.#bytes.set(source, at)
    return at
  }

  placeWords(name: string, words: Uint32Array): number {
    const source = words.buffer === this.#memory.buffer ? words.slice() : words
    const at = this.reserve(name, source.length * 4)
    new Uint32Array(this.#memory.buffer, at, source.length).set(source)
    return at
  }

  view(at: number, length: number): Uint8Array {
    return new Uint8Array(this.#memory.buffer, at, length)
  }

  words(at: number, length: number): Uint32Array {
    return new Uint32Array(this.#memory.buffer, at, length)
  }

  #take(length: number): Span {
    const index = this.#free.findIndex(span => span.end - span.start >= length)
    const found = this.#free[index]
    if (found !== undefined) {
      const span = {start: found.start, end: found.start + length}
      if (span.end === found.end) this.#free.splice(index, 1)
      else found.start = span.end
      return span
    }
    let start = this.#top
    const last = this.#free.at(-1)
    if (last !== undefined && last.end === this.#top) {
      start = last.start
      this.#free.pop()
    }
    const end = start + length
    if (end > BYTES_MAX) throw new Failure('OVERLOADED', 'not enough kernel memory')
    this.#top = end
    const missing = end - this.#memory.buffer.byteLength
    if (missing > 0) {
      try {
        this.#memory.grow(Math.ceil(missing / PAGE))
      } catch (cause) {
        this.#top = start
        throw new Failure('OVERLOADED', 'not enough kernel memory', {cause})
      }
      this.#bytes = new Uint8Array(this.#memory.buffer)
    }
    return {start, end}
  }

  #release(span: Span): void {
    const spans = [...this.#free, {...span}].sort((a, b) => a.start - b.start)
    const merged: Span[] = []
    for (const next of spans) {
      const last = merged.at(-1)
      if (last !== undefined && last.end === next.start) last.end = next.end
      else merged.push(next)
    }
    this.#free = merged
  }
}
