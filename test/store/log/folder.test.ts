import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import {expect, onTestFinished, test} from 'vitest'
import {createLogFolder} from '../../../src/store/log/index.ts'

test('a file that somebody deletes takes nothing any more; the next one does', async () => {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'skald-folder-'))
  onTestFinished(() => fs.rmSync(dir, {recursive: true}))
  const folder = createLogFolder(dir)
  const file = await folder.create('a.log')
  await file.writev([Buffer.from('one')], 0)
  await file.datasync()
  fs.rmSync(path.join(dir, 'a.log'))
  await file.writev([Buffer.from('two')], 3)
  await expect(file.datasync()).rejects.toThrow('deleted by somebody else')
  await file.close()
  const next = await folder.create('a-1.log')
  await next.writev([Buffer.from('two')], 0)
  await next.datasync()
  await next.close()
})
