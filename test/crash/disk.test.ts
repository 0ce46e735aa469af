/*
 * The disk fails under a running server: pushes are refused with 503 and Retry-After and are then really not there,
 * queries go on, and when the disk is well again so are pushes, without a restart. Nothing acknowledged is lost.
 */
import {mkdir, rm, writeFile} from 'node:fs/promises'
import path from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {expect, test} from 'vitest'
import {eventually} from '../support/eventually.ts'
import {failCalls, limitFileSize, mountTmpfs, whyNoPrlimit, whyNoStrace, whyNoTmpfs} from '../support/faults.ts'
import {Load} from '../support/load.ts'
import {Random} from '../support/random.ts'
import {startServer, temporaryFolder, type TestServer} from '../support/server.ts'

const skipped = (reason: string | undefined) => (reason === undefined ? '' : ` (skipped: ${reason})`)
const pidOf = (server: TestServer) => server.child.pid ?? 0

/** Pushes, each of which must be taken. */
async function pushes(load: Load, url: string, round: number, count: number): Promise<void> {
  for (let i = 0; i < count; i++) expect(await load.push(url, round), JSON.stringify(load.refusals.at(-1))).toBe('acknowledged')
}

/** Pushes until they are taken again; a server may need a moment to find out. */
async function recovers(load: Load, url: string, round: number): Promise<void> {
  for (let i = 0; i < 100; i++) {
    if ((await load.push(url, round)) === 'acknowledged') return
    await sleep(100)
  }
  expect.fail(`pushes are still refused: ${JSON.stringify(load.refusals.at(-1))}`)
}

async function refused(load: Load, url: string, round: number, text: RegExp): Promise<void> {
  const before = load.refusals.length
  for (let i = 0; i < 5; i++) expect(await load.push(url, round)).toBe('refused')
  for (const refusal of load.refusals.slice(before)) {
    expect(refusal).toMatchObject({status: 503, text: expect.stringMatching(text), retryAfter: expect.stringMatching(/^\d+$/)})
  }
}

const flush = async (server: TestServer) => await fetch(`${server.url}/flush`, {method: 'POST'})

/** A flush that failed is tried again after a pause; until then it answers with the failure. */
async function flushes(server: TestServer): Promise<void> {
  let status = 0
  for (let i = 0; i < 150 && status !== 204; i++) {
    status = (await flush(server)).status
    if (status !== 204) await sleep(200)
  }
  expect(status, server.output()).toBe(204)
}

const noPrlimit = whyNoPrlimit()
test.skipIf(noPrlimit !== undefined)(`no file can grow any more, then it can again${skipped(noPrlimit)}`, async () => {
  const {dir, remove} = await temporaryFolder('full')
  const load = new Load('full', new Random(7))
  let server = await startServer({dir})
  await pushes(load, server.url, 0, 20)
  for (let round = 1; round <= 3; round++) {
    limitFileSize(pidOf(server), 1)
    await refused(load, server.url, round, /cannot write the log/)
    await load.verify(server.url)
    expect((await fetch(`${server.url}/ready`)).status).toBe(200)
    limitFileSize(pidOf(server), undefined)
    await recovers(load, server.url, round)
    await pushes(load, server.url, round, 5)
    await load.verify(server.url)
  }
  await server.kill()
  server = await startServer({dir})
  await load.verify(server.url)
  expect(await server.stop()).toBe(0)
  await remove()
})

test.skipIf(noPrlimit !== undefined)(`a flush that cannot write goes on trying, and loses nothing${skipped(noPrlimit)}`, async () => {
  const {dir, remove} = await temporaryFolder('full-flush')
  const load = new Load('full-flush', new Random(8))
  let server = await startServer({dir})
  await pushes(load, server.url, 0, 30)
  limitFileSize(pidOf(server), 100)
  const failed = await flush(server)
  expect(failed.status).toBe(503)
  expect(await failed.text()).toMatch(/cannot write|too large|EFBIG/)
  await load.verify(server.url)
  await eventually(() => expect(server.output()).toMatch(/"level":"error".*EFBIG.*"msg":"flushing failed; it is tried again"/))
  limitFileSize(pidOf(server), undefined)
  await recovers(load, server.url, 1)
  await flushes(server)
  await load.verify(server.url)
  await server.kill()
  server = await startServer({dir})
  await load.verify(server.url)
  expect(await server.stop()).toBe(0)
  await remove()
})

const noTmpfs = whyNoTmpfs()
test.skipIf(noTmpfs !== undefined)(`a disk that is really full${skipped(noTmpfs)}`, async () => {
  const {dir, remove} = await temporaryFolder('tmpfs')
  const disk = mountTmpfs(dir, 24)
  try {
    const data = path.join(dir, 'data')
    await mkdir(data)
    const load = new Load('tmpfs', new Random(9))
    let server = await startServer({dir: data})
    await pushes(load, server.url, 0, 20)
    const ballast = path.join(dir, 'ballast')
    await writeFile(ballast, Buffer.alloc(24 * 1024 * 1024)).catch(() => undefined) // until it is full
    await refused(load, server.url, 1, /no space left/)
    await load.verify(server.url)
    const failed = await flush(server)
    expect(failed.status).toBe(503)
    expect(await failed.text()).toMatch(/no space left|ENOSPC/)
    await load.verify(server.url)
    await rm(ballast)
    await recovers(load, server.url, 2)
    await pushes(load, server.url, 2, 10)
    await flushes(server)
    await load.verify(server.url)
    await server.kill()
    server = await startServer({dir: data})
    await load.verify(server.url)
    // Starting on a full disk either works or says what is wrong; it breaks nothing.
    expect(await server.stop()).toBe(0)
    await writeFile(ballast, Buffer.alloc(24 * 1024 * 1024)).catch(() => undefined)
    const outcome = await startServer({dir: data}).then(
      async started => String(await started.stop()),
      (error: unknown) => String(error),
    )
    expect(outcome).toMatch(/^0$|no space left/i)
    await rm(ballast)
    server = await startServer({dir: data})
    await load.verify(server.url)
    expect(await server.stop()).toBe(0)
  } finally {
    disk.unmount()
    await remove()
  }
})

const noStrace = whyNoStrace()
test.skipIf(noStrace !== undefined)(`a disk that cannot sync${skipped(noStrace)}`, async () => {
  const {dir, remove} = await temporaryFolder('eio')
  const load = new Load('eio', new Random(10))
  let server = await startServer({dir, env: {UV_USE_IO_URING: '0'}})
  await pushes(load, server.url, 0, 10)
  for (let round = 1; round <= 2; round++) {
    const fault = await failCalls(pidOf(server), 'fdatasync', 'EIO')
    await refused(load, server.url, round, /cannot write the log.*EIO/)
    await load.verify(server.url)
    await fault.stop()
    await recovers(load, server.url, round)
    await pushes(load, server.url, round, 5)
  }
  await server.kill()
  server = await startServer({dir})
  await load.verify(server.url)
  expect(await server.stop()).toBe(0)
  await remove()
})
