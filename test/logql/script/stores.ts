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

export type Place = 'head' | 'one part' | 'many parts' | 'merged' | 'parts and head'
export const PLACES: readonly Place[] = ['head', 'one part', 'many parts', 'merged', 'parts and head']

/** Entries per push, and whether the rows so far become parts behind a push. */
const WAYS: Readonly<Record<Place, {size: number; flush: (push: number) => boolean}>> = {
  head: {size: 3, flush: () => false},
  'one part': {size: 5, flush: () => false},
  'many parts': {size: 4, flush: () => true},
  merged: {size: 9, flush: () => true},
  'parts and head': {size: 3, flush: push => push % 2 === 0},
}

export type FilledStore = {readonly engine: QueryEngine; close(): Promise<void>}

/** A store with the entries of some tenants: the pushes of all of them in turn, so that they share what is flushed and merged. */
export async function filledStore(place: Place, tenants: ReadonlyMap<string, readonly FakeStream[]>): Promise<FilledStore> {
  const store = await makeStore()
  const database = await store.open()
  const refs = new StreamRefs()
  const {size, flush} = WAYS[place]
  const pushes = Array.from(tenants, ([tenant, load]) => ({tenant, pushes: pushesOf(load, size)}))
  const rounds = Math.max(...pushes.map(one => one.pushes.length))
  for (let i = 0; i < rounds; i++) {
    for (const {tenant, pushes: own} of pushes) {
      const push = own[i]
      if (push !== undefined) await database.append(makeAppend(refs, tenant, push.map(streamOf)))
    }
    if (flush(i)) await database.flushNow()
  }
  if (place === 'one part') await database.flushNow()
  if (place === 'merged') await database.settle()
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
