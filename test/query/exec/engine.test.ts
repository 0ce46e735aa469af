import {describe, expect, test} from 'vitest'
import {createKernel} from '../../../src/kernel/index.ts'
import {Failure, type FailureCode} from '../../../src/model/index.ts'
import {createExecutor} from '../../../src/query/index.ts'
import {asker, fakeEngine, T0} from '../support/fake-engine.ts'
import {FakeStore, type FakeStream} from '../support/fake-store.ts'

const SECOND = 1_000_000_000n
const DAY = 86_400n * SECOND

const STREAMS: FakeStream[] = Array.from({length: 5}, (_, s) => ({
  labels: [{name: 'app', value: `app${s}`}],
  entries: Array.from({length: 40}, (_, i) => ({tsNs: T0 + BigInt(i) * SECOND, line: `line ${i}`, metadata: {trace: `${s}-${i}`}})),
}))

const range = {startNs: T0, endNs: T0 + 60n * SECOND, stepNs: 60n * SECOND, limit: 100, direction: 'backward', intervalNs: 0n} as const

const TOO_MUCH = ['BAD_REQUEST', expect.stringContaining('the query needs more memory than allowed')]

async function failure(promise: Promise<unknown>): Promise<[FailureCode, string]> {
  const error: unknown = await promise.then(
    () => 'no failure',
    (e: unknown) => e,
  )
  if (!Failure.is(error)) throw new Error(`not a failure: ${String(error)}`)
  return [error.code, error.message]
}

describe('limits', () => {
  test('entries', async () => {
    const {engine} = fakeEngine(STREAMS)
    const limited = {...asker({'max-entries-limit-per-query': '5000'}), ...range, limit: 6000}
    expect(await failure(engine.queryRange({...limited, query: '{app="app0"}'}))).toEqual([
      'BAD_REQUEST',
      'max entries limit per query exceeded, limit > max_entries_limit_per_query (6000 > 5000)',
    ])
    await engine.queryRange({...limited, query: 'sum(rate({app="app0"}[1m]))'})
  })

  test('length of the range', async () => {
    const {engine} = fakeEngine(STREAMS)
    const limited = {...asker({'max-query-length': '30d1h'}), ...range}
    expect(await failure(engine.queryRange({...limited, startNs: T0 - 40n * DAY, endNs: T0, query: '{app="app0"}'}))).toEqual([
      'BAD_REQUEST',
      'the query time range exceeds the limit (query length: 960h0m0s, limit: 30d1h)',
    ])
    const [, text] = await failure(engine.queryInstant({...limited, timeNs: T0, query: 'sum(rate({app="app0"}[40d]))'}))
    expect(text).toContain('the query time range exceeds the limit (query length: 960h0m0')
  })

  test('interval in brackets, matchers', async () => {
    const {engine} = fakeEngine(STREAMS)
    const limited = {...asker({'max-query-range': '10m', 'max-streams-matchers-per-query': '1'}), timeNs: T0}
    expect(await failure(engine.queryInstant({...limited, query: 'sum(rate({app="app0"}[11m]))'}))).toEqual([
      'BAD_REQUEST',
      '[interval] value exceeds limit: [11m] > [10m]',
    ])
    expect(await failure(engine.queryInstant({...limited, query: 'sum(rate({app="app0", x=""}[1m]))'}))).toEqual([
      'BAD_REQUEST',
      'max streams matchers per query exceeded, matchers-count > limit (2 > 1)',
    ])
  })

  test('labels that selectors must name, and how many', async () => {
    const {engine} = fakeEngine(STREAMS)
    const required = {...asker({'required-labels': 'app,env'}), timeNs: T0, ...range}
    const query = 'sum(rate({app="app0", env=""}[1m])) + sum(rate({app="app0", x=""}[1m]))'
    expect(await failure(engine.queryRange({...required, query}))).toEqual([
      'BAD_REQUEST',
      'stream selector is missing required matchers [env], labels present in the query were [app, x]',
    ])
    await engine.queryInstant({...required, query})
    const counted = {...asker({'minimum-labels-number': '2'}), ...range}
    expect(await failure(engine.queryRange({...counted, query: '{app="app0"} |= "x"'}))).toEqual([
      'BAD_REQUEST',
      'stream selector has less label matchers than required: (present: [app], number_present: 1, required_number_label_matchers: 2)',
    ])
    await engine.queryRange({...counted, query})
  })

  test('bytes to read', async () => {
    const {engine} = fakeEngine(STREAMS)
    const limited = {...asker({'max-query-bytes-read': '1KB'}), timeNs: T0 + 30n * SECOND, ...range}
    await engine.queryRange({...limited, query: '{app="app0"}'})
    expect(await failure(engine.queryRange({...limited, query: '{app=~"app.*"}'}))).toEqual([
      'BAD_REQUEST',
      'the query would read too many bytes (query: 1.4 kB, limit: 1.0 kB); consider adding more specific stream selectors or reduce the time range of the query',
    ])
    expect((await failure(engine.queryInstant({...limited, query: 'rate({app=~"app.*"}[1m])'})))[0]).toBe('BAD_REQUEST')
  })

  test('series: in the result, under topk, not under sum', async () => {
    const {engine} = fakeEngine(STREAMS)
    const limited = {...asker({'max-query-series': '50'}), timeNs: T0 + 60n * SECOND}
    const inner = 'count_over_time({app=~"app.*"}[1m])'
    for (const query of [inner, `topk(1, ${inner})`, `topk(1, sum by (trace) (${inner}))`, `sum by (trace) (${inner})`]) {
      const [code, text] = await failure(engine.queryInstant({...limited, query}))
      expect([code, text.slice(0, 62)], query).toEqual(['BAD_REQUEST', 'maximum number of series (50) reached for a single query; cons'])
    }
    for (const query of [`sum(${inner})`, `count(${inner})`, `max by (app) (${inner})`]) await engine.queryInstant({...limited, query})
    const {result, warnings} = await engine.queryInstant({...limited, query: inner, partialSeries: true})
    expect(result.resultType === 'vector' && result.samples.length).toBe(50)
    expect(warnings).toEqual(['maximum number of series (50) reached for a single query; returning partial results'])
  })

  test('lookback moves the start', async () => {
    const {engine} = fakeEngine(STREAMS) // The clock stands at T0.
    const limited = {...asker({'max-query-lookback': '1h'}), ...range, query: '{app="app0"}'}
    const old = await engine.queryRange({...limited, startNs: T0 - 10n * DAY, endNs: T0 - DAY})
    expect(old.result).toEqual({resultType: 'streams', streams: [], categorized: false})
    expect((await engine.queryRange({...limited, startNs: T0 - 10n * DAY})).stats.entriesReturned).toBe(40)
  })
})

