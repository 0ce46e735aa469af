/*
 * The scripts over HTTP: on servers of our own, with rows in the head and in parts, and on the Loki-compatible server at
 * SKALD_TEST_URL, when that is set. Such a server must accept old samples, and not discover service names and levels.
 */
import {writeFile} from 'node:fs/promises'
import path from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {startServer, temporaryFolder, type TestServer} from '../support/server.ts'
import {readScript, SCRIPTS} from './script/files.ts'
import {httpTarget, push} from './script/http-target.ts'
import {pushesOf} from './script/pushes.ts'
import {runEvaluations} from './script/run.ts'

const PUSH_ENTRIES = 40
/** A day and a tenant each: a server that knows no tenants keeps them apart by time. */
const scripts = SCRIPTS.map((name, day) => ({...readScript(name, day), name, tenant: name.replace('.logql', '')}))

async function pushScripts(url: string): Promise<void> {
  for (const {tenant, load} of scripts) for (const streams of pushesOf(load, PUSH_ENTRIES)) await push(url, tenant, streams)
}

function overrides(): string {
  const tenants = scripts.map(({tenant, limits}) => {
    const rows = Object.entries(limits).map(([name, value]) => `    ${name}: "${value}"\n`)
    return rows.length === 0 ? '' : `  ${tenant}:\n${rows.join('')}`
  })
  return `overrides:\n${tenants.join('')}`
}

describe.each(['head', 'parts'])('own server, rows in %s', place => {
  let server: TestServer
  let folder: Awaited<ReturnType<typeof temporaryFolder>>

  beforeAll(async () => {
    folder = await temporaryFolder('scripts')
    const config = path.join(folder.dir, 'config.yaml')
    await writeFile(config, overrides())
    const limits = {'discover-service-name': '', 'discover-log-levels': 'false', 'reject-old-samples': 'false'}
    const flags = Object.entries(limits).flatMap(([name, value]) => [`--limits.${name}`, value])
    server = await startServer({flags: ['--config', config, '--auth.enabled', 'true', ...flags]})
    await pushScripts(server.url)
    if (place === 'parts') expect((await fetch(`${server.url}/flush`, {method: 'POST'})).status).toBe(204)
  })
  afterAll(async () => {
    await server.stop()
    await folder.remove()
  })

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

  test.each(scripts.filter(({limits}) => Object.keys(limits).length === 0))('$name', async ({name, tenant, evaluations}) => {
    await runEvaluations(httpTarget(url ?? '', tenant), evaluations, name, loki)
  })
})
