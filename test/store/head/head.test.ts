import {describe, expect, test} from 'vitest'
import {instantOf, NS_PER_DAY} from '../../../src/model/index.ts'
import type {Chunk} from '../../../src/store/chunk.ts'
import {headChunks} from '../../../src/store/head/chunk.ts'
import {Generation, SegmentPool} from '../../../src/store/head/head.ts'
import {MetaColumns} from '../../../src/store/head/meta.ts'
import {HeadView} from '../../../src/store/head/view.ts'
import {makeAppend, randomFrom, StreamRefs, type Entry, type TestStream} from '../support/push.ts'

const APP = [{name: 'app', value: 'api'}]
const DAY = BigInt(NS_PER_DAY)
const text = new TextDecoder()
const stats = () => ({chunksOpened: 0, bytesRead: 0, bytesDecompressed: 0, blocksFromCache: 0})

function entriesOf(chunk: Chunk): string[] {
  const ns = chunk.timestamps()
  const offsets = chunk.lineOffsets()
  const bounds = chunk.lineBlockBounds()
  const lines: string[] = []
  for (let b = 0; b + 1 < bounds.length; b++) {
    const block = chunk.loadLineBlock(b)
    if (block instanceof Promise) throw new Error('the head answers at once')
    for (let row = block.firstRow; row < block.endRow; row++) {
      lines.push(text.decode(block.bytes.subarray(offsets[row]! - offsets[block.firstRow]!, offsets[row + 1]! - offsets[block.firstRow]!)))
    }
  }
  return lines.map((line, row) => {
    const meta = chunk
      .metaNames()
      .map(name => [name, chunk.meta(name)!] as const)
      .filter(([, column]) => column.codes[row] !== 0)
      .map(([name, column]) => `${name}=${column.value(column.codes[row]! - 1)}`)
      .sort()
    return [instantOf(chunk.day, ns[row]!), line, ...meta].join(' ')
  })
}

function fill(pushes: readonly TestStream[][], size = 0): {generation: Generation; read: () => string[]} {
  const refs = new StreamRefs()
  const generation = new Generation(7, new SegmentPool(size))
  for (const push of pushes) {
    generation.settle(generation.write(makeAppend(refs, 'fake', push), 0), false)
  }
  const view = new HeadView(1)
  return {
    generation,
    read() {
      const snapshot = generation.heads.get('fake')!.snapshot()
      view.update(snapshot)
      const meta = new MetaColumns()
      return Array.from({length: snapshot.streams.count}, (_, slot) => headChunks(view, snapshot, slot, meta)).flatMap(chunks =>
        chunks.flatMap(chunk => entriesOf(chunk.open(stats()))),
      )
    },
  }
}

const one = (...entries: Entry[]): TestStream[] => [{labels: APP, entries}]

