/*
 * An agent that nobody here wrote: syslog-ng reads a file and sends it with its http() destination, one stream object
 * per line and many of them in one push.
 */
import {spawn, spawnSync} from 'node:child_process'
import {once} from 'node:events'
import {writeFile} from 'node:fs/promises'
import path from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {expect, test} from 'vitest'
import {queryEntries} from '../support/loki.ts'
import {startServer, temporaryFolder} from '../support/server.ts'

const LINES = 500
const HOUR_NS = 3_600_000_000_000n
const WAIT_MS_MAX = 40_000

function whyNot(): string | undefined {
  const found = spawnSync('syslog-ng', ['--module-registry'], {encoding: 'utf8'})
  if (found.error !== undefined || found.status !== 0) return 'syslog-ng is not installed (Debian: syslog-ng-core, syslog-ng-mod-http)'
  return /destination-plugin\s+http|Module: http\b/.test(found.stdout)
    ? undefined
    : 'syslog-ng has no http module (Debian: syslog-ng-mod-http)'
}

// format-json escapes the line as a JSON string; substr takes that string out of {"l":"…"}.
const JSON_LINE = '$(substr "$(format-json --scope none l=${MESSAGE})" 5 -1)'

const configFile = (log: string, url: string) => `@version: 3.38
source s { file("${log}" flags(no-parse) follow-freq(0.1)); };
destination d {
  http(
    url("${url}/loki/api/v1/push") method("POST") headers("Content-Type: application/json") workers(1)
    body-prefix('{"streams":[') body-suffix(']}') delimiter(",") batch-lines(100) batch-timeout(200)
    body('{"stream":{"app":"syslog-ng"},"values":[["\${R_UNIXTIME}000000000",${JSON_LINE}]]}')
  );
};
log { source(s); destination(d); };
`

const reason = whyNot()

test.skipIf(reason !== undefined)(
  `syslog-ng delivers every line of a file${reason === undefined ? '' : ` (skipped: ${reason})`}`,
  async () => {
    const server = await startServer()
    const {dir, remove} = await temporaryFolder('syslog-ng')
    const log = path.join(dir, 'app.log')
    const config = path.join(dir, 'syslog-ng.conf')
    const lines = Array.from(
      {length: LINES},
      (_, i) => `line ${i} level=${i % 2 === 0 ? 'info' : 'error'} text="äöü \\ q"\t{"n":[${i}]} 'single'`,
    )
    await writeFile(log, `${lines.join('\n')}\n`)
    await writeFile(config, configFile(log, server.url))
    const files = ['-R', path.join(dir, 'persist'), '-p', path.join(dir, 'pid'), '-c', path.join(dir, 'ctl')]
    const agent = spawn('syslog-ng', ['-F', '-e', '--no-caps', '-f', config, ...files])
    const ended = once(agent, 'exit')
    let output = ''
    agent.stderr.on('data', chunk => (output += String(chunk)))
    try {
      const now = BigInt(Date.now()) * 1_000_000n
      const range = {startNs: now - HOUR_NS, endNs: now + HOUR_NS}
      const read = async () => await queryEntries(server.url, '{app="syslog-ng"}', range)
      let entries = await read()
      for (const until = Date.now() + WAIT_MS_MAX; entries.length < LINES && Date.now() < until && agent.exitCode === null;) {
        await sleep(200)
        entries = await read()
      }
      expect(entries.map(e => e.line).toSorted(), output).toEqual(lines.toSorted())
      expect(new Set(entries.map(e => e.labels['detected_level']))).toEqual(new Set(['info', 'error']))
    } finally {
      agent.kill('SIGTERM')
      await ended
      await server.stop()
      await remove()
    }
  },
)
