import {afterEach, beforeEach, describe, expect, test} from 'vitest'
import {makeStore, readAll, type TestStore} from './support/store.ts'
import {makeAppend, StreamRefs, type Entry, type TestStream} from './support/push.ts'

const APP = [{name: 'app', value: 'api'}]
const one = (...entries: Entry[]): TestStream[] => [{labels: APP, entries}]
const shown = (...rows: string[]) => rows.map(row => `{app="api"} ${row}`)

describe('database', () => {
  let store: TestStore
  beforeEach(async () => {
    store = await makeStore()
  })
  afterEach(() => store.remove())

  test('an entry is visible once append resolves, in the head and in a part, also after opening again', async () => {
    const refs = new StreamRefs()
    const rows = shown('10 hello k=v', '20 world detected_level=info')
    let database = await store.open()
    await database.append(makeAppend(refs, 'fake', one({ts: 20n, line: 'world', level: 4}, {ts: 10n, line: 'hello', meta: [['k', 'v']]})))
    expect(await readAll(database, store.objects, 'fake')).toEqual(rows)
    expect(await readAll(database, store.objects, 'other')).toEqual([])
    await database.close()

    database = await store.open()
    expect(database.report).toMatchObject({files: 1, pushes: 1, rows: 2, damages: []})
    expect(await readAll(database, store.objects, 'fake')).toEqual(rows)
    await database.flushNow()
    expect(database.stats().head.rows).toBe(0)
    expect(database.stats().parts.count).toBe(1)
    expect(await readAll(database, store.objects, 'fake')).toEqual(rows)
    await database.close()

    database = await store.open()
    expect(database.report).toMatchObject({files: 0, rows: 0})
    expect(await readAll(database, store.objects, 'fake')).toEqual(rows)
    expect(database.tenants()).toEqual(['fake'])
    await database.close()
  })
})
