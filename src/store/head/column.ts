/*
 * One metadata column in the making: codes per row and a dictionary found by hash, over bytes, in buffers that are reused from
 * build to build.
 */
import type {Arrays} from '../arrays.ts'
import {PackedMetaColumn} from '../rows.ts'
import {hashBytes, sameBytes} from './order.ts'

const decoder = new TextDecoder()

/** Usage: begin, then codes[row] = code(value) for each row that has one, then finish. */
export class Column {
  readonly nameBytes: Uint8Array
  readonly name: string
  codes = new Uint32Array(0)
  /** Bumped per build; a column of an older build is not part of this one. */
  build = -1
  distinct = 0
  #bytes = new Uint8Array(64)
  #offsets = new Uint32Array(9)
  #hashes = new Int32Array(8)
  #table = new Int32Array(0)
  #mask = 0
  #last = -1

  constructor(nameBytes: Uint8Array) {
    this.nameBytes = nameBytes
    this.name = decoder.decode(nameBytes)
  }

  begin(build: number, rows: number): void {
    this.build = build
    this.distinct = 0
    this.#last = -1
    if (this.codes.length < rows) this.codes = new Uint32Array(Math.max(rows, 64))
    else this.codes.fill(0, 0, rows)
    let size = 64
    while (size < rows * 2) size *= 2
    if (this.#table.length < size) this.#table = new Int32Array(size)
    else this.#table.fill(0, 0, size)
    this.#mask = size - 1
  }

  /** Code of a value: its index plus 1. */
  code(from: Uint8Array, offset: number, length: number): number {
    const offsets = this.#offsets
    const bytes = this.#bytes
    const last = this.#last
    if (last >= 0) {
      const at = offsets[last]!
      if (offsets[last + 1]! - at === length && sameBytes(bytes, at, from, offset, length)) return last + 1
    }
    const hash = hashBytes(from, offset, length, length)
    const table = this.#table
    const mask = this.#mask
    let slot = hash & mask
    for (let found = table[slot]!; found !== 0; found = table[slot]!) {
      const index = found - 1
      const at = offsets[index]!
      if (this.#hashes[index] === hash && offsets[index + 1]! - at === length && sameBytes(bytes, at, from, offset, length)) {
        this.#last = index
        return found
      }
      slot = (slot + 1) & mask
    }
    const index = this.distinct
    this.#add(hash, from, offset, length)
    table[slot] = index + 1
    this.#last = index
    return index + 1
  }

  /** @param arrays for the result */
  finish(rows: number, arrays: Arrays): PackedMetaColumn {
    const {distinct} = this
    const codes = arrays.u32(rows)
    codes.set(this.codes.subarray(0, rows))
    const offsets = arrays.u32(distinct + 1)
    offsets.set(this.#offsets.subarray(0, distinct + 1))
    const bytes = arrays.u8(offsets[distinct]!)
    bytes.set(this.#bytes.subarray(0, bytes.length))
    return new PackedMetaColumn(this.name, codes, offsets, bytes, true)
  }

  #add(hash: number, from: Uint8Array, offset: number, length: number): void {
    const index = this.distinct++
    if (index + 2 > this.#offsets.length) {
      this.#offsets = grown(this.#offsets, new Uint32Array(this.#offsets.length * 2))
      this.#hashes = grown(this.#hashes, new Int32Array(this.#hashes.length * 2))
    }
    const at = this.#offsets[index]!
    if (at + length > this.#bytes.length) this.#bytes = grown(this.#bytes, new Uint8Array(Math.max(this.#bytes.length * 2, at + length)))
    const bytes = this.#bytes
    if (length > 128) bytes.set(from.subarray(offset, offset + length), at)
    else for (let i = 0; i < length; i++) bytes[at + i] = from[offset + i]!
    this.#hashes[index] = hash
    this.#offsets[index + 1] = at + length
  }
}

function grown<T extends Uint8Array | Uint32Array | Int32Array>(old: T, wider: T): T {
  wider.set(old)
  return wider
}
