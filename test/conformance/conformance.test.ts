/*
 * Recorded answers of a real Loki, checked against a server of our own. run.mjs has the rules of comparison and can be
 * run by hand against any server. A case that must not pass is listed in docs/COMPATIBILITY.md with its reason.
 */
import {readFileSync} from 'node:fs'
import path from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {startServer, type TestServer} from '../support/server.ts'
import {diff, loadCases, push, send} from './run.mjs'

const here = import.meta.dirname
const cases = loadCases(path.join(here, 'cases'))

/** Recorded answers that the data contradicts; docs/COMPATIBILITY.md says how. They must go on failing, or leave this list. */
const CONTRADICTED = new Set(['unwrap/078-group-before-arguments', 'vector-aggregations/021-avg-without'])

/** Topics whose endpoints are not there yet. */
const LATER = new Set(['volume', 'volume-range', 'detected-fields', 'detected-field-values', 'detected-labels'])

let server: TestServer

beforeAll(async () => {
  server = await startServer({flags: ['--limits.profile', 'loki', '--limits.reject-old-samples', 'false']})
  await push(server.url, JSON.parse(readFileSync(path.join(here, 'dataset.json'), 'utf8')), 30)
})
afterAll(async () => {
  await server.stop()
})

describe.each([...new Set(cases.map(c => c.topic))].filter(topic => !LATER.has(topic)))('%s', topic => {
  test.each(cases.filter(c => c.topic === topic).map(c => [c.name, c] as const))('%s', async (_name, c) => {
    const {status, text} = await send(server.url, c)
    const difference = diff(c, status, text)
    if (CONTRADICTED.has(c.name)) expect(difference, 'passes now: take it off the list').not.toBeNull()
    else expect(difference, JSON.stringify(c.params)).toBeNull()
  })
})
