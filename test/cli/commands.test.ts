/* The command itself: help, exit codes, what it says when called wrongly, completion scripts. */
import {spawnSync} from 'node:child_process'
import {createServer} from 'node:http'
import type {AddressInfo} from 'node:net'
import {mkdir, writeFile} from 'node:fs/promises'
import path from 'node:path'
import {expect, test} from 'vitest'
import {skald, skaldHere, skaldText} from '../support/cli.ts'
import {temporaryFolder} from '../support/server.ts'

const COMMANDS = ['serve', 'query', 'tail', 'labels', 'series', 'push', 'inspect', 'fmt', 'completion']
/** A port that nothing listens on: below those that are given out, and none that fetch refuses. */
const NOBODY = 'http://127.0.0.1:1025'

test('help of the command and of every subcommand', async () => {
  const help = async (...args: string[]) => (await skaldHere(args)).out
  const overview = await skaldText(['--help'])
  for (const name of COMMANDS) expect(overview).toMatch(new RegExp(`^  ${name} +\\S`, 'm'))
  for (const name of COMMANDS) {
    const text = await help(name, '--help')
    expect(text).toMatch(new RegExp(`^skald ${name}: .+\n\nUsage: skald ${name} `))
    expect([await help(name, '-h'), await help('help', name)]).toEqual([text, text])
  }
  expect(await skaldText(['query', '--help'])).toBe(await help('query', '--help'))
})

test('the version', async () => {
  expect(await skaldText(['--version'])).toMatch(/^skald \d+\.\d+\.\d+\n$/)
})

const usage: [string[], RegExp][] = [
  [[], /^skald: a log store/],
  [['nope'], /^skald: unknown command "nope"/],
  [['query'], /^skald query: give one query, quoted\nUsage: /],
  [['query', '{a="b"}', 'more'], /give one query, quoted/],
  [['query', '--nope', 'x'], /^skald query: Unknown option '--nope'/],
  [['query', '{a="b"}', '--limit', 'x'], /--limit must be a whole number/],
  [['query', '{a="b"}', '-o', 'xml'], /--output must be one of default, raw, jsonl/],
  [['query', '{a="b"}', '--since', 'yesterday'], /--since: "yesterday" is not a duration/],
  [['query', '{a="b"}', '--from', 'noon'], /--from: "noon" is not a time/],
  [['query', '{a="b"}', '--from', '2024-01-02', '--to', '2024-01-01'], /the start is after the end/],
  [['tail'], /give one query, quoted/],
  [['tail', '{a="b"}', '--lines', '-1'], /--lines/],
  [['labels', 'a', 'b'], /give one label at most/],
  [['push', '-l', 'app', '-'], /--label must be name=value, not "app"/],
  [['inspect'], /give a file/],
  [['inspect', 'package.json'], /neither a log .*, a manifest nor a part/],
  [['completion', 'cmd'], /give bash, zsh or fish/],
  [['help', 'nope'], /^skald: unknown command "nope"/],
  [['labels', '--addr', '127.0.0.1:3100'], /--addr: "127\.0\.0\.1:3100" is not a URL such as http:\/\/127\.0\.0\.1:3100/],
  [['serve', '--listen', 'here'], /"here" is not host:port/],
  [['serve', '--listen', '127.0.0.1:65536'], /"127\.0\.0\.1:65536" is not host:port/],
  [['serve', '--nope', '1'], /--nope/],
  [['serve', '--store.head-size-max', 'big'], /store\.head-size-max.*big/],
  [['serve', '--config', '/nowhere.yaml'], /\/nowhere\.yaml/],
]
test('called wrongly: exit code 2, and what would be right', async () => {
  const results = await Promise.all(usage.map(async ([args]) => await skaldHere(args)))
  for (const [i, {code, out, err}] of results.entries()) {
    const [args, text] = usage[i] ?? [[], /./]
    expect(err, args.join(' ')).toMatch(text)
    expect([code, out.length], args.join(' ')).toEqual([2, 0])
    expect(err).not.toContain('    at ')
  }
})

const failing: [string[], RegExp][] = [
  [['query', '{a="b"}', '--addr', NOBODY], /^skald query: cannot reach http:\/\/127\.0\.0\.1:1025: .*ECONNREFUSED/],
  [['labels', '--addr', NOBODY], /cannot reach/],
  [['series', '--addr', NOBODY], /cannot reach/],
  [['push', '/nowhere/at/all.log', '--addr', NOBODY], /ENOENT.*\/nowhere\/at\/all\.log/],
  [['inspect', '/nowhere/x.part'], /ENOENT.*\/nowhere\/x\.part/],
  [['inspect', '/nowhere/00000001.log'], /ENOENT.*\/nowhere\/00000001\.log/],
]
test('failed: exit code 1, and a message without a stack', async () => {
  const {dir, remove} = await temporaryFolder('commands')
  const results = await Promise.all(failing.map(async ([args]) => await skald(args, {cwd: dir})))
  for (const [i, {code, err}] of results.entries()) {
    const [args, text] = failing[i] ?? [[], /./]
    expect(err, args.join(' ')).toMatch(text)
    expect(code, args.join(' ')).toBe(1)
    expect(err, args.join(' ')).not.toContain('    at ')
  }
  await remove()
})

