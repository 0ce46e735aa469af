/*
 * A process that dies between any two steps of flush and merge loses nothing and repeats nothing; and while they run, every
 * query sees every entry exactly once.
 */
import path from 'node:path'
import {describe, expect, test} from 'vitest'
import {Failure, NS_PER_DAY} from '../../src/model/index.ts'
import type {Database} from '../../src/store/index.ts'
import {createLogFolder, type LogFolder} from '../../src/store/log/index.ts'
import {faultyObjects, type Change, type Hooks} from './support/faulty-objects.ts'
import {makeAppend, StreamRefs, type TestStream} from './support/push.ts'
import {makeStore, readAll, type TestStore} from './support/store.ts'

const DAY = BigInt(NS_PER_DAY)
const LIMITS = {merge: {inputsMax: 15, partBytesMax: 1e9, gainMin: 1.5}}

const push = (...rows: [app: string, ts: bigint, line: string][]): TestStream[] =>
  rows.map(([value, ts, line]) => ({labels: [{name: 'app', value}], entries: [{ts, line, meta: [['n', line]]}]}))

const PUSHES = [
  push(['a', 1n, 'one'], ['b', 2n, 'two'], ['a', DAY + 1n, 'next day']),
  push(['a', 3n, 'three'], ['a', 1n, 'one'], ['b', 2n, 'two again']),
  push(['c', 2n, 'four'], ['b', 2n, 'two']),
]
const ALL = [
  `{app="a"} 1 one n=one`,
  `{app="a"} 3 three n=three`,
  `{app="a"} ${DAY + 1n} next day n=next day`,
  `{app="b"} 2 two n=two`,
  `{app="b"} 2 two again n=two again`,
  `{app="c"} 2 four n=four`,
]
const TENANTS = ['fake', 'other']

/** Pushes, flushes and merges; stops at the first failure. @returns how many pushes were acknowledged */
async function scenario(database: Database): Promise<number> {
  const refs = new StreamRefs()
  let acknowledged = 0
  try {
    for (const streams of PUSHES) {
      for (const tenant of TENANTS) await database.append(makeAppend(refs, tenant, streams))
      acknowledged++
      await database.flushNow()
    }
    await database.settle()
  } catch (error) {
    expect(error).toBeInstanceOf(Error)
  }
  return acknowledged
}

async function check(store: TestStore, database: Database, acknowledged: number): Promise<void> {
  // What two pushes have is enough: the third brings only the last line and a repeat.
  const expected = acknowledged === 3 ? ALL : acknowledged === 2 ? ALL.slice(0, 5) : ALL.filter(row => /one|next|two n=two$/.test(row))
  for (const tenant of TENANTS) expect(await readAll(database, store.objects, tenant)).toEqual(expected)
}

function dyingFolder(inner: LogFolder, dead: () => boolean): LogFolder {
  return {
    ...inner,
    remove: async name => {
      if (dead()) throw new Failure('STORAGE', 'the process is dead')
      await inner.remove(name)
    },
  }
}

/** Runs the scenario and dies at the n-th change. @returns false when there are fewer. */
async function dieAt(n: number, when: 'before' | 'after'): Promise<boolean> {
  const store = await makeStore()
  let count = 0
  let dead = false
  const die = (): void => {
    if (!dead && ++count === n) dead = true
    if (dead) throw new Failure('STORAGE', 'the process is dead')
  }
  const alive = (): void => {
    if (dead) throw new Failure('STORAGE', 'the process is dead')
  }
  const hooks: Hooks = when === 'before' ? {before: die} : {before: alive, after: die}
  const logFolder = dyingFolder(createLogFolder(path.join(store.dir, 'log')), () => dead)
  const objects = faultyObjects(store.objects, hooks)
  const dying = await store.open({objects, logFolder, limits: LIMITS})
  const acknowledged = await scenario(dying)
  await dying.close()

  const database = await store.open({limits: LIMITS})
  expect(database.report.damages).toEqual([])
  await check(store, database, acknowledged)
  await database.flushNow()
  await database.settle()
  await check(store, database, acknowledged)
  const parts = (await store.objects.list('')).filter(key => key.endsWith('.part'))
  expect(parts.length).toBe(database.stats().parts.count)
  await database.close()
  const again = await store.open({limits: LIMITS})
  expect(again.report).toMatchObject({rows: 0, orphansDeleted: 0})
  await check(store, again, acknowledged)
  await again.close()
  await store.remove()
  return dead
}

describe('crash', () => {
  test.each(['before', 'after'] as const)('%s each change of flush and merge', async when => {
    let n = 1
    while (await dieAt(n, when)) n++
    // Two tenants, three flushes of one or two days, a merge for each, and the deletions.
    expect(n).toBeGreaterThan(20)
  })

  test('before each deletion of a log file', async () => {
    const store = await makeStore()
    const logFolder = dyingFolder(createLogFolder(path.join(store.dir, 'log')), () => true)
    const dying = await store.open({logFolder, limits: LIMITS})
    expect(await scenario(dying)).toBe(3)
    await dying.close()
    const database = await store.open({limits: LIMITS})
    expect(database.report).toMatchObject({files: 3, damages: []})
    await check(store, database, 3)
    await database.flushNow()
    await check(store, database, 3)
    await database.close()
    const again = await store.open({limits: LIMITS})
    expect(again.report).toMatchObject({files: 0, rows: 0})
    await again.close()
    await store.remove()
  })

  test('entries are seen exactly once at every moment', async () => {
    const store = await makeStore()
    let acknowledged = 0
    const seen: string[] = []
    const opened: Database[] = []
    const look = async (change: Change): Promise<void> => {
      for (const database of opened) await check(store, database, acknowledged)
      if (opened.length === 0) return
      seen.push(change.operation)
    }
    const database = await store.open({objects: faultyObjects(store.objects, {before: look, after: look}), limits: LIMITS})
    opened.push(database)
    const refs = new StreamRefs()
    for (const streams of PUSHES) {
      await Promise.all(TENANTS.map(tenant => database.append(makeAppend(refs, tenant, streams))))
      acknowledged++
      await database.flushNow()
      await database.settle()
    }
    expect(new Set(seen)).toEqual(new Set(['put', 'putIfAbsent', 'replaceIfUnchanged', 'delete']))
    expect(database.stats()).toMatchObject({flush: {failures: 0}, merge: {failures: 0}})
    await database.close()
    await store.remove()
  })

  test('a snapshot keeps its parts and its head buffers until it is released', async () => {
    const store = await makeStore()
    const database = await store.open({limits: LIMITS})
    const refs = new StreamRefs()
    await database.append(makeAppend(refs, 'fake', PUSHES[0]!))
    await database.flushNow()
    await database.append(makeAppend(refs, 'fake', PUSHES[1]!))
    const snapshot = database.snapshot('fake', 0n, 2n * DAY)
    await database.flushNow()
    await database.append(makeAppend(refs, 'fake', PUSHES[2]!))
    await database.flushNow()
    await database.settle()
    const old = {snapshot: () => ({data: snapshot.data, release: () => undefined})}
    expect(await readAll(old, store.objects, 'fake')).toEqual(ALL.slice(0, 5))
    for (const {key} of snapshot.data.parts) expect(await store.objects.size(key)).toBeGreaterThan(0)
    const before = (await store.objects.list('')).length
    snapshot.release()
    snapshot.release()
    await database.settle()
    expect((await store.objects.list('')).length).toBeLessThan(before)
    expect(database.stats().snapshots).toBe(0)
    expect(await readAll(database, store.objects, 'fake')).toEqual(ALL)
    await database.close()
    await store.remove()
  })
})
