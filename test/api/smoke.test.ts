/*
 * What a client sees first, against a real server: routes, methods, content types and texts, as Loki has them.
 */
import {connect} from 'node:net'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {openRequest} from '../support/http.ts'
import {pushProtobuf, queryEntries} from '../support/loki.ts'
import {startServer, type TestServer} from '../support/server.ts'

const HOUR_NS = 3_600_000_000_000n
const JSON_TYPE = 'application/json'
const FORM_TYPE = 'application/x-www-form-urlencoded'
const QUERY_JSON = 'application/json; charset=UTF-8'
const TEXT = 'text/plain; charset=utf-8'

let server: TestServer
const nowNs = () => BigInt(Date.now()) * 1_000_000n

beforeAll(async () => {
  server = await startServer({flags: ['--limits.max-entries-limit-per-query', '5000', '--limits.creation-grace-period', '10m']})
})
afterAll(async () => {
  await server.stop()
})

type Request = {method?: string; type?: string; body?: string | Uint8Array<ArrayBuffer>; headers?: Record<string, string>}

async function ask(path: string, {method, type, body, headers}: Request = {}) {
  const response = await fetch(server.url + path, {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    headers: {...(type === undefined ? {} : {'content-type': type}), ...headers},
    ...(body === undefined ? {} : {body}),
  })
  return {status: response.status, type: response.headers.get('content-type'), text: await response.text(), headers: response.headers}
}

const pushJson = async (body: unknown, path = '/loki/api/v1/push') => await ask(path, {type: JSON_TYPE, body: JSON.stringify(body)})
const param = (params: Record<string, string>) => new URLSearchParams(params).toString()

