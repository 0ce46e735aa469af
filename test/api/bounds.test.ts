/*
 * What a server under attack or overload does: bodies too large, bombs, too many at once, clients that never finish.
 * Each is refused clearly, memory stays bounded, and those who behave are served.
 */
import {gzipSync} from 'node:zlib'
import {setTimeout as sleep} from 'node:timers/promises'
import {compressSync} from 'snappy'
import {afterAll, beforeAll, expect, test} from 'vitest'
import {eventually} from '../support/eventually.ts'
import {metric, openRequest, type OpenRequest} from '../support/http.ts'
import {protobufBody, pushProtobuf, queryEntries} from '../support/loki.ts'
import {peakMemory} from '../support/memory.ts'
import {startServer, type TestServer} from '../support/server.ts'

const MB = 1024 * 1024
const FLAGS = [
  '--server.body-size-max',
  '4MB',
  '--server.body-decoded-size-max',
  '8MB',
  '--server.in-flight-size-max',
  '6MB',
  '--server.concurrent-pushes-max',
  '8',
  '--server.request-timeout',
  '3s',
  '--limits.max-line-size',
  '16MB',
]

let server: TestServer

beforeAll(async () => {
  server = await startServer({flags: FLAGS})
})
afterAll(async () => {
  await server.stop()
})

const nowNs = () => BigInt(Date.now()) * 1_000_000n
const path = '/loki/api/v1/push'

const entry = (line: string | Uint8Array) => [{labels: '{app="bounds"}', entries: [{tsNs: nowNs(), line}]}]
const isServed = async () => expect((await pushProtobuf(server.url, entry('served'))).status).toBe(204)

/** Bytes that snappy cannot make smaller. */
function noise(bytes: number): Buffer {
  const out = Buffer.allocUnsafe(bytes)
  for (let i = 0, x = 1; i + 4 <= bytes; i += 4) out.writeUInt32LE((x = Math.imul(x, 1_664_525) + 1_013_904_223) >>> 0, i)
  return out
}

async function post(
  body: Uint8Array<ArrayBuffer>,
  headers: Record<string, string>,
): Promise<{status: number; text: string; retryAfter: string | null}> {
  const response = await fetch(server.url + path, {method: 'POST', headers, body})
  return {status: response.status, text: await response.text(), retryAfter: response.headers.get('retry-after')}
}

const own = (buffer: Buffer) => new Uint8Array(buffer)

function openPush(headers: Record<string, string> = {}): OpenRequest {
  return openRequest(server.url + path, {method: 'POST', headers: {'content-type': 'application/x-protobuf', ...headers}})
}

test('a body larger than allowed is 413, whether its length is told or not', async () => {
  const body = protobufBody(entry(noise(5 * MB)))
  const told = openPush({'content-length': String(body.length)})
  told.request.on('error', () => undefined)
  told.request.write(body)
  const answer = await told.answer
  expect(answer).toMatchObject({status: 413, headers: {'content-type': 'text/plain; charset=utf-8'}})
  expect(answer.text).toBe(`request body too large: message size too large than max (${body.length} vs ${4 * MB})\n`)
  told.request.destroy()

  const untold = openPush({'transfer-encoding': 'chunked'})
  untold.request.on('error', () => undefined)
  untold.request.end(body)
  expect(await untold.answer).toMatchObject({status: 413, text: expect.stringContaining('request body too large')})
  await isServed()
})

test('an ordinary client, too, reads why its large body was refused', async () => {
  for (let i = 0; i < 5; i++) {
    const answer = await post(own(noise(20 * MB)), {'content-type': 'application/x-protobuf'})
    expect(answer).toMatchObject({status: 413, text: expect.stringContaining('request body too large')})
  }
})

test('a body larger when unpacked is 413: snappy, gzip, and both', async () => {
  const zeros = Buffer.alloc(30 * MB)
  const snappy = compressSync(protobufBody(entry(zeros)).subarray(0)) // not a push, only large
  expect(snappy.length).toBeLessThan(4 * MB)
  const protobuf = {'content-type': 'application/x-protobuf'}
  expect(await post(own(protobufBody(entry(zeros))), protobuf)).toMatchObject({
    status: 413,
    text: expect.stringContaining('message size too large'),
  })
  const gzip = {...protobuf, 'content-encoding': 'gzip'}
  expect(await post(own(gzipSync(zeros)), gzip)).toMatchObject({status: 413, text: expect.stringContaining('message size too large')})
  expect(await post(own(gzipSync(protobufBody(entry(zeros)))), gzip)).toMatchObject({status: 413})
  const json = {'content-type': 'application/json', 'content-encoding': 'gzip'}
  expect(await post(own(gzipSync(Buffer.from(`{"streams":[{"stream":{"a":"${'x'.repeat(30 * MB)}"}}]}`))), json)).toMatchObject({
    status: 413,
  })
  // A length that is only claimed costs nothing either.
  const liar = Buffer.concat([Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f]), Buffer.alloc(100)])
  expect((await post(own(liar), protobuf)).status).toBe(400)
  await isServed()
})

