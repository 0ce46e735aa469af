/*
 * The scripts on the real store: rows in the head, in one part, in many, in merged ones, in both.
 */
import {describe, test} from 'vitest'
import {engineTarget} from './script/engine-target.ts'
import {readScript, SCRIPTS} from './script/files.ts'
import {runEvaluations} from './script/run.ts'
import {filledStore, PLACES} from './script/stores.ts'

describe.each(SCRIPTS)('%s', name => {
  const {load, evaluations, limits} = readScript(name)
  test.each(Object.entries(PLACES))('%s', async (_, fill) => {
    const store = await filledStore(fill, load)
    try {
      await runEvaluations(engineTarget(store.engine, limits), evaluations, name)
    } finally {
      await store.close()
    }
  })
})
