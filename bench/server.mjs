/* A server of its own process for a benchmark: start, what it has used, stop. */
import {spawn} from 'node:child_process'
import {readdirSync, readFileSync, statSync} from 'node:fs'
import path from 'node:path'
import {fileURLToPath} from 'node:url'

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url))

export async function startServer(dataDir, flags = []) {
  const child = spawn(process.execPath, [main, 'serve', '--listen', '127.0.0.1:0', '--data', dataDir, '--log.format', 'json', ...flags], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  const url = await new Promise((resolve, reject) => {
    const read = chunk => {
      output += chunk
      const found = /http:\/\/127\.0\.0\.1:\d+/.exec(output)
      if (found) resolve(found[0])
    }
    child.stdout.on('data', read)
    child.stderr.on('data', read)
    child.once('exit', code => reject(new Error(`the server ended with ${code}:\n${output}`)))
  })
  for (let i = 0; ; i++) {
    const ready = await fetch(`${url}/ready`).catch(() => undefined)
    if (ready?.status === 200) break
    if (i > 200) throw new Error(`the server is not ready:\n${output}`)
    await new Promise(resolve => setTimeout(resolve, 50))
  }
  return {
    url,
    pid: child.pid,
    /** Metric name -> sum over its label sets. */
    async metrics() {
      const values = new Map()
      for (const row of (await (await fetch(`${url}/metrics`)).text()).split('\n')) {
        const match = /^([a-zA-Z_:][\w:]*)(?:\{[^}]*\})? ([-+\d.eInfNa]+)$/.exec(row)
        if (match) values.set(match[1], (values.get(match[1]) ?? 0) + Number(match[2]))
      }
      return values
    },
    async stop() {
      const ended = new Promise(resolve => child.once('exit', resolve))
      child.kill('SIGTERM')
      await ended
    },
    kill: () => child.kill('SIGKILL'),
  }
}

const SETTLE_MS_MAX = 300_000

/** Waits until everything is in parts and no merge has ended, and little CPU was used, for a while. */
export async function settle(server) {
  await fetch(`${server.url}/flush`, {method: 'POST'})
  const began = performance.now()
  const value = (m, name) => m.get(name) ?? 0
  let last = await server.metrics()
  for (let quiet = 0; quiet < 3;) {
    await new Promise(resolve => setTimeout(resolve, 700))
    const now = await server.metrics()
    const still =
      value(now, 'skald_head_rows') === 0 &&
      value(now, 'skald_head_frozen') === 0 &&
      value(now, 'skald_merges') === value(last, 'skald_merges') &&
      value(now, 'process_cpu_seconds_total') - value(last, 'process_cpu_seconds_total') < 0.1
    quiet = still ? quiet + 1 : 0
    last = now
    if (performance.now() - began > SETTLE_MS_MAX) throw new Error('the server does not settle')
  }
}

/** Highest resident size so far, bytes; undefined where the system does not tell. */
export function peakMemory(pid) {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) * 1024
  } catch {
    return undefined
  }
}

/** Bytes of all files below a directory whose name ends so. */
export function diskBytes(dir, suffix = '') {
  let sum = 0
  for (const entry of readdirSync(dir, {recursive: true, withFileTypes: true})) {
    if (entry.isFile() && entry.name.endsWith(suffix)) sum += statSync(path.join(entry.parentPath ?? entry.path, entry.name)).size
  }
  return sum
}