test('bombs by the dozen leave memory bounded', async () => {
  const bomb = own(gzipSync(Buffer.alloc(200 * MB)))
  const headers = {'content-type': 'application/x-protobuf', 'content-encoding': 'gzip'}
  for (let round = 0; round < 4; round++) {
    const answers = await Promise.all(Array.from({length: 12}, async () => await post(bomb, headers)))
    for (const {status} of answers) expect([413, 503]).toContain(status)
  }
  await isServed()
  const peak = peakMemory(server.child.pid ?? 0)
  if (peak !== undefined) expect(peak).toBeLessThan(400 * MB)
})

test('more pushes at once than allowed are 503 with Retry-After; they are taken when there is room', async () => {
  const slow = Array.from({length: 8}, () => openPush({'content-length': '1000'}))
  for (const {request} of slow) request.write('x')
  await eventually(async () => expect(await metric(server.url, 'skald_push_in_flight')).toBe(8))
  const refused = await pushProtobuf(server.url, entry('refused'))
  expect(refused.status).toBe(503)
  expect(refused.headers.get('retry-after')).toBe('1')
  expect(refused.headers.get('x-skald-durability')).toBeNull()
  expect(await refused.text()).toBe('too busy: 8 pushes in progress, try again later\n')
  // Questions are not pushes.
  expect((await fetch(`${server.url}/loki/api/v1/labels`)).status).toBe(200)
  for (const {request} of slow) request.destroy()
  await eventually(async () => expect(await metric(server.url, 'skald_push_in_flight')).toBe(0))
  expect(await metric(server.url, 'skald_push_in_flight_bytes')).toBe(0)
  await isServed()
})

test('more bytes at once than allowed are 503; what is declared counts before it is sent', async () => {
  const big = openPush({'content-length': String(4 * MB)})
  big.request.on('error', () => undefined)
  big.request.write('x')
  await eventually(async () => expect(await metric(server.url, 'skald_push_in_flight_bytes')).toBe(4 * MB))
  const second = openPush({'content-length': String(3 * MB)})
  second.request.write('x')
  expect(await second.answer).toMatchObject({
    status: 503,
    headers: {'retry-after': '1'},
    text: expect.stringMatching(/^too busy: \d+ bytes of pushes in progress/),
  })
  second.request.destroy()
  const untold = openPush({'transfer-encoding': 'chunked'})
  untold.request.on('error', () => undefined)
  untold.request.end(noise(3 * MB))
  expect(await untold.answer).toMatchObject({status: 503})
  await isServed() // small ones still fit
  big.request.destroy()
  await eventually(async () => expect(await metric(server.url, 'skald_push_in_flight_bytes')).toBe(0))
  const line = noise(3 * MB)
    .toString('latin1')
    .slice(0, 1 * MB)
  expect((await pushProtobuf(server.url, entry(line))).status).toBe(204)
})

test('a body that ends early is nobody’s entry', async () => {
  const tsNs = nowNs()
  const body = protobufBody([{labels: '{app="early"}', entries: [{tsNs, line: 'early'}]}])
  const cut = openPush({'content-length': String(body.length)})
  cut.request.on('error', () => undefined)
  cut.request.write(body.subarray(0, body.length - 1))
  await sleep(100)
  cut.request.destroy()
  await isServed()
  expect(await queryEntries(server.url, '{app="early"}', {startNs: tsNs, endNs: tsNs + 1n})).toEqual([])
})

test('a client that does not finish is cut off', async () => {
  const stalled = openPush({'content-length': '1000'})
  stalled.request.write('x')
  const outcome = await stalled.answer.then(
    ({status}) => status,
    () => 'cut',
  )
  expect([408, 'cut']).toContain(outcome)
  await eventually(async () => expect(await metric(server.url, 'skald_push_in_flight')).toBe(0))
})

test('many streams, huge labels and empty things in one push', async () => {
  const tsNs = nowNs()
  const streams = Array.from({length: 10_000}, (_, i) => ({
    labels: `{app="many", n="${i}"}`,
    entries: [{tsNs: tsNs + BigInt(i), line: `line ${i}`}],
  }))
  expect((await pushProtobuf(server.url, streams)).status).toBe(204)
  const entries = await queryEntries(server.url, '{app="many"}', {startNs: tsNs, endNs: tsNs + 1_000_000n, limit: 5000})
  expect(entries).toHaveLength(5000)
  const response = await fetch(
    `${server.url}/loki/api/v1/label/n/values?query=${encodeURIComponent('{app="many"}')}&start=${tsNs}&end=${tsNs + 1_000_000n}`,
  )
  expect(((await response.json()) as {data: string[]}).data).toHaveLength(10_000)

  const huge = await pushProtobuf(server.url, [{labels: `{app="huge", v="${'x'.repeat(100_000)}"}`, entries: [{tsNs, line: 'x'}]}])
  expect(huge.status).toBe(400)
  expect(await huge.text()).toContain('has label value too long')
  expect((await pushProtobuf(server.url, [{labels: '{app="empty"}', entries: []}])).status).toBe(204)
  expect((await pushProtobuf(server.url, [{labels: '{}', entries: [{tsNs, line: ''}]}])).status).toBe(204)
  expect((await pushProtobuf(server.url, [])).status).toBe(422)
})
