/*
 * One metadata column of a chunk on its way to disk: only the values that these rows use, numbered by first use.
 */
import type {MetaColumn} from '../chunk.ts'
import type {Arrays} from '../arrays.ts'
import {PackedValues} from '../packed-values.ts'
import {PackedMetaColumn, type Codes} from '../rows.ts'

export type NumberedColumn = {
  readonly name: string
  /** Per row 0 or 1..values.count; a new value always has the next number. */
  readonly codes: Uint32Array
  readonly values: PackedValues
  /** Rows with a value, and bytes of their values. */
  readonly present: number
  readonly valueBytes: number
  /** In how many rows the code differs from the row before. */
  readonly changes: number
}

/** Reused from column to column so that a large dictionary is not cleared for every small chunk. */
export class ColumnNumbering {
  /** Old code -> new code, 0 = not met. All zero between calls. */
  #numbers = new Uint32Array(1024)
  readonly #arrays: Arrays

  /** @param arrays for what is returned */
  constructor(arrays: Arrays) {
    this.#arrays = arrays
  }

  /** @returns undefined when no row has a value */
  number(column: MetaColumn, rows: number): NumberedColumn | undefined {
    if (column instanceof PackedMetaColumn && column.isNumbered) return counted(column, rows)
    const {codes: old} = column
    const arrays = this.#arrays
    if (this.#numbers.length <= column.distinct) this.#numbers = new Uint32Array(column.distinct * 2)
    const numbers = this.#numbers
    const codes = arrays.u32(rows)
    const used = arrays.u32(Math.min(rows, column.distinct))
    const {count, present, changes} = renumber(old, rows, numbers, codes, used)
    for (let i = 0; i < count; i++) numbers[used[i]!] = 0
    if (count === 0) return undefined
    const values = gather(column, used.subarray(0, count), arrays)
    return {name: column.name, codes, values, present, valueBytes: weigh(codes, values), changes}
  }
}

/** A column that is as it should be. */
function counted(column: PackedMetaColumn, rows: number): NumberedColumn | undefined {
  const {codes, offsets} = column
  if (!(codes instanceof Uint32Array)) throw new Error('a numbered column has wide codes')
  let present = 0
  let changes = 0
  let valueBytes = 0
  let before = -1
  for (let i = 0; i < rows; i++) {
    const code = codes[i]!
    if (code !== before) {
      changes++
      before = code
    }
    if (code === 0) continue
    present++
    valueBytes += offsets[code]! - offsets[code - 1]!
  }
  return {name: column.name, codes: codes.subarray(0, rows), values: new PackedValues(column.bytes, offsets), present, valueBytes, changes}
}

function renumber(
  old: Codes,
  rows: number,
  numbers: Uint32Array,
  codes: Uint32Array,
  used: Uint32Array,
): {count: number; present: number; changes: number} {
  let count = 0
  let present = 0
  let changes = 0
  let before = -1
  for (let i = 0; i < rows; i++) {
    const code = old[i]!
    if (code !== before) {
      changes++
      before = code
    }
    if (code === 0) continue
    present++
    let number = numbers[code]!
    if (number === 0) {
      used[count++] = code
      number = numbers[code] = count
    }
    codes[i] = number
  }
  return {count, present, changes}
}

function weigh(codes: Uint32Array, {offsets}: PackedValues): number {
  let bytes = 0
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i]!
    if (code !== 0) bytes += offsets[code]! - offsets[code - 1]!
  }
  return bytes
}

/** The values of those codes, back to back. */
function gather(column: MetaColumn, used: Uint32Array, arrays: Arrays): PackedValues {
  const offsets = arrays.u32(used.length + 1)
  if (column instanceof PackedMetaColumn) {
    let size = 0
    for (let i = 0; i < used.length; i++) offsets[i + 1] = size += column.offsets[used[i]!]! - column.offsets[used[i]! - 1]!
    const bytes = arrays.u8(size)
    const {bytes: from} = column
    for (let i = 0; i < used.length; i++) {
      let to = offsets[i]!
      for (let p = column.offsets[used[i]! - 1]!, end = column.offsets[used[i]!]!; p < end; p++) bytes[to++] = from[p]!
    }
    return new PackedValues(bytes, offsets)
  }
  const values = Array.from(used, code => column.valueBytes(code - 1))
  let size = 0
  for (let i = 0; i < values.length; i++) offsets[i + 1] = size += values[i]!.length
  const bytes = arrays.u8(size)
  for (let i = 0; i < values.length; i++) bytes.set(values[i]!, offsets[i])
  return new PackedValues(bytes, offsets)
}
