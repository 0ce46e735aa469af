import {describe, expect, it} from 'vitest'
import {createKernel} from '../../../src/kernel/index.ts'
import {NS_PER_DAY, type Labels} from '../../../src/model/index.ts'
import {openPart} from '../../../src/store/part/index.ts'
import {CHUNK_LINE_BYTES_MAX, CHUNK_ROWS_MAX} from '../../../src/store/chunk-size.ts'
import {LINE_BLOCK_SIZE_MAX} from '../../../src/store/part/format.ts'
import {bytesOf, FAKE_KERNEL, newStats, OPTIONS, randomOf, readPart, storeOf, writePart, type Row, type Stream} from './support.ts'

const label = (name: string, value: string): Labels => [{name, value}]

function hex(random: () => number, length: number): string {
  let text = ''
  while (text.length < length) text += Math.floor(random() * 16).toString(16)
  return text
}

/** Rows with a bit of everything a row may have. */
function randomRows(seed: number, count: number): Row[] {
  const random = randomOf(seed)
  let ns = Math.floor(random() * 1e9)
  const step = Math.floor((NS_PER_DAY - 2e9) / Math.max(1, count) / 2)
  return Array.from({length: count}, (_, i) => {
    ns += random() < 0.2 ? 0 : Math.floor(random() * step)
    const kind = random()
    const line =
      kind < 0.1
        ? new Uint8Array(0)
        : kind < 0.2
          ? Uint8Array.from({length: Math.floor(random() * 40)}, () => Math.floor(random() * 256))
          : bytesOf(`level=${random() < 0.5 ? 'info' : 'error'} msg="request ${i} took" duration=${Math.floor(random() * 1000)}ms`)
    const meta: Record<string, string> = {constant: 'always'}
    if (random() < 0.3) meta['trace_id'] = hex(random, 32)
    if (random() < 0.5) meta['status'] = ['200', '404', '500'][Math.floor(random() * 3)]!
    if (random() < 0.9) meta['pod'] = `pod-${Math.floor(random() * 9)}`
    if (random() < 0.05) meta['odd'] = ['\0', 'ü', '\0\0x', 'a b', '"'][Math.floor(random() * 5)]!
    meta['user'] = `user-${Math.floor(random() * 1000)}`
    meta['seq'] = String(i)
    if (random() < 0.5) meta['uuid'] = `${hex(random, 8)}-${hex(random, 4)}-4${hex(random, 3)}-${hex(random, 12)}`
    if (random() < 0.5) meta['padded'] = String(Math.floor(random() * 500)).padStart(5, '0')
    if (random() < 0.5) meta['big'] = String(Math.floor(random() * 1e14))
    if (random() < 0.5) meta['text'] = random().toString(36)
    return {ns, line, meta}
  })
}

/** toEqual over thousands of rows is slow and its difference unreadable. */
function expectSame(got: Stream[], expected: Stream[]): void {
  expect(got.map(stream => stream.labels)).toEqual(expected.map(stream => stream.labels))
  const text = (row: Row | undefined): string | undefined =>
    row && JSON.stringify([row.ns, Buffer.from(row.line).toString('latin1'), Object.entries(row.meta).sort(([a], [b]) => (a < b ? -1 : 1))])
  expected.forEach((stream, s) => {
    expect(got[s]!.rows.length).toBe(stream.rows.length)
    stream.rows.forEach((row, i) => {
      const [a, b] = [text(got[s]!.rows[i]), text(row)]
      if (a !== b) expect({stream: s, row: i, is: a}).toEqual({stream: s, row: i, is: b})
    })
  })
}

async function expectRoundTrip(streams: Stream[], options = {}, pieceRows = Infinity): Promise<void> {
  const {bytes, meta} = writePart(streams, options, pieceRows)
  const rows = streams.flatMap(stream => stream.rows)
  expect(meta.size).toBe(bytes.length)
  expect(meta.rows).toBe(rows.length)
  expect(meta.lineBytes).toBe(rows.reduce((sum, row) => sum + row.line.length, 0))
  expect(meta.metaBytes).toBe(
    rows.reduce((sum, row) => sum + Object.entries(row.meta).reduce((s, [k, v]) => s + Buffer.byteLength(k) + Buffer.byteLength(v), 0), 0),
  )
  expect(JSON.parse(JSON.stringify(meta))).toEqual(meta)
  const part = await openPart({objects: storeOf(bytes), key: OPTIONS.key, kernel: FAKE_KERNEL})
  expectSame(await readPart(part), streams)
  // The kernel's unpacking gives the same as our own.
  const fast = await openPart({objects: storeOf(bytes), key: OPTIONS.key, kernel: {...createKernel(), ...FAKE_KERNEL}})
  expectSame(await readPart(fast), streams)
}

