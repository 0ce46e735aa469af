/* A query nobody waits for any more ends: its client left, or its time or its turn is over. */
import {afterAll, beforeAll, expect, test} from 'vitest'
import {eventually} from '../support/eventually.ts'
import {metric, openRequest, type OpenRequest} from '../support/http.ts'
import {pushProtobuf} from '../support/loki.ts'
import {startServer, type TestServer} from '../support/server.ts'

const ROWS = 300_000
const PER_PUSH = 20_000
const START_NS = 1_700_000_000_000_000_000n

let server: TestServer

beforeAll(async () => {
  server = await startServer({flags: ['--query.concurrency-max', '1', '--query.queue-max', '2', '--limits.max-line-size', '10MB']})
  for (let from = 0; from < ROWS; from += PER_PUSH) {
    const entries = Array.from({length: PER_PUSH}, (_, i) => {
      const n = from + i
      return {
        tsNs: START_NS + BigInt(n) * 1_000_000n,
        line: `level=info n=${n} key${n % 1000}=value text="some words and ${(n * 2_654_435_761) >>> 0}"`,
      }
    })
    expect((await pushProtobuf(server.url, [{labels: '{app="cancel"}', entries}])).status).toBe(204)
  }
})
afterAll(async () => {
  await server.stop()
})

/** Seconds of work: every row is parsed into labels of its own, at many instants. */
const SLOW = 'sum by (n) (count_over_time({app="cancel"} | logfmt | line_format "{{.text}} {{.n}}" [5m]))'

function ask(query: string): OpenRequest {
  const params = new URLSearchParams({query, start: String(START_NS), end: String(START_NS + 300_000_000_000n), step: '60'})
  const asked = openRequest(`${server.url}/loki/api/v1/query_range?${params.toString()}`)
  asked.request.on('error', () => undefined)
  asked.request.end()
  return asked
}

const running = async () => await metric(server.url, 'skald_queries_running')
const waiting = async () => await metric(server.url, 'skald_queries_waiting')
const cancelled = async () =>
  (await metric(server.url, 'skald_http_requests_total{route="/loki/api/v1/query_range",method="GET",status="499"}')) || 0

test('a client that leaves ends its query', async () => {
  const before = await cancelled()
  const slow = ask(SLOW)
  await eventually(async () => expect(await running()).toBe(1))
  slow.request.destroy()
  await eventually(async () => expect(await cancelled()).toBe(before + 1))
  await eventually(async () => expect(await running()).toBe(0))
  // It was not answered, so nobody counted what it read.
  expect(await metric(server.url, 'skald_query_rows_total')).toBe(0)
})

test('queries wait for their turn; too many that wait are 429; who leaves the queue makes room', async () => {
  const first = ask(SLOW)
  await eventually(async () => expect(await running()).toBe(1))
  const queued = [ask(SLOW), ask(SLOW)]
  await eventually(async () => expect(await waiting()).toBe(2))
  const refused = await ask(SLOW).answer
  expect(refused).toMatchObject({status: 429, text: 'too many outstanding requests', headers: {'retry-after': '1'}})
  queued[0]?.request.destroy()
  await eventually(async () => expect(await waiting()).toBe(1))
  first.request.destroy()
  queued[1]?.request.destroy()
  await eventually(async () => expect([await running(), await waiting()]).toEqual([0, 0]))
  const {status, text} = await ask('count_over_time({app="cancel"}[5m])').answer
  expect([status, text.slice(0, 20)]).toEqual([200, '{"status":"success",'])
})
