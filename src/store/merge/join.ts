/*
 * Runs of rows of several chunks -> one batch of columns.
 */
import type {MetaColumn} from '../chunk.ts'
import {FRESH, type Arrays} from '../arrays.ts'
import {Column} from '../head/index.ts'
import {packedValues, type PackedMetaColumn, type RowsInput} from '../rows.ts'
import type {Run} from './rows.ts'

/** Shares arrays with the chunk when there is just one run. @param runs at least one. @param tools arrays are for the result */
export function joinRuns(runs: readonly Run[], metaBytes: number, tools: JoinTools): RowsInput {
  const {arrays, columns} = tools
  const only = runs[0]!
  if (runs.length === 1) return {...sliceRun(only), metaBytes}
  const count = runs.reduce((sum, run) => sum + run.to - run.from, 0)
  const ns = arrays.f64(count)
  const lineOffsets = arrays.u32(count + 1)
  let rowAt = 0
  let byteAt = 0
  for (const {chunk, from, to} of runs) {
    ns.set(chunk.ns.subarray(from, to), rowAt)
    const shift = byteAt - chunk.offsets[from]!
    for (let row = from; row < to; row++) lineOffsets[++rowAt] = chunk.offsets[row + 1]! + shift
    byteAt += chunk.offsets[to]! - chunk.offsets[from]!
  }
  const lines = arrays.u8(byteAt)
  byteAt = 0
  for (const {chunk, from, to} of runs) {
    lines.set(chunk.lines.subarray(chunk.offsets[from], chunk.offsets[to]), byteAt)
    byteAt += chunk.offsets[to]! - chunk.offsets[from]!
  }
  return {count, ns, lineOffsets, lines, meta: columns.join(runs, count, arrays), metaBytes}
}

function sliceRun({chunk, from, to}: Run): Omit<RowsInput, 'metaBytes'> {
  if (from === 0 && to === chunk.ns.length) {
    return {count: to, ns: chunk.ns, lineOffsets: chunk.offsets, lines: chunk.lines, meta: chunk.meta}
  }
  const meta = chunk.meta.map(column => ({
    name: column.name,
    distinct: column.distinct,
    codes: column.codes.subarray(from, to),
    value: (index: number) => column.value(index),
    valueBytes: (index: number) => column.valueBytes(index),
  }))
  return {count: to - from, ns: chunk.ns.subarray(from, to), lineOffsets: chunk.offsets.subarray(from, to + 1), lines: chunk.lines, meta}
}

export type JoinTools = {readonly arrays: Arrays; readonly columns: JoinedColumns}

/** Joins metadata columns; keeps its tables from one batch to the next. Not reentrant. */
export class JoinedColumns {
  readonly #builders = new Map<string, Column>()
  #build = 0

  join(runs: readonly Run[], count: number, arrays: Arrays): PackedMetaColumn[] {
    const build = ++this.#build
    const used: Column[] = []
    /** Codes of a chunk's column in the joined one; 0 = not looked up yet. A chunk may come in many runs. */
    const translations = new Map<MetaColumn, Uint32Array>()
    let at = 0
    for (const {chunk, from, to} of runs) {
      for (const column of chunk.meta) {
        let builder = this.#builders.get(column.name)
        if (builder === undefined) {
          builder = new Column(encoder.encode(column.name))
          this.#builders.set(column.name, builder)
        }
        if (builder.build !== build) {
          builder.begin(build, count)
          used.push(builder)
        }
        let translation = translations.get(column)
        if (translation === undefined) {
          translation = arrays.u32(column.distinct + 1)
          translations.set(column, translation)
        }
        translate(column, from, to, translation, builder, at)
      }
      at += to - from
    }
    const result = used.filter(builder => builder.distinct > 0).map(builder => builder.finish(count, arrays))
    if (this.#builders.size > COLUMNS_KEPT_MAX) this.#builders.clear()
    return result
  }
}

function translate(column: MetaColumn, from: number, to: number, translation: Uint32Array, builder: Column, at: number): void {
  const {codes} = column
  const joined = builder.codes
  const {bytes, offsets} = packedValues(column)
  const shift = at - from
  for (let row = from; row < to; row++) {
    const code = codes[row]!
    if (code === 0) continue
    let number = translation[code]!
    if (number === 0) {
      const start = offsets[code - 1]!
      number = translation[code] = builder.code(bytes, start, offsets[code]! - start)
    }
    joined[row + shift] = number
  }
}

const COLUMNS_KEPT_MAX = 512

const encoder = new TextEncoder()

/** For whoever keeps the rows. */
export function freshTools(): JoinTools {
  return {arrays: FRESH, columns: new JoinedColumns()}
}
