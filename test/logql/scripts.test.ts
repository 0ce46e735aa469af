/*
 * The scripts on chunks made by hand: the same data, cut in different ways, must give the same answers.
 */
import {describe, test} from 'vitest'
import {fakeEngine} from '../query/support/fake-engine.ts'
import type {Layout} from '../query/support/fake-store.ts'
import {engineTarget} from './script/engine-target.ts'
import {readScript, SCRIPTS} from './script/files.ts'
import {runEvaluations} from './script/run.ts'

const LAYOUTS: Readonly<Record<string, {layout: Partial<Layout>; shards: number}>> = {
  'one chunk a stream': {layout: {rowsPerChunk: 1000, rowsPerBlock: 1000}, shards: 1},
  'a chunk an entry': {layout: {rowsPerChunk: 1, rowsPerBlock: 1}, shards: 2},
  'small blocks, slow store': {layout: {rowsPerChunk: 5, rowsPerBlock: 2, slow: true}, shards: 3},
  'overlapping chunks': {layout: {rowsPerChunk: 3, rowsPerBlock: 2, interleaved: true}, shards: 2},
}

const scripts = SCRIPTS.map(name => ({name, ...readScript(name)})).filter(({storesOnly}) => !storesOnly)

describe.each(scripts)('$name', ({name, load, evaluations, limits}) => {
  test.each(Object.entries(LAYOUTS))('%s', async (_, {layout, shards}) => {
    const {engine} = fakeEngine(load, layout, shards)
    await runEvaluations(engineTarget(engine, name, limits), evaluations, name)
  })
})
