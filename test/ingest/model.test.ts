/*
 * The fast path against the slow path, both kernels, and hostile bodies. All seeded.
 */
import {compressSync} from 'snappy'
import {describe, expect, it} from 'vitest'
import {encodePush} from '../../src/ingest/index.ts'
import {bench, entry, NOW, pushBody, pushRaw, type Pair, type TestEntry, type TestStream} from './push-helpers.ts'

/** mulberry32 */
function random(seed: number): (below: number) => number {
  let state = seed
  return below => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) % below
  }
}

const LEVELS = ['info', 'WARN', 'err', 'notice', 'unknown', 'INFO2', '9', '17', '', 'fatal']
const NAMES = [
  'trace_id',
  'level',
  'severity',
  'severity_number',
  'severity_text',
  'detected_level',
  'a.b',
  'a_b',
  'pod',
  '1x',
  'log.level',
]
const LINES = [
  'error: it broke',
  'level=warn msg=x',
  '{"level":"debug","msg":"m"}',
  'GET / 200',
  '',
  'é☃',
  'x'.repeat(300),
  '\xff\xfe',
  'lvl=inf',
]
const LABELS = ['{app="a"}', '{app="b", level="info"}', '{level="notice"}', '{}', '{severity="ERR", app="c"}', '{app="d"}']

function streamsOf(next: (below: number) => number, wild: boolean): TestStream[] {
  return Array.from({length: 1 + next(5)}, () => ({
    labels: LABELS[next(LABELS.length)] ?? '',
    entries: Array.from({length: (wild ? 0 : 1) + next(8)}, () => entryOf(next, wild)),
  }))
}

function entryOf(next: (below: number) => number, wild: boolean): TestEntry {
  const metadata: Pair[] = []
  if (next(2) === 0) metadata.push(['trace_id', `${next(1000)}`])
  if (next(3) === 0) metadata.push(['severity', ['info', 'WARN', 'err'][next(3)] ?? ''])
  if (next(4) === 0) metadata.push(['severity_number', `${next(26)}`])
  if (wild) for (let i = next(3); i > 0; i--) metadata.push([NAMES[next(NAMES.length)] ?? '', LEVELS[next(LEVELS.length)] ?? ''])
  return entry(Buffer.from(LINES[next(LINES.length)] ?? '', 'latin1'), metadata, NOW - BigInt(next(1000)) * 1_000_000_007n)
}

describe('a push', () => {
  it('is stored alike by the fast and the slow path', async () => {
    const next = random(1)
    for (let round = 0; round < 100; round++) {
      const streams = streamsOf(next, false)
      const fast = bench()
      const slow = bench()
      await fast.push(streams)
      // A stream without entries sends the whole push down the slow path and adds nothing.
      await slow.push([...streams, {labels: '{app="none"}', entries: []}])
      expect(slow.database.rows).toEqual(fast.database.rows)
    }
  })

  it('is stored as one push or stream by stream', async () => {
    const next = random(2)
    for (let round = 0; round < 100; round++) {
      const streams = streamsOf(next, true)
      const whole = bench({'max-line-size': '200'})
      const single = bench({'max-line-size': '200'})
      await whole.push(streams)
      for (const {labels, entries} of streams) for (const one of entries) await single.push([{labels, entries: [one]}])
      expect(single.database.rows).toEqual(whole.database.rows)
    }
  })

  it('is stored alike by both kernels', async () => {
    const next = random(3)
    for (let round = 0; round < 100; round++) {
      const streams = streamsOf(next, true)
      const native = bench({'max-line-size': '200'}, {kernel: 'native'})
      const plain = bench({'max-line-size': '200'}, {kernel: 'plain'})
      expect(await plain.push(streams)).toEqual(await native.push(streams))
      expect(plain.database.rows).toEqual(native.database.rows)
    }
  })

  it('a clean one goes to the log as received', async () => {
    const body = pushBody([{labels: '{app="a"}', entries: [entry('x', [['severity', 'info']]), entry('y', [['severity_number', '9']])]}])
    const b = bench()
    await b.send({body})
    expect(b.database.appends[0]?.wire).toBe(body)
  })
})

