import {readdirSync, readFileSync} from 'node:fs'
import {describe, test} from 'vitest'
import {fakeEngine, T0} from '../query/support/fake-engine.ts'
import type {Layout} from '../query/support/fake-store.ts'
import {runEvaluation} from './run-script.ts'
import {parseScript} from './script.ts'

/** The same data, cut in different ways, must give the same answers. */
const LAYOUTS: Readonly<Record<string, {layout: Partial<Layout>; shards: number}>> = {
  'one chunk a stream': {layout: {rowsPerChunk: 1000, rowsPerBlock: 1000}, shards: 1},
  'a chunk an entry': {layout: {rowsPerChunk: 1, rowsPerBlock: 1}, shards: 2},
  'small blocks, slow store': {layout: {rowsPerChunk: 5, rowsPerBlock: 2, slow: true}, shards: 3},
  'overlapping chunks': {layout: {rowsPerChunk: 3, rowsPerBlock: 2, interleaved: true}, shards: 2},
}

const scripts = readdirSync(import.meta.dirname).filter(name => name.endsWith('.logql'))

describe.each(scripts)('%s', name => {
  const script = parseScript(readFileSync(`${import.meta.dirname}/${name}`, 'utf8'), T0)
  test.each(Object.entries(LAYOUTS))('%s', async (_, {layout, shards}) => {
    const {engine} = fakeEngine(script.load, layout, shards)
    for (const evaluation of script.evaluations) await runEvaluation(engine, evaluation)
  })
})