describe('limits of labels, series and sizes', () => {
  const all = {...asker({'max-query-length': '30d1h'}), selectors: [], name: 'app', query: '{app=~".+"}', endNs: T0 + 60n * SECOND}
  type Question = typeof all & {startNs: bigint}
  const {engine} = fakeEngine(STREAMS) // The clock stands at T0.
  const kinds: [string, (question: Question) => Promise<unknown>, unknown][] = [
    ['labels', q => engine.labels(q), []],
    ['values', q => engine.labelValues(q), []],
    ['series', q => engine.series(q), []],
    ['sizes', q => engine.indexStats(q), {streams: 0, chunks: 0, bytes: 0, entries: 0}],
  ]

  test.each(kinds)('%s: the range may be too long', async (_, ask) => {
    expect(await failure(ask({...all, startNs: all.endNs - 40n * DAY}))).toEqual([
      'BAD_REQUEST',
      'the query time range exceeds the limit (query length: 960h0m0s, limit: 30d1h)',
    ])
    expect(await ask({...all, startNs: all.endNs - 30n * DAY})).toBeTruthy()
  })

  test.each(kinds)('%s: nothing from before the lookback', async (_, ask, nothing) => {
    const {limits} = asker({'max-query-lookback': '1h', 'max-query-length': '2h'})
    expect(await ask({...all, limits, startNs: T0 - 10n * DAY, endNs: T0 - DAY})).toEqual(nothing)
    expect(await ask({...all, limits, startNs: T0 - 10n * DAY})).not.toEqual(nothing)
  })
})

test('the length of a range is what the lookback leaves of it', async () => {
  const {engine} = fakeEngine(STREAMS)
  const limited = {...asker({'max-query-lookback': '1h', 'max-query-length': '2h'}), ...range, startNs: T0 - 10n * DAY}
  expect((await engine.queryRange({...limited, query: '{app="app0"}'})).stats.entriesReturned).toBe(40)
})

