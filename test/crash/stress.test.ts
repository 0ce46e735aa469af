/*
 * Pushers, queriers and clients that leave, on a server with a tiny head that is flushed, killed and stopped meanwhile. What must hold
 * is said in support/stress.ts. SKALD_STRESS_SECONDS and SKALD_STRESS_SEED run it longer, and otherwise.
 */
import {setTimeout as sleep} from 'node:timers/promises'
import {expect, onTestFinished, test} from 'vitest'
import {Random} from '../support/random.ts'
import {startServer, temporaryFolder, type TestServer} from '../support/server.ts'
import {Stress} from '../support/stress.ts'

const SECONDS = Number(process.env['SKALD_STRESS_SECONDS'] ?? 20)
const SEED = Number(process.env['SKALD_STRESS_SEED'] ?? 20_261_123)
const FLAGS = ['--store.head-size-max', '96KB', '--store.flush-age', '250ms', '--auth.enabled', '--query.workers', '2']

test('everything acknowledged is there exactly once, at every moment', {timeout: (SECONDS + 60) * 1000}, async () => {
  const random = new Random(SEED)
  const {dir, remove} = await temporaryFolder('stress')
  const stress = new Stress(['one', 'Two', '(three)*'], random)
  const start = async (): Promise<TestServer> => {
    const server = await startServer({dir, flags: FLAGS})
    stress.useServer(server.url)
    return server
  }
  let server = await start()
  onTestFinished(() => {
    stress.end()
    server.child.kill('SIGKILL')
  })
  const running = [...['p0', 'p1', 'p2'].map(name => stress.pusher(name)), ...Array.from({length: 2}, () => stress.querier())]
  const done = {kills: 0, stops: 0, flushes: 0}
  const end = Date.now() + SECONDS * 1000
  while (Date.now() < end && stress.wrong.length === 0) {
    await sleep(random.below(1000))
    const what = random.below(8)
    if (what < 5) {
      done.kills++
      stress.useServer(undefined)
      await server.kill()
      server = await start()
    } else if (what === 5) {
      done.flushes++
      expect((await fetch(`${server.url}/flush`, {method: 'POST'})).status).toBeLessThan(300)
    } else {
      await stress.pause()
      const before = await stress.picture()
      await fetch(`${server.url}/flush`, {method: 'POST'})
      expect(await stress.picture(), 'after a flush').toEqual(before)
      done.stops++
      stress.useServer(undefined)
      expect(await server.stop()).toBe(0)
      server = await start()
      expect(await stress.picture(), 'after a restart').toEqual(before)
      stress.resume()
    }
  }
  stress.end()
  await Promise.all(running)
  await stress.picture()
  expect(stress.wrong.slice(0, 10)).toEqual([])
  expect(await server.stop()).toBe(0)
  await remove()
  expect(stress.done.checks, JSON.stringify({...stress.done, ...done})).toBeGreaterThan(10)
  if (process.env['SKALD_STRESS_SECONDS'] !== undefined) process.stderr.write(`${JSON.stringify({...stress.done, ...done})}\n`)
})
