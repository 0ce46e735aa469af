import {describe, expect, it} from 'vitest'
import {bench, NOW} from './push-helpers.ts'

const T = NOW.toString()
const off = {'discover-log-levels': 'false'}
const one = (values: unknown, stream: unknown = {app: 'a'}) => ({streams: [{stream, values}]})

describe('JSON', () => {
  it.each<[string, unknown, {line?: string; ts?: bigint; metadata?: Record<string, string>; stream?: string}[]]>([
    ['a line', one([[T, 'x']]), [{line: 'x', ts: NOW, metadata: {}}]],
    ['metadata', one([[T, 'x', {trace_id: 'abc', b: '1'}]]), [{metadata: {trace_id: 'abc', b: '1'}}]],
    ['empty metadata', one([[T, 'x', {}]]), [{metadata: {}}]],
    ['more elements', one([[T, 'x', {}, 5, null]]), [{line: 'x'}]],
    ['no line', one([[T]]), [{line: '', ts: NOW}]],
    ['no timestamp', one([[]]), [{line: '', ts: 0n}]],
    [
      'a signed timestamp',
      one([
        ['-5', 'x'],
        ['+7', 'y'],
      ]),
      [{ts: -5n}, {ts: 7n}],
    ],
    ['no values', {streams: [{stream: {a: 'b'}}, {stream: {a: 'b'}, values: null}, {stream: {a: 'b'}, values: []}]}, []],
    ['no stream', {streams: [{values: [[T, 'x']]}]}, [{stream: '{service_name="unknown_service"}'}]],
    ['stream null', one([[T, 'x']], null), [{stream: '{service_name="unknown_service"}'}]],
    ['values that are no strings', one([[T, 'x']], {a: 5, b: true}), [{stream: '{a="5", b="true", service_name="unknown_service"}'}]],
    ['escapes in labels', one([[T, 'x']], {a: 'q"\\\n\té'}), [{stream: '{a="q\\"\\\\\\n\\té", service_name="unknown_service"}'}]],
    ['unknown keys', {x: 1, streams: [{y: 2, stream: {app: 'a'}, values: [[T, 'x']]}]}, [{line: 'x'}]],
    ['names to normalise', one([[T, 'x', {'a.b': '1', '': ''}]]), [{metadata: {a_b: '1'}}]],
    ['a lone surrogate', one([[T, '\ud800x']]), [{line: '\xef\xbf\xbdx'}]],
    [
      '__proto__ as a name',
      '{"streams":[{"stream":{"app":"a"},"values":[["1","x",{"__proto__":"v"}]]}]}',
      [{metadata: Object.fromEntries([['__proto__', 'v']])}],
    ],
  ])('%s', async (_, body, rows) => {
    const b = bench(off)
    expect(await b.json(body)).toEqual({status: 204})
    expect(b.database.rows).toMatchObject(rows)
    expect(b.database.rows).toHaveLength(rows.length)
  })

  it.each<[string, unknown, RegExp]>([
    ['number as timestamp', one([[1, 'x']]), /^JSON: streams\[0\]\.values\[0\]\[0\] must be a string with the timestamp in ns$/],
    ['float as timestamp', one([['1.5', 'x']]), /timestamp/],
    ['date as timestamp', one([['2026-11-22T08:00:00Z', 'x']]), /timestamp/],
    ['empty timestamp', one([['', 'x']]), /timestamp/],
    ['huge timestamp', one([['99999999999999999999', 'x']]), /timestamp/],
    ['int64 + 1', one([['9223372036854775808', 'x']]), /timestamp/],
    ['number as line', one([[T, 5]]), /values\[0\]\[1\] must be a string/],
    ['null as line', one([[T, null]]), /must be a string/],
    ['null as metadata', one([[T, 'x', null]]), /must be an object of strings/],
    ['string as metadata', one([[T, 'x', 'y']]), /must be an object of strings/],
    ['array as metadata', one([[T, 'x', ['y']]]), /must be an object of strings/],
    ['number in metadata', one([[T, 'x', {k: 5}]]), /values\[0\]\[2\]\["k"\] must be a string/],
    ['object as entry', one([{ts: T}]), /must be an array \[timestamp, line, metadata\]/],
    ['null as entry', one([null]), /must be an array/],
    ['object as values', one({}), /streams\[0\]\.values must be an array/],
    ['string as labels', one([[T, 'x']], '{a="b"}'), /streams\[0\]\.stream must be an object/],
    ['null as stream', {streams: [null]}, /streams\[0\] must be an object/],
    ['object as streams', {streams: {}}, /streams must be an array/],
    ['an array', [], /body must be an object/],
    ['null', null, /body must be an object/],
    ['cut off', '{"streams":[', /^JSON: /],
    ['two documents', '{}{}', /^JSON: /],
    ['a label name', one([[T, 'x']], {'a-b': '1'}), /^couldn't parse labels: 1:3: parse error: unexpected character inside braces: '-'$/],
    ['an empty label name', one([[T, 'x']], {'': '1'}), /^couldn't parse labels: /],
  ])('%s is 400', async (_, body, message) => {
    const b = bench()
    expect(await b.json(body)).toMatchObject({status: 400, message: expect.stringMatching(message)})
    expect(b.database.rows).toEqual([])
  })

  it('nesting is bounded; brackets in strings are none', async () => {
    const deep = (levels: number, inside: string) => `{"streams": [], "x": ${'['.repeat(levels)}${inside}${']'.repeat(levels)}}`
    const b = bench()
    expect(await b.json(deep(1_000_000, ''))).toMatchObject({status: 400, message: 'JSON: nested deeper than 64 levels at byte 84'})
    expect(await b.json(deep(60, `"\\\\\\"${'['.repeat(1000)}"`))).not.toMatchObject({message: expect.stringContaining('nested')})
    const line = `a "quote" \\ ${'[{'.repeat(500)}`
    expect(await b.json(one([[T, line]]))).toMatchObject({status: 204})
  })

  it('values are bounded, wherever they stand', async () => {
    const b = bench()
    const many = `{"streams": [${'{},'.repeat(5_000_000)}{}]}`
    expect(await b.json(many)).toMatchObject({status: 413, message: expect.stringMatching(/^JSON: more than 8388608 values at byte \d+$/)})
    expect(await b.json(one([[T, ','.repeat(9_000_000)]]))).toMatchObject({message: expect.stringMatching(/^max entry size/)})
  })

  it('sent as something else it is told how to send it', async () => {
    const answer = await bench().send({body: Buffer.from('{"streams": []}'), contentType: 'application/x-www-form-urlencoded'})
    expect(answer).toMatchObject({
      status: 400,
      message: 'snappy: corrupt input; JSON is sent with the header Content-Type: application/json',
    })
  })

  it('too old entries among good ones', async () => {
    const b = bench({}, {profile: 'loki'})
    expect((await b.json(one([[], [T, 'x']]))).message).toMatch(/has timestamp too old: 1970-01-01T00:00:00Z/)
    expect(b.database.rows).toHaveLength(1)
  })

  it('a body over the limit is 413', async () => {
    const b = bench({}, {decodedSizeMaxBytes: 100})
    expect(await b.json(one([[T, 'x'.repeat(100)]]))).toMatchObject({status: 413})
  })

  it('bytes that are not UTF-8 are kept in lines, made spaces in metadata, refused in labels', async () => {
    const b = bench(off)
    const body = (stream: string, line: string, value: string) =>
      Buffer.from(`{"streams":[{"stream":{"a":"${stream}"},"values":[["1","${line}",{"k":"${value}"}]]}]}`, 'latin1')
    const contentType = 'application/json'
    expect(
      await b.send({body: body('\xc3\xa9', '\xff\\u00e9\\ud83d\\ude00\\\\u00e9\\n\\ud800\\u0041', 'x\xfe\\u00e9'), contentType}),
    ).toEqual({status: 204})
    const row = b.database.rows[0]
    expect(row?.stream).toBe('{a="é", service_name="unknown_service"}')
    expect(row?.line).toBe('\xff\xc3\xa9\xf0\x9f\x98\x80\\u00e9\n\xef\xbf\xbdA')
    expect(row?.metadata).toEqual({k: 'x é'})
    expect((await b.send({body: body('\xff', 'x', 'y'), contentType})).message).toMatch(/^couldn't parse labels: .*invalid UTF-8 rune$/)
  })
})

describe('legacy JSON', () => {
  const legacy = (entries: unknown, labels: unknown = '{app="x"}') => ({streams: [{labels, entries}]})

  it('stores', async () => {
    const b = bench(off)
    const body = legacy([
      {ts: '2026-11-22T08:00:00.123Z', line: 'a'},
      {ts: '2026-11-22T10:00:00.123456789+02:00', line: 'b'},
      {ts: '2026-11-22T08:00:00Z'},
    ])
    expect(await b.json(body, {legacy: true})).toEqual({status: 204})
    expect(b.database.rows.map(row => [row.line, row.ts - NOW])).toEqual([
      ['a', 123_000_000n],
      ['b', 123_456_789n],
      ['', 0n],
    ])
    expect(b.database.rows[0]?.stream).toBe('{app="x", service_name="x"}')
  })

  it.each<[string, unknown, RegExp]>([
    ['a number as ts', legacy([{ts: 5, line: 'x'}]), /streams\[0\]\.entries\[0\]\.ts must be an RFC 3339 timestamp/],
    ['ns as ts', legacy([{ts: T, line: 'x'}]), /RFC 3339/],
    ['no such day', legacy([{ts: '2026-13-41T00:00:00Z', line: 'x'}]), /RFC 3339/],
    ['a number as line', legacy([{ts: '2026-11-22T08:00:00Z', line: 5}]), /line must be a string/],
    ['an object as labels', legacy([], {app: 'x'}), /labels must be a string/],
    ['an object as entries', legacy({}), /entries must be an array/],
  ])('%s is 400', async (_, body, message) => {
    expect(await bench().json(body, {legacy: true})).toMatchObject({status: 400, message: expect.stringMatching(message)})
  })

  it('protobuf is the same', async () => {
    const b = bench()
    const {pushBody, entry} = await import('./push-helpers.ts')
    expect(await b.send({body: pushBody([{labels: '{a="b"}', entries: [entry('x')]}]), legacy: true})).toEqual({status: 204})
  })
})