describe('a push as our own client makes it', () => {
  it('is what protobufjs makes', async () => {
    const b = bench({'discover-log-levels': 'false'})
    const streams = [
      {labels: '{app="a"}', entries: [{tsNs: NOW, line: Buffer.from('x'), metadata: [{name: 'k', value: 'é'}]}]},
      {
        labels: '',
        entries: [-1n, 0n, 1n, 999_999_999n, -1_000_000_000n, 2n ** 62n, -(2n ** 62n)].map(tsNs => ({
          tsNs,
          line: Buffer.alloc(0),
          metadata: [],
        })),
      },
    ]
    expect(await b.send({body: compressSync(Buffer.from(encodePush(streams)))})).toEqual({status: 204})
    expect(b.database.rows[0]).toEqual({stream: '{app="a", service_name="a"}', ts: NOW, line: 'x', metadata: {k: 'é'}})
    expect(b.database.rows.slice(1).map(row => row.ts)).toEqual(streams[1]?.entries.map(one => one.tsNs))
  })
})

describe('hostile bodies', () => {
  const raw = pushRaw(streamsOf(random(4), true))

  it('every truncation is answered, and what is stored is canonical', async () => {
    const b = bench()
    for (let length = 0; length < raw.length; length++) {
      const answer = await b.send({body: compressSync(Buffer.from(raw.subarray(0, length)))})
      expect(answer.status).toBeOneOf([204, 400, 422])
    }
    const body = pushBody(streamsOf(random(5), true))
    for (let length = 0; length < body.length; length++) expect((await b.send({body: body.subarray(0, length)})).status).toBe(400)
  })

  it.each(['native', 'plain'] as const)('bit flips are answered (%s kernel)', async kernel => {
    const next = random(6)
    const b = bench({}, {kernel})
    const body = pushBody(streamsOf(random(7), true))
    for (let round = 0; round < 1000; round++) {
      const flipped = Buffer.from(round % 2 === 0 ? raw : body)
      for (let flips = 1 + next(4); flips > 0; flips--) {
        const at = next(flipped.length)
        flipped[at] = (flipped[at] ?? 0) ^ (1 << next(8))
      }
      const answer = await b.send({body: round % 2 === 0 ? compressSync(flipped) : flipped})
      expect(answer.status).toBeOneOf([204, 400, 413, 422])
    }
    expect(b.ingest.admission.inFlightBytes).toBe(0)
  })

  it('millions of empty entries are refused or stored, not fatal', async () => {
    const empty = Buffer.alloc(20_000_000)
    for (let i = 0; i < empty.length; i += 2) empty[i] = 0x12
    const stream = Buffer.concat([Buffer.from([0x0a, 0x80, 0xda, 0xc4, 0x09]), empty])
    const b = bench()
    expect((await b.send({body: compressSync(stream)})).status).toBe(413)
  })
})

describe('when the store fails', () => {
  it('the failure goes to the client, and the same push may come again', async () => {
    const b = bench()
    b.database.failure = new Error('disk full')
    await expect(b.push([{labels: '{a="b"}', entries: [entry('x')]}])).rejects.toThrow('disk full')
    expect(b.ingest.admission.inFlightBytes).toBe(0)
    b.database.failure = undefined
    expect(await b.push([{labels: '{a="b"}', entries: [entry('x')]}])).toEqual({status: 204})
  })
})

describe('the observer', () => {
  it('is told what was accepted and discarded', async () => {
    const seen: unknown[] = []
    const observer = {
      accepted: (...args: unknown[]) => seen.push(['accepted', ...args]),
      discarded: (...args: unknown[]) => seen.push(['discarded', ...args]),
      parsed: (...args: unknown[]) => seen.push(['parsed', args[0], args[1], args[3]]),
    }
    const b = bench({'max-line-size': '5'}, {observer})
    await b.push([{labels: '{a="b"}', entries: [entry('good', [['k', 'v']]), entry('too long')]}], 't')
    await b.push([{labels: '{a="b"}', entries: [entry('good')]}], 't')
    expect(seen).toEqual([
      ['parsed', 't', 'protobuf', true],
      ['discarded', 't', 'line_too_long', 1, 8],
      ['accepted', 't', 1, 6],
      ['parsed', 't', 'protobuf', false],
      ['accepted', 't', 1, 4],
    ])
  })
})