test('a server that is neither Skald nor Loki: a message without a stack', async () => {
  const server = createServer((request, response) => {
    const url = request.url ?? ''
    if (url.startsWith('/none')) return response.writeHead(404).end()
    if (url.startsWith('/cut')) return response.writeHead(200, {'content-length': '100'}).write('{', () => response.destroy())
    return response.end(url.startsWith('/html') ? '<html>' : '{}')
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const {port} = server.address() as AddressInfo
  for (const [path, text] of [
    ['none', /^skald query: http:\S+\/none has no \/loki\/api\/v1\/query_range: 404; is it Skald or Loki\?\n$/],
    ['html', /^skald query: http:\S+\/html answered \S+ with something else than JSON; is it Skald or Loki\?\n$/],
    ['json', /^skald query: the server's answer is not Loki's: no data.resultType\n$/],
    ['cut', /^skald query: lost the connection to http:\S+\/cut: .+\n$/],
  ] as const) {
    const {code, err} = await skaldHere(['query', '{a="b"}', '--addr', `http://127.0.0.1:${port}/${path}`])
    expect(err).toMatch(text)
    expect(code).toBe(1)
  }
  expect(await skaldHere(['tail', '{a="b"}', '--addr', `http://127.0.0.1:${port}/json`])).toMatchObject({code: 1})
  server.closeAllConnections()
  await new Promise(resolve => server.close(resolve))
})

test('tail ends where one instant has more entries than the server answers with', async () => {
  const values = [
    ['1700000000000000000', 'a'],
    ['1700000000000000000', 'b'],
  ]
  const server = createServer((request, response) => {
    const limit = Number(new URL(request.url ?? '', 'http://x').searchParams.get('limit'))
    if (limit > 2) response.writeHead(400).end(`limit > max_entries_limit_per_query (${limit} > 2)`)
    else response.end(JSON.stringify({data: {resultType: 'streams', result: [{stream: {}, values}]}}))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const {port} = server.address() as AddressInfo
  const {code, err} = await skaldHere(['tail', '{a="b"}', '--addr', `http://127.0.0.1:${port}`])
  expect(err).toBe('skald tail: more than 2 entries at 2023-11-14T22:13:20Z, and the server answers with no more at once\n')
  expect(code).toBe(1)
  server.closeAllConnections()
  await new Promise(resolve => server.close(resolve))
})

test('serve says what is wrong with its folder or port', async () => {
  const {dir, remove} = await temporaryFolder('serve')
  const file = path.join(dir, 'file')
  await writeFile(file, '')
  const inFile = await skald(['serve', '--listen', '127.0.0.1:0', '--data', path.join(file, 'data')])
  expect(inFile.code).toBe(1)
  expect(inFile.err).toContain(file)
  expect(inFile.err).not.toContain('    at ')
  await mkdir(path.join(dir, 'data'))
  const port = await skald(['serve', '--listen', '203.0.113.1:3100', '--data', path.join(dir, 'data')])
  expect(port).toMatchObject({code: 1, err: expect.stringMatching(/EADDRNOTAVAIL.*203\.0\.113\.1/)})
  expect(port.err).not.toContain('    at ')
  await remove()
})

test('completion scripts parse, and complete commands and flags', async () => {
  const script = await skaldText(['completion', 'bash'])
  expect(spawnSync('bash', ['-n'], {input: script}).status).toBe(0)
  const complete = (...words: string[]) =>
    spawnSync(
      'bash',
      ['-c', `${script}\nCOMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _skald; printf '%s\\n' "\${COMPREPLY[@]}"`, 'bash', ...words],
      {
        encoding: 'utf8',
      },
    ).stdout.split('\n')
  expect(complete('skald', 'qu')).toContain('query')
  expect(complete('skald', 'query', '--lim')).toContain('--limit')
  expect(complete('skald', 'serve', '--store.')).toContain('--store.data-dir')
  expect(complete('skald', 'query', '-o', '')).toEqual(['default', 'raw', 'jsonl', ''])
  expect(complete('skald', 'completion', '')).toEqual(['bash', 'zsh', 'fish', ''])
  for (const shell of ['zsh', 'fish']) {
    const other = await skaldText(['completion', shell])
    for (const name of COMMANDS) expect(other).toContain(name)
    if (spawnSync(shell, ['-c', 'true']).status === 0) expect(spawnSync(shell, ['-n'], {input: other}).status).toBe(0)
  }
})
