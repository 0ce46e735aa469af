import {spawnSync} from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import {afterEach, beforeEach, describe, expect, test} from 'vitest'
import {lockDirectory} from '../../../src/store/log/index.ts'

describe('directory lock', () => {
  let dir: string
  beforeEach(() => {
    dir = fs.mkdtempSync(path.join(os.tmpdir(), 'skald-lock-'))
  })
  afterEach(() => fs.rmSync(dir, {recursive: true}))

  test('a second taker is told who has it; after release it is free', () => {
    const lock = lockDirectory(path.join(dir, 'deep', 'er'))
    expect(() => lockDirectory(path.join(dir, 'deep', 'er'))).toThrow(`in use by process ${process.pid}`)
    lock.release()
    lockDirectory(path.join(dir, 'deep', 'er')).release()
    expect(fs.readdirSync(path.join(dir, 'deep', 'er'))).toEqual([])
  })

  test('the lock of a living process holds', () => {
    fs.writeFileSync(path.join(dir, 'lock'), JSON.stringify({pid: process.ppid, started: ''}))
    expect(() => lockDirectory(dir)).toThrow(`in use by process ${process.ppid}`)
  })

  test.each([
    ['of a process that is gone', () => JSON.stringify({pid: spawnSync(process.execPath, ['-e', '']).pid, started: ''})],
    ['of an earlier process with our pid', () => JSON.stringify({pid: process.pid, started: 'another-boot/1'})],
    ['written halfway', () => '{"pid":'],
    ['empty', () => ''],
  ])('a lock %s is taken over', (_name, text) => {
    fs.writeFileSync(path.join(dir, 'lock'), text())
    const lock = lockDirectory(dir)
    expect(JSON.parse(fs.readFileSync(path.join(dir, 'lock'), 'utf8'))).toMatchObject({pid: process.pid})
    lock.release()
    expect(fs.readdirSync(dir)).toEqual([])
  })

  test('release leaves a lock that somebody else has by now', () => {
    const lock = lockDirectory(dir)
    fs.writeFileSync(path.join(dir, 'lock'), 'theirs')
    lock.release()
    expect(fs.readFileSync(path.join(dir, 'lock'), 'utf8')).toBe('theirs')
  })
})
