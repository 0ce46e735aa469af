import {describe, expect, it} from 'vitest'
import {loadConfig} from '../../src/config/index.ts'
import {bench, entry, NOW, type Pair, type TestStream} from './push-helpers.ts'

const HOUR = 3_600_000_000_000n
const S = '{a="b", service_name="unknown_service"}'
const one = (...entries: TestStream['entries']): TestStream[] => [{labels: '{a="b"}', entries}]
const pairs = (count: number, size = 1): Pair[] => Array.from({length: count}, (_, i) => [`k${i}`, 'x'.repeat(size)])

describe('labels', () => {
  it('count', async () => {
    const labels = (n: number) => `{${Array.from({length: n}, (_, i) => `l${String(i).padStart(2, '0')}="1"`).join(',')}}`
    const b = bench({}, {profile: 'loki'})
    expect(await b.push([{labels: labels(15), entries: [entry('x')]}])).toEqual({status: 204})
    const answer = await b.push([{labels: labels(16), entries: [entry('x')]}])
    expect(answer.status).toBe(400)
    expect(answer.message).toMatch(/^entry for stream '\{l00="1", .*service_name="unknown_service"\}' has 16 label names; limit 15$/)
  })

  it('name and value length', async () => {
    const b = bench()
    const name = 'n'.repeat(1025)
    expect((await b.push([{labels: `{${name}="1"}`, entries: [entry('x')]}])).message).toBe(
      `stream '{${name}="1", service_name="unknown_service"}' has label name too long: '${name}'`,
    )
    const value = 'v'.repeat(2049)
    expect((await b.push([{labels: `{a="${value}"}`, entries: [entry('x')]}])).message).toBe(
      `stream '{a="${value}", service_name="unknown_service"}' has label value too long: '${value}'`,
    )
  })

  it('a name twice', async () => {
    const b = bench()
    const streams = [
      {labels: '{a="1", a="2"}', entries: [entry('x'), entry('y')]},
      {labels: '{b="1"}', entries: [entry('good')]},
    ]
    expect(await b.push(streams)).toEqual({
      status: 400,
      message: `stream '{a="1", a="2", service_name="unknown_service"}' has duplicate label name: 'a'`,
    })
    expect(b.database.rows.map(row => row.line)).toEqual(['good'])
  })

  it('enforced', async () => {
    const b = bench({'enforced-labels': 'must,env', 'discover-service-name': ''})
    expect(await b.push([{labels: '{a="b"}', entries: [entry('x')]}], 't')).toEqual({
      status: 400,
      message: `missing required labels 'must,env' for user 't' for stream '{a="b"}' (policy: '')`,
    })
    expect(await b.push([{labels: '{env="e", must="1"}', entries: [entry('x')]}])).toEqual({status: 204})
  })
})

describe('ages', () => {
  it('too old and too new, good ones in between are stored', async () => {
    const b = bench({}, {profile: 'loki'})
    const answer = await b.push(one(entry('old', [], NOW - 200n * HOUR), entry('now'), entry('new', [], NOW + HOUR)))
    expect(answer.status).toBe(400)
    expect(answer.message).toBe(
      `entry for stream '${S}' has timestamp too old: 2026-11-14T00:00:00Z, oldest acceptable timestamp is: 2026-11-15T08:00:00Z; ` +
        `entry for stream '${S}' has timestamp too new: 2026-11-22T09:00:00Z`,
    )
    expect(b.database.rows.map(row => row.line)).toEqual(['now'])
  })

  it('equal texts are counted', async () => {
    const b = bench({}, {profile: 'loki'})
    const answer = await b.push(one(entry('a', [], NOW - 200n * HOUR), entry('now'), entry('b', [], NOW - 200n * HOUR + 5n)))
    expect(answer.message).toBe(
      `2 errors like: entry for stream '${S}' has timestamp too old: 2026-11-14T00:00:00Z, oldest acceptable timestamp is: 2026-11-15T08:00:00Z`,
    )
  })

  it('bounds are exact to the ns', async () => {
    const b = bench({'out-of-order-window': '0'}, {profile: 'loki'})
    const oldest = NOW - 168n * HOUR
    const newest = NOW + HOUR / 6n
    await b.push(one(entry('old', [], oldest), entry('new', [], newest)))
    expect(b.database.rows).toHaveLength(2)
    await b.push(one(entry('old', [], oldest - 1n)))
    await b.push(one(entry('new', [], newest + 1n)))
    expect(b.database.rows).toHaveLength(2)
  })

  it('any age goes in the skald profile', async () => {
    const b = bench()
    const ages = [0n, 1n, -5n, -1_000_000_001n, NOW - 10n * 365n * 24n * HOUR, NOW + 365n * 24n * HOUR]
    expect(await b.push(one(...ages.map(ts => entry('x', [], ts))))).toEqual({status: 204})
    expect(b.database.rows.map(row => row.ts)).toEqual(ages)
  })

  it('a timestamp beyond int64 ns is refused alone', async () => {
    const b = bench()
    expect(await b.push(one(entry('x', [], 2n ** 63n), entry('good')))).toEqual({
      status: 400,
      message: `entry for stream '${S}' has an invalid timestamp`,
    })
    expect(b.database.rows.map(row => row.line)).toEqual(['good'])
  })

  it('many distinct texts do not make a large answer', async () => {
    const b = bench({}, {profile: 'loki'})
    const entries = Array.from({length: 2000}, (_, i) => entry('x', [], NOW - 200n * HOUR - BigInt(i) * 1_000_000_000n))
    const {message = ''} = await b.push(one(...entries))
    expect(message.split('; ')).toHaveLength(101)
    expect(message).toMatch(/; 1900 more errors$/)
  })

  it('nor do labels of megabytes', async () => {
    const {message = '', status} = await bench().push([{labels: `{a="${'x'.repeat(2_000_000)}"}`, entries: [entry('x')]}])
    expect(status).toBe(400)
    expect(message).toMatch(/^stream '\{a="x+…' has label value too long: 'x+…'$/)
    expect(message.length).toBeLessThan(40_000)
  })
})

