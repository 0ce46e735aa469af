import {afterEach, beforeEach, describe, expect, test} from 'vitest'
import {createKernel} from '../../src/kernel/index.ts'
import {Failure, formatLabels, type LabelPredicate} from '../../src/model/index.ts'
import {createReader, type Database, type Reader, type SelectOptions, type StoreProblem, type StreamChunks} from '../../src/store/index.ts'
import {makeAppend, StreamRefs, type Entry} from './support/push.ts'
import {entriesOf, makeStore, readAll, type TestStore} from './support/store.ts'

const ALL = {predicates: [], fromNs: 0n, toNs: 10n ** 18n}
const stats = () => ({chunksOpened: 0, bytesRead: 0, bytesDecompressed: 0, blocksFromCache: 0})

describe('reader', () => {
  let store: TestStore
  let database: Database
  let reader: Reader
  let refs: StreamRefs
  beforeEach(async () => {
    store = await makeStore()
    database = await store.open()
    refs = new StreamRefs()
    reader = createReader({objects: store.objects, kernel: createKernel({plain: true}), cacheBytes: 1 << 20})
  })
  afterEach(async () => {
    await database.close()
    await store.remove()
  })

  const push = (app: string, ...entries: Entry[]) =>
    database.append(makeAppend(refs, 'fake', [{labels: [{name: 'app', value: app}], entries}]))
  const select = async (options: Partial<SelectOptions> = {}): Promise<StreamChunks[]> => {
    const snapshot = database.snapshot('fake', options.fromNs ?? ALL.fromNs, options.toNs ?? ALL.toNs)
    try {
      return await reader.select(snapshot.data, {...ALL, ...options})
    } finally {
      snapshot.release()
    }
  }
  const names = (streams: readonly StreamChunks[]) => streams.map(({labels}) => labels.map(({value}) => value).join()).sort()

  test('answers at once when the store does', async () => {
    await push('a', {ts: 1n, line: 'x'})
    await database.flushNow()
    await push('b', {ts: 1n, line: 'x'})
    const {data, release} = database.snapshot('fake', 0n, 10n)
    const selected = reader.select(data, ALL)
    expect(Array.isArray(selected)).toBe(true)
    if (selected instanceof Promise) throw new Error('unreachable')
    for (const {chunks} of selected) expect(chunks[0]!.open(stats())).not.toBeInstanceOf(Promise)
    release()
  })

  test('predicates and time choose streams, from parts and head alike', async () => {
    await push('a', {ts: 10n, line: 'x'})
    await push('b', {ts: 20n, line: 'x'})
    await database.flushNow()
    await push('c', {ts: 30n, line: 'x'})
    await push('a', {ts: 40n, line: 'x'})
    const is = (name: string, wanted: string): LabelPredicate => ({name, op: '=', value: wanted, matches: value => value === wanted})
    expect(names(await select())).toEqual(['a', 'b', 'c'])
    expect(names(await select({predicates: [is('app', 'a')]}))).toEqual(['a'])
    expect(names(await select({predicates: [is('missing', '')]}))).toEqual(['a', 'b', 'c'])
    expect(names(await select({predicates: [is('missing', 'x')]}))).toEqual([])
    expect(names(await select({fromNs: 20n, toNs: 31n}))).toEqual(['b', 'c'])
    expect(names(await select({fromNs: 20n, toNs: 30n}))).toEqual(['b'])
    expect(names(await select({fromNs: 20n, toNs: 20n}))).toEqual([])
    const {data, release} = database.snapshot('fake', 0n, 15n)
    expect((await reader.streams(data, {predicates: [], fromNs: 0n, toNs: 15n})).map(labels => formatLabels(labels))).toEqual(['{app="a"}'])
    release()
  })

  test('a search that is to end ends, and blames no part', async () => {
    await push('a', {ts: 1n, line: 'x'})
    await database.flushNow()
    const problems: StoreProblem[] = []
    const check = (): void => {
      throw new Failure('CANCELLED', 'enough')
    }
    await expect(select({problems, check})).rejects.toThrow('enough')
    await push('b', {ts: 1n, line: 'x'})
    await expect(select({problems, check})).rejects.toThrow('enough')
    expect(problems).toEqual([])
  })

  test('every stream belongs to one shard', async () => {
    for (let i = 0; i < 40; i++) await push(`s${i}`, {ts: 1n, line: 'x'})
    await database.flushNow()
    for (let i = 20; i < 60; i++) await push(`s${i}`, {ts: 2n, line: 'x'})
    const shards: string[][] = []
    for (let index = 0; index < 3; index++) shards.push(names(await select({shard: {index, count: 3}})))
    expect(shards.flat().sort()).toEqual(names(await select()))
    for (const shard of shards) expect(shard.length).toBeGreaterThan(8)
  })

  test('chunks that share no time are exact; of those that do, repeats are named', async () => {
    await push('a', {ts: 1n, line: 'one'}, {ts: 5n, line: 'five'})
    await database.flushNow()
    await push('a', {ts: 6n, line: 'six'}, {ts: 8n, line: 'eight'})
    let [stream] = await select()
    expect(stream!.chunks.map(({minNs, exact, source}) => [minNs, exact, source])).toEqual([
      [1, true, 'part'],
      [6, true, 'head'],
    ])
    await database.flushNow()
    await push('a', {ts: 5n, line: 'five'}, {ts: 6n, line: 'other'}, {ts: 8n, line: 'eight'}, {ts: 9n, line: 'nine'})
    ;[stream] = await select()
    expect(stream!.chunks.map(({minNs, exact, rows}) => [minNs, exact, rows])).toEqual([
      [1, false, 2],
      [5, false, 4],
      [6, false, 2],
    ])
    const repeated: number[][] = []
    for (const handle of stream!.chunks) repeated.push([...(await handle.open(stats())).repeated])
    expect(repeated).toEqual([[], [0, 2], []])
    expect(await readAll(database, store.objects, 'fake')).toEqual(
      ['1 one', '5 five', '6 six', '6 other', '8 eight', '9 nine'].map(row => `{app="a"} ${row}`),
    )
  })

  test('many rows of one instant keep their order over chunks, parts and head', async () => {
    const lines = Array.from({length: 20_000}, (_, i) => `line ${i}`)
    await push('a', ...lines.slice(0, 17_000).map(line => ({ts: 7n, line})))
    const read = async (): Promise<string[]> => {
      const [stream] = await select()
      const {chunks} = stream!
      for (let i = 1; i < chunks.length; i++) expect(chunks[i]!.sequence).toBeGreaterThan(chunks[i - 1]!.sequence)
      const found: string[] = []
      for (const handle of chunks) for (const {text} of await entriesOf(await handle.open(stats()))) found.push(text.slice(2))
      return found
    }
    expect(await read()).toEqual(lines.slice(0, 17_000))
    await database.flushNow()
    await push('a', ...lines.slice(16_000).map(line => ({ts: 7n, line})))
    expect(await read()).toEqual(lines)
    await database.flushNow()
    expect(await read()).toEqual(lines)
    store.clock.advance(3_600_000)
    await database.settle()
    expect(database.stats().parts.count).toBe(1)
    expect(await read()).toEqual(lines)
  })

  test('caches: what was read is not read again, and the head is read on', async () => {
    await push('a', {ts: 1n, line: 'x'.repeat(1000)})
    await database.flushNow()
    const bytes: number[] = []
    for (let i = 0; i < 2; i++) {
      const [stream] = await select()
      const read = stats()
      await entriesOf(await stream!.chunks[0]!.open(read))
      bytes.push(read.bytesRead)
    }
    expect(bytes[0]).toBeGreaterThan(0)
    expect(bytes[1]).toBe(0)
    for (let i = 2; i < 10; i++) {
      await push('a', {ts: BigInt(i), line: `${i}`})
      const [stream] = await select()
      expect(stream!.chunks.reduce((sum, {rows}) => sum + rows, 0)).toBe(i)
    }
  })

  test('metadata bytes are those of names and values, in head and part', async () => {
    await push('a', {ts: 1n, line: 'x', level: 6, meta: [['pod', 'p-1'], ['k', 'ü']]}) // prettier-ignore
    const bytes = async () => (await select())[0]!.chunks[0]!.metaBytes
    const expected = 'pod'.length + 'p-1'.length + 1 + 2 + 'detected_level'.length + 'error'.length
    expect(await bytes()).toBe(expected)
    await database.flushNow()
    expect(await bytes()).toBe(expected)
  })
})
