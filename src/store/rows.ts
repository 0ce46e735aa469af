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
import {Dictionary} from './dictionary.ts'
import {PackedValues} from './packed-values.ts'

export type RowsInput = {
  readonly count: number
  /** ns of the day, ascending, ties allowed; length = count. */
  readonly ns: Float64Array
  /** count + 1 ascending positions in `lines`, first one not necessarily 0: line i is lines[offsets[i], offsets[i+1]). */
  readonly lineOffsets: Uint32Array
  readonly lines: Uint8Array
  /** Names unique. A dictionary may hold values that no row uses (after slicing). */
  readonly meta: readonly MetaColumn[]
  /** Names and values of all rows, about. */
  readonly metaBytes: number
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
  /** Codes are a Uint32Array, by first use, and each value is used: what the part writer would make of it anyway. */
  readonly isNumbered: boolean
  #strings: string[] | undefined

  constructor(name: string, codes: Codes, offsets: Uint32Array, bytes: Uint8Array, isNumbered = false) {
    this.name = name
    this.codes = codes
    this.offsets = offsets
    this.bytes = bytes
    this.isNumbered = isNumbered
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

/** All values of a column back to back; views where it has them so already. */
export function packedValues(column: MetaColumn): PackedValues {
  if (column instanceof PackedMetaColumn) return new PackedValues(column.bytes, column.offsets)
  if (column.packed !== undefined) return column.packed()
  const dictionary = new Dictionary()
  for (let i = 0; i < column.distinct; i++) {
    const value = column.valueBytes(i)
    dictionary.add(value, 0, value.length)
  }
  return dictionary.values()
}

/** Rows [from, to). All arrays are views of those given. */
export function sliceRows(rows: RowsInput, from: number, to: number): RowsInput {
  return {
    count: to - from,
    ns: rows.ns.subarray(from, to),
    lineOffsets: rows.lineOffsets.subarray(from, to + 1),
    lines: rows.lines,
    meta: rows.meta.map(column => sliceColumn(column, from, to)),
    metaBytes: (rows.metaBytes * (to - from)) / rows.count,
  }
}

function sliceColumn(column: MetaColumn, from: number, to: number): MetaColumn {
  if (!(column instanceof PackedMetaColumn)) return new SlicedMetaColumn(column, from, to)
  return new PackedMetaColumn(column.name, column.codes.subarray(from, to), column.offsets, column.bytes)
}

/** The same dictionary, fewer rows. */
class SlicedMetaColumn implements MetaColumn {
  readonly name: string
  readonly codes: Codes
  readonly distinct: number
  readonly #whole: MetaColumn

  constructor(whole: MetaColumn, from: number, to: number) {
    this.name = whole.name
    this.codes = whole.codes.subarray(from, to)
    this.distinct = whole.distinct
    this.#whole = whole
  }

  value(index: number): string {
    return this.#whole.value(index)
  }

  valueBytes(index: number): Uint8Array {
    return this.#whole.valueBytes(index)
  }
}

/** The rows of all pieces in the order given, copied (a single piece is returned as it is). */
export function concatRows(pieces: readonly RowsInput[]): RowsInput {
  const [only] = pieces
  if (only !== undefined && pieces.length === 1) return only
  let count = 0
  let lineBytes = 0
  let metaBytes = 0
  for (const piece of pieces) {
    count += piece.count
    metaBytes += piece.metaBytes
    lineBytes += piece.lineOffsets[piece.count]! - piece.lineOffsets[0]!
  }
  const ns = new Float64Array(count)
  const lineOffsets = new Uint32Array(count + 1)
  const lines = new Uint8Array(lineBytes)
  const columns = new Map<string, {codes: Uint32Array; dictionary: Dictionary}>()
  let row = 0
  let at = 0
  for (const piece of pieces) {
    const start = piece.lineOffsets[0]!
    ns.set(piece.ns.subarray(0, piece.count), row)
    lines.set(piece.lines.subarray(start, piece.lineOffsets[piece.count]), at)
    for (let i = 0; i <= piece.count; i++) lineOffsets[row + i] = piece.lineOffsets[i]! - start + at
    for (const column of piece.meta) {
      let joined = columns.get(column.name)
      if (joined === undefined) columns.set(column.name, (joined = {codes: new Uint32Array(count), dictionary: new Dictionary()}))
      joinCodes(column, piece.count, joined.codes, row, joined.dictionary)
    }
    row += piece.count
    at = lineOffsets[row]!
  }
  const meta = Array.from(columns, ([name, {codes, dictionary}]) => {
    const {offsets, bytes} = dictionary.values()
    return new PackedMetaColumn(name, codes, offsets, bytes, true)
  })
  return {count, ns, lineOffsets, lines, meta, metaBytes}
}

function joinCodes(column: MetaColumn, rows: number, out: Uint32Array, to: number, dictionary: Dictionary): void {
  const {codes} = column
  // Old code -> new code, 0 = not met yet; only values that rows use are looked at.
  const numbers = new Uint32Array(column.distinct + 1)
  for (let i = 0; i < rows; i++) {
    const code = codes[i]!
    if (code === 0) continue
    let number = numbers[code]!
    if (number === 0) {
      const value = column.valueBytes(code - 1)
      number = numbers[code] = dictionary.add(value, 0, value.length) + 1
    }
    out[to + i] = number
  }
}
