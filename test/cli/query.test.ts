/* skald query, labels, series: what they print, and that they page through any number of lines. */
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {skald, skaldText} from '../support/cli.ts'
import {pushProtobuf} from '../support/loki.ts'
import {startServer, type TestServer} from '../support/server.ts'

const START_NS = 1_700_000_000_000_000_000n
const STEP_NS = 1_000_000n
const RANGE = ['--from', '2023-11-14', '--to', '2023-11-15T12:00:00Z']
/** The most a server of this test answers at once. */
const ANSWER_MAX = 1000

let server: TestServer

beforeAll(async () => {
  server = await startServer({flags: ['--limits.max-entries-limit-per-query', String(ANSWER_MAX)]})
  const push = async (labels: string, entries: {tsNs: bigint; line: string; metadata?: Record<string, string>}[]) =>
    expect((await pushProtobuf(server.url, [{labels, entries}])).status).toBe(204)
  await push('{app="cli", env="prod"}', [
    {tsNs: START_NS, line: 'level=info first', metadata: {trace_id: 'a1'}},
    {tsNs: START_NS + 1n, line: 'level=error "second"'},
  ])
  await push('{app="cli", env="dev"}', [{tsNs: START_NS + 1_500_000_000n, line: 'third <b>'}])
  for (const stream of ['a', 'b', 'c']) {
    const entries = Array.from({length: 1500}, (_, i) => ({tsNs: START_NS + BigInt(i) * STEP_NS, line: `${stream} ${i}`}))
    await push(`{app="many", s="${stream}"}`, entries)
  }
  // Nine hundred at one instant, in the middle of others.
  const equal = Array.from({length: 2500}, (_, i) => ({
    tsNs: START_NS + BigInt(i < 800 ? i : i < 1700 ? 800 : i) * STEP_NS,
    line: `equal ${i}`,
  }))
  await push('{app="equal"}', equal)
})
afterAll(async () => {
  await server.stop()
})

const query = async (...args: string[]) => await skaldText(['query', '--addr', server.url, ...RANGE, ...args])
const linesOf = (text: string) => text.split('\n').slice(0, -1)

describe('output', () => {
  test('default: time, labels, line; newest first', async () => {
    expect(linesOf(await query('{app="cli"}', '--timezone', 'UTC'))).toEqual([
      '2023-11-14T22:13:21.5Z {app="cli", detected_level="unknown", env="dev", service_name="cli"} third <b>',
      '2023-11-14T22:13:20.000000001Z {app="cli", detected_level="error", env="prod", service_name="cli"} level=error "second"',
      '2023-11-14T22:13:20Z {app="cli", detected_level="info", env="prod", service_name="cli", trace_id="a1"} level=info first',
    ])
  })

  test('raw, forward', async () => {
    expect(await query('{app="cli"}', '-o', 'raw', '--forward')).toBe('level=info first\nlevel=error "second"\nthird <b>\n')
  })

  test('jsonl: one object a line', async () => {
    const lines = linesOf(await query('{app="cli", env="prod"}', '-o', 'jsonl', '-z', 'UTC', '--forward'))
    expect(lines.map(line => JSON.parse(line) as unknown)).toEqual([
      {
        labels: {app: 'cli', detected_level: 'info', env: 'prod', service_name: 'cli', trace_id: 'a1'},
        line: 'level=info first',
        timestamp: '2023-11-14T22:13:20Z',
      },
      {
        labels: {app: 'cli', detected_level: 'error', env: 'prod', service_name: 'cli'},
        line: 'level=error "second"',
        timestamp: '2023-11-14T22:13:20.000000001Z',
      },
    ])
  })

  test('labels can be left out', async () => {
    const [none, some, without] = await Promise.all([
      query('{app="cli", env="dev"}', '-z', 'UTC', '--no-labels'),
      query('{app="cli", env="dev"}', '-z', 'UTC', '--include-label', 'env', '--include-label', 'app'),
      query('{app="cli", env="dev"}', '-z', 'UTC', '--exclude-label', 'service_name', '--exclude-label', 'detected_level'),
    ])
    expect(none).toBe('2023-11-14T22:13:21.5Z third <b>\n')
    expect(some).toBe('2023-11-14T22:13:21.5Z {app="cli", env="dev"} third <b>\n')
    expect(without).toBe(some)
  })

  test('colours only when asked for, or on a terminal', async () => {
    expect(await query('{app="cli", env="prod"}')).not.toContain('\x1b')
    const colored = await query('{app="cli", env="prod"}', '--color', 'always')
    expect(colored).toContain('\x1b[31mlevel=error "second"\x1b[0m')
  })

  test('metrics as JSON; at one instant', async () => {
    const matrix = JSON.parse(await query('sum by (env) (count_over_time({app="cli"}[6h]))', '--step', '12h')) as unknown[]
    expect(matrix).toHaveLength(2)
    const vector = await query('sum(count_over_time({app="cli"}[1h]))', '--instant', '--now', '2023-11-14T22:30:00Z')
    expect(JSON.parse(vector)).toEqual([{metric: {}, value: [1_700_001_000, '3']}])
  })

  test('--stats on standard error, silent with --quiet', async () => {
    const args = ['query', '--addr', server.url, ...RANGE, '{app="cli"}', '-o', 'raw', '--stats']
    const {out, err, code} = await skald(args)
    expect([code, linesOf(out.toString()).length]).toEqual([0, 3])
    expect(JSON.parse(err)).toMatchObject({totalEntriesReturned: 3, totalLinesProcessed: expect.any(Number)})
    expect((await skald([...args, '--quiet'])).err).toBe('')
  })

  test('nothing found is no failure', async () => {
    expect(await skald(['query', '--addr', server.url, '{app="none"}'])).toMatchObject({code: 0, err: ''})
  })
})