describe('stopping', () => {
  test('a client that left', async () => {
    const {engine, store} = fakeEngine(STREAMS, {slow: true, rowsPerChunk: 1})
    const leaving = new AbortController()
    const answer = engine.queryRange({...asker(), ...range, query: '{app=~".+"} |= "nothing"', signal: leaving.signal})
    leaving.abort()
    expect(await failure(answer)).toEqual(['CANCELLED', 'the request was cancelled by the client'])
    await settled()
    expect(store.released).toBe(1)
    expect(engine.load()).toEqual({running: 0, waiting: 0})
    expect(store.opened).toBeLessThan(200)
  })

  test('a task that waited in a worker until nobody wants it any more looks for nothing', async () => {
    const store = new FakeStore(STREAMS, {rowsPerChunk: 10, rowsPerBlock: 5})
    const executor = createExecutor(store, {kernel: createKernel({plain: true}), nowNs: () => T0})
    const flag = new Int32Array(new SharedArrayBuffer(4)).fill(1)
    const task = {snapshot: null, fromNs: T0, toNs: T0 + SECOND, shard: {index: 0, count: 1}, flag, budgetBytes: 1 << 20}
    expect((await failure(executor.streams({...task, matchers: [[]], want: 'labels'})))[0]).toBe('CANCELLED')
    expect((await failure(executor.size({...task, matchers: []})))[0]).toBe('CANCELLED')
    expect(store.selected).toBe(0)
  })

  test('the deadline', async () => {
    let expire = (): void => {}
    const {engine} = fakeEngine(STREAMS, {slow: true, rowsPerChunk: 1}, 2, (_, callback) => {
      expire = callback
      return () => {}
    })
    const answer = engine.queryRange({...asker(), ...range, query: '{app=~".+"} |= "nothing"'})
    expire()
    const [code, text] = await failure(answer)
    expect([code, text.slice(0, 45)]).toEqual(['TIMEOUT', 'request timed out, decrease the duration of t'])
  })

  test('too many at once', async () => {
    const {engine} = fakeEngine(STREAMS, {slow: true, rowsPerChunk: 1}) // 4 run, 4 wait.
    const question = {...asker(), ...range, query: '{app=~".+"} |= "line 7"'}
    const asked = Array.from({length: 8}, () => engine.queryRange(question))
    expect(engine.load()).toEqual({running: 4, waiting: 4})
    expect(await failure(engine.queryRange(question))).toEqual(['RATE_LIMITED', 'too many outstanding requests'])
    for (const {stats} of await Promise.all(asked)) expect(stats.entriesReturned).toBe(5)
    await settled()
    expect(engine.load()).toEqual({running: 0, waiting: 0})
  })

  test('a waiting query that is cancelled gives up its place', async () => {
    const {engine} = fakeEngine(STREAMS, {slow: true, rowsPerChunk: 1})
    const question = {...asker(), ...range, query: '{app=~".+"} |= "line 7"'}
    const running = Array.from({length: 4}, () => engine.queryRange(question))
    const leaving = new AbortController()
    const waiting = engine.queryRange({...question, signal: leaving.signal})
    leaving.abort()
    expect((await failure(waiting))[0]).toBe('CANCELLED')
    expect(engine.load().waiting).toBe(0)
    await Promise.all(running)
  })

  test('memory', async () => {
    const {engine} = fakeEngine([
      {
        labels: [{name: 'app', value: 'a'}],
        entries: Array.from({length: 100}, (_, i) => ({tsNs: T0 + BigInt(i), line: 'x'.repeat(1 << 20)})),
      },
    ])
    expect(await failure(engine.queryRange({...asker(), ...range, query: '{app="a"}', limit: 100}))).toEqual(TOO_MUCH)
  })

  test('memory for labels', async () => {
    const entries = Array.from({length: 100}, (_, i) => ({tsNs: T0 + BigInt(i), line: 'x', metadata: {body: `${i}${'x'.repeat(1 << 20)}`}}))
    const {engine} = fakeEngine([{labels: [{name: 'app', value: 'a'}], entries}])
    expect(await failure(engine.queryRange({...asker(), ...range, query: '{app="a"}', limit: 100}))).toEqual(TOO_MUCH)
    const {result} = await engine.queryRange({...asker(), ...range, query: '{app="a"} | drop body', limit: 100})
    expect(result).toMatchObject({streams: [{entries: {length: 100}}]})
  })

  test('memory for the series of one stream of many chunks: it stops while it reads', async () => {
    const entries = Array.from({length: 4000}, (_, i) => ({tsNs: T0 + BigInt(i), line: 'x', metadata: {id: `${i}${'x'.repeat(10_000)}`}}))
    const {engine, store} = fakeEngine([{labels: [{name: 'app', value: 'a'}], entries}])
    const query = 'count(sum by (id) (count_over_time({app="a"}[1m])))'
    expect(await failure(engine.queryInstant({...asker(), timeNs: T0 + SECOND, query}))).toEqual(TOO_MUCH)
    expect(store.opened).toBeLessThan(30) // of 40
  })
})

