/* Who a request belongs to, what that tenant may do, and that limits change without a restart. */
import {writeFile} from 'node:fs/promises'
import path from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {eventually} from '../support/eventually.ts'
import {pushProtobuf} from '../support/loki.ts'
import {startServer, temporaryFolder, type TestServer} from '../support/server.ts'

const nowNs = () => BigInt(Date.now()) * 1_000_000n
const as = (tenant: string) => ({'x-scope-orgid': tenant})

describe('with auth', () => {
  let server: TestServer
  beforeAll(async () => {
    server = await startServer({flags: ['--auth.enabled']})
  })
  afterAll(async () => {
    await server.stop()
  })

  const push = async (line: string, headers: Record<string, string>) =>
    await pushProtobuf(server.url, [{labels: '{app="tenants"}', entries: [{tsNs: nowNs(), line}]}], headers)

  async function linesOf(tenant: string): Promise<string[]> {
    const response = await fetch(`${server.url}/loki/api/v1/query_range?query=${encodeURIComponent('{app="tenants"}')}`, {
      headers: as(tenant),
    })
    const body = (await response.json()) as {data: {result: {values: [string, string][]}[]}}
    return body.data.result.flatMap(({values}) => values.map(([, line]) => line))
  }

  test('tenants do not see each other, before and after a flush', async () => {
    for (const tenant of ['team-a', "team.b!_*'()", 'A'.repeat(150)]) expect((await push(`of ${tenant}`, as(tenant))).status).toBe(204)
    const check = async () => {
      expect(await linesOf('team-a')).toEqual(['of team-a'])
      expect(await linesOf("team.b!_*'()")).toEqual(["of team.b!_*'()"])
      expect(await linesOf('A'.repeat(150))).toEqual([`of ${'A'.repeat(150)}`])
      expect(await linesOf('fake')).toEqual([])
      expect(await linesOf('TEAM-A')).toEqual([])
    }
    await check()
    expect((await fetch(`${server.url}/flush`, {method: 'POST'})).status).toBe(204)
    await check()
  })

  const needTenant = ['query?query=1', 'query_range?query={a="b"}', 'labels', 'label/app/values', 'series', 'index/stats?query={a="b"}']
  test.each(needTenant)('%s without a tenant is 401', async route => {
    const response = await fetch(`${server.url}/loki/api/v1/${encodeURI(route)}`)
    expect([response.status, await response.text()]).toEqual([401, 'no org id'])
    expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8')
  })

  test('a push without a tenant is 401, with a line end', async () => {
    const response = await push('nobody', {})
    expect([response.status, await response.text()]).toEqual([401, 'no org id\n'])
    expect((await push('nobody', as(''))).status).toBe(401)
  })

  test.each(['/ready', '/metrics', '/config', '/loki/api/v1/status/buildinfo'])('%s needs no tenant', async route => {
    expect((await fetch(server.url + route)).status).toBe(200)
  })

  const bad: [string, string][] = [
    ['a/b', "tenant ID 'a/b' contains unsupported character '/'"],
    ['a b', "tenant ID 'a b' contains unsupported character ' '"],
    ['..', "tenant ID is '.' or '..'"],
    ['.', "tenant ID is '.' or '..'"],
    ['x'.repeat(151), 'tenant ID is too long: max 150 characters'],
    ['a|b', 'multiple org IDs present'],
  ]
  test.each(bad)('tenant %s is 400', async (tenant, text) => {
    const query = await fetch(`${server.url}/loki/api/v1/labels`, {headers: as(tenant)})
    expect([query.status, await query.text()]).toEqual([400, text])
    const pushed = await push('bad', as(tenant))
    expect([pushed.status, await pushed.text()]).toEqual([400, `${text}\n`])
  })
})

test('without auth the header says nothing', async () => {
  const server = await startServer()
  const entries = [{tsNs: nowNs(), line: 'x'}]
  expect((await pushProtobuf(server.url, [{labels: '{app="one"}', entries}], as('a/b'))).status).toBe(204)
  const response = await fetch(`${server.url}/loki/api/v1/label/app/values`, {headers: as('other|another')})
  expect(await response.json()).toEqual({status: 'success', data: ['one']})
  await server.stop()
})

