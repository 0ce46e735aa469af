/*
 * The scripts on the real store: rows in the head, in one part, in many, in both, and merged.
 */
import {afterAll, describe, test} from 'vitest'
import {createKernel} from '../../src/kernel/index.ts'
import {createExecutor, createQueryEngine, type QueryEngine} from '../../src/query/index.ts'
import {createReader, type Database, type Snapshot} from '../../src/store/index.ts'
import {makeAppend, StreamRefs, type TestStream} from '../store/support/push.ts'
import {makeStore, type TestStore} from '../store/support/store.ts'
import type {FakeStream} from '../query/support/fake-store.ts'
import {engineTarget} from './script/engine-target.ts'
import {readScript, SCRIPTS, T0} from './script/files.ts'
import {pushesOf} from './script/pushes.ts'
import {runEvaluations} from './script/run.ts'

const stores: TestStore[] = []
afterAll(() => Promise.all(stores.map(store => store.remove())))

type Append = (push: readonly FakeStream[]) => Promise<void>
type Fill = (database: Database, append: Append, pushes: (size: number) => FakeStream[][]) => Promise<void>

const LAYOUTS: Readonly<Record<string, Fill>> = {
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
  'parts and head': async (database, append, pushes) => {
    for (const [i, push] of pushes(3).entries()) {
      await append(push)
      if (i % 2 === 0) await database.flushNow()
    }
  },
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

function streamOf({labels, entries}: FakeStream): TestStream {
  return {labels, entries: entries.map(({tsNs, line, metadata}) => ({ts: tsNs, line, meta: Object.entries(metadata ?? {})}))}
}

describe.each(SCRIPTS)('%s', name => {
  const {load, evaluations, limits} = readScript(name)
  test.each(Object.entries(LAYOUTS))('%s', async (_, fill) => {
    const store = await makeStore()
    stores.push(store)
    const database = await store.open()
    const refs = new StreamRefs()
    const append: Append = push => database.append(makeAppend(refs, 'fake', push.map(streamOf)))
    await fill(database, append, size => pushesOf(load, size))
    await runEvaluations(engineTarget(engineOf(database, store), limits), evaluations, name)
    await database.close()
  })
})
