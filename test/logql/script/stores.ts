/*
 * Real stores that hold the same entries in different places.
 */
import {createKernel} from '../../../src/kernel/index.ts'
import {createExecutor, createQueryEngine, type QueryEngine} from '../../../src/query/index.ts'
import {createReader, type Database, type Snapshot} from '../../../src/store/index.ts'
import {makeAppend, StreamRefs, type TestStream} from '../../store/support/push.ts'
import {makeStore, type TestStore} from '../../store/support/store.ts'
import type {FakeStream} from '../../query/support/fake-store.ts'
import {T0} from './files.ts'
import {pushesOf} from './pushes.ts'

type Append = (push: readonly FakeStream[]) => Promise<void>
type Fill = (database: Database, append: Append, pushes: (size: number) => FakeStream[][]) => Promise<void>

export const PLACES: Readonly<Record<string, Fill>> = {
  head: async (_, append, pushes) => {
    for (const push of pushes(3)) await append(push)
  },
  'one part': async (database, append, pushes) => {
    for (const push of pushes(5)) await append(push)
    await database.flushNow()
  },
  'many parts': async (database, append, pushes) => {
    for (const push of pushes(4)) {
      await append(push)
      await database.flushNow()
    }
  },
  merged: async (database, append, pushes) => {
    for (const push of pushes(9)) {
      await append(push)
      await database.flushNow()
    }
    await database.settle()
  },
  'parts and head': async (database, append, pushes) => {
    for (const [i, push] of pushes(3).entries()) {
      await append(push)
      if (i % 2 === 0) await database.flushNow()
    }
  },
}

export type FilledStore = {readonly engine: QueryEngine; close(): Promise<void>}

export async function filledStore(fill: Fill, load: readonly FakeStream[]): Promise<FilledStore> {
  const store = await makeStore()
  const database = await store.open()
  const refs = new StreamRefs()
  const append: Append = push => database.append(makeAppend(refs, 'fake', push.map(streamOf)))
  await fill(database, append, size => pushesOf(load, size))
  return {
    engine: engineOf(database, store),
    async close() {
      await database.close()
      await store.remove()
    },
  }
}

function streamOf({labels, entries}: FakeStream): TestStream {
  return {labels, entries: entries.map(({tsNs, line, metadata}) => ({ts: tsNs, line, meta: Object.entries(metadata ?? {})}))}
}

function engineOf(database: Database, {objects}: TestStore): QueryEngine {
  const kernel = createKernel({plain: true})
  const executor = createExecutor<Snapshot>(createReader({objects, kernel, cacheBytes: 1 << 20}), {kernel, nowNs: () => T0})
  return createQueryEngine<Snapshot>({
    snapshots: database,
    shards: {count: 2, executor: () => executor},
    clock: {nowNs: () => T0, monotonicMs: () => 0},
    timers: () => () => {},
    memoryMaxBytes: 64 << 20,
    concurrencyMax: 4,
    queueMax: 4,
  })
}
