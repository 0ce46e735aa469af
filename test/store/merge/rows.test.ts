import {expect, test} from 'vitest'
import type {Chunk, ChunkHandle} from '../../../src/store/chunk.ts'
import {mergeStream, type SourceChunk} from '../../../src/store/merge/rows.ts'
import {PackedMetaColumn, type RowsInput} from '../../../src/store/rows.ts'
import {randomFrom} from '../support/push.ts'

const NO_ROWS = new Uint32Array(0)
type Row = {ns: number; line: string; meta?: string}

let opened = 0

/** A chunk in memory; rows are in time order. */
function handleOf(rows: readonly Row[]): ChunkHandle {
  const bytes = rows.map(row => Buffer.from(row.line))
  const offsets = Uint32Array.from([
    0,
    ...bytes.map(
      (
        (sum: number) => (line: Buffer) =>
          (sum += line.length)
      )(0),
    ),
  ])
  const values = [...new Set(rows.flatMap(row => (row.meta === undefined ? [] : [row.meta])))]
  const valueBytes = values.map(value => Buffer.from(value))
  const valueOffsets = Uint32Array.from([
    0,
    ...valueBytes.map(
      (
        (sum: number) => (value: Buffer) =>
          (sum += value.length)
      )(0),
    ),
  ])
  const codes = Uint8Array.from(rows, row => (row.meta === undefined ? 0 : values.indexOf(row.meta) + 1))
  const column = new PackedMetaColumn('m', codes, valueOffsets, Uint8Array.from(Buffer.concat(valueBytes)))
  const chunk: Chunk = {
    rows: rows.length,
    day: 0,
    timestamps: () => Float64Array.from(rows, row => row.ns),
    lineOffsets: () => offsets,
    metaNames: () => (values.length > 0 ? ['m'] : []),
    meta: () => column,
    lineBlockBounds: () => Uint32Array.of(0, rows.length),
    loadLineBlock: () => ({firstRow: 0, endRow: rows.length, bytes: Buffer.concat(bytes)}),
    repeated: NO_ROWS,
  }
  const open = (): Chunk => {
    opened++
    return chunk
  }
  const [first, last] = [rows[0]!.ns, rows.at(-1)!.ns]
  return {day: 0, minNs: first, maxNs: last, rows: rows.length, lineBytes: 0, metaBytes: 0, exact: true, source: 'part', sequence: 0, open}
}

function rowsOf(batch: RowsInput): Row[] {
  const column = batch.meta[0]
  return Array.from({length: batch.count}, (_, i) => {
    const line = Buffer.from(batch.lines.subarray(batch.lineOffsets[i], batch.lineOffsets[i + 1])).toString()
    const code = column?.codes[i] ?? 0
    return {ns: batch.ns[i]!, line, ...(code === 0 ? {} : {meta: column!.value(code - 1)})}
  })
}

async function merge(sources: readonly SourceChunk[]): Promise<Row[]> {
  const rows: Row[] = []
  for await (const batch of mergeStream(sources)) rows.push(...rowsOf(batch))
  return rows
}

test('random inputs: in time order, ties by input, repeats dropped', async () => {
  const random = randomFrom(5)
  const pick = (count: number) => Math.floor(random() * count)
  for (let round = 0; round < 300; round++) {
    const sources: SourceChunk[] = []
    const expected: (Row & {text: string})[] = []
    for (let input = 0; input < 1 + pick(4); input++) {
      // Within an input nothing is repeated.
      const own = new Map<string, Row>()
      for (let i = pick(30); i >= 0; i--) {
        const row: Row = {ns: pick(12), line: 'l'.repeat(pick(3)), ...(pick(2) === 0 ? {} : {meta: `v${pick(2)}`})}
        own.set(JSON.stringify(row), row)
      }
      const rows = [...own.values()].sort((a, b) => a.ns - b.ns)
      for (let at = 0; at < rows.length;) {
        const size = 1 + pick(10)
        sources.push({input, handle: handleOf(rows.slice(at, at + size))})
        at += size
      }
      for (const row of rows) {
        const text = JSON.stringify(row)
        if (!expected.some(other => other.text === text)) expected.push({...row, text})
      }
    }
    expected.sort((a, b) => a.ns - b.ns)
    expect(await merge(sources)).toEqual(expected.map(({text}) => JSON.parse(text) as Row))
  }
})

test('opens chunks when their time comes, whatever their number', async () => {
  opened = 0
  const sources = Array.from({length: 200}, (_, i) => ({
    input: i % 4,
    handle: handleOf(Array.from({length: 1000}, (_row, k) => ({ns: i * 1000 + k, line: 'x'}))),
  }))
  let rows = 0
  for await (const batch of mergeStream(sources)) {
    rows += batch.count
    expect(batch.count).toBeLessThanOrEqual(8192)
    expect(opened).toBeLessThanOrEqual(Math.ceil(rows / 1000) + 2)
  }
  expect(rows).toBe(200_000)
})

test('batches are as large as a chunk may be; a larger line is alone', async () => {
  const line = (size: number) => 'x'.repeat(size)
  const sizes: [number, number][] = []
  const sources = [
    {input: 0, handle: handleOf([{ns: 1, line: line(700_000)}, {ns: 2, line: line(2_000_000)}, {ns: 3, line: 'a'}])}, // prettier-ignore
    {input: 1, handle: handleOf([{ns: 1, line: line(700_001)}, {ns: 4, line: 'b'}])}, // prettier-ignore
  ]
  for await (const batch of mergeStream(sources)) sizes.push([batch.count, batch.lineOffsets[batch.count]! - batch.lineOffsets[0]!])
  expect(sizes).toEqual([
    [1, 700_000],
    [1, 700_001],
    [1, 2_000_000],
    [2, 2],
  ])
})
