/* Clients that ask for much and read nothing: what they are owed is bounded, and in the end they are cut off. */
import {once} from 'node:events'
import {request, type IncomingMessage} from 'node:http'
import {expect, onTestFinished, test, vi} from 'vitest'
import {pushProtobuf} from '../support/loki.ts'
import {startServer} from '../support/server.ts'

const LINES = 24
const START_NS = 1_700_000_000_000_000_000n

test('large answers that nobody reads', {timeout: 60_000}, async () => {
  // Room for 128 MB of answers, which is five of 24 MB, more than sockets take in.
  const server = await startServer({flags: ['--query.memory-max', '64MB', '--server.request-timeout', '10s']})
  onTestFinished(async () => void (await server.stop()))
  const entries = Array.from({length: LINES}, (_, i) => ({tsNs: START_NS + BigInt(i), line: `${i} `.padEnd(1_000_000, 'x')}))
  expect((await pushProtobuf(server.url, [{labels: '{app="slow"}', entries}])).status).toBe(204)
  const params = new URLSearchParams({query: '{app="slow"}', start: String(START_NS), end: String(START_NS + 100n), limit: String(LINES)})
  const url = `${server.url}/loki/api/v1/query_range?${params.toString()}`

  const responses = await Promise.all(
    Array.from({length: 8}, async () => {
      const [response] = (await once(request(url, {agent: false}).end(), 'response')) as [IncomingMessage]
      return response
    }),
  )
  const [owed, refused] = [responses.filter(r => r.statusCode === 200), responses.filter(r => r.statusCode === 503)]
  expect([owed.length, refused.length]).toEqual([5, 3])
  for (const {headers} of refused) expect(headers['retry-after']).toBe('1')
  // Small answers are no matter.
  expect((await fetch(`${server.url}/loki/api/v1/labels`)).status).toBe(200)

  // They are cut off without noticing, for they do not read.
  const answer = await vi.waitFor(
    async () => {
      const found = await fetch(url)
      expect(found.status).toBe(200)
      return found
    },
    {timeout: 40_000, interval: 500},
  )
  expect((await answer.text()).length).toBeGreaterThan(LINES * 1_000_000)
  for (const response of responses) response.destroy()
})