describe('head', () => {
  test('orders by time, keeps the order of pushes for equal times', () => {
    const {read} = fill([one({ts: 30n, line: 'c'}, {ts: 10n, line: 'a2'}), one({ts: 10n, line: 'a1'}, {ts: 20n, line: 'b'})])
    expect(read()).toEqual(['10 a2', '10 a1', '20 b', '30 c'])
  })

  test('drops an entry that is there already, first pushed stays; metadata is a set', () => {
    const {read} = fill([
      one({ts: 10n, line: 'a', meta: [['x', '1'], ['y', '2']]}, {ts: 10n, line: 'a'}), // prettier-ignore
      one({ts: 10n, line: 'a', meta: [['y', '2'], ['x', '1']]}, {ts: 10n, line: 'a', meta: [['x', '1']]}), // prettier-ignore
      one({ts: 10n, line: 'a', level: 3}, {ts: 10n, line: 'a'}),
    ])
    expect(read()).toEqual(['10 a x=1 y=2', '10 a', '10 a x=1', '10 a detected_level=debug'])
  })

  test('many rows of one time: repeats are found by hash', () => {
    const entries = Array.from({length: 500}, (_, i) => ({
      ts: 5n,
      line: `line ${i % 100}`,
      meta: [['k', String(i % 3)]] as [string, string][],
    }))
    const {read} = fill([one(...entries)])
    expect(read()).toEqual([...new Set(entries.map(e => `5 ${e.line} k=${e.meta[0]![1]}`))])
  })

  test('splits days, also before 1970 and at the last nanosecond', () => {
    const times = [-DAY - 1n, -DAY, -1n, 0n, DAY - 1n, DAY, 20_415n * DAY - 1n, 20_415n * DAY, 106_000n * DAY + 5n, -106_000n * DAY]
    const {read} = fill([one(...times.map(ts => ({ts, line: 'x'})))])
    expect(read()).toEqual([...times].sort((a, b) => (a < b ? -1 : 1)).map(ts => `${ts} x`))
  })

  test('level codes become detected_level; rows without metadata have none', () => {
    const {read} = fill([one({ts: 1n, line: 'a', level: 6}, {ts: 2n, line: 'b'}, {ts: 3n, line: 'c', level: 6, meta: [['pod', 'p-1']]})])
    expect(read()).toEqual(['1 a detected_level=error', '2 b', '3 c detected_level=error pod=p-1'])
  })

  test('long names and values, empty lines', () => {
    const name = 'n'.repeat(200)
    const value = 'v'.repeat(70_000)
    const {read} = fill([one({ts: 1n, line: '', meta: [[name, value]]}, {ts: 2n, line: '', meta: [[name, `${value}x`]]})])
    expect(read()).toEqual([`1  ${name}=${value}`, `2  ${name}=${value}x`])
  })

  test('rows are seen once published, dead rows never, buffers come back after the last snapshot', () => {
    const refs = new StreamRefs()
    const generation = new Generation(1, new SegmentPool())
    const first = generation.write(makeAppend(refs, 't', one({ts: 1n, line: 'a'})), 0)
    const second = generation.write(makeAppend(refs, 't', one({ts: 2n, line: 'b'})), 0)
    const third = generation.write(makeAppend(refs, 't', one({ts: 3n, line: 'c'})), 0)
    const view = new HeadView(1)
    const read = () => {
      const snapshot = generation.heads.get('t')!.snapshot()
      view.update(snapshot)
      return headChunks(view, snapshot, 0, new MetaColumns()).flatMap(chunk => entriesOf(chunk.open(stats())))
    }
    expect(read()).toEqual([])
    generation.settle(first, false)
    const old = generation.heads.get('t')!.snapshot()
    expect(read()).toEqual(['1 a'])
    generation.settle(second, true)
    generation.settle(third, false)
    expect(read()).toEqual(['1 a', '3 c'])
    expect(headChunks(view, old, 0, new MetaColumns()).flatMap(chunk => entriesOf(chunk.open(stats())))).toEqual(['1 a'])
    expect(generation.pending).toBe(0)
  })

  test('buffers are reused only when nobody holds them', () => {
    const pool = new SegmentPool()
    const refs = new StreamRefs()
    const write = (number: number): Generation => {
      const generation = new Generation(number, pool)
      generation.settle(generation.write(makeAppend(refs, 't', one({ts: 1n, line: 'a'})), 0), false)
      return generation
    }
    const bufferOf = (generation: Generation) => generation.heads.get('t')!.snapshot().segments[0]!.buffer
    const a = write(1)
    const head = a.heads.get('t')!
    const buffer = bufferOf(a)
    head.retain()
    a.drop()
    expect(bufferOf(write(2))).not.toBe(buffer)
    head.release()
    expect(bufferOf(write(3))).toBe(buffer)
  })

  test('random pushes read back as a plain model says', () => {
    const random = randomFrom(11)
    const pick = (count: number) => Math.floor(random() * count)
    const streams = Array.from({length: 7}, (_, i) => [{name: 'app', value: `s${i}`}])
    const pushes: TestStream[][] = Array.from({length: 60}, () =>
      Array.from({length: 1 + pick(3)}, () => ({
        labels: streams[pick(7)]!,
        entries: Array.from({length: pick(60)}, () => ({
          ts: BigInt(pick(40)) * (DAY / 10n),
          line: 'l'.repeat(pick(5)) + pick(4),
          level: pick(3),
          meta: Array.from({length: pick(4)}, (_, k) => [`k${k}`, String(pick(3))] as [string, string]),
        })),
      })),
    )
    const {read} = fill(pushes)
    const seen = new Map<string, {ts: bigint; text: string}[]>()
    for (const {labels, entries} of pushes.flat()) {
      const list = seen.get(labels[0]!.value) ?? []
      seen.set(labels[0]!.value, list)
      for (const e of entries) {
        const meta = [
          ...e.meta!.map(([k, v]) => `${k}=${v}`),
          ...(e.level === 0 ? [] : [`detected_level=${['', 'unknown', 'trace'][e.level!]}`]),
        ].sort()
        const text = [e.ts, e.line, ...meta].join(' ')
        if (!list.some(other => other.text === text)) list.push({ts: e.ts, text})
      }
    }
    const order = [...seen.values()].flatMap(list => list.sort((a, b) => (a.ts < b.ts ? -1 : a.ts > b.ts ? 1 : 0)).map(e => e.text))
    expect(read()).toEqual(order)
  })

  test('more rows than a segment or a chunk holds', () => {
    const count = 40_000
    const {generation, read} = fill([
      one(...Array.from({length: count}, (_, i) => ({ts: BigInt(i), line: ''}))),
      one(...Array.from({length: count}, (_, i) => ({ts: BigInt(count + i), line: `${i}`}))),
    ])
    expect(generation.heads.get('fake')!.snapshot().segments.length).toBeGreaterThan(1)
    const lines = read()
    expect(lines.length).toBe(2 * count)
    expect(lines.at(-1)).toBe(`${2 * count - 1} ${count - 1}`)
  })
})
