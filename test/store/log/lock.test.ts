import {spawnSync} from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import {afterEach, beforeEach, describe, expect, test} from 'vitest'
import {lockDirectory as lockDirectoryAs} from '../../../src/store/log/index.ts'

let locks = 0
const lockDirectory = (dir: string) => lockDirectoryAs(dir, `id${locks++}`)

// Elsewhere the path of a socket must be short.
const reason = process.platform === 'linux' ? '' : ' (skipped: long paths of sockets need Linux)'

describe('directory lock', () => {
  let dir: string
  beforeEach(() => {
    dir = fs.mkdtempSync(path.join(os.tmpdir(), 'skald-lock-'))
  })
  afterEach(() => fs.rmSync(dir, {recursive: true}))

  test('a second taker is told who has it; after release it is free', async () => {
    const lock = await lockDirectory(path.join(dir, 'deep', 'er'))
    await expect(lockDirectory(path.join(dir, 'deep', 'er'))).rejects.toThrow(`in use by process ${process.pid}`)
    lock.release()
    ;(await lockDirectory(path.join(dir, 'deep', 'er'))).release()
    expect(fs.readdirSync(path.join(dir, 'deep', 'er'))).toEqual([])
  })

  test('the lock of a living process holds', async () => {
    fs.writeFileSync(path.join(dir, 'lock'), JSON.stringify({pid: process.ppid, started: ''}))
    await expect(lockDirectory(dir)).rejects.toThrow(`in use by process ${process.ppid}`)
  })

  test.each([
    ['of a process that is gone', () => JSON.stringify({pid: spawnSync(process.execPath, ['-e', '']).pid, started: ''})],
    ['of an earlier process with our pid', () => JSON.stringify({pid: process.pid, started: 'another-boot/1'})],
    ['written halfway', () => '{"pid":'],
    ['empty', () => ''],
    ['of a process whose pid somebody else has since the last boot', () => JSON.stringify({pid: 1, started: 'another-boot/1'})],
    ['whose socket nobody answers on', () => JSON.stringify({pid: process.pid, started: 'another-boot/1', socket: 'lock.0.socket'})],
  ])('a lock %s is taken over', async (_name, text) => {
    fs.writeFileSync(path.join(dir, 'lock'), text())
    const lock = await lockDirectory(dir)
    expect(JSON.parse(fs.readFileSync(path.join(dir, 'lock'), 'utf8'))).toMatchObject({pid: process.pid})
    lock.release()
    expect(fs.readdirSync(dir)).toEqual([])
  })

  test.skipIf(process.platform !== 'linux')(`the lock of a process that is alive in another container holds${reason}`, async () => {
    const long = path.join(dir, 'a'.repeat(100), 'b'.repeat(100))
    const lock = await lockDirectory(long)
    const file = path.join(long, 'lock')
    const owner = JSON.parse(fs.readFileSync(file, 'utf8')) as {socket: string}
    // There it has a pid that means nothing here.
    fs.writeFileSync(file, JSON.stringify({...owner, pid: spawnSync(process.execPath, ['-e', '']).pid}))
    await expect(lockDirectory(long)).rejects.toThrow('of another container')
    lock.release()
    ;(await lockDirectory(long)).release()
    expect(fs.readdirSync(long)).toEqual([])
  })

  test('release leaves a lock that somebody else has by now', async () => {
    const lock = await lockDirectory(dir)
    fs.writeFileSync(path.join(dir, 'lock'), 'theirs')
    lock.release()
    expect(fs.readFileSync(path.join(dir, 'lock'), 'utf8')).toBe('theirs')
  })
})
