import {deflateRawSync, deflateSync, gzipSync} from 'node:zlib'
import {compressSync} from 'snappy'
import {describe, expect, it} from 'vitest'
import {bench, entry, NOW, pushBody, pushRaw} from './push-helpers.ts'

const streams = [{labels: '{app="a"}', entries: [entry('hello')]}]
const body = pushBody(streams)
const json = Buffer.from(JSON.stringify({streams: [{stream: {app: 'a'}, values: [[NOW.toString(), 'hello']]}]}))
const PROTOBUF = 'application/x-protobuf'
const JSON_TYPE = 'application/json'

describe('content types and encodings', () => {
  it.each([
    ['protobuf', {body, contentType: PROTOBUF}],
    ['no content type', {body, contentType: undefined}],
    ['any other media type', {body, contentType: 'application/octet-stream; x=1'}],
    ['Content-Encoding snappy', {body, contentType: PROTOBUF, contentEncoding: 'snappy'}],
    ['snappy in gzip', {body: gzipSync(body), contentType: PROTOBUF, contentEncoding: 'gzip'}],
    ['snappy in deflate', {body: deflateRawSync(body), contentType: PROTOBUF, contentEncoding: 'deflate'}],
    ['JSON', {body: json, contentType: JSON_TYPE}],
    ['JSON with a charset', {body: json, contentType: 'Application/JSON; charset=utf-8'}],
    ['plain JSON called snappy', {body: json, contentType: JSON_TYPE, contentEncoding: 'snappy'}],
    ['JSON in gzip', {body: gzipSync(json), contentType: JSON_TYPE, contentEncoding: 'gzip'}],
    ['JSON in deflate', {body: deflateRawSync(json), contentType: JSON_TYPE, contentEncoding: 'deflate'}],
  ])('%s', async (_, request) => {
    const b = bench()
    expect(await b.send(request)).toEqual({status: 204})
    expect(b.database.rows).toEqual([
      {stream: '{app="a", service_name="a"}', ts: NOW, line: 'hello', metadata: {detected_level: 'unknown'}},
    ])
  })

  it.each([
    ['zlib-wrapped deflate', {body: deflateSync(body), contentType: PROTOBUF, contentEncoding: 'deflate'}, /^deflate: /],
    ['no gzip at all', {body, contentType: PROTOBUF, contentEncoding: 'gzip'}, /^gzip: /],
    ['gzip cut off', {body: gzipSync(body).subarray(0, 30), contentType: PROTOBUF, contentEncoding: 'gzip'}, /^gzip: /],
    ['empty gzip body', {body: Buffer.alloc(0), contentType: PROTOBUF, contentEncoding: 'gzip'}, /gzip|snappy: corrupt input/],
    ['zstd', {body, contentType: PROTOBUF, contentEncoding: 'zstd'}, /^Content-Encoding "zstd" not supported$/],
    ['identity', {body, contentType: PROTOBUF, contentEncoding: 'identity'}, /^Content-Encoding "identity" not supported$/],
    ['no media type', {body, contentType: 'a b'}, /^mime: /],
    ['parameters only', {body, contentType: '; charset=utf-8'}, /^mime: /],
    ['protobuf without snappy', {body: pushRaw(streams), contentType: PROTOBUF}, /^snappy: corrupt input$/],
    [
      'JSON as protobuf',
      {body: json, contentType: PROTOBUF},
      /^snappy: corrupt input; JSON is sent with the header Content-Type: application\/json$/,
    ],
    ['empty body', {body: Buffer.alloc(0), contentType: PROTOBUF}, /^snappy: corrupt input$/],
    ['empty JSON body', {body: Buffer.alloc(0), contentType: JSON_TYPE}, /^JSON: /],
    ['snappy of garbage', {body: compressSync(Buffer.from('\xff\xff\xff\xff', 'latin1')), contentType: PROTOBUF}, /./],
  ])('%s is 400', async (_, request, message) => {
    const b = bench()
    const answer = await b.send(request)
    expect(answer).toMatchObject({status: 400, message: expect.stringMatching(message)})
    expect(b.database.appends).toHaveLength(0)
  })

  it.each([
    ['protobuf', {body: compressSync(Buffer.alloc(0)), contentType: PROTOBUF}],
    ['JSON', {body: Buffer.from('{"streams":[]}'), contentType: JSON_TYPE}],
    ['JSON null', {body: Buffer.from('{"streams":null}'), contentType: JSON_TYPE}],
    ['JSON without', {body: Buffer.from('{}'), contentType: JSON_TYPE}],
  ])('no streams, as %s, is 422', async (_, request) => {
    expect(await bench().send(request)).toMatchObject({status: 422, message: 'error at least one valid stream is required for ingestion'})
  })

  it('streams without entries are 204 and nothing is stored', async () => {
    const b = bench()
    expect(await b.push([{labels: '{app="a"}', entries: []}])).toEqual({status: 204})
    expect(b.database.appends).toHaveLength(0)
    expect(await b.push([{labels: '{app="a"}', entries: []}, ...streams])).toEqual({status: 204})
    expect(b.database.rows).toHaveLength(1)
  })
})