describe('pages', () => {
  const all = (stream: string) => Array.from({length: 1500}, (_, i) => `${stream} ${i}`)

  test('every line, forward and backward, of several streams with equal times', async () => {
    const [forward, backward] = await Promise.all([
      query('{app="many"}', '-o', 'raw', '--limit', '0', '--forward'),
      query('{app="many"}', '-o', 'raw', '--limit', '0'),
    ])
    for (const [lines, order] of [
      [linesOf(forward), 1],
      [linesOf(backward).toReversed(), -1],
    ] as const) {
      expect(lines).toHaveLength(4500)
      for (const stream of ['a', 'b', 'c'])
        expect(
          lines.filter(l => l.startsWith(stream)),
          String(order),
        ).toEqual(all(stream))
    }
    const times = linesOf(forward).map(l => Number(l.slice(2)))
    expect(times).toEqual(times.toSorted((a, b) => a - b))
  })

  test.each(['7', '100', '1000'])('more lines at one instant than a page holds (--batch %s)', async batch => {
    const [forward, backward] = await Promise.all([
      query('{app="equal"}', '-o', 'raw', '--limit', '0', '--forward', '--batch', batch),
      query('{app="equal"}', '-o', 'raw', '--limit', '0', '--batch', batch),
    ])
    const lines = Array.from({length: 2500}, (_, i) => `equal ${i}`)
    expect(linesOf(forward)).toEqual(lines)
    expect(linesOf(backward)).toEqual(lines.toReversed())
  })

  test.each(['10', '100', '1000'])(
    'entries of several streams that are made the same are as many as they are (--batch %s)',
    async batch => {
      const text = await query('{app="many"} | line_format "x" | drop s', '-o', 'raw', '--limit', '0', '--batch', batch)
      expect(linesOf(text)).toHaveLength(4500)
    },
  )

  test('a limit between two pages', async () => {
    const [default30, some, more] = await Promise.all([
      query('{app="many"}', '-o', 'raw', '--forward'),
      query('{app="many"}', '-o', 'raw', '--forward', '--limit', '2500'),
      query('{app="many", s="a"}', '-o', 'raw', '--limit', '1501'),
    ])
    expect(linesOf(default30)).toHaveLength(30)
    expect(linesOf(some)).toHaveLength(2500)
    expect(linesOf(more)).toHaveLength(1500)
  })

  test('a page larger than the server allows is as large as it allows', async () => {
    expect(linesOf(await query('{app="many"}', '-o', 'raw', '--limit', '0', '--batch', '5000'))).toHaveLength(4500)
  })

  test('more lines at one instant than the server answers with: an error, no endless loop and no silent gap', async () => {
    const entries = Array.from({length: ANSWER_MAX + 1}, (_, i) => ({tsNs: START_NS, line: `same ${i}`}))
    expect((await pushProtobuf(server.url, [{labels: '{app="same"}', entries}])).status).toBe(204)
    const {code, err} = await skald(['query', '--addr', server.url, ...RANGE, '{app="same"}', '-o', 'raw', '--limit', '0'])
    expect(code).toBe(1)
    expect(err).toBe(`skald query: more than ${ANSWER_MAX} entries at 2023-11-14T22:13:20Z, and the server answers with no more at once\n`)
  })
})

describe('what is there', () => {
  test('labels and their values', async () => {
    const labels = async (...args: string[]) => linesOf(await skaldText(['labels', '--addr', server.url, ...RANGE, ...args]))
    const [names, values, matched, json] = await Promise.all([
      labels(),
      labels('app'),
      labels('s', '--match', '{s=~"a|b"}'),
      labels('env', '-o', 'jsonl'),
    ])
    expect(names).toEqual(['app', 'env', 's', 'service_name'])
    expect(values).toEqual(['cli', 'equal', 'many', 'same'])
    expect(matched).toEqual(['a', 'b'])
    expect(json).toEqual(['"dev"', '"prod"'])
  })

  test('series', async () => {
    const series = async (...args: string[]) => linesOf(await skaldText(['series', '--addr', server.url, ...RANGE, ...args]))
    const [some, json, counts] = await Promise.all([
      series('{app="cli"}', '{s="a"}'),
      series('{app="equal"}', '-o', 'jsonl'),
      series('{app="many"}', '--analyze-labels'),
    ])
    expect(some).toEqual([
      '{app="cli", env="dev", service_name="cli"}',
      '{app="cli", env="prod", service_name="cli"}',
      '{app="many", s="a", service_name="many"}',
    ])
    expect(json).toEqual(['{"app":"equal","service_name":"equal"}'])
    expect(counts[0]).toBe('3 streams')
    expect(counts).toContainEqual(expect.stringMatching(/^s +3$/))
  })
})
