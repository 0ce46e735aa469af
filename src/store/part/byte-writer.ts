import {FRESH, type Arrays} from '../arrays.ts'

/** Grows as it is written. Little-endian; uvarint is LEB128 of 0..2^53-1. */
export class ByteWriter {
  #bytes: Uint8Array
  #length = 0

  readonly #arrays: Arrays

  /** @param arrays where its memory comes from, and with it how long what was written lasts */
  constructor(capacity = 256, arrays: Arrays = FRESH) {
    this.#arrays = arrays
    this.#bytes = arrays.u8(capacity)
  }

  get length(): number {
    return this.#length
  }

  /** What was written, a view valid until the next write. */
  view(): Uint8Array {
    return this.#bytes.subarray(0, this.#length)
  }

  copy(): Uint8Array {
    return this.#bytes.slice(0, this.#length)
  }

  clear(): void {
    this.#length = 0
  }

  u8(value: number): void {
    this.#reserve(1)
    this.#bytes[this.#length++] = value
  }

  u16(value: number): void {
    this.u8(value & 0xff)
    this.u8(value >>> 8)
  }

  u32(value: number): void {
    this.u16(value & 0xffff)
    this.u16(value >>> 16)
  }

  /** 0..2^53-1 in eight bytes. */
  u64(value: number): void {
    this.u32(value % 0x100000000)
    this.u32(Math.floor(value / 0x100000000))
  }

  uvarint(value: number): void {
    this.#reserve(8)
    let rest = value
    while (rest >= 0x80000000) {
      this.#bytes[this.#length++] = (rest % 128) | 128
      rest = Math.floor(rest / 128)
    }
    while (rest >= 128) {
      this.#bytes[this.#length++] = (rest & 127) | 128
      rest >>>= 7
    }
    this.#bytes[this.#length++] = rest
  }

  /** Zigzag: small numbers of either sign are short. */
  svarint(value: number): void {
    this.uvarint(value < 0 ? -value * 2 - 1 : value * 2)
  }

  bytes(bytes: Uint8Array): void {
    this.#reserve(bytes.length)
    this.#bytes.set(bytes, this.#length)
    this.#length += bytes.length
  }

  /** length:uvarint bytes */
  blob(bytes: Uint8Array): void {
    this.uvarint(bytes.length)
    this.bytes(bytes)
  }

  text(text: string): void {
    this.blob(Buffer.from(text, 'utf8'))
  }

  /** Room for `count` bytes that the caller fills before the next write. */
  space(count: number): Uint8Array {
    this.#reserve(count)
    const view = this.#bytes.subarray(this.#length, this.#length + count)
    this.#length += count
    return view.fill(0)
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#bytes.length) return
    const grown = this.#arrays.u8(Math.max(this.#bytes.length * 2, this.#length + count))
    grown.set(this.view())
    this.#bytes = grown
  }
}