describe('sizes', () => {
  it('a body over the limit is 413', async () => {
    const b = bench({}, {bodySizeMaxBytes: 50})
    const large = Buffer.alloc(51)
    const text = 'request body too large: message size too large than max (51 vs 50)'
    expect(await b.send({body: large, contentType: PROTOBUF})).toMatchObject({status: 413, message: text})
    expect(await b.send({body: large, contentType: JSON_TYPE})).toMatchObject({status: 413, message: text})
  })

  it('a snappy bomb is 413 before it is unpacked', async () => {
    // 4 GiB - 1 declared, nothing behind it.
    expect((await bench().send({body: Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f]), contentType: PROTOBUF})).status).toBeOneOf([400, 413])
    expect(await bench().send({body: compressSync(Buffer.alloc(300 * 1024 * 1024)), contentType: PROTOBUF})).toMatchObject({status: 413})
    const b = bench({}, {decodedSizeMaxBytes: 1000})
    expect(await b.push([{labels: '{a="b"}', entries: [entry('x'.repeat(2000))]}])).toMatchObject({status: 413})
  })

  it.each(['gzip', 'deflate'] as const)('a %s bomb is 413 and does not take the memory', async encoding => {
    const zeros = Buffer.alloc(64 * 1024 * 1024)
    const bomb = encoding === 'gzip' ? gzipSync(zeros) : deflateRawSync(zeros)
    const b = bench({}, {decodedSizeMaxBytes: 1024 * 1024})
    for (const contentType of [PROTOBUF, JSON_TYPE]) {
      expect(await b.send({body: bomb, contentType, contentEncoding: encoding})).toMatchObject({status: 413})
    }
    expect(b.ingest.admission.inFlightBytes).toBe(0)
  })

  it('labels over 16 MiB are 413', async () => {
    const labels = Buffer.alloc(16 * 1024 * 1024 + 1, 0x20)
    expect(await bench().push([{labels, entries: [entry('x')]}])).toMatchObject({status: 413})
  })
})

describe('admission', () => {
  it('too many bytes in progress are 503 with Retry-After; one large push gets in alone', async () => {
    const b = bench({}, {inFlightSizeMaxBytes: 100})
    const large = pushBody([{labels: '{a="b"}', entries: [entry(Buffer.from(Array.from({length: 300}, (_, i) => (i * 7919) & 0xff)))]}])
    expect(large.length).toBeGreaterThan(100)
    const answers = await Promise.all([b.send({body: large}), b.send({body: large})])
    expect(answers.map(a => a.status).toSorted((x, y) => x - y)).toEqual([204, 503])
    expect(answers.find(a => a.status === 503)).toMatchObject({retryAfterSeconds: 1, code: 'OVERLOADED'})
    expect(await b.send({body: large})).toEqual({status: 204})
    expect(b.ingest.admission.inFlightPushes).toBe(0)
  })

  it('too many pushes in progress are 503', async () => {
    const b = bench({}, {concurrentPushesMax: 2})
    const answers = await Promise.all([1, 2, 3].map(() => b.send({body})))
    expect(answers.map(a => a.status).toSorted((x, y) => x - y)).toEqual([204, 204, 503])
  })

  it('what inflates counts too', async () => {
    const b = bench({}, {inFlightSizeMaxBytes: 1000})
    const held = b.ingest.admission.enter(900)
    expect(await b.send({body: gzipSync(Buffer.alloc(5000)), contentEncoding: 'gzip'})).toMatchObject({status: 503})
    held.release()
    held.release()
    expect(b.ingest.admission.inFlightBytes).toBe(0)
  })
})