describe('a part gives back the rows written to it', () => {
  it.each([1, 2, 3, 257, 700, CHUNK_ROWS_MAX])('%i rows', async count => {
    await expectRoundTrip([{labels: label('app', 'a'), rows: randomRows(count, count)}])
    await expectRoundTrip([{labels: label('app', 'a'), rows: randomRows(count, count)}], {zstd: undefined})
  })

  it('more rows than a chunk holds, in pieces of any size', async () => {
    const rows = randomRows(5, CHUNK_ROWS_MAX + 900)
    await expectRoundTrip([{labels: label('app', 'a'), rows}], {}, 500)
    await expectRoundTrip([{labels: label('app', 'a'), rows}])
  })

  it('many streams of few rows', async () => {
    const streams = Array.from({length: 120}, (_, i) => ({
      labels: [
        {name: 'app', value: `app-${String(i).padStart(3, '0')}`},
        {name: 'env', value: 'ü\n"'},
      ],
      rows: randomRows(i, (i % 7) + 1),
    }))
    await expectRoundTrip(streams)
    await expectRoundTrip(streams, {zstd: undefined}, 2)
  })

  it('huge lines, alone and among others, and only empty lines', async () => {
    const random = randomOf(8)
    const huge = (size: number): Uint8Array => Uint8Array.from({length: size}, () => Math.floor(random() * 256))
    const rows = randomRows(3, 50)
    rows[10]!.line = huge(LINE_BLOCK_SIZE_MAX + 1)
    rows[20]!.line = huge(LINE_BLOCK_SIZE_MAX)
    rows[30]!.line = new Uint8Array(CHUNK_LINE_BYTES_MAX * 2 + 5).fill(120)
    rows[49]!.line = huge(LINE_BLOCK_SIZE_MAX * 3)
    await expectRoundTrip([{labels: label('app', 'a'), rows}])
    await expectRoundTrip([{labels: label('app', 'a'), rows: randomRows(3, 20).map(row => ({...row, line: new Uint8Array(0)}))}])
  })

  it('the edges of the day, equal timestamps, and times with a common divisor', async () => {
    const at = (ns: number): Row => ({ns, line: bytesOf('x'), meta: {}})
    await expectRoundTrip([{labels: [], rows: [at(0), at(0), at(NS_PER_DAY - 1), at(NS_PER_DAY - 1)]}])
    await expectRoundTrip([{labels: [], rows: Array.from({length: 300}, () => at(7))}])
    await expectRoundTrip([{labels: [], rows: Array.from({length: 300}, (_, i) => at(1e6 * (i * i)))}])
    await expectRoundTrip([{labels: [], rows: Array.from({length: 300}, (_, i) => at(Math.floor((NS_PER_DAY * i) / 300)))}])
  })

  it('a store that answers later', async () => {
    const streams = [{labels: label('a', 'b'), rows: randomRows(4, 5000)}]
    const part = await openPart({objects: storeOf(writePart(streams).bytes, true), key: OPTIONS.key, kernel: FAKE_KERNEL})
    expectSame(await readPart(part), streams)
  })
})

