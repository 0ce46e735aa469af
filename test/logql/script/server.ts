/*
 * A server of our own for scripts: tenants by header, nothing discovered, old samples welcome.
 */
import {writeFile} from 'node:fs/promises'
import path from 'node:path'
import {startServer, temporaryFolder, type TestServer} from '../../support/server.ts'

const LIMITS = {'discover-service-name': '', 'discover-log-levels': 'false', 'reject-old-samples': 'false'}

export type ScriptServer = {readonly url: string; flush(): Promise<void>; stop(): Promise<void>}

/** @param limits  of tenants. */
export async function scriptServer(limits: ReadonlyMap<string, Readonly<Record<string, string>>>): Promise<ScriptServer> {
  const folder = await temporaryFolder('scripts')
  const config = path.join(folder.dir, 'config.yaml')
  await writeFile(config, `overrides:\n${[...limits].map(([tenant, own]) => overrides(tenant, own)).join('')}`)
  const flags = Object.entries(LIMITS).flatMap(([name, value]) => [`--limits.${name}`, value])
  const server: TestServer = await startServer({flags: ['--config', config, '--auth.enabled', 'true', ...flags]})
  return {
    url: server.url,
    async flush() {
      const {status} = await fetch(`${server.url}/flush`, {method: 'POST'})
      if (status !== 204) throw new Error(`flush was answered with ${status}`)
    },
    async stop() {
      await server.stop()
      await folder.remove()
    },
  }
}

function overrides(tenant: string, limits: Readonly<Record<string, string>>): string {
  const rows = Object.entries(limits).map(([name, value]) => `    ${name}: "${value}"\n`)
  return rows.length === 0 ? '' : `  ${tenant}:\n${rows.join('')}`
}
