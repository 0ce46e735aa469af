/*
 * The server is killed at random moments under load, again and again on the same data, and never loses or doubles what it
 * acknowledged. The head is tiny and flushed often, so that kills hit flushes, merges and replays too.
 */
import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {request} from 'node:http'
import {setTimeout as sleep} from 'node:timers/promises'
import {expect, test} from 'vitest'
import {Load} from '../support/load.ts'
import {Random} from '../support/random.ts'
import {MAIN, startServer, temporaryFolder} from '../support/server.ts'

const KILLS = 20
const PUSHERS = 4
const FLAGS = ['--store.head-size-max', '64KB', '--store.flush-age', '300ms']
const SEED = 20_261_122

async function metric(url: string, name: string): Promise<number> {
  const page = await (await fetch(`${url}/metrics`)).text()
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(page)?.[1])
}

/** Starts and kills before it is ready: in the middle of a replay, or of the flush that follows one. */
async function killWhileStarting(dir: string, afterMs: number): Promise<void> {
  const child = spawn(process.execPath, [MAIN, 'serve', '--listen', '127.0.0.1:0', '--data', dir, ...FLAGS], {stdio: 'ignore'})
  const ended = once(child, 'exit')
  await sleep(afterMs)
  child.kill('SIGKILL')
  await ended
}

test(`${KILLS} times kill -9 under load: everything acknowledged is there exactly once`, {timeout: 180_000}, async () => {
  const random = new Random(SEED)
  const load = new Load('kill', random)
  const {dir, remove} = await temporaryFolder('kill')
  const done = {flushes: 0, merges: 0}
  for (let round = 0; round < KILLS; round++) {
    if (round % 4 === 3) await killWhileStarting(dir, 150 + random.below(600))
    const server = await startServer({dir, flags: FLAGS})
    if (round > 0) await load.verify(server.url, round - 1)
    let killed = false
    const pushers = Array.from({length: PUSHERS}, () => load.run(server.url, round, () => killed))
    await sleep(50 + random.below(900))
    done.flushes += await metric(server.url, 'skald_flushes')
    done.merges += await metric(server.url, 'skald_merges')
    killed = random.below(3) === 0 // now and then only what is in flight, else in the middle of everything
    await server.kill()
    killed = true
    await Promise.all(pushers)
  }
  const server = await startServer({dir, flags: FLAGS})
  await load.verify(server.url)
  await fetch(`${server.url}/flush`, {method: 'POST'})
  await load.verify(server.url)
  expect(await server.stop()).toBe(0)
  // A head this small may fill faster than it can be flushed; that is said, and nothing of it is stored.
  for (const refusal of load.refusals)
    expect(refusal).toMatchObject({status: 503, text: expect.stringContaining('flushing cannot keep up'), retryAfter: '2'})
  expect(load.count('acknowledged')).toBeGreaterThan(KILLS)
  expect(done.flushes).toBeGreaterThan(0)
  expect(done.merges).toBeGreaterThan(0)
  await remove()
})

test('SIGTERM under load: it ends by itself with code 0, and everything acknowledged is there', async () => {
  const load = new Load('stop', new Random(SEED))
  const {dir, remove} = await temporaryFolder('stop')
  const flags = [...FLAGS, '--server.shutdown-timeout', '5s']
  for (let round = 0; round < 3; round++) {
    const server = await startServer({dir, flags})
    let stopped = false
    const pushers = Array.from({length: PUSHERS}, () => load.run(server.url, round, () => stopped))
    await sleep(300)
    const code = await Promise.race([server.stop(), sleep(20_000, 'still running')])
    stopped = true
    await Promise.all(pushers)
    expect(code, server.output()).toBe(0)
    expect(server.output()).toContain('"msg":"stopped"')
    expect(server.output()).not.toContain('cut off') // nobody hung on
  }
  expect(load.count('acknowledged')).toBeGreaterThan(3)
  expect(load.refusals.filter(r => r.status !== 503)).toEqual([])
  const server = await startServer({dir})
  await load.verify(server.url)
  expect(await server.stop()).toBe(0)
  await remove()
})

test('a request that does not end does not keep the server from ending', async () => {
  const server = await startServer({flags: ['--server.shutdown-timeout', '1s']})
  const headers = {'content-type': 'application/x-protobuf', 'content-length': '1000'}
  const url = new URL(`${server.url}/loki/api/v1/push`)
  const hanging = request({host: url.hostname, port: url.port, path: url.pathname, method: 'POST', headers})
  const cut = once(hanging, 'error')
  hanging.write('x')
  await sleep(200)
  expect(await Promise.race([server.stop(), sleep(20_000, 'still running')])).toBe(0)
  await cut
})

test('one process at a time: a second one on the same folder is refused by name', async () => {
  const {dir, remove} = await temporaryFolder('lock')
  const first = await startServer({dir})
  const second = spawn(process.execPath, [MAIN, 'serve', '--listen', '127.0.0.1:0', '--data', dir])
  let output = ''
  second.stdout.on('data', chunk => (output += String(chunk)))
  second.stderr.on('data', chunk => (output += String(chunk)))
  const [code] = (await once(second, 'close')) as [number | null]
  expect(code).toBe(1)
  expect(output).toContain(dir)
  expect(output).toMatch(new RegExp(`another process|in use|${first.child.pid}`))
  expect(output).not.toContain('    at ') // a message, not a stack
  const load = new Load('lock', new Random(1))
  expect(await load.push(first.url, 0)).toBe('acknowledged')
  await first.kill()
  // What a killed process leaves does not lock anybody out.
  const third = await startServer({dir})
  await load.verify(third.url)
  expect(await third.stop()).toBe(0)
  await remove()
})
