/*
 * Real log files through the real command: `skald push`, then `skald query -o raw`, byte for byte; from the head, from
 * parts, and after a restart.
 *
 * JSON cannot carry bytes that are not UTF-8, so a query shows them as U+FFFD, as Loki does. That the store keeps them is
 * seen in `skald inspect --rows`, which prints such a line as hex.
 */
import {existsSync, readdirSync, readFileSync} from 'node:fs'
import {readdir, writeFile} from 'node:fs/promises'
import path from 'node:path'
import {afterAll, beforeAll, expect, test} from 'vitest'
import {skald, skaldText} from '../support/cli.ts'
import {startServer, temporaryFolder, type TestServer} from '../support/server.ts'

const OWN = path.join(import.meta.dirname, '..', 'corpora', 'lnav')
const SHARED = path.join(import.meta.dirname, '..', '..', '..', 'shared', 'corpora')
/** Of each corpus beside the checkout; the rest is left to the benchmarks. */
const SHARED_BYTES_MAX = 3 * 1024 * 1024

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let server: TestServer

beforeAll(async () => {
  folder = await temporaryFolder('files')
  server = await startServer({dir: folder.dir})
})
afterAll(async () => {
  await server.stop()
  await folder.remove()
})

const filesOf = (dir: string) =>
  readdirSync(dir)
    .toSorted()
    .map(name => path.join(dir, name))

/** What a query prints of a file: U+FFFD for invalid UTF-8, and a line end after the last line too. */
function printed(bytes: Buffer): string {
  const text = bytes.toString('utf8')
  return text === '' || text.endsWith('\n') ? text : `${text}\n`
}

const push = async (corpus: string, files: readonly string[]) =>
  await skald(['push', '--addr', server.url, '-l', `corpus=${corpus}`, ...files])
const query = async (selector: string) =>
  await skaldText(['query', '--addr', server.url, selector, '-o', 'raw', '--limit', '0', '--forward', '--quiet'])

async function flush(): Promise<void> {
  const response = await fetch(`${server.url}/flush`, {method: 'POST'})
  expect(response.status, await response.text()).toBe(204)
}

async function restart(): Promise<void> {
  expect(await server.stop()).toBe(0)
  server = await startServer({dir: folder.dir})
}

test('files of the project: every byte comes back', async () => {
  const files = filesOf(OWN)
  expect(await push('lnav', files)).toMatchObject({code: 0, err: ''})
  const all = files.map(file => printed(readFileSync(file))).join('')
  const check = async () => {
    // Times ascend from file to file, so the whole corpus comes back in the order of the command line.
    expect(await query('{corpus="lnav"}')).toBe(all)
    for (const file of files.filter(f => /crlf\.0|laravel\.1/.test(f))) {
      expect(await query(`{corpus="lnav", filename="${file}"}`), file).toBe(printed(readFileSync(file)))
    }
  }
  await check()
  await flush()
  await check()
  await restart()
  await check()
})

test('parts keep what is not UTF-8, byte for byte', async () => {
  const file = path.join(OWN, 'invalid_utf8.0')
  const bytes = readFileSync(file)
  expect(bytes.toString('utf8')).toContain('\ufffd')
  expect(await push('invalid', [file])).toMatchObject({code: 0, err: ''})
  await flush()
  const lines = await inspectRows('corpus="invalid"')
  expect(Buffer.concat(lines.map(line => Buffer.concat([line, Buffer.from('\n')])))).toEqual(bytes)
})

/** Lines of a stream as they are in the parts. */
async function inspectRows(label: string): Promise<Buffer[]> {
  const objects = path.join(folder.dir, 'objects')
  const names = await readdir(objects, {recursive: true})
  const parts = names.filter(name => name.endsWith('.part')).map(name => path.join(objects, name))
  const text = await skaldText(['inspect', '--rows', ...parts])
  const lines: Buffer[] = []
  let inside = false
  for (const row of text.split('\n')) {
    if (row.startsWith('stream ')) inside = row.includes(label)
    const value = /^ {4}\d\d:\d\d:\d\d\.\d{9} (?:("(?:[^"\\]|\\.)*")|0x([0-9a-f]*))/.exec(row)
    if (!inside || value === null) continue
    lines.push(value[1] === undefined ? Buffer.from(value[2] ?? '', 'hex') : Buffer.from(JSON.parse(value[1]) as string))
  }
  return lines
}

test('lines of every length, up to the largest allowed', async () => {
  const file = path.join(folder.dir, 'long.txt')
  const lengths = [0, 1, 4095, 4096, 65_535, 65_536, 262_143, 262_144, 262_145, 1_048_575, 1_048_576, 3]
  const lines = lengths.map((length, i) => String.fromCharCode(97 + i).repeat(length))
  await writeFile(file, lines.map(line => `${line}\n`).join(''))
  expect(await push('long', [file])).toMatchObject({code: 0, err: ''})
  const check = async () => {
    const got = await query('{corpus="long"}')
    expect(got.split('\n').map(l => l.length)).toEqual([...lengths, 0])
    expect(got === lines.map(line => `${line}\n`).join('')).toBe(true)
  }
  await check()
  await flush()
  await check()
})

test('a line above the limit is named, the others are stored, and the exit code is 1', async () => {
  const file = path.join(folder.dir, 'too-long.txt')
  await writeFile(file, `first\n${'x'.repeat(1_048_577)}\nlast\n`)
  const {code, err} = await push('too-long', [file])
  expect(code).toBe(1)
  expect(err).toMatch(/max entry size '1048576' bytes exceeded for stream '\{corpus="too-long".* with length '1048577' bytes/)
  expect(await query('{corpus="too-long"}')).toBe('first\nlast\n')
})

const reason = existsSync(SHARED) ? '' : ' (skipped: no folder shared/corpora beside the checkout)'

test.skipIf(reason !== '')(`files of the corpora beside the checkout${reason}`, {timeout: 180_000}, async () => {
  const corpora = ['lnav', 'elastic', 'zeek', 'loghub2k'].filter(name => existsSync(path.join(SHARED, name)))
  const expected = new Map<string, string>()
  for (const corpus of corpora) {
    let left = SHARED_BYTES_MAX
    const files = filesOf(path.join(SHARED, corpus)).filter(file => (left -= readFileSync(file).length) > 0)
    expect(await push(`shared-${corpus}`, files)).toMatchObject({code: 0, err: ''})
    expected.set(corpus, files.map(file => printed(readFileSync(file))).join(''))
  }
  await restart()
  await flush()
  for (const [corpus, text] of expected) expect((await query(`{corpus="shared-${corpus}"}`)) === text, corpus).toBe(true)
})