describe('a part', () => {
  const streams: Stream[] = ['api', 'db', 'web'].flatMap(app =>
    ['dev', 'prod'].map(env => ({
      labels: app === 'db' ? label('app', app + env) : [...label('app', app), ...label('env', env)],
      rows: randomRows(1, 10),
    })),
  )

  it('selects streams by predicates; a missing label reads as empty', async () => {
    const {bytes} = writePart(streams)
    const part = await openPart({objects: storeOf(bytes), key: OPTIONS.key, kernel: FAKE_KERNEL})
    const select = async (name: string, matches: (v: string) => boolean): Promise<number[]> =>
      Array.from(await part.select([{name, op: '=', value: '', matches}]))
    expect(await select('app', v => v === 'api')).toEqual([0, 1])
    expect(await select('env', v => v === 'prod')).toEqual([1, 5])
    expect(await select('env', v => v === '')).toEqual([2, 3])
    expect(await select('env', v => v !== 'prod')).toEqual([0, 2, 3, 4])
    expect(await select('none', v => v === '')).toEqual([0, 1, 2, 3, 4, 5])
    expect(await select('none', v => v === 'x')).toEqual([])
    expect(part.labels(5)).toEqual(streams[5]!.labels)
  })

  it('gives handles of the chunks that meet a range, true without opening them', async () => {
    const rows = randomRows(2, 3 * CHUNK_ROWS_MAX)
    const {bytes} = writePart([{labels: label('a', 'b'), rows}])
    const part = await openPart({objects: storeOf(bytes), key: OPTIONS.key, kernel: FAKE_KERNEL})
    await part.select([])
    const all = part.chunks(0, 7)
    expect(all.length).toBe(3)
    expect(all.map(c => [c.rows, c.sequence, c.day, c.source, c.exact])).toEqual(
      all.map((_, i) => [8192, 7 + i, OPTIONS.day, 'part', true]),
    )
    for (const [i, handle] of all.entries()) {
      const mine = rows.slice(i * 8192, (i + 1) * 8192)
      expect([handle.minNs, handle.maxNs]).toEqual([mine[0]!.ns, mine.at(-1)!.ns])
      expect(handle.lineBytes).toBe(mine.reduce((sum, row) => sum + row.line.length, 0))
    }
    expect(part.chunks(0, 1, all[1]!.minNs + 1, all[1]!.maxNs - 1).length).toBe(1)
    expect(part.chunks(0, 1, all[2]!.maxNs + 1).length).toBe(0)
  })

  it('reads only what is asked for, and passes blocks through the cache', async () => {
    const {bytes} = writePart([{labels: label('a', 'b'), rows: randomRows(2, 6000)}])
    const blocks = new Map<string, Uint8Array>()
    const part = await openPart({objects: storeOf(bytes), key: OPTIONS.key, kernel: FAKE_KERNEL, cache: blocksOf(blocks)})
    await part.select([])
    const handle = part.chunks(0, 1)[0]!
    const stats = newStats()
    const chunk = await handle.open(stats)
    chunk.timestamps()
    expect(stats.bytesRead).toBeLessThan(bytes.length / 4)
    expect(stats.bytesDecompressed).toBe(0)
    await chunk.loadLineBlock(0)
    expect(stats.bytesDecompressed).toBeGreaterThan(1000)
    const again = newStats()
    const second = await handle.open(again)
    second.timestamps()
    await second.loadLineBlock(0)
    expect(again).toEqual({chunksOpened: 1, bytesRead: 0, bytesDecompressed: 0, blocksFromCache: 4})
  })

  it('refuses streams and rows out of order', () => {
    const [a, b] = [streams[0]!, streams[1]!]
    expect(() => writePart([b, a])).toThrow('comes after')
    expect(() => writePart([{labels: a.labels, rows: [a.rows[9]!, a.rows[0]!]}])).toThrow('time order')
    expect(() => writePart([a, {labels: [...a.labels], rows: [{...a.rows[0]!, ns: 0}]}])).toThrow('time order')
    expect(() => writePart([])).toThrow('without rows')
  })

  it('stores columns that go together once', () => {
    const rows = randomRows(9, 4000).map((row, i) => ({...row, meta: {...row.meta, pod: `p${(i * i) % 97}`}}))
    const twice = rows.map(row => ({...row, meta: {...row.meta, ip: `10.0.0.${row.meta.pod.slice(1)}`}}))
    const one = writePart([{labels: [], rows}]).bytes.length
    expect(writePart([{labels: [], rows: twice}]).bytes.length - one).toBeLessThan(400)
  })
})

function blocksOf(map: Map<string, Uint8Array>): {get(key: string): Uint8Array | undefined; set(key: string, bytes: Uint8Array): void} {
  return {get: key => map.get(key), set: (key, bytes) => void map.set(key, bytes)}
}
