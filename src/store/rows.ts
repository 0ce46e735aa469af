/*
 * Rows of one stream and one day on their way into a part: columns, sorted by time.
 *
 *   head generation ─┐
 *   chunks of parts ─┴─▶ RowsInput ─▶ PartWriter
 *
 * Owns   the column type whose dictionary is two plain arrays, and cutting and joining of rows.
 * Leaves sorting and dropping repeats to whoever makes the rows.
 */
import type {MetaColumn} from './chunk.ts'

export type RowsInput = {
  readonly count: number
  /** ns of the day, ascending, ties allowed; length = count. */
  readonly ns: Float64Array
  /** count + 1 ascending positions in `lines`, first one not necessarily 0: line i is lines[offsets[i], offsets[i+1]). */
  readonly lineOffsets: Uint32Array
  readonly lines: Uint8Array
  /** Names unique. A dictionary may hold values that no row uses (after slicing). */
  readonly meta: readonly MetaColumn[]
}

export type Codes = Uint8Array | Uint16Array | Uint32Array

const decoder = new TextDecoder()

/** A metadata column whose values lie back to back: value i is bytes[offsets[i], offsets[i+1]). Arrays are owned by the column. */
export class PackedMetaColumn implements MetaColumn {
  readonly name: string
  readonly codes: Codes
  /** distinct + 1 positions. */
  readonly offsets: Uint32Array
  readonly bytes: Uint8Array
  #strings: string[] | undefined

  constructor(name: string, codes: Codes, offsets: Uint32Array, bytes: Uint8Array) {
    this.name = name
    this.codes = codes
    this.offsets = offsets
    this.bytes = bytes
  }

  get distinct(): number {
    return this.offsets.length - 1
  }

  value(index: number): string {
    this.#strings ??= []
    return (this.#strings[index] ??= decoder.decode(this.valueBytes(index)))
  }

  valueBytes(index: number): Uint8Array {
    return this.bytes.subarray(this.offsets[index], this.offsets[index + 1])
  }
}