describe('routes and methods', () => {
  const get = [
    '/ready',
    '/metrics',
    '/config',
    '/loki/api/v1/status/buildinfo',
    '/loki/api/v1/labels',
    '/loki/api/v1/label',
    '/loki/api/v1/label/app/values',
    '/loki/api/v1/series',
    '/api/prom/label',
    '/api/prom/label/app/values',
    '/api/prom/series',
  ]
  test.each(get)('GET %s is 200', async path => {
    expect(await ask(path)).toMatchObject({status: 200})
  })

  const wrong: [string, string][] = [
    ['GET', '/loki/api/v1/push'],
    ['DELETE', '/loki/api/v1/push'],
    ['PUT', '/api/prom/push'],
    ['PUT', '/loki/api/v1/labels'],
    ['DELETE', '/loki/api/v1/label/app/values'],
    ['PUT', '/loki/api/v1/query'],
    ['OPTIONS', '/loki/api/v1/query_range'],
    ['POST', '/ready'],
    ['POST', '/metrics'],
    ['DELETE', '/loki/api/v1/status/buildinfo'],
  ]
  test.each(wrong)('%s %s is 405 without a body', async (method, path) => {
    const answer = await ask(path, {method})
    expect(answer).toMatchObject({status: 405, text: '', type: null})
    expect(answer.headers.get('allow')).toBeNull()
  })

  test('HEAD is 405', async () => {
    expect(await ask('/loki/api/v1/labels', {method: 'HEAD'})).toMatchObject({status: 405})
  })

  test.each(['/', '/nope', '/loki/api/v1/labels/', '/loki/api/v1/Labels', '/loki/api/v1', '/loki/api/v1/label/a%2Fb/values', '/push'])(
    '%s is 404',
    async path => {
      const answer = await ask(path)
      expect(answer).toMatchObject({status: 404, type: TEXT, text: '404 page not found\n'})
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
    },
  )

  test('whatever the body is like', async () => {
    const odd = {type: 'a b', body: 'x'}
    expect(await ask('/nope', odd)).toMatchObject({status: 404, type: TEXT, text: '404 page not found\n'})
    expect(await ask('/loki/api/v1/push', {...odd, method: 'PUT'})).toMatchObject({status: 405, type: null, text: ''})
    expect(await ask('/nope', {type: FORM_TYPE, body: 'x'.repeat(11 * 1024 * 1024)})).toMatchObject({status: 404})
  })

  test('a path that cannot be decoded is refused, not an error of the server', async () => {
    const raw = openRequest(`${server.url}/loki/api/v1/label/%zz/values`)
    raw.request.end()
    const {status, headers, text} = await raw.answer
    expect([status, headers['content-type']]).toEqual([400, TEXT])
    expect(text).toMatch(/not a valid url/)
  })

  test('a label name of any length has no values', async () => {
    const answer = await ask(`/loki/api/v1/label/${'x'.repeat(10_000)}/values`)
    expect(answer).toMatchObject({status: 200, text: '{"status":"success"}\n'})
  })

  test('POST asks as GET does, with parameters in the URL or in a form', async () => {
    const query = 'vector(1)+vector(1)'
    const value = /"value":\[4000000000,"2"\]/
    const text = async (answer: ReturnType<typeof ask>) => (await answer).text
    expect(await text(ask(`/loki/api/v1/query?${param({query, time: '4000000000'})}`))).toMatch(value)
    expect(await text(ask(`/loki/api/v1/query?${param({query, time: '4000000000'})}`, {method: 'POST'}))).toMatch(value)
    expect(await text(ask('/loki/api/v1/query', {type: FORM_TYPE, body: param({query, time: '4000000000'})}))).toMatch(value)
    expect(await text(ask('/loki/api/v1/query?time=4000000000', {type: `${FORM_TYPE}; charset=utf-8`, body: param({query})}))).toMatch(
      value,
    )
    // Of another type the body does not count.
    const other = await ask('/loki/api/v1/query', {type: JSON_TYPE, body: JSON.stringify({query})})
    expect(other).toMatchObject({status: 400, text: 'parse error : syntax error: unexpected $end'})
  })

  test('a form is one however its type is written', async () => {
    const answer = await ask('/loki/api/v1/query', {type: 'Application/X-WWW-Form-Urlencoded', body: param({query: '1+1'})})
    expect(answer).toMatchObject({status: 200})
  })

  test('a query of 128 KiB can be asked by GET', async () => {
    const query = `{app="nothing-has-this"} |= \`${'é'.repeat(60_000)}\``
    expect(await ask(`/loki/api/v1/query_range?${param({query})}`)).toMatchObject({status: 200})
  })

  test('what is no HTTP is refused in words', async () => {
    const raw = async (text: string): Promise<string> => {
      const {hostname, port} = new URL(server.url)
      const socket = connect(Number(port), hostname)
      socket.write(text)
      let answer = ''
      for await (const chunk of socket) answer += String(chunk)
      return answer
    }
    expect(await raw('hello\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n[^]*\r\n\r\nmalformed HTTP request: .+\n$/)
  })

  test('a form that is too large is 413', async () => {
    const answer = await ask('/loki/api/v1/query', {type: FORM_TYPE, body: `query=${'x'.repeat(11 * 1024 * 1024)}`})
    expect(answer.status).toBe(413)
  })
})

describe('push', () => {
  test('204 has no body, and says that it is on disk', async () => {
    const answer = await pushJson({streams: [{stream: {app: 'smoke'}, values: [[String(nowNs()), 'x']]}]})
    expect(answer).toMatchObject({status: 204, text: '', type: null})
    expect(answer.headers.get('x-skald-durability')).toBe('disk')
  })

  test('no streams is 422, and does not say that it is on disk', async () => {
    const answer = await pushJson({streams: []})
    expect(answer).toMatchObject({status: 422, type: TEXT, text: 'error at least one valid stream is required for ingestion\n'})
    expect(answer.headers.get('x-skald-durability')).toBeNull()
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
  })

  test('no labels: unknown_service', async () => {
    const tsNs = nowNs()
    expect(await pushJson({streams: [{stream: {}, values: [[String(tsNs), 'nameless']]}]})).toMatchObject({status: 204})
    const entries = await queryEntries(server.url, '{service_name="unknown_service"}', {startNs: tsNs, endNs: tsNs + 1n})
    expect(entries.map(e => e.line)).toEqual(['nameless'])
  })

  test('entries that are refused are counted, the others are stored', async () => {
    const tsNs = nowNs()
    const values = [
      [String(tsNs + 1000n * HOUR_NS), 'future'],
      [String(tsNs + 1000n * HOUR_NS + 1n), 'future too'],
      [String(tsNs), 'now'],
    ]
    const answer = await pushJson({streams: [{stream: {app: 'partial'}, values}]})
    expect(answer.status).toBe(400)
    expect(answer.text).toMatch(
      /^2 errors like: entry for stream '\{app="partial", service_name="partial"\}' has timestamp too new: \S+\n$/,
    )
    const entries = await queryEntries(server.url, '{app="partial"}', {startNs: tsNs, endNs: tsNs + 2000n * HOUR_NS})
    expect(entries.map(e => e.line)).toEqual(['now'])
  })

  test('the same line twice is one line; with other metadata it is two', async () => {
    const tsNs = nowNs()
    const push = async (metadata: Record<string, string>) =>
      (await pushProtobuf(server.url, [{labels: '{app="twice"}', entries: [{tsNs, line: 'same', metadata}]}])).status
    expect([await push({k: 'a'}), await push({k: 'a'})]).toEqual([204, 204])
    const read = async () => (await queryEntries(server.url, '{app="twice"}', {startNs: tsNs, endNs: tsNs + 1n})).length
    expect(await read()).toBe(1)
    expect(await push({k: 'b'})).toBe(204)
    expect(await read()).toBe(2)
  })

  test('the level of a line', async () => {
    const tsNs = nowNs()
    await pushJson({streams: [{stream: {app: 'level'}, values: [[String(tsNs), 'level=WARN x']]}]})
    const [entry] = await queryEntries(server.url, '{app="level"}', {startNs: tsNs, endNs: tsNs + 1n})
    expect(entry?.labels).toEqual({app: 'level', service_name: 'level', detected_level: 'warn'})
  })

  test('the old path and its JSON', async () => {
    const body = {streams: [{labels: '{app="old"}', entries: [{ts: '2026-01-01T00:00:00.123Z', line: 'legacy'}]}]}
    expect(await pushJson(body, '/api/prom/push')).toMatchObject({status: 204})
    const startNs = BigInt(Date.parse('2026-01-01T00:00:00Z')) * 1_000_000n
    const [entry] = await queryEntries(server.url, '{app="old"}', {startNs, endNs: startNs + HOUR_NS})
    expect(entry).toMatchObject({line: 'legacy', tsNs: startNs + 123_000_000n})
  })

  const bad: [string, Request, number, RegExp][] = [
    ['an empty body', {type: 'application/x-protobuf', body: ''}, 400, /^snappy: corrupt input\n$/],
    ['no snappy', {type: 'application/x-protobuf', body: 'hello'}, 400, /^snappy: corrupt input\n$/],
    ['no JSON', {type: JSON_TYPE, body: '{"streams":[{'}, 400, /\n$/],
    ['no media type', {type: 'a b', body: '{}'}, 400, /^mime: invalid media type "a b"\n$/],
    [
      'an unknown encoding',
      {type: JSON_TYPE, body: '{}', headers: {'content-encoding': 'br'}},
      400,
      /^Content-Encoding "br" not supported\n$/,
    ],
    [
      'labels that do not parse',
      {type: JSON_TYPE, body: '{"streams":[{"stream":{"a-b":"c"},"values":[["1","x"]]}]}'},
      400,
      /^couldn't parse labels: 1:3: /,
    ],
    ['a number as time', {type: JSON_TYPE, body: '{"streams":[{"stream":{"a":"c"},"values":[[1,"x"]]}]}'}, 400, /\n$/],
  ]
  test.each(bad)('%s', async (_name, request, status, text) => {
    const answer = await ask('/loki/api/v1/push', request)
    expect(answer).toMatchObject({status, type: TEXT})
    expect(answer.text).toMatch(text)
    expect(answer.headers.get('x-skald-durability')).toBeNull()
  })

  test('an empty content type', async () => {
    const raw = openRequest(`${server.url}/loki/api/v1/push`, {method: 'POST', headers: {'content-type': ''}})
    raw.request.end('x')
    expect(await raw.answer).toMatchObject({status: 400, text: 'mime: no media type\n'})
  })
})

describe('query', () => {
  const streams = '{app="nothing-has-this"}'
  const errors: [string, string, Record<string, string>, string][] = [
    [
      'a log query at an instant',
      'query',
      {query: '{a="b"}'},
      'log queries are not supported as an instant query type, please change your query to a range query type',
    ],
    ['no query', 'query_range', {}, 'parse error : syntax error: unexpected $end'],
    [
      'an open selector',
      'query_range',
      {query: '{app="api"'},
      'parse error at line 1, col 11: syntax error: unexpected $end, expecting } or ,',
    ],
    ['no selector', 'query_range', {query: 'foo'}, 'parse error at line 1, col 1: syntax error: unexpected IDENTIFIER'],
    ['a bad regex', 'query_range', {query: '{app=~"("}'}, 'parse error : error parsing regexp: missing closing ): `(`'],
    [
      'step 0',
      'query_range',
      {query: streams, step: '0'},
      'zero or negative query resolution step widths are not accepted. Try a positive integer',
    ],
    ['limit 0', 'query_range', {query: streams, limit: '0'}, 'limit must be a positive value'],
    ['limit abc', 'query_range', {query: streams, limit: 'abc'}, 'strconv.Atoi: parsing "abc": invalid syntax'],
    [
      'a limit above the largest',
      'query_range',
      {query: streams, limit: '5001'},
      'max entries limit per query exceeded, limit > max_entries_limit_per_query (5001 > 5000)',
    ],
    ['a direction', 'query_range', {query: streams, direction: 'sideways'}, "invalid direction 'sideways'"],
    [
      'start',
      'query_range',
      {query: streams, start: 'zz'},
      'could not parse \'start\' parameter: strconv.ParseInt: parsing "zz": invalid syntax',
    ],
    [
      'end before start',
      'query_range',
      {query: streams, start: '2000000000', end: '1000000000'},
      'end timestamp must not be before or equal to start time',
    ],
    ['since', 'query_range', {query: streams, since: '10'}, 'could not parse \'since\' parameter: not a valid duration string: "10"'],
    ['labels of a pipeline', 'labels', {query: '{app="a"} |= "x"'}, 'only label matchers are supported'],
  ]
  test.each(errors)('%s', async (_name, route, params, text) => {
    const answer = await ask(`/loki/api/v1/${route}?${param(params)}`)
    expect(answer).toMatchObject({status: 400, type: TEXT, text})
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
  })

  test('nothing found', async () => {
    const range = param({query: streams})
    expect(await ask(`/loki/api/v1/labels?${range}`)).toMatchObject({status: 200, type: QUERY_JSON, text: '{"status":"success"}\n'})
    expect(await ask(`/loki/api/v1/label/app/values?${range}`)).toMatchObject({status: 200, text: '{"status":"success"}\n'})
    const series = await ask(`/loki/api/v1/series?${param({'match[]': streams})}`)
    expect(series).toMatchObject({status: 200, type: QUERY_JSON, text: '{"status":"success","data":[]}\n'})
    const found = await ask(`/loki/api/v1/query_range?${range}`)
    expect(found).toMatchObject({status: 200, type: QUERY_JSON})
    expect(found.text).toMatch(/^\{"status":"success","data":\{"resultType":"streams","result":\[\],"stats":\{.*\}\}\}\n$/)
    const stats = await ask(`/loki/api/v1/index/stats?${range}`)
    expect(stats).toMatchObject({status: 200, text: '{"streams":0,"chunks":0,"bytes":0,"entries":0}\n'})
  })

  test('the old path of log queries', async () => {
    const tsNs = BigInt(Date.parse('2026-01-02T03:04:05Z')) * 1_000_000n
    const entries = [
      {tsNs, line: 'one <b>'},
      {tsNs: tsNs + 120_000_000n, line: 'two "2"'},
    ]
    await pushProtobuf(server.url, [{labels: '{app="legacy-query", a="\\"q\\""}', entries}])
    const range = {start: String(tsNs), end: String(tsNs + 1_000_000_000n), direction: 'forward'}
    const legacy = async (params: Record<string, string>) => await ask(`/api/prom/query?${param({...range, ...params})}`)
    const labels = '{a="\\"q\\"", app="legacy-query", detected_level="unknown", service_name="legacy-query"}'
    const all = await legacy({query: '{app="legacy-query"}'})
    expect(all).toMatchObject({status: 200, type: QUERY_JSON})
    const [one, two] = [
      {ts: '2026-01-02T03:04:05Z', line: 'one <b>'},
      {ts: '2026-01-02T03:04:05.12Z', line: 'two "2"'},
    ]
    expect(JSON.parse(all.text)).toMatchObject({streams: [{labels, entries: [one, two]}], stats: {summary: {totalEntriesReturned: 2}}})
    const some = await legacy({query: '{app="legacy-query"} # comment', regexp: String.raw`"\d"`})
    expect(JSON.parse(some.text)).toMatchObject({streams: [{labels, entries: [two]}]})
    expect(JSON.parse((await legacy({query: streams})).text)).toMatchObject({streams: []})
    const metric = await legacy({query: 'rate({app="legacy-query"}[1m])'})
    const text = 'rpc error: code = Code(400) desc = legacy endpoints only support streams result type'
    expect(metric).toMatchObject({status: 400, type: TEXT, text})
  })

  test("Grafana's health check", async () => {
    const {text, type} = await ask(`/loki/api/v1/query?${param({query: 'vector(1)+vector(1)', time: '4000000000', direction: 'backward'})}`)
    expect(type).toBe(QUERY_JSON)
    expect(JSON.parse(text)).toMatchObject({data: {resultType: 'vector', result: [{metric: {}, value: [4_000_000_000, '2']}]}})
    expect(text.endsWith('\n')).toBe(false)
  })

  test('categorized labels, where they are asked for', async () => {
    const tsNs = nowNs()
    await pushProtobuf(server.url, [{labels: '{app="cat"}', entries: [{tsNs, line: 'x=1 level=info', metadata: {pod: 'p'}}]}])
    const params = param({query: '{app="cat"} | logfmt', start: String(tsNs), end: String(tsNs + 1n), step: '1000ms'})
    const headers = {'x-loki-response-encoding-flags': 'categorize-labels'}
    const answer = await ask(`/loki/api/v1/query_range?${params}`, {headers})
    const values = [
      [String(tsNs), 'x=1 level=info', {structuredMetadata: {detected_level: 'info', pod: 'p'}, parsed: {level: 'info', x: '1'}}],
    ]
    const stream = {app: 'cat', service_name: 'cat'}
    expect(JSON.parse(answer.text)).toMatchObject({data: {encodingFlags: ['categorize-labels'], result: [{stream, values}]}})
    // Grafana's streaming parser needs this order.
    expect(answer.text).toMatch(/"resultType":.*"encodingFlags":.*"result":.*"stats":/)
  })

  test('a line that is not UTF-8 or has HTML in it', async () => {
    const tsNs = nowNs()
    const line = Buffer.concat([Buffer.from('<b>&amp; '), Buffer.from([0xff, 0xfe]), Buffer.from(' "\\\u2028')])
    await pushProtobuf(server.url, [{labels: '{app="bytes"}', entries: [{tsNs, line}]}])
    const {text} = await ask(`/loki/api/v1/query_range?${param({query: '{app="bytes"}', start: String(tsNs), end: String(tsNs + 1n)})}`)
    expect(text).toContain(String.raw`"\u003cb\u003e\u0026amp; ` + '\ufffd\ufffd' + String.raw` \"\\\u2028"`)
  })
})

test('Parquet is refused', async () => {
  for (const path of ['query', 'query_range']) {
    const answer = await ask(`/loki/api/v1/${path}?query=vector(1)`, {headers: {accept: 'application/vnd.apache.parquet'}})
    expect(answer).toMatchObject({status: 400, type: TEXT, text: expect.stringContaining('Parquet encoded responses is disabled')})
  }
})

describe('status', () => {
  test('ready, buildinfo, config', async () => {
    expect(await ask('/ready')).toMatchObject({status: 200, type: TEXT, text: 'ready\n'})
    const info = await ask('/loki/api/v1/status/buildinfo')
    expect(info.type).toBe('application/json')
    expect(JSON.parse(info.text)).toMatchObject({version: expect.stringMatching(/^\d+\.\d+\.\d+/)})
    const config = await ask('/config')
    expect(config).toMatchObject({status: 200, type: TEXT})
    expect(config.text).toContain('concurrent_pushes_max: 256')
    expect(config.text).toContain('max_entries_limit_per_query: 5000')
  })

  test('metrics: what an operator watches', async () => {
    await ask('/loki/api/v1/labels')
    await pushProtobuf(server.url, [{labels: '{app="metrics"}', entries: [{tsNs: nowNs(), line: 'one'}]}])
    const {text, type} = await ask('/metrics')
    expect(type).toBe('text/plain; version=0.0.4; charset=utf-8')
    for (const pattern of [
      /^skald_build_info\{version="[^"]+"\} 1$/m,
      /^skald_http_requests_total\{route="\/loki\/api\/v1\/labels",method="GET",status="200"\} [1-9]\d*$/m,
      /^skald_http_request_duration_seconds_bucket\{le="0.001",route="\/loki\/api\/v1\/push"\} \d+$/m,
      /^skald_ingest_entries_total\{tenant="fake"\} [1-9]\d*$/m,
      /^skald_ingest_bytes_total\{tenant="fake"\} [1-9]\d*$/m,
      /^skald_log_groups [1-9]\d*$/m,
      /^skald_log_failed_groups 0$/m,
      /^skald_head_rows [1-9]\d*$/m,
      /^skald_queries_running 0$/m,
      /^skald_parts \d+$/m,
      /^process_resident_memory_bytes \d+$/m,
    ]) {
      expect(text).toMatch(pattern)
    }
    // Never a raw path as a label: they would be without end.
    expect(text).not.toContain('nope')
  })
})
