/*
 * Steps that come in an unlucky order, and answers that are lost between them.
 */
import fs from 'node:fs/promises'
import path from 'node:path'
import {afterEach, beforeEach, describe, expect, test, vi} from 'vitest'
import type {Database} from '../../src/store/index.ts'
import {faultyObjects, type Hooks} from './support/faulty-objects.ts'
import {makeAppend, StreamRefs, type TestStream} from './support/push.ts'
import {makeStore, readAll, type TestStore} from './support/store.ts'

const one = (ts: bigint, line: string): TestStream[] => [{labels: [{name: 'app', value: 'a'}], entries: [{ts, line}]}]
const row = (ts: bigint, line: string) => `{app="a"} ${ts} ${line}`

describe('unlucky orders', () => {
  let store: TestStore
  let refs: StreamRefs
  let database: Database | undefined
  beforeEach(async () => {
    store = await makeStore()
    refs = new StreamRefs()
  })
  afterEach(async () => {
    await database?.close(100)
    await store.remove()
  })

  test('a flush is committed and its answer lost, then a merge reads the manifest: no row is seen twice', async () => {
    let open = (): void => undefined
    const gate = new Promise<void>(resolve => (open = resolve))
    let merges = 0
    const hooks: Hooks = {
      before: ({operation, key}) => {
        if (operation !== 'put' || !key.includes('/m0')) return undefined
        if (merges++ > 0) throw new Error('one merge is enough')
        return gate
      },
    }
    const merge = {inputsMax: 15, partBytesMax: 1e9, gainMin: 1.1}
    database = await store.open({objects: faultyObjects(store.objects, hooks), limits: {merge, retryMs: 3_600_000}})
    await database.append(makeAppend(refs, 'fake', one(1n, 'a')))
    await database.flushNow()
    await database.append(makeAppend(refs, 'fake', one(2n, 'b')))
    await database.flushNow()
    await database.append(makeAppend(refs, 'fake', one(3n, 'c')))
    hooks.after = ({operation}) => {
      if (operation === 'replaceIfUnchanged') throw new Error('the answer is lost')
    }
    await expect(database.flushNow()).rejects.toThrow('the answer is lost')
    delete hooks.after
    open()
    await expect.poll(() => database!.stats().merge.merges).toBe(1)
    expect(await readAll(database, store.objects, 'fake')).toEqual([row(1n, 'a'), row(2n, 'b'), row(3n, 'c')])
  })

  test('a flush that is asked for ends though pushes keep coming', async () => {
    database = await store.open()
    const {append} = {append: (ts: bigint) => database!.append(makeAppend(refs, 'fake', one(ts, `line ${ts}`)))}
    await append(0n)
    let isDone = false
    const pushing = (async () => {
      for (let ts = 1n; !isDone && ts < 2000n; ts += 2n) await Promise.race([append(ts), append(ts + 1n)])
      return isDone
    })()
    await database.flushNow()
    isDone = true
    expect(await pushing).toBe(true)
    expect(database.stats().parts.rows).toBeGreaterThan(0)
  })

  test('the number of bytes that were set aside is not given out again', async () => {
    database = await store.open()
    await database.append(makeAppend(refs, 'fake', one(1n, 'a')))
    await database.close()
    const log = path.join(store.dir, 'log', '00000001.log')
    const bytes = await fs.readFile(log)
    bytes[30]! ^= 1
    bytes[bytes.length - 1]! ^= 1
    await fs.writeFile(log, bytes)
    for (let starts = 0; starts < 3; starts++) {
      database = await store.open()
      expect(database.stats().head.generation).toBe(2)
      await database.close()
    }
    const names = await fs.readdir(path.join(store.dir, 'log'))
    expect(names.every(name => name.endsWith('.quarantine'))).toBe(true)
    expect(names.length).toBeGreaterThan(0)
  })

  test('no memory for a push: it is refused, and the generation is flushed all the same', async () => {
    database = await store.open()
    await database.append(makeAppend(refs, 'fake', one(1n, 'a')))
    vi.stubGlobal('SharedArrayBuffer', function none() {
      throw new RangeError('Array buffer allocation failed')
    })
    try {
      await expect(database.append(makeAppend(refs, 'other', one(2n, 'b')))).rejects.toMatchObject({code: 'OVERLOADED', status: 503})
    } finally {
      vi.unstubAllGlobals()
    }
    expect(database.stats().head.rows).toBe(1)
    await database.flushNow()
    expect(database.stats()).toMatchObject({head: {rows: 0, frozen: 0}, parts: {rows: 1}})
  })
})