describe('line size', () => {
  it('rejects', async () => {
    const b = bench({'max-line-size': '10'})
    expect(await b.push(one(entry('0123456789'), entry('0123456789a')))).toEqual({
      status: 400,
      message: `max entry size '10' bytes exceeded for stream '${S}' while adding an entry with length '11' bytes`,
    })
    expect(b.database.rows.map(row => row.line)).toEqual(['0123456789'])
  })

  it('truncates', async () => {
    const b = bench({'max-line-size': '10B', 'max-line-size-truncate': 'true', 'max-line-size-truncate-identifier': '[T]'})
    expect(await b.push(one(entry('0123456789abc', [['k', 'v']]), entry('short')))).toEqual({status: 204})
    expect(b.database.rows.map(row => row.line)).toEqual(['0123456[T]', 'short'])
    expect(b.database.rows[0]?.metadata).toEqual({detected_level: 'unknown', k: 'v'})
    const tiny = bench({'max-line-size': '2', 'max-line-size-truncate': 'true', 'max-line-size-truncate-identifier': '[T]'})
    await tiny.push(one(entry('0123')))
    expect(tiny.database.rows.map(row => row.line)).toEqual(['[T'])
  })
})

describe('metadata', () => {
  it('disallowed', async () => {
    const b = bench({'allow-structured-metadata': 'false'})
    expect(await b.push(one(entry('x', [['k', 'v']]), entry('error: plain')))).toEqual({
      status: 400,
      message: `stream '${S}' includes structured metadata, but this feature is disallowed. Please see \`limits_config.allow_structured_metadata\` or contact your Loki administrator to enable it`,
    })
    expect(b.database.rows).toMatchObject([{line: 'error: plain', metadata: {}}])
  })

  it('too large, too many', async () => {
    const b = bench()
    expect(await b.push(one(entry('x', [['k', 'v'.repeat(70_000)]]), entry('y', pairs(129)), entry('z', pairs(128))))).toEqual({
      status: 400,
      message:
        `stream '${S}' has structured metadata too large: '70001' bytes, limit: '65536' bytes. Please see \`limits_config.max_structured_metadata_size\` or contact your Loki administrator to increase it; ` +
        `stream '${S}' has too many structured metadata labels: '129', limit: '128'. Please see \`limits_config.max_structured_metadata_entries_count\` or contact your Loki administrator to increase it`,
    })
    expect(b.database.rows.map(row => row.line)).toEqual(['z'])
  })
})

describe('blocked', () => {
  it('answers the status, or drops silently', async () => {
    const b = bench({'block-ingestion-until': '2030-01-01T00:00:00Z'})
    expect(await b.push(one(entry('x')), 'blocked')).toEqual({
      status: 260,
      message: `ingestion blocked for user 'blocked' until '2030-01-01T00:00:00Z' with status code '260'`,
      blocked: true,
    })
    const silent = bench({'block-ingestion-until': '2030-01-01', 'block-ingestion-status-code': '200'})
    expect(await silent.push(one(entry('x')))).toEqual({status: 204, blocked: true})
    expect([...b.database.rows, ...silent.database.rows]).toEqual([])
    const past = bench({'block-ingestion-until': '2020-01-01'})
    expect(await past.push(one(entry('x')))).toEqual({status: 204})
  })
})

