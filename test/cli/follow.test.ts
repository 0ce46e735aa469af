/* skald tail and skald push --follow: commands that go on until they are interrupted. */
import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {appendFile, rename, truncate, writeFile} from 'node:fs/promises'
import path from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {afterAll, beforeAll, expect, test} from 'vitest'
import {skald, skaldText, startSkald} from '../support/cli.ts'
import {pushProtobuf} from '../support/loki.ts'
import {MAIN, startServer, temporaryFolder, type TestServer} from '../support/server.ts'

let server: TestServer
let folder: Awaited<ReturnType<typeof temporaryFolder>>

beforeAll(async () => {
  folder = await temporaryFolder('follow')
  server = await startServer()
})
afterAll(async () => {
  await server.stop()
  await folder.remove()
})

const nowNs = () => BigInt(Date.now()) * 1_000_000n
const linesOf = (text: string) => text.split('\n').slice(0, -1)
const raw = async (selector: string) =>
  linesOf(await skaldText(['query', '--addr', server.url, selector, '-o', 'raw', '--limit', '0', '--forward']))

async function push(app: string, lines: readonly string[], atNs = nowNs()): Promise<void> {
  const entries = lines.map((line, i) => ({tsNs: atNs + BigInt(i), line}))
  expect((await pushProtobuf(server.url, [{labels: `{app="${app}"}`, entries}])).status).toBe(204)
}

test('tail prints the last lines, then new ones, each once and in order', async () => {
  const old = Array.from({length: 20}, (_, i) => `old ${i}`)
  await push('tail', old, nowNs() - 1_000_000_000n)
  const tail = startSkald(['tail', '--addr', server.url, '{app="tail"}', '-o', 'raw', '--every', '50ms'])
  await tail.until(out => out.includes('old 19'))
  const expected = old.slice(-10)
  for (let round = 0; round < 5; round++) {
    const lines = Array.from({length: 50}, (_, i) => `new ${round}.${i}`)
    await push('tail', lines)
    expected.push(...lines)
    await tail.until(out => out.includes(`new ${round}.49`))
  }
  // One that arrives late is shown, too.
  await push('tail', ['late'], nowNs() - 500_000_000n)
  await tail.until(out => out.includes('late'))
  expect(await tail.interrupt()).toBe(0)
  expect(linesOf(tail.out())).toEqual([...expected, 'late'])
  expect(tail.err()).toBe('')
})

test('tail filters, and refuses what cannot be followed', async () => {
  const [metric, parse] = await Promise.all([
    skald(['tail', '--addr', server.url, 'rate({app="tail"}[1m])']),
    skald(['tail', '--addr', server.url, '{app=']),
  ])
  expect(metric).toMatchObject({code: 2, err: expect.stringContaining('only log queries can be followed')})
  expect(parse).toMatchObject({code: 1, err: expect.stringMatching(/^skald tail: parse error at line 1, col 6: /)})
})

test('tail survives a restart of the server', async () => {
  const {dir, remove} = await temporaryFolder('tail')
  let own = await startServer({dir})
  const {port} = new URL(own.url)
  const say = async (line: string) =>
    expect((await pushProtobuf(own.url, [{labels: '{app="restart"}', entries: [{tsNs: nowNs(), line}]}])).status).toBe(204)
  await say('before')
  const tail = startSkald(['tail', '--addr', own.url, '{app="restart"}', '-o', 'raw', '--every', '50ms'])
  await tail.until(out => out.includes('before'))
  await own.stop()
  own = await startServer({dir, flags: ['--listen', `127.0.0.1:${port}`]})
  await say('after')
  await tail.until(out => out.includes('after'))
  expect(await tail.interrupt()).toBe(0)
  expect(tail.out()).toBe('before\nafter\n')
  await own.stop()
  await remove()
})

test('push --follow: what is appended, a line in two pieces, across rotation and truncation', async () => {
  const file = path.join(folder.dir, 'app.log')
  await writeFile(file, 'one\ntwo\n')
  const pusher = startSkald(['push', '--addr', server.url, '-l', 'app=follow', '--follow', file])
  const until = async (lines: readonly string[]) => {
    for (let i = 0; i < 60; i++) {
      if ((await raw('{app="follow"}')).length >= lines.length) break
      await sleep(100)
    }
    expect(await raw('{app="follow"}'), pusher.err()).toEqual(lines)
  }
  const expected = ['one', 'two']
  await until(expected)

  await appendFile(file, 'three\npart')
  expected.push('three')
  await until(expected)
  await appendFile(file, 'ed\r\n')
  expected.push('parted\r')
  await until(expected)

  await appendFile(file, 'last of the old file\nno line end')
  await rename(file, `${file}.1`)
  await writeFile(file, 'first of the new file\n')
  expected.push('last of the old file', 'no line end', 'first of the new file')
  await until(expected)

  await truncate(file, 0)
  await sleep(500) // it looks five times a second
  await appendFile(file, 'after truncation\n')
  expected.push('after truncation')
  await until(expected)

  await appendFile(file, 'unfinished')
  await sleep(500)
  expect(await pusher.interrupt()).toBe(0)
  expected.push('unfinished')
  await until(expected)
  expect(pusher.err()).toBe('')
})

test('push of a pipe that is interrupted sends what it has read', async () => {
  const args = ['push', '--addr', server.url, '-l', 'app=pipe', '-']
  const child = spawn(process.execPath, [MAIN, ...args], {stdio: ['pipe', 'ignore', 'pipe']})
  child.stdin.write('one\ntwo\nunfinished')
  for (let i = 0; i < 100 && (await raw('{app="pipe"}')).length < 2; i++) await sleep(50)
  child.kill('SIGINT')
  await once(child, 'exit')
  expect(await raw('{app="pipe"}')).toEqual(['one', 'two', 'unfinished'])
})

test('push of standard input', async () => {
  const push = ['push', '--addr', server.url]
  const input = Buffer.concat([Buffer.from('a\r\n\n'), Buffer.from([0xc3, 0x28]), Buffer.from('\n\ttabbed\nend')])
  const done = await skald([...push, '-l', 'app=stdin', '-m', 'k=v w', '-'], {input})
  expect(done).toMatchObject({code: 0, err: ''})
  expect(done.out.length).toBe(0)
  expect(await raw('{app="stdin"}')).toEqual(['a\r', '', '\ufffd(', '\ttabbed', 'end'])
  expect(await raw('{app="stdin"} | k="v w"')).toHaveLength(5)
  // Without a label there still has to be a stream; an empty input is fine.
  expect(await skald(push, {input: 'unlabelled\n'})).toMatchObject({code: 0})
  expect(await raw('{job="skald-push"}')).toEqual(['unlabelled'])
  expect(await skald([...push, '-l', 'app=nothing'], {input: ''})).toMatchObject({code: 0})
})

test('push --start gives the times', async () => {
  const args = ['push', '--addr', server.url, '-l', 'app=start', '--start', '2024-02-29T12:00:00Z', '-']
  expect(await skald(args, {input: 'x\ny\n'})).toMatchObject({code: 0})
  const range = ['--from', '2024-02-29T12:00:00Z', '--to', '2024-02-29T12:00:01Z', '-z', 'UTC', '--no-labels', '--forward']
  const text = await skaldText(['query', '--addr', server.url, '{app="start"}', ...range])
  expect(text).toBe('2024-02-29T12:00:00Z x\n2024-02-29T12:00:00.000000001Z y\n')
})
