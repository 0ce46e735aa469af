/*
 * Random queries over random entries: wherever the entries lie, the answer is the same text.
 */
import {afterAll, beforeAll, expect, test} from 'vitest'
import {Random} from '../support/random.ts'
import {engineAnswer} from './script/engine-target.ts'
import {httpAnswer, push} from './script/http-target.ts'
import type {Evaluation} from './script/parse.ts'
import {pushesOf} from './script/pushes.ts'
import {randomEvaluation, randomStreams} from './script/random-query.ts'
import {scriptServer, type ScriptServer} from './script/server.ts'
import {filledStore, type FilledStore} from './script/stores.ts'

const SEED = Number(process.env['SKALD_FUZZ_SEED'] ?? 20_260_101)
const QUERIES = Number(process.env['SKALD_FUZZ_QUERIES'] ?? 200)
const PUSH_ENTRIES = 25
const TENANT = 'fuzz'

type Ask = (evaluation: Evaluation) => Promise<string>

const stores: FilledStore[] = []
const servers: ScriptServer[] = []
const askers: [place: string, Ask][] = []

beforeAll(async () => {
  const load = randomStreams(new Random(SEED))
  for (const place of ['head', 'many parts', 'parts and head'] as const) {
    const store = await filledStore(place, new Map([[TENANT, load]]))
    stores.push(store)
    askers.push([place, evaluation => engineAnswer(store.engine, TENANT, evaluation)])
  }
  for (const place of ['head of a server', 'part of a server']) {
    const server = await scriptServer(new Map())
    servers.push(server)
    for (const streams of pushesOf(load, PUSH_ENTRIES)) await push(server.url, TENANT, streams)
    if (place.startsWith('part')) await server.flush()
    askers.push([place, evaluation => httpAnswer(server.url, TENANT, evaluation)])
  }
})
/** Which of several samples with errors is named depends on where it lies. */
function unspecific(text: string): string {
  return text.startsWith('failure 400 pipeline error') ? 'failure 400 pipeline error' : text
}

afterAll(() => Promise.all([...stores.map(store => store.close()), ...servers.map(server => server.stop())]))

test(`${QUERIES} queries of seed ${SEED}`, async () => {
  const random = new Random(SEED + 1)
  const wrong: string[] = []
  const seen = {failed: 0, empty: 0, full: 0}
  for (let i = 0; i < QUERIES; i++) {
    const evaluation = randomEvaluation(random)
    const answers = await Promise.all(askers.map(async ([place, ask]) => ({place, text: unspecific(await ask(evaluation))})))
    const first = answers[0]?.text ?? ''
    seen[first.startsWith('failure') ? 'failed' : /"result":\[\]/.test(first) ? 'empty' : 'full']++
    if (first.includes('parse error')) wrong.push(`${evaluation.query}\n  ${first}`)
    for (const {place, text} of answers) {
      if (text !== first) wrong.push(`${evaluation.kind} ${evaluation.query}\n  ${answers[0]?.place}: ${first}\n  ${place}: ${text}`)
    }
  }
  expect(wrong.slice(0, 5).join('\n\n')).toBe('')
  // The generator is worth its time only while many of its queries find something.
  expect(seen.full, JSON.stringify(seen)).toBeGreaterThan(QUERIES / 3)
})
