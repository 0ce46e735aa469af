/*
 * Where typed arrays come from. Each fresh one of more than a few bytes is an allocation outside of the heap, which the garbage
 * collector pays for with full collections; a flush or a merge makes millions. So they take theirs from an arena that is used again.
 */

/** Every array is zero at first. */
export interface Arrays {
  u8(length: number): Uint8Array<ArrayBuffer>
  u32(length: number): Uint32Array<ArrayBuffer>
  f64(length: number): Float64Array<ArrayBuffer>
}

/** Arrays of their own, for whoever keeps them. */
export const FRESH: Arrays = {
  u8: length => new Uint8Array(length),
  u32: length => new Uint32Array(length),
  f64: length => new Float64Array(length),
}

const ARENA_SIZE_FIRST = 256 * 1024

/** Views of one buffer, valid until {@link reset}. What does not fit is allocated, and the buffer grows to it at the next reset. */
export class Arena implements Arrays {
  readonly #sizeMax: number
  #buffer = new ArrayBuffer(ARENA_SIZE_FIRST)
  #at = 0
  /** Bytes asked for since the last reset. */
  #wanted = 0

  /** @param sizeMax bytes that are kept */
  constructor(sizeMax: number) {
    this.#sizeMax = sizeMax
  }

  /** All views may be written over from now on. */
  reset(): void {
    if (this.#wanted > this.#buffer.byteLength && this.#buffer.byteLength < this.#sizeMax) {
      this.#buffer = new ArrayBuffer(Math.min(this.#sizeMax, 2 ** Math.ceil(Math.log2(this.#wanted))))
    }
    this.#at = 0
    this.#wanted = 0
  }

  u8(length: number): Uint8Array<ArrayBuffer> {
    const at = this.#take(length)
    return at < 0 ? new Uint8Array(length) : new Uint8Array(this.#buffer, at, length).fill(0)
  }

  u32(length: number): Uint32Array<ArrayBuffer> {
    const at = this.#take(length * 4)
    return at < 0 ? new Uint32Array(length) : new Uint32Array(this.#buffer, at, length).fill(0)
  }

  f64(length: number): Float64Array<ArrayBuffer> {
    const at = this.#take(length * 8)
    return at < 0 ? new Float64Array(length) : new Float64Array(this.#buffer, at, length).fill(0)
  }

  /** -1 when there is no room. */
  #take(bytes: number): number {
    const size = (bytes + 7) & ~7
    this.#wanted += size
    if (this.#at + size > this.#buffer.byteLength) return -1
    const at = this.#at
    this.#at += size
    return at
  }
}
