/*
 * The scripts on the real store: rows in the head, in one part, in many, in both, and merged.
 */
import {readdirSync, readFileSync} from 'node:fs'
import {afterAll, describe, test} from 'vitest'
import {createKernel} from '../../src/kernel/index.ts'
import {createExecutor, createQueryEngine, type QueryEngine} from '../../src/query/index.ts'
import {createReader, type Database, type Snapshot} from '../../src/store/index.ts'
import {makeAppend, StreamRefs, type TestStream} from '../store/support/push.ts'
import {makeStore, type TestStore} from '../store/support/store.ts'
import {T0} from '../query/support/fake-engine.ts'
import type {FakeStream} from '../query/support/fake-store.ts'
import {runEvaluation} from './run-script.ts'
import {parseScript} from './script.ts'

const stores: TestStore[] = []
afterAll(() => Promise.all(stores.map(store => store.remove())))

/** Pushes of at most `size` entries each, in an order in which no stream goes back in time. */
function pushesOf(load: readonly FakeStream[], size: number): TestStream[][] {
  const all = load.flatMap(({labels, entries}) => entries.map(entry => ({labels, entry})))
  const pushes: TestStream[][] = []
  for (let i = 0; i < all.length; i += size) {
    pushes.push(
      all.slice(i, i + size).map(({labels, entry: {tsNs, line, metadata}}) => ({
        labels,
        entries: [{ts: tsNs, line: line as string, meta: Object.entries(metadata ?? {})}],
      })),
    )
  }
  return pushes
}

type Append = (push: readonly TestStream[]) => Promise<void>
type Fill = (database: Database, append: Append, pushes: (size: number) => TestStream[][]) => Promise<void>

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

const scripts = readdirSync(import.meta.dirname).filter(name => name.endsWith('.logql'))

describe.each(scripts)('%s', name => {
  const script = parseScript(readFileSync(`${import.meta.dirname}/${name}`, 'utf8'), T0)
  test.each(Object.entries(LAYOUTS))('%s', async (_, fill) => {
    const store = await makeStore()
    stores.push(store)
    const database = await store.open()
    const refs = new StreamRefs()
    const append: Append = push => database.append(makeAppend(refs, 'fake', push))
    await fill(database, append, size => pushesOf(script.load, size))
    const engine = engineOf(database, store)
    for (const evaluation of script.evaluations) await runEvaluation(engine, evaluation)
    await database.close()
  })
})
