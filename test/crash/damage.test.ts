/*
 * Damage on disk under a real server: a log, a manifest and a part are cut short or have bits flipped. The server starts,
 * serves the rest, and says what is missing: in its log, as a warning of the answer, and in `skald inspect`, which exits 1.
 */
import {cp, readdir, readFile, truncate, writeFile} from 'node:fs/promises'
import path from 'node:path'
import {afterAll, beforeAll, expect, test} from 'vitest'
import {eventually} from '../support/eventually.ts'
import {skald} from '../support/cli.ts'
import {pushProtobuf, queryDamaged, queryEntries} from '../support/loki.ts'
import {Random} from '../support/random.ts'
import {startServer, temporaryFolder, type TestServer} from '../support/server.ts'

const DAY_NS = 86_400_000_000_000n
const LINES = 1500
/** Days by what happens to them. */
const WHOLE = 0n
const PART = 1n
const MANIFEST = 2n
const LOG = 3n

const firstDayNs = (BigInt(Date.now()) / 86_400_000n - 6n) * DAY_NS
const linesOf = (day: bigint) =>
  Array.from({length: LINES}, (_, i) => `day ${day} line ${i} ${((i * 2_654_435_761) >>> 0).toString(16)} ${'filler '.repeat(i % 17)}`)

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let template: string

/** Three days in parts, the fourth in the log of a server that was killed. */
beforeAll(async () => {
  folder = await temporaryFolder('damage')
  template = path.join(folder.dir, 'template')
  const server = await startServer({dir: template})
  for (const day of [WHOLE, PART, MANIFEST]) await pushDay(server.url, day)
  expect((await fetch(`${server.url}/flush`, {method: 'POST'})).status).toBe(204)
  await pushDay(server.url, LOG)
  await server.kill()
})
afterAll(async () => await folder.remove())

/** Sockets, such as the one that the killed server leaves, cannot be copied. */
const copyTemplate = async (dir: string) => await cp(template, dir, {recursive: true, filter: file => !file.endsWith('.socket')})

async function pushDay(url: string, day: bigint): Promise<void> {
  const lines = linesOf(day)
  for (let from = 0; from < LINES; from += 50) {
    const entries = lines.slice(from, from + 50).map((line, i) => {
      const tsNs = firstDayNs + day * DAY_NS + BigInt(from + i) * 1_000_000n
      return {tsNs, line, metadata: {n: String(from + i), trace_id: new Random(from + i).hex(8)}}
    })
    const response = await pushProtobuf(url, [{labels: `{job="damage", group="${(from / 50) % 3}"}`, entries}])
    expect(response.status).toBe(204)
  }
}

async function readDay(server: TestServer, day: bigint): Promise<{lines: string[]; warnings: string[]}> {
  const startNs = firstDayNs + day * DAY_NS
  const {entries, warnings} = await queryDamaged(server.url, '{job="damage"}', {startNs, endNs: startNs + DAY_NS})
  return {lines: entries.map(e => e.line), warnings}
}

async function files(dir: string, pattern: RegExp): Promise<string[]> {
  return (await readdir(dir, {recursive: true})).filter(name => pattern.test(name)).toSorted()
}

const dayFolder = (day: bigint) => new Date(Number((firstDayNs + day * DAY_NS) / 1_000_000n)).toISOString().slice(0, 10)

type Damage = 'cut' | 'flip'

async function damage(file: string, kind: Damage, random: Random): Promise<void> {
  const bytes = await readFile(file)
  if (kind === 'cut') return await truncate(file, random.below(bytes.length))
  for (let flips = 1 + random.below(3); flips > 0; flips--) {
    const at = random.below(bytes.length)
    bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8))
  }
  await writeFile(file, bytes)
}

/** Nothing that was not pushed, nothing twice, in order. @returns whether all of it is there. */
function checkSubset(day: bigint, lines: readonly string[]): boolean {
  const all = linesOf(day)
  const known = new Set(all)
  expect(lines.filter(line => !known.has(line))).toEqual([])
  expect(new Set(lines).size).toBe(lines.length)
  return lines.length === all.length
}

async function inspect(file: string): Promise<{code: number | null; text: string}> {
  const {code, out, err} = await skald(['inspect', '--rows', file])
  return {code, text: `${out.toString()}${err}`}
}

const cases = Array.from({length: 8}, (_, i) => ({kind: i % 2 === 0 ? 'cut' : 'flip', seed: 1000 + i}) as const)

