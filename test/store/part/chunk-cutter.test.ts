import {describe, expect, it} from 'vitest'
import {ChunkCutter} from '../../../src/store/part/chunk-cutter.ts'
import {CHUNK_LINE_BYTES_MAX, CHUNK_ROWS_MAX} from '../../../src/store/chunk-size.ts'
import type {RowsInput} from '../../../src/store/rows.ts'
import {rowsInput} from './support.ts'

function rows(count: number, lineLength: number, from = 0): RowsInput {
  return rowsInput(Array.from({length: count}, (_, i) => ({ns: from + i, line: new Uint8Array(lineLength), meta: {}})))
}

/** [rows, line bytes] of each chunk, cut from pieces of [rows, line length]; also checks that no row is lost or moved. */
function cut(...pieces: [number, number][]): [number, number][] {
  const chunks: [number, number][] = []
  let next = 0
  const cutter = new ChunkCutter(chunk => {
    for (const ns of chunk.ns) expect(ns).toBe(next++)
    chunks.push([chunk.count, chunk.lineOffsets[chunk.count]! - chunk.lineOffsets[0]!])
  })
  let from = 0
  for (const [count, lineLength] of pieces) {
    cutter.add(rows(count, lineLength, from))
    from += count
  }
  cutter.end()
  expect(next).toBe(from)
  return chunks
}

const MAX = CHUNK_ROWS_MAX
const MIB = CHUNK_LINE_BYTES_MAX

describe('the chunk cutter', () => {
  it('gathers pieces', () => {
    expect(cut([1, 5])).toEqual([[1, 5]])
    expect(cut([1, 5], [2, 0], [3, 1])).toEqual([[6, 8]])
    expect(cut()).toEqual([])
    expect(cut([MAX, 1])).toEqual([[MAX, MAX]])
  })

  it('cuts by rows, the rest evenly', () => {
    expect(cut([MAX + 2, 0])).toEqual([
      [MAX / 2 + 1, 0],
      [MAX / 2 + 1, 0],
    ])
    expect(cut([MAX, 0], [MAX, 0], [10, 0]).map(([count]) => count)).toEqual([MAX, MAX / 2 + 5, MAX / 2 + 5])
    expect(cut([3 * MAX, 0]).map(([count]) => count)).toEqual([MAX, MAX, MAX])
  })

  it('cuts by line bytes', () => {
    expect(cut([6, MIB / 4])).toEqual([
      [3, (3 * MIB) / 4],
      [3, (3 * MIB) / 4],
    ])
    expect(cut([9, MIB / 4]).map(([count]) => count)).toEqual([4, 2, 3])
  })

  it('gives a line longer than a chunk its own', () => {
    expect(cut([2, 10], [1, MIB + 1], [2, 10]).map(([count]) => count)).toEqual([2, 1, 2])
    expect(cut([3, 2 * MIB + 5]).map(([count]) => count)).toEqual([1, 1, 1])
  })
})