describe('tenant rate', () => {
  it('over it nothing is stored, and the bucket fills again', async () => {
    const b = bench({'ingestion-rate-mb': '0.02', 'ingestion-burst-size-mb': '0.02'})
    const entries = Array.from({length: 12}, () => entry('x'.repeat(1901)))
    expect(await b.push(one(...entries), 't5')).toEqual({
      status: 429,
      message:
        `ingestion rate limit exceeded for user t5 (limit: 20971 bytes/sec) while attempting to ingest '12' lines totaling '22812' bytes, ` +
        'reduce log volume or contact your Loki administrator to see if the limit can be increased',
      retryAfterSeconds: 1,
    })
    expect(b.database.rows).toEqual([])
    const few = one(...entries.slice(0, 8))
    expect((await b.push(few, 't5')).status).toBe(204)
    expect((await b.push(few, 't5')).status).toBe(429)
    expect((await b.push(few, 'other')).status).toBe(204)
    b.clock.advanceMs(1000)
    expect((await b.push(few, 't5')).status).toBe(204)
  })

  it('without a burst takes a second’s worth at once', async () => {
    const b = bench({'ingestion-rate-mb': '1'})
    expect((await b.push(one(entry('x'.repeat(1_000_000))))).status).toBe(204)
  })

  it('counts only what survived', async () => {
    const b = bench({'ingestion-rate-mb': '0.001', 'max-line-size': '100'})
    expect((await b.push(one(entry('x'.repeat(5000)), entry('good')))).status).toBe(400)
    expect(b.database.rows).toHaveLength(1)
  })
})

describe('storage stage', () => {
  const stream = (name: string, ...entries: TestStream['entries']): TestStream => ({labels: `{s="${name}"}`, entries})
  const limit = (name: string) =>
    `maximum active stream limit exceeded when trying to create stream {s="${name}", service_name="unknown_service"}, ` +
    `reduce the number of active streams (reduce labels or reduce label values), or contact your Loki administrator to see if the limit can be increased, user: 't3'`

  it('stream count: told whatever the order, the others are stored', async () => {
    const b = bench({'max-global-streams-per-user': '2', 'max-streams-per-user': '5'})
    expect(await b.push([stream('1', entry('a')), stream('2', entry('b'))], 't3')).toEqual({status: 204})
    expect(await b.push([stream('3', entry('no')), stream('1', entry('c'))], 't3')).toEqual({
      status: 429,
      message: limit('3'),
      retryAfterSeconds: 1,
    })
    expect(await b.push([stream('1', entry('d')), stream('4', entry('no'))], 't3')).toEqual({
      status: 429,
      message: limit('4'),
      retryAfterSeconds: 1,
    })
    expect(await b.push([stream('5', entry('no')), stream('6', entry('no'))], 't3')).toEqual({
      status: 429,
      message: limit('5'),
      retryAfterSeconds: 1,
    })
    expect(b.database.rows.map(row => row.line)).toEqual(['a', 'b', 'c', 'd'])
    b.clock.advanceMs(3_600_001)
    expect(await b.push([stream('3', entry('e'))], 't3')).toEqual({status: 204})
    // A stream that went idle and comes back is counted again.
    expect(await b.push([stream('1', entry('f')), stream('2', entry('no'))], 't3')).toEqual({
      status: 429,
      message: limit('2'),
      retryAfterSeconds: 1,
    })
  })

  it('per-stream rate', async () => {
    const b = bench({'per-stream-rate-limit': '2KB', 'per-stream-rate-limit-burst': '2KB'})
    expect(await b.push([stream('1', entry('x'.repeat(1901)))])).toEqual({status: 204})
    const answer = await b.push([stream('1', entry('x'.repeat(1901))), stream('2', entry('good'))])
    expect(answer.status).toBe(429)
    expect(answer.message).toBe(
      `entry with timestamp 2026-11-22 08:00:00 +0000 UTC ignored, reason: 'Per stream rate limit exceeded (limit: 2KB/sec) while attempting to ingest for stream ` +
        `'{s="1", service_name="unknown_service"}' totaling 1901B, consider splitting a stream via additional labels or contact your Loki administrator to see if the limit can be increased',\n` +
        `user 'fake', total ignored: 1 out of 1 for stream: {s="1", service_name="unknown_service"}`,
    )
    expect(b.database.rows).toHaveLength(2)
  })

  it('too far behind: relative to the stream, in the push and before it', async () => {
    const b = bench({}, {profile: 'loki'})
    const name = '{s="1", service_name="unknown_service"}'
    expect(await b.push([stream('1', entry('new', [], NOW), entry('in', [], NOW - HOUR), entry('out', [], NOW - HOUR - 1n))])).toEqual({
      status: 400,
      message:
        `entry with timestamp 2026-11-22 06:59:59.999999999 +0000 UTC ignored, reason: 'entry too far behind, entry timestamp is: 2026-11-22T06:59:59Z, oldest acceptable timestamp is: 2026-11-22T07:00:00Z',\n` +
        `user 'fake', total ignored: 1 out of 3 for stream: ${name}`,
    })
    const behind = Array.from({length: 12}, (_, i) => entry('out', [], NOW - 2n * HOUR + BigInt(i) * 500_000_000n))
    const answer = await b.push([stream('1', ...behind), stream('2', entry('ok', [], NOW - 24n * HOUR))])
    expect(answer.status).toBe(400)
    expect(answer.message?.split('\n')).toHaveLength(11)
    expect(answer.message).toContain('entry with timestamp 2026-11-22 06:00:00.5 +0000 UTC ignored')
    expect(answer.message).toMatch(/\nuser 'fake', total ignored: 12 out of 12 for stream: /)
    expect(b.database.rows.map(row => row.line)).toEqual(['new', 'in', 'ok'])
  })

  it('replaces the validation error', async () => {
    const b = bench({'max-global-streams-per-user': '1', 'max-line-size': '5'})
    await b.push([stream('1', entry('a'))], 't3')
    expect((await b.push([stream('1', entry('too long'), entry('b')), stream('2', entry('c'))], 't3')).status).toBe(429)
    expect(b.database.rows.map(row => row.line)).toEqual(['a', 'b'])
  })

  it('ordered writes', async () => {
    const b = bench({'unordered-writes': 'false'})
    const answer = await b.push([stream('1', entry('a', [], NOW), entry('b', [], NOW - 1n), entry('c', [], NOW))])
    expect(answer.message).toContain(`ignored, reason: 'entry out of order',\nuser 'fake', total ignored: 1 out of 3 for stream`)
    expect(b.database.rows.map(row => row.line)).toEqual(['a', 'c'])
  })
})

