/*
 * Damage and trouble: what is broken is named, the rest is served, nothing acknowledged is lost.
 */
import fs from 'node:fs/promises'
import path from 'node:path'
import {afterEach, beforeEach, describe, expect, test} from 'vitest'
import {Failure, NS_PER_DAY} from '../../src/model/index.ts'
import {createLogFolder, type LogFolder} from '../../src/store/log/index.ts'
import type {Database, StoreProblem} from '../../src/store/index.ts'
import {faultyObjects} from './support/faulty-objects.ts'
import {makeAppend, StreamRefs, type TestStream} from './support/push.ts'
import {makeStore, readAll, type TestStore} from './support/store.ts'

const DAY = BigInt(NS_PER_DAY)
const one = (ts: bigint, line: string, app = 'a'): TestStream[] => [{labels: [{name: 'app', value: app}], entries: [{ts, line}]}]
const row = (ts: bigint, line: string, app = 'a') => `{app="${app}"} ${ts} ${line}`

describe('faults', () => {
  let store: TestStore
  let refs: StreamRefs
  const open: Database[] = []
  beforeEach(async () => {
    store = await makeStore()
    refs = new StreamRefs()
  })
  afterEach(async () => {
    await Promise.all(open.splice(0).map(database => database.close()))
    await store.remove()
  })
  const openStore: TestStore['open'] = async options => {
    const database = await store.open(options)
    open.push(database)
    return database
  }
  const objectFile = (key: string) => path.join(store.dir, 'objects', key)

  test('a damaged manifest: its day is reported, other days and new entries are served, nothing is deleted', async () => {
    let database = await openStore()
    await database.append(makeAppend(refs, 'fake', [...one(1n, 'lost'), ...one(DAY + 1n, 'kept')]))
    await database.flushNow()
    await database.close()
    const key = 'fake/1970-01-01/manifest'
    const bytes = await fs.readFile(objectFile(key))
    bytes[60]! ^= 4
    await fs.writeFile(objectFile(key), bytes)
    const before = await store.objects.list('fake/1970-01-01/')

    database = await openStore()
    const problem = {object: 'fake/1970-01-01', message: `${key}: damaged at byte 30: wrong checksum`}
    expect(database.stats().problems).toEqual([problem])
    expect(database.report.orphansDeleted).toBe(0)
    let problems: StoreProblem[] = []
    expect(await readAll(database, store.objects, 'fake', {problems})).toEqual([row(DAY + 1n, 'kept')])
    expect(problems).toEqual([problem])
    // A range that does not touch the day is complete.
    problems = []
    await readAll(database, store.objects, 'fake', {problems, fromNs: DAY, toNs: 2n * DAY})
    expect(problems).toEqual([])

    await database.append(makeAppend(refs, 'fake', one(2n, 'new')))
    await database.flushNow()
    expect(await readAll(database, store.objects, 'fake')).toEqual([row(2n, 'new'), row(DAY + 1n, 'kept')])
    await database.close()
    const after = await store.objects.list('fake/1970-01-01/')
    for (const object of [...before, `${key}.damaged`]) expect(after).toContain(object)
    expect(await fs.readFile(objectFile(`${key}.damaged`))).toEqual(bytes)

    database = await openStore()
    expect(database.report.orphansDeleted).toBe(0)
    expect(database.stats().problems).toMatchObject([{object: 'fake/1970-01-01'}])
    expect(await readAll(database, store.objects, 'fake')).toEqual([row(2n, 'new'), row(DAY + 1n, 'kept')])
  })

  test('a damaged or missing part is reported, the others are served; merging leaves it alone', async () => {
    const limits = {merge: {inputsMax: 15, partBytesMax: 1e9, gainMin: 1.1}}
    let database = await openStore({limits: {merge: {...limits.merge, gainMin: 100}}})
    for (const [index, line] of ['one', 'two', 'three', 'four', 'five'].entries()) {
      await database.append(makeAppend(refs, 'fake', one(BigInt(index), line)))
      await database.flushNow()
    }
    await database.close()
    const keys = (await store.objects.list('fake/')).filter(key => key.endsWith('.part'))
    const broken = keys[2]!
    const bytes = await fs.readFile(objectFile(broken))
    bytes.fill(0xff, bytes.length - 40)
    await fs.writeFile(objectFile(broken), bytes)

    database = await openStore({limits})
    const problems: StoreProblem[] = []
    const rest = [row(0n, 'one'), row(1n, 'two'), row(3n, 'four'), row(4n, 'five')]
    expect(await readAll(database, store.objects, 'fake', {problems})).toEqual(rest)
    expect(problems).toMatchObject([{object: broken, message: expect.stringContaining(broken)}])
    for (let i = 0; i < 4; i++) await database.settle()
    expect(database.stats().merge.lastError).toContain(broken)
    expect(database.stats().parts.count).toBe(3)
    expect(await readAll(database, store.objects, 'fake')).toEqual(rest)
    await fs.rm(objectFile(broken))
    const missing: StoreProblem[] = []
    expect(await readAll(database, store.objects, 'fake', {problems: missing})).toEqual(rest)
    expect(missing.map(problem => problem.object)).toEqual([broken])
  })

  test('a damaged chunk fails by itself; chunks that share its time are served', async () => {
    const database = await openStore()
    await database.append(makeAppend(refs, 'fake', one(1n, 'shared '.repeat(200))))
    await database.flushNow()
    await database.append(makeAppend(refs, 'fake', [...one(0n, 'own'), ...one(1n, 'shared '.repeat(200)), ...one(2n, 'too')]))
    await database.flushNow()
    const [first] = (await store.objects.list('fake/')).filter(key => key.endsWith('.part'))
    const bytes = await fs.readFile(objectFile(first!))
    bytes.fill(0xff, 20, 40)
    await fs.writeFile(objectFile(first!), bytes)
    const failures: string[] = []
    const expected = [row(0n, 'own'), row(1n, 'shared '.repeat(200)), row(2n, 'too')]
    expect(await readAll(database, store.objects, 'fake', {failures})).toEqual(expected)
    expect(failures).toEqual([expect.stringContaining(first!)])
  })

  test('disk full while logging: a clear 503, and everything acknowledged is there when space returns', async () => {
    const {folder, disk} = fillableFolder(createLogFolder(path.join(store.dir, 'log')))
    const database = await openStore({logFolder: folder})
    await database.append(makeAppend(refs, 'fake', one(1n, 'before')))
    disk.full = true
    for (let i = 0; i < 3; i++) {
      await expect(database.append(makeAppend(refs, 'fake', one(2n, 'refused', 'b')))).rejects.toMatchObject({
        code: 'STORAGE',
        status: 503,
        retryAfterSeconds: 5,
      })
    }
    expect(await readAll(database, store.objects, 'fake')).toEqual([row(1n, 'before')])
    disk.full = false
    await database.append(makeAppend(refs, 'fake', one(3n, 'after', 'b')))
    const rows = [row(1n, 'before'), row(3n, 'after', 'b')]
    expect(await readAll(database, store.objects, 'fake')).toEqual(rows)
    await database.close()
    const again = await openStore()
    expect(again.report.damages).toEqual([])
    expect(await readAll(again, store.objects, 'fake')).toEqual(rows)
    await again.flushNow()
    expect(await readAll(again, store.objects, 'fake')).toEqual(rows)
  })

  test('disk full while flushing: rows stay in the head, pushes are slowed and then refused, all recovers by itself', async () => {
    let full = true
    const objects = faultyObjects(store.objects, {
      before: () => {
        if (full) throw new Failure('STORAGE', 'cannot put: no space left')
      },
    })
    const limits = {headRawBytesMax: 1000, frozenMax: 2}
    const database = await openStore({objects, limits})
    const lines: string[] = []
    const waiting: Promise<void>[] = []
    let refused: unknown
    for (let i = 0; i < 100 && refused === undefined; i++) {
      const line = `${i}`.padStart(300, 'x')
      const append = database.append(makeAppend(refs, 'fake', one(BigInt(i), line)))
      lines.push(row(BigInt(i), line))
      await Promise.race([
        append.catch((error: unknown) => {
          refused = error
          lines.pop()
        }),
        new Promise(resolve => {
          setTimeout(resolve, 2)
        }),
      ])
      waiting.push(append.catch(() => undefined))
    }
    expect(refused).toMatchObject({code: 'OVERLOADED', status: 503, retryAfterSeconds: 2})
    expect(database.stats()).toMatchObject({head: {frozen: 2}, flush: {lastError: 'cannot put: no space left'}})
    expect(database.stats().flush.failures).toBeGreaterThan(0)
    await expect.poll(() => database.stats().appended.pushes).toBe(lines.length)
    expect(await readAll(database, store.objects, 'fake')).toEqual(lines)
    full = false
    await Promise.all(waiting)
    await expect.poll(() => database.stats().head.frozen).toBe(0)
    await database.append(makeAppend(refs, 'fake', one(1000n, 'again')))
    expect(await readAll(database, store.objects, 'fake')).toEqual([...lines, row(1000n, 'again')])
  })

  test('replay holds no more generations than service does', async () => {
    // Twelve generations that were never flushed, as after many crashes.
    const expected: string[] = []
    for (let i = 0; i < 12; i++) {
      const unflushable = faultyObjects(store.objects, {
        before: () => {
          throw new Failure('STORAGE', 'not now')
        },
      })
      const database = await store.open({objects: unflushable, limits: {frozenMax: 100}})
      await database.append(makeAppend(refs, 'fake', one(BigInt(i), `line ${i}`)))
      expected.push(row(BigInt(i), `line ${i}`))
      await database.close()
    }
    const inner = createLogFolder(path.join(store.dir, 'log'))
    let inMemory = 0
    let most = 0
    const logFolder: LogFolder = {
      ...inner,
      open: name => {
        most = Math.max(most, ++inMemory)
        return inner.open(name)
      },
      remove: name => {
        inMemory--
        return inner.remove(name)
      },
    }
    const database = await openStore({logFolder})
    expect(most).toBeLessThanOrEqual(3)
    expect(database.report).toMatchObject({files: 12, rows: 12})
    expect(database.stats().head.frozen).toBeLessThanOrEqual(2)
    expect(await readAll(database, store.objects, 'fake')).toEqual(expected)
    await database.flushNow()
    expect(await readAll(database, store.objects, 'fake')).toEqual(expected)
  })

  test('a torn tail and a damaged record are reported at start; whole records are there', async () => {
    let database = await openStore()
    for (let i = 0; i < 3; i++) await database.append(makeAppend(refs, 'fake', one(BigInt(i), `line ${i}`)))
    await database.close()
    const log = path.join(store.dir, 'log', '00000001.log')
    const bytes = await fs.readFile(log)
    const second = bytes.indexOf('SKDL', bytes.indexOf('SKDL', bytes.indexOf('SKDL') + 1) + 1)
    bytes[second + 50]! ^= 1
    await fs.writeFile(log, bytes.subarray(0, -3))
    database = await openStore()
    expect(database.report).toMatchObject({
      pushes: 1,
      rows: 1,
      damages: [
        {file: '00000001.log', offset: second, torn: false, quarantine: expect.any(String)},
        {file: '00000001.log', torn: true},
      ],
    })
    expect(await readAll(database, store.objects, 'fake')).toEqual([row(0n, 'line 0')])
    await database.flushNow()
    expect(await fs.readdir(path.join(store.dir, 'log'))).toEqual([`00000001.log.at-${second}.quarantine`])
  })

  test('one process per directory', async () => {
    await openStore()
    await expect(store.open()).rejects.toMatchObject({
      code: 'STORAGE',
      message: expect.stringContaining(`in use by process ${process.pid}`),
    })
  })

  test('closing: what was taken is durable, later pushes are refused', async () => {
    const database = await openStore()
    const taken = database.append(makeAppend(refs, 'fake', one(1n, 'taken')))
    const closing = database.close()
    await expect(database.append(makeAppend(refs, 'fake', one(2n, 'late')))).rejects.toMatchObject({code: 'STORAGE', status: 503})
    await taken
    await closing
    expect(await readAll(await openStore(), store.objects, 'fake')).toEqual([row(1n, 'taken')])
  })

  test('an old generation is rotated by age', async () => {
    let tick = (): void => undefined
    const timers = {every: (_ms: number, callback: () => void) => ((tick = callback), () => undefined), sleep: () => Promise.resolve()}
    const database = await openStore({timers, limits: {headAgeMsMax: 60_000}})
    await database.append(makeAppend(refs, 'fake', one(1n, 'x')))
    store.clock.advance(59_000)
    tick()
    expect(database.stats().head.rows).toBe(1)
    store.clock.advance(2000)
    tick()
    expect(database.stats().head.rows).toBe(0)
    await expect.poll(() => database.stats().parts.rows).toBe(1)
  })
})

function fillableFolder(inner: LogFolder): {folder: LogFolder; disk: {full: boolean}} {
  const disk = {full: false}
  return {
    disk,
    folder: {
      ...inner,
      create: async name => {
        const file = await inner.create(name)
        return {
          writev: async (buffers, position) => {
            if (!disk.full) return file.writev(buffers, position)
            // Some of it fits.
            await file.writev([Buffer.concat(buffers).subarray(0, 10)], position)
            throw Object.assign(new Error('no space left on device'), {code: 'ENOSPC'})
          },
          datasync: () => file.datasync(),
          truncate: length => file.truncate(length),
          read: (into, position) => file.read(into, position),
          size: () => file.size(),
          close: () => file.close(),
        }
      },
    },
  }
}
