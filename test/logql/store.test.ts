/*
 * The scripts on the real store: rows in the head, in one part, in many, in merged ones, in both. Each script is a tenant.
 */
import {afterAll, beforeAll, describe, test} from 'vitest'
import {engineTarget} from './script/engine-target.ts'
import {readScript, SCRIPTS} from './script/files.ts'
import {runEvaluations} from './script/run.ts'
import {filledStore, PLACES, type FilledStore} from './script/stores.ts'

const scripts = SCRIPTS.map(name => ({name, ...readScript(name)}))

describe.each(PLACES)('%s', place => {
  let store: FilledStore

  beforeAll(async () => {
    store = await filledStore(place, new Map(scripts.map(({name, load}) => [name, load])))
  })
  afterAll(() => store.close())

  test.each(scripts)('$name', async ({name, evaluations, limits}) => {
    await runEvaluations(engineTarget(store.engine, name, limits), evaluations, name)
  })
})
