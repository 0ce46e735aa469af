import {describe, expect, test} from 'vitest'
import {createKernel} from '../../../src/kernel/index.ts'
import {FRESH} from '../../../src/store/arrays.ts'
import {gatherRows} from '../../../src/store/head/cut.ts'
import {KernelGather} from '../../../src/store/head/gather.ts'
import {Generation, SegmentPool} from '../../../src/store/head/head.ts'
import {MetaColumns} from '../../../src/store/head/meta.ts'
import {orderRows} from '../../../src/store/head/order.ts'
import {HeadView} from '../../../src/store/head/view.ts'
import type {RowsInput} from '../../../src/store/rows.ts'
import {makeAppend, randomFrom, StreamRefs, type TestStream} from '../support/push.ts'

const {columns} = createKernel()
const LABELS = [{name: 'app', value: 'api'}]

function plainOf(rows: RowsInput): unknown {
  const {count, ns, lineOffsets, lines, meta} = rows
  return {
    count,
    ns: [...ns],
    lineOffsets: [...lineOffsets],
    lines: Buffer.from(lines).toString('latin1'),
    meta: new Map(
      meta.map(({name, codes, distinct, ...column}) => [
        name,
        [...codes].map(code => (code === 0 ? undefined : valueOf(code, distinct, column))),
      ]),
    ),
  }
}

function valueOf(code: number, distinct: number, column: object): string {
  expect(code).toBeLessThanOrEqual(distinct)
  const {offsets, bytes} = column as {offsets: Uint32Array; bytes: Uint8Array}
  return Buffer.from(bytes.subarray(offsets[code - 1], offsets[code])).toString('latin1')
}

function gatherBoth(streams: readonly TestStream[], step: number): {kernel: unknown[]; plain: unknown[]; numbered: boolean} {
  if (columns === undefined) throw new Error('this runtime has no WebAssembly SIMD')
  const generation = new Generation(1, new SegmentPool(0))
  const refs = new StreamRefs()
  for (const stream of streams) generation.settle(generation.write(makeAppend(refs, 'fake', [stream]), 0), false)
  const snapshot = generation.heads.get('fake')!.snapshot()
  const view = new HeadView(1)
  view.update(snapshot)
  const gather = new KernelGather(columns, view)
  const result = {kernel: [] as unknown[], plain: [] as unknown[], numbered: true}
  for (let slot = 0; slot < snapshot.streams.count; slot++) {
    for (const rows of orderRows(view, view.rowsOf(slot, snapshot))) {
      for (let from = 0; from < rows.ids.length; from += step) {
        const to = Math.min(rows.ids.length, from + step)
        const plain = gatherRows(view, rows, from, to, new MetaColumns(), FRESH)
        const batch = gather.rows(rows, from, to, FRESH) ?? plain
        result.kernel.push(plainOf(batch))
        result.plain.push(plainOf(plain))
        for (const column of batch.meta) {
          // By first use, without gaps.
          let next = 1
          for (const code of column.codes) {
            if (code > next) result.numbered = false
            if (code === next) next++
          }
          if (next !== column.distinct + 1) result.numbered = false
        }
      }
    }
  }
  return result
}

describe('rows gathered by the kernel', () => {
  test.each([1, 2, 3, 4, 5, 6])('are those of the plain twin (seed %i)', seed => {
    const random = randomFrom(seed)
    const below = (n: number): number => Math.floor(random() * n)
    const text = (lengthMax: number, alphabet: number): string =>
      Array.from({length: below(lengthMax)}, () => String.fromCharCode(97 + below(alphabet))).join('')
    const streams: TestStream[] = Array.from({length: 30}, (_, s) => ({
      labels: [{name: 'app', value: `${s % 3}`}],
      entries: Array.from({length: 1 + below(60)}, (__, i) => ({
        ts: BigInt(s * 1000 + i) * 1_000_000_000n,
        line: text(below(10) === 0 ? 600 : 40, 26),
        level: below(9),
        meta: [...new Set(Array.from({length: below(below(5) === 0 ? 40 : 8)}, () => `k${below(50)}`))].map(
          name => [name, `v${text(below(20) === 0 ? 400 : 30, 2)}`] as [string, string],
        ),
      })),
    }))
    const {kernel, plain, numbered} = gatherBoth(streams, 1 + below(200))
    expect(kernel).toEqual(plain)
    expect(numbered).toBe(true)
  })

  test('more keys than the kernel takes', () => {
    const entries = Array.from({length: 40}, (_, i) => ({
      ts: BigInt(i),
      line: 'x',
      meta: Array.from({length: 20}, (__, k) => [`key${i}_${k}`, 'v'] as [string, string]),
    }))
    const {kernel, plain} = gatherBoth([{labels: LABELS, entries}], 1000)
    expect(kernel).toEqual(plain)
  })

  test('many rows of many keys, so that its workspace grows', () => {
    const entries = Array.from({length: 5000}, (_, i) => ({
      ts: BigInt(i),
      line: '',
      meta: Array.from({length: 40}, (__, k) => [`key${k}`, `${i % (k + 1)}`] as [string, string]),
    }))
    const {kernel, plain} = gatherBoth([{labels: LABELS, entries}], 8192)
    expect(kernel).toEqual(plain)
  })
})
