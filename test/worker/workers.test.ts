import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import {afterEach, beforeEach, expect, test} from 'vitest'
import {createKernel} from '../../src/kernel/index.ts'
import {openDatabase, openLocalObjectStore, type Database, type ObjectStore} from '../../src/store/index.ts'
import {startWorkers, type Workers} from '../../src/worker/index.ts'
import {makeAppend, StreamRefs} from '../store/support/push.ts'
import {readAll, TestClock} from '../store/support/store.ts'

let dir: string
let objects: ObjectStore
let workers: Workers
let database: Database

beforeEach(async () => {
  dir = await fs.mkdtemp(path.join(os.tmpdir(), 'skald-workers-'))
  const objectDirectory = path.join(dir, 'objects')
  objects = openLocalObjectStore({directory: objectDirectory})
  workers = startWorkers({objectDirectory, cacheBytes: 1 << 20, plainKernel: false, queryWorkers: 2})
  let ids = 0
  const {maintenance} = workers
  database = await openDatabase({
    dir,
    objects,
    maintenance,
    clock: new TestClock(),
    kernel: createKernel(),
    randomId: () => String(ids++),
    limits: {merge: {inputsMax: 15, partBytesMax: 1e9, gainMin: 1.5}},
  })
})

afterEach(async () => {
  await database.close()
  await workers.close()
  await objects.close()
  await fs.rm(dir, {recursive: true, force: true})
})

test('flush, merge and queries run in worker threads', async () => {
  const refs = new StreamRefs()
  const expected: string[] = []
  const names = Array.from({length: 10}, (_, i) => `s${i}`)
  for (let push = 0; push < 4; push++) {
    const streams = names.map(value => ({labels: [{name: 'app', value}], entries: [{ts: BigInt(push), line: `line ${push}`, level: 4}]}))
    await database.append(makeAppend(refs, 'fake', streams))
    if (push < 3) await database.flushNow()
  }
  await database.settle()
  expect(database.stats()).toMatchObject({flush: {flushes: 3, lastError: undefined}, merge: {lastError: undefined}})
  expect(database.stats().merge.merges).toBeGreaterThan(0)
  for (const value of names) for (let push = 0; push < 4; push++) expected.push(`{app="${value}"} ${push} line ${push} detected_level=info`)
  expect(await readAll(database, objects, 'fake')).toEqual(expected)

  const snapshot = database.snapshot('fake', 0n, 100n)
  const flag = new Int32Array(new SharedArrayBuffer(4))
  let entries = 0
  let streams = 0
  for (let index = 0; index < workers.shards.count; index++) {
    const shard = {index, count: workers.shards.count}
    const size = await workers.shards
      .executor(index)
      .size({snapshot: snapshot.data, fromNs: 0n, toNs: 100n, shard, flag, budgetBytes: 1e9, matchers: []})
    entries += size.entries
    streams += size.streams
    expect(size.streams).toBeGreaterThan(0)
  }
  snapshot.release()
  expect({entries, streams}).toEqual({entries: 40, streams: 10})
})