describe('increment_duplicate_timestamp', () => {
  it('moves an entry with the time of the one before and another line', async () => {
    const b = bench({'increment-duplicate-timestamp': 'true'})
    const at = (line: string, ns: bigint) => entry(line, [], NOW + ns)
    expect(await b.push(one(at('a', 5n), at('b', 5n), at('b', 5n), at('c', 5n), at('d', 9n), at('e', 9n)))).toEqual({status: 204})
    expect(b.database.rows.map(row => [row.line, row.ts - NOW])).toEqual([
      ['a', 5n],
      ['b', 6n],
      ['b', 5n],
      ['c', 6n],
      ['d', 9n],
      ['e', 10n],
    ])
  })

  it('what stands where the moved entry went moves on, too', async () => {
    const b = bench({'increment-duplicate-timestamp': 'true'})
    const at = (line: string, ns: bigint) => entry(line, [], NOW + ns)
    expect(await b.push(one(at('a', 5n), at('b', 5n), at('c', 6n), at('d', 7n), at('d', 8n), at('e', 9n)))).toEqual({status: 204})
    expect(b.database.rows.map(row => [row.line, row.ts - NOW])).toEqual([
      ['a', 5n],
      ['b', 6n],
      ['c', 7n],
      ['d', 8n],
      ['d', 8n],
      ['e', 9n],
    ])
  })

  it('off, nothing moves', async () => {
    const b = bench()
    await b.push(one(entry('a'), entry('b')))
    expect(b.database.rows.map(row => row.ts)).toEqual([NOW, NOW])
  })
})

describe('limits of a tenant', () => {
  it('change on reload, for streams that are known too', async () => {
    let yaml = 'overrides: {t: {max_line_size: 5}}'
    const {limits} = loadConfig({args: ['--config', 'f'], env: {}, readFile: () => yaml})
    const b = bench(limits)
    const push = (tenant: string) => b.push([{labels: '{a="b"}', entries: [entry('0123456789')]}], tenant)
    expect((await push('t')).status).toBe(400)
    expect((await push('u')).status).toBe(204)
    yaml = 'limits: {enforced_labels: [env]}'
    expect(limits.reload().ok).toBe(true)
    expect((await push('t')).message).toMatch(/^missing required labels/)
    expect((await push('u')).message).toMatch(/^missing required labels/)
  })
})
