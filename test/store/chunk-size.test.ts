/*
 * No chunk, wherever it is, has more metadata than one may have, and nothing is lost by cutting.
 */
import {expect, test} from 'vitest'
import {createKernel} from '../../src/kernel/index.ts'
import {CHUNK_CELLS_MAX, CHUNK_META_BYTES_MAX, CHUNK_NAMES_MAX} from '../../src/store/chunk-size.ts'
import type {ChunkHandle} from '../../src/store/chunk.ts'
import {createMaintenance, createReader, type Database} from '../../src/store/index.ts'
import {makeAppend, randomFrom, StreamRefs, type Entry} from './support/push.ts'
import {END_NS, FIRST_NS, makeStore, readAll, type TestStore} from './support/store.ts'

const ROWS = 45

type Shape = {name: string; meta: (row: number) => [string, string][]}
const random = randomFrom(3)
const noise = (length: number) => Array.from({length}, () => String.fromCharCode(97 + Math.floor(random() * 26))).join('')
const shapes: Shape[] = [
  {name: 'keys without end', meta: row => Array.from({length: 70}, (_, k) => [`key_${row}_${k}`, `v${k}`])},
  {name: 'large values', meta: row => [['body', noise(300_000)], ['row', `${row}`]]}, // prettier-ignore
  {
    name: 'more keys in one row than a chunk may have',
    meta: row => Array.from({length: 1500}, (_, k) => [`key_${(row * 700 + k) % 9000}`, 'v']),
  },
]

async function chunksOf(store: TestStore, database: Database): Promise<ChunkHandle[]> {
  const snapshot = database.snapshot('fake', FIRST_NS, END_NS)
  const reader = createReader({objects: store.objects, kernel: createKernel({plain: true}), cacheBytes: 1 << 20})
  const streams = await reader.select(snapshot.data, {predicates: [], fromNs: FIRST_NS, toNs: END_NS})
  snapshot.release()
  return streams.flatMap(stream => stream.chunks)
}

async function expectSmall(handles: readonly ChunkHandle[]): Promise<void> {
  for (const handle of handles) {
    const {length: names} = (await handle.open({chunksOpened: 0, bytesRead: 0, bytesDecompressed: 0, blocksFromCache: 0})).metaNames()
    if (handle.rows === 1) continue
    expect(handle.metaBytes).toBeLessThanOrEqual(CHUNK_META_BYTES_MAX)
    expect(names).toBeLessThanOrEqual(CHUNK_NAMES_MAX)
    expect(names * handle.rows).toBeLessThanOrEqual(CHUNK_CELLS_MAX)
  }
}

test.each([...shapes.map(shape => ({...shape, plain: true})), ...shapes.map(shape => ({...shape, plain: false}))])(
  '$name (plain kernel: $plain)',
  async ({meta, plain}) => {
    const store = await makeStore()
    const {objects} = store
    const maintenance = createMaintenance({objects, flushKernel: createKernel({plain}), mergeKernel: createKernel({plain})})
    const database = await store.open({maintenance})
    const refs = new StreamRefs()
    const entries = Array.from({length: ROWS}, (_, row): Entry => ({ts: BigInt(row), line: `line ${row}`, meta: meta(row)}))
    // Three generations whose rows alternate in time, so that a merge has to join them.
    for (let generation = 0; generation < 3; generation++) {
      const own = entries.filter((_, row) => row % 3 === generation)
      await database.append(makeAppend(refs, 'fake', [{labels: [{name: 'app', value: 'a'}], entries: own}]))
      if (generation === 2) break
      await database.flushNow()
    }
    const before = await readAll(database, objects, 'fake')
    expect(before.length).toBe(ROWS)
    await expectSmall(await chunksOf(store, database))
    await database.flushNow()
    await expectSmall(await chunksOf(store, database))
    store.clock.advance(3_600_000)
    await database.settle()
    expect(database.stats().parts.count).toBe(1)
    await expectSmall(await chunksOf(store, database))
    expect(await readAll(database, objects, 'fake')).toEqual(before)
    await database.close()
    await store.remove()
  },
  60_000,
)
