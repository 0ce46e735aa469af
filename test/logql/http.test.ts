/*
 * The scripts over HTTP: on servers of our own, with rows in the head and in parts, and on the Loki-compatible server at
 * SKALD_TEST_URL, when that is set. Such a server must accept old samples, and not discover service names and levels.
 */
import {afterAll, beforeAll, describe, test} from 'vitest'
import {readScript, SCRIPTS} from './script/files.ts'
import {httpTarget, push} from './script/http-target.ts'
import {pushesOf} from './script/pushes.ts'
import {runEvaluations} from './script/run.ts'
import {scriptServer, type ScriptServer} from './script/server.ts'

const PUSH_ENTRIES = 40
/** A day and a tenant each: a server that knows no tenants keeps them apart by time. */
const scripts = SCRIPTS.map((name, day) => ({...readScript(name, day), name, tenant: name.replace('.logql', '')}))

async function pushScripts(url: string): Promise<void> {
  for (const {tenant, load} of scripts) for (const streams of pushesOf(load, PUSH_ENTRIES)) await push(url, tenant, streams)
}

describe.each(['head', 'parts'])('own server, rows in %s', place => {
  let server: ScriptServer

  beforeAll(async () => {
    server = await scriptServer(new Map(scripts.map(({tenant, limits}) => [tenant, limits])))
    await pushScripts(server.url)
    if (place === 'parts') await server.flush()
  })
  afterAll(() => server.stop())

  test.each(scripts)('$name', async ({name, tenant, evaluations}) => {
    await runEvaluations(httpTarget(server.url, tenant), evaluations, name)
  })
})

const url = process.env['SKALD_TEST_URL']
// Skipped without the address of a server, which only who runs one can know.
describe.skipIf(url === undefined)('server at SKALD_TEST_URL', () => {
  let loki = false

  beforeAll(async () => {
    if (url === undefined) return
    const about = await fetch(`${url}/loki/api/v1/status/buildinfo`)
    loki = ((await about.json()) as {goVersion?: string}).goVersion?.startsWith('go') === true
    await pushScripts(url)
  })

  // A tenant's limits cannot be set there.
  test.each(scripts.filter(({limits}) => Object.keys(limits).length === 0))('$name', async ({name, tenant, evaluations}) => {
    await runEvaluations(httpTarget(url ?? '', tenant), evaluations, name, loki)
  })
})
