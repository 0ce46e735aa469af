/* Log libraries that nobody here wrote push to a real server, and every line is read back. */
import pino from 'pino'
import {pinoLoki} from 'pino-loki'
import winston from 'winston'
import LokiTransport from 'winston-loki'
import {afterAll, beforeAll, expect, test} from 'vitest'
import {queryEntries} from '../support/loki.ts'
import {startServer, type TestServer} from '../support/server.ts'

const LINES = 200
const HOUR_NS = 3_600_000_000_000n

let server: TestServer

beforeAll(async () => {
  server = await startServer()
})
afterAll(async () => {
  await server.stop()
})

async function readBack(query: string, count: number) {
  const now = BigInt(Date.now()) * 1_000_000n
  for (let i = 0; i < 100; i++) {
    const entries = await queryEntries(server.url, query, {startNs: now - HOUR_NS, endNs: now + HOUR_NS})
    if (entries.length >= count) return entries
    await new Promise(resolve => setTimeout(resolve, 100))
  }
  return await queryEntries(server.url, query, {startNs: now - HOUR_NS, endNs: now + HOUR_NS})
}

test('pino-loki: JSON with levels as labels', async () => {
  const stream = pinoLoki({
    host: server.url,
    labels: {app: 'pino-test'},
    batching: {interval: 1, maxBufferSize: 10_000},
    silenceErrors: false,
  })
  const log = pino({level: 'trace'}, stream)
  for (let i = 0; i < LINES; i++) {
    if (i % 2 === 0) log.info({n: i}, `pino line ${i}`)
    else log.error({n: i, text: 'ünï "quoted"'}, `pino line ${i}`)
  }
  stream.end()
  const entries = await readBack('{app="pino-test"}', LINES)
  const messages = entries.map(e => (JSON.parse(e.line) as {msg: string}).msg)
  expect(messages.toSorted()).toEqual(Array.from({length: LINES}, (_, i) => `pino line ${i}`).toSorted())
  expect(new Set(entries.map(e => e.labels['level']))).toEqual(new Set(['info', 'error']))
  expect(new Set(entries.map(e => e.labels['detected_level']))).toEqual(new Set(['info', 'error']))
  expect(entries.every(e => e.labels['service_name'] === 'pino-test')).toBe(true)
})

test.each([true, false])('winston-loki, json: %s', async json => {
  const app = `winston-${json ? 'json' : 'protobuf'}`
  const failures: unknown[] = []
  const transport = new LokiTransport({
    host: server.url,
    labels: {app},
    json,
    interval: 1,
    batching: true,
    onConnectionError: error => failures.push(error),
  })
  const log = winston.createLogger({level: 'debug', transports: [transport], format: winston.format.simple()})
  for (let i = 0; i < LINES; i++) log.log(i % 3 === 0 ? 'warn' : 'info', `winston line ${i} = ✓`, {labels: {kind: `k${i % 2}`}})
  await transport.flush()
  const entries = await readBack(`{app="${app}"}`, LINES)
  expect(failures).toEqual([])
  const numbers = entries.map(e => Number(/winston line (\d+) = ✓/.exec(e.line)?.[1])).toSorted((a, b) => a - b)
  expect(numbers).toEqual(Array.from({length: LINES}, (_, i) => i))
  expect(new Set(entries.map(e => e.labels['kind']))).toEqual(new Set(['k0', 'k1']))
  log.close()
})