describe('damage', () => {
  // 40 rows a stream, in chunks of 20 and blocks of 10.
  const layout = {rowsPerChunk: 20, rowsPerBlock: 10}
  const warning = (at: number): string[] => [`the answer is incomplete: x.part: bad checksum at ${at}`]

  test.each(['{app="app0"}', '{app="app0"} |= "line"', '{app="app0"} |= "line" | trace != "x"'])('%s', async query => {
    for (const direction of ['forward', 'backward'] as const) {
      const chunk = await fakeEngine(STREAMS, {...layout, damaged: 'chunk'}).engine.queryRange({...asker(), ...range, direction, query})
      expect([chunk.stats.entriesReturned, chunk.warnings]).toEqual([20, warning(12)])
      const block = await fakeEngine(STREAMS, {...layout, damaged: 'block'}).engine.queryRange({...asker(), ...range, direction, query})
      expect([block.stats.entriesReturned, block.warnings]).toEqual([30, warning(34)])
    }
  })

  test('of lines does not matter to counts', async () => {
    const {engine} = fakeEngine(STREAMS, {...layout, damaged: 'block'})
    const question = {...asker(), timeNs: T0 + 60n * SECOND}
    const {result, warnings} = await engine.queryInstant({...question, query: 'sum(count_over_time({app="app0"}[1m]))'})
    expect([result, warnings]).toMatchObject([{samples: [{value: 40 - 1}]}, []])
    const filtered = await engine.queryInstant({...question, query: 'sum(count_over_time({app="app0"} |= "line" [1m]))'})
    expect([filtered.result, filtered.warnings]).toMatchObject([{samples: [{value: 30}]}, warning(34)])
  })
})

describe('streams', () => {
  const question = {...asker(), startNs: T0, endNs: T0 + DAY}
  test('labels, values, series', async () => {
    const {engine} = fakeEngine([...STREAMS, {labels: [{name: 'env', value: 'x'}], entries: []}])
    expect(await engine.labels({...question, selectors: []})).toEqual(['app', 'env'])
    expect(await engine.labels({...question, selectors: ['{env="x"}']})).toEqual(['env'])
    expect(await engine.labelValues({...question, name: 'app', selectors: ['{app=~"app[12]"}', '{app="app4"}']})).toEqual([
      'app1',
      'app2',
      'app4',
    ])
    expect(await engine.labelValues({...question, name: 'trace', selectors: []})).toEqual([])
    expect(await engine.series({...question, selectors: ['{env="x"}']})).toEqual([[{name: 'env', value: 'x'}]])
    expect(await failure(engine.series({...question, selectors: ['{app="a"} |= "x"']}))).toEqual([
      'BAD_REQUEST',
      'only label matchers are supported',
    ])
  })

  test('index stats', async () => {
    const {engine} = fakeEngine(STREAMS)
    expect(await engine.indexStats({...question, query: '{app="app0"}'})).toEqual({streams: 1, chunks: 1, bytes: 270, entries: 40})
    expect(await engine.indexStats({...question, query: '{app="none"}'})).toEqual({streams: 0, chunks: 0, bytes: 0, entries: 0})
  })
})

describe('categories', () => {
  test('of labels, per entry', async () => {
    const {engine} = fakeEngine(STREAMS)
    const {result} = await engine.queryRange({...asker(), ...range, query: '{app="app0"} | trace > 1', limit: 1, categorize: true})
    expect(result.resultType === 'streams' && result.streams[0]).toMatchObject({
      labels: [{name: 'app', value: 'app0'}],
      entries: [
        {
          structuredMetadata: [{name: 'trace', value: '0-39'}],
          parsed: [
            {name: '__error__', value: 'LabelFilterErr'},
            {name: '__error_details__', value: 'strconv.ParseFloat: parsing "0-39": invalid syntax'},
          ],
        },
      ],
    })
  })
})

/** Until the workers of a query that was answered early have noticed. */
async function settled(): Promise<void> {
  for (let i = 0; i < 50; i++) await new Promise(resolve => setImmediate(resolve))
}
