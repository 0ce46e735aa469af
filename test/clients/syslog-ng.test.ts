/* A real agent: syslog-ng reads a file and sends it with its http() destination, one stream object per line. */
import {spawn, spawnSync} from 'node:child_process'
import {writeFile} from 'node:fs/promises'
import path from 'node:path'
import {expect, test} from 'vitest'
import {queryEntries} from '../support/loki.ts'
import {startServer, temporaryFolder} from '../support/server.ts'

const LINES = 500
const HOUR_NS = 3_600_000_000_000n
const installed = spawnSync('syslog-ng', ['--version']).status === 0

// Skipped where syslog-ng (with its http module) is not installed; .ci/run installs it on Debian.
test.skipIf(!installed)('syslog-ng delivers every line of a file', async () => {
  const server = await startServer()
  const {dir, remove} = await temporaryFolder('syslog-ng')
  const log = path.join(dir, 'app.log')
  const lines = Array.from({length: LINES}, (_, i) => `line ${i} level=${i % 2 === 0 ? 'info' : 'error'} text=äöü "q"`)
  await writeFile(log, `${lines.join('\n')}\n`)
  const body = '{"stream":{"app":"syslog-ng","host":"${HOST}"},"values":[["${S_UNIXTIME}000000000","$(format-json --omit-empty-values line=$MESSAGE)"]]}'
  const config = path.join(dir, 'syslog-ng.conf')
  await writeFile(
    config,
    `@version: 3.38
@include "scl.conf"
source s { file("${log}" flags(no-parse) follow-freq(0.1)); };
destination d {
  http(url("${server.url}/loki/api/v1/push") method("POST") headers("Content-Type: application/json")
    body-prefix('{"streams":[') body-suffix(']}') delimiter(",") batch-lines(50) batch-timeout(200) workers(1)
    body('{"stream":{"app":"syslog-ng"},"values":[["$(* \${S_UNIXTIME} 1000000000)",$(format-json --scope none line="\${MESSAGE}" | cut)]]}'));
};
log { source(s); destination(d); };
`.replace(/body\('\{"stream.*?\n/, `body('{"stream":{"app":"syslog-ng"},"values":[["\${S_UNIXTIME}000000000","$(sanitize-json)"]]}'));\n`),
  )
  void body
  const agent = spawn('syslog-ng', ['-F', '-f', config, '-R', path.join(dir, 'persist'), '-p', path.join(dir, 'pid'), '-c', path.join(dir, 'ctl')])
  let output = ''
  agent.stderr.on('data', chunk => (output += String(chunk)))
  try {
    const now = BigInt(Date.now()) * 1_000_000n
    let got: string[] = []
    for (let i = 0; i < 150 && got.length < LINES; i++) {
      await new Promise(resolve => setTimeout(resolve, 200))
      got = (await queryEntries(server.url, '{app="syslog-ng"}', {startNs: now - HOUR_NS, endNs: now + HOUR_NS})).map(e => e.line)
    }
    expect(got.toSorted(), output).toEqual(lines.toSorted())
  } finally {
    agent.kill('SIGTERM')
    await new Promise(resolve => agent.once('exit', resolve))
    await server.stop()
    await remove()
  }
})