test.each(cases)('a log, a manifest and a part, $kind with seed $seed', {timeout: 120_000}, async ({kind, seed}) => {
  const random = new Random(seed)
  const dir = path.join(folder.dir, `case-${seed}`)
  await copyTemplate(dir)
  const only = async (pattern: RegExp): Promise<string> => {
    const found = await files(dir, pattern)
    expect(found).toHaveLength(1)
    return path.join(dir, found[0] ?? '')
  }
  const part = await only(new RegExp(`${dayFolder(PART)}/.*\\.part$`))
  const manifest = await only(new RegExp(`${dayFolder(MANIFEST)}/manifest$`))
  const log = await only(/^log\/\d+\.log$/)
  for (const file of [part, manifest, log]) await damage(file, kind, random)
  const shown = {part: await inspect(part), manifest: await inspect(manifest), log: await inspect(log)}

  let server = await startServer({dir})
  const check = async (): Promise<void> => {
    expect(await readDay(server, WHOLE)).toEqual({lines: linesOf(WHOLE), warnings: []})

    const fromPart = await readDay(server, PART)
    if (!checkSubset(PART, fromPart.lines)) {
      expect(fromPart.warnings.join('\n')).toContain(path.basename(part))
      expect(fromPart.warnings.join('\n')).toMatch(/at byte \d+: /)
      // What the server writes comes through a pipe, and may be read after its answer.
      const warned = new RegExp(`"level":"warn".*${path.basename(part)}.*at byte \\d+: .*"msg":"answered with warnings"`)
      await eventually(() => expect(server.output()).toMatch(warned))
      expect(shown.part.code, shown.part.text).toBe(1)
      expect(shown.part.text).toContain(path.basename(part))
    }

    const fromManifest = await readDay(server, MANIFEST)
    if (!checkSubset(MANIFEST, fromManifest.lines)) {
      expect(fromManifest.warnings.join('\n')).toContain(`${dayFolder(MANIFEST)}/manifest`)
      expect(shown.manifest.code, shown.manifest.text).toBe(1)
      expect(shown.manifest.text).toContain('manifest')
    }
    const page = await (await fetch(`${server.url}/metrics`)).text()
    expect(page).toMatch(fromManifest.lines.length === LINES ? /^skald_damaged_days 0$/m : /^skald_damaged_days 1$/m)

    const fromLog = await readDay(server, LOG)
    checkSubset(LOG, fromLog.lines)
  }
  await check()

  const started = server.output()
  if ((await readDay(server, MANIFEST)).lines.length < LINES) expect(started).toMatch(/"level":"error".*manifest.*"msg":"damaged manifest/)
  if (shown.log.code === 1) expect(started).toMatch(/"level":"error".*"file":"\d+\.log","offset":\d+.*"msg":"damaged log"/)
  // A cut between two records cannot be seen; everything else is.
  if ((await readDay(server, LOG)).lines.length < LINES && shown.log.code === 0) expect(kind).toBe('cut')
  if (shown.log.code === 1) expect(shown.log.text).toMatch(/^@\d+ +DAMAGED \d+ bytes: /m)

  // It goes on with what it has: the damaged days take new lines, through the next flush, merge and start.
  const again = await pushProtobuf(
    server.url,
    [WHOLE, PART, MANIFEST, LOG].map(day => ({
      labels: '{job="after"}',
      entries: [{tsNs: firstDayNs + day * DAY_NS + 3_600_000_000_000n, line: `after ${day}`}],
    })),
  )
  expect(again.status).toBe(204)
  expect((await fetch(`${server.url}/flush`, {method: 'POST'})).status).toBe(204)
  await check()
  expect(await server.stop()).toBe(0)
  server = await startServer({dir})
  await check()
  const {entries} = await queryDamaged(server.url, '{job="after"}', {startNs: firstDayNs, endNs: firstDayNs + 5n * DAY_NS})
  expect(entries.map(e => e.line)).toEqual(['after 0', 'after 1', 'after 2', 'after 3'])
  expect(await server.stop()).toBe(0)
})

test('files that are not there, empty, or not ours', async () => {
  const dir = path.join(folder.dir, 'missing')
  await copyTemplate(dir)
  const [part] = await files(dir, new RegExp(`${dayFolder(PART)}/.*\\.part$`))
  await truncate(path.join(dir, part ?? ''), 0)
  const [manifest] = await files(dir, new RegExp(`${dayFolder(MANIFEST)}/manifest$`))
  await writeFile(path.join(dir, manifest ?? ''), 'not a manifest')
  await writeFile(path.join(dir, 'log', 'notes.txt'), 'left by somebody')
  const server = await startServer({dir})
  expect((await readDay(server, PART)).warnings.join()).toContain('.part')
  expect((await readDay(server, MANIFEST)).warnings.join()).toContain('manifest')
  const startNs = firstDayNs + LOG * DAY_NS
  expect(await queryEntries(server.url, '{job="damage"}', {startNs, endNs: startNs + DAY_NS})).toHaveLength(LINES)
  expect(await server.stop()).toBe(0)
  expect((await inspect(path.join(dir, part ?? ''))).code).toBe(1)
  expect((await inspect(path.join(dir, manifest ?? ''))).code).toBe(1)
  expect((await inspect(path.join(dir, 'nothing.part'))).code).toBe(1)
  expect((await inspect(path.join(dir, 'log', 'notes.txt'))).code).toBe(2)
})