describe('limits', () => {
  const line = (length: number) => [{labels: '{app="limits"}', entries: [{tsNs: nowNs(), line: 'x'.repeat(length)}]}]

  test(
    'a changed file and SIGHUP change limits, for all and for one tenant; a broken file changes nothing',
    {timeout: 90_000},
    async () => {
      const {dir, remove} = await temporaryFolder('limits')
      const file = path.join(dir, 'skald.yaml')
      const config = (size: string) => `auth: {enabled: true}\nlimits: {max_line_size: ${size}}\noverrides:\n  big: {max_line_size: 1MB}\n`
      await writeFile(file, config('100B'))
      const server = await startServer({flags: ['--config', file]})
      const statusOf = async (tenant: string, length: number) => (await pushProtobuf(server.url, line(length), as(tenant))).status
      expect(await statusOf('small', 200)).toBe(400)
      expect(await statusOf('big', 200)).toBe(204)

      await writeFile(file, config('300B'))
      await eventually(async () => expect(await statusOf('small', 200)).toBe(204))
      await eventually(() => expect(server.output()).toContain('limits reloaded'))
      expect(await statusOf('small', 400)).toBe(400)

      await writeFile(file, 'limits: {max_line_size: ')
      server.child.kill('SIGHUP')
      await eventually(() => expect(server.output()).toContain('limits not reloaded; the old ones stay'))
      expect(await statusOf('small', 200)).toBe(204)

      await writeFile(file, config('0B'))
      server.child.kill('SIGHUP')
      await eventually(async () => expect(await statusOf('small', 2_000_000)).toBe(204))
      expect(await server.stop()).toBe(0)
      await remove()
    },
  )

  test('a rate that is used up is 429 with Retry-After, and nothing of the push is stored', async () => {
    const server = await startServer({flags: ['--limits.ingestion-rate-mb', '0.01', '--limits.ingestion-burst-size-mb', '0.02']})
    let refused: Response | undefined
    let accepted = 0
    for (let i = 0; i < 20 && refused === undefined; i++) {
      const response = await pushProtobuf(server.url, line(5000))
      if (response.status === 204) accepted++
      else refused = response
    }
    expect(accepted).toBeGreaterThan(0)
    expect(refused?.status).toBe(429)
    expect(refused?.headers.get('retry-after')).toBe('1')
    expect(await refused?.text()).toMatch(
      /^ingestion rate limit exceeded for user fake \(limit: \d+ bytes\/sec\) while attempting to ingest '1' lines totaling '\d+' bytes, /,
    )
    await server.stop()
  })

  test('what is dropped while ingestion is blocked is not said to be on disk', async () => {
    for (const [code, status] of [
      ['260', 260],
      ['200', 204],
    ] as const) {
      const flags = ['--limits.block-ingestion-until', '2100-01-01T00:00:00Z', '--limits.block-ingestion-status-code', code]
      const server = await startServer({flags})
      const response = await pushProtobuf(server.url, line(1))
      expect([response.status, response.headers.get('x-skald-durability')]).toEqual([status, null])
      await server.stop()
    }
  })

  test('Logs Drilldown gets some of too many series, with a warning behind the data', async () => {
    const server = await startServer({flags: ['--limits.max-query-series', '2']})
    const entries = [{tsNs: nowNs(), line: 'x'}]
    await pushProtobuf(
      server.url,
      ['a', 'b', 'c'].map(app => ({labels: `{app="${app}"}`, entries})),
    )
    const url = `${server.url}/loki/api/v1/query?query=${encodeURIComponent('count_over_time({app=~".+"}[5m])')}`
    expect((await fetch(url)).status).toBe(400)
    const partial = await fetch(url, {headers: {'x-query-tags': 'Source=grafana-lokiexplore-app'}})
    expect(partial.status).toBe(200)
    expect(await partial.text()).toMatch(
      /^\{"status":"success","data":\{.*\}\},"warnings":\["maximum number of series \(2\) reached for a single query; returning partial results"\]\}$/,
    )
    await server.stop()
  })

  test("Loki's limits, when asked for", async () => {
    const server = await startServer({flags: ['--limits.profile', 'loki']})
    const tsNs = nowNs()
    const old = await pushProtobuf(server.url, [{labels: '{app="old"}', entries: [{tsNs: tsNs - 8n * 86_400_000_000_000n, line: 'x'}]}])
    expect(old.status).toBe(400)
    expect(await old.text()).toMatch(/has timestamp too old: \S+, oldest acceptable timestamp is: \S+\n$/)
    const labels = Array.from({length: 16}, (_, i) => `l${i}="x"`).join(', ')
    const many = await pushProtobuf(server.url, [{labels: `{${labels}}`, entries: [{tsNs, line: 'x'}]}])
    expect(await many.text()).toMatch(/has 16 label names; limit 15\n$/)
    expect((await pushProtobuf(server.url, line(256 * 1024 + 1))).status).toBe(400)
    expect((await pushProtobuf(server.url, line(256 * 1024))).status).toBe(204)
    const limit = await fetch(`${server.url}/loki/api/v1/query_range?query=${encodeURIComponent('{app="limits"}')}&limit=5001`)
    expect(await limit.text()).toBe('max entries limit per query exceeded, limit > max_entries_limit_per_query (5001 > 5000)')
    await server.stop()
  })
})
