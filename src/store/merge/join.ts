/*
 * Runs of rows of several chunks -> one batch of columns.
 */
import type {MetaColumn} from '../chunk.ts'
import {Column} from '../head/index.ts'
import type {RowsInput} from '../rows.ts'
import type {Run} from './rows.ts'

/** Shares arrays with the chunk when there is just one run. @param runs at least one */
export function joinRuns(runs: readonly Run[]): RowsInput {
  const only = runs[0]!
  if (runs.length === 1) return sliceRun(only)
  const count = runs.reduce((sum, run) => sum + run.to - run.from, 0)
  const ns = new Float64Array(count)
  const lineOffsets = new Uint32Array(count + 1)
  let rowAt = 0
  let byteAt = 0
  for (const {chunk, from, to} of runs) {
    ns.set(chunk.ns.subarray(from, to), rowAt)
    const shift = byteAt - chunk.offsets[from]!
    for (let row = from; row < to; row++) lineOffsets[++rowAt] = chunk.offsets[row + 1]! + shift
    byteAt += chunk.offsets[to]! - chunk.offsets[from]!
  }
  const lines = new Uint8Array(byteAt)
  byteAt = 0
  for (const {chunk, from, to} of runs) {
    lines.set(chunk.lines.subarray(chunk.offsets[from], chunk.offsets[to]), byteAt)
    byteAt += chunk.offsets[to]! - chunk.offsets[from]!
  }
  return {count, ns, lineOffsets, lines, meta: joinMeta(runs, count)}
}

function sliceRun({chunk, from, to}: Run): RowsInput {
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

function joinMeta(runs: readonly Run[], count: number): MetaColumn[] {
  const builders = new Map<string, Column>()
  /** Codes of a chunk's column in the joined one; 0 = not looked up yet. A chunk may come in many runs. */
  const translations = new Map<MetaColumn, Uint32Array>()
  let at = 0
  for (const {chunk, from, to} of runs) {
    for (const column of chunk.meta) {
      let builder = builders.get(column.name)
      if (builder === undefined) {
        builder = new Column(encoder.encode(column.name))
        builder.begin(0, count)
        builders.set(column.name, builder)
      }
      let translation = translations.get(column)
      if (translation === undefined) {
        translation = new Uint32Array(column.distinct + 1)
        translations.set(column, translation)
      }
      const {codes} = column
      for (let row = from; row < to; row++) {
        const code = codes[row]!
        if (code === 0) continue
        let joined = translation[code]!
        if (joined === 0) {
          const value = column.valueBytes(code - 1)
          joined = builder.code(value, 0, value.length)
          translation[code] = joined
        }
        builder.codes[at + row - from] = joined
      }
    }
    at += to - from
  }
  return [...builders.values()].filter(builder => builder.distinct > 0).map(builder => builder.finish(count))
}

const encoder = new TextEncoder()
