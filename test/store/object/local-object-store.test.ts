import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import {afterEach, beforeEach, describe, expect, it} from 'vitest'
import {Failure} from '../../../src/model/index.ts'
import {NODE_FILES, openLocalObjectStore, type LocalFiles} from '../../../src/store/object/index.ts'
import {objectStoreConformance} from './conformance.ts'

const temporary = (): Promise<string> => fs.mkdtemp(path.join(os.tmpdir(), 'skald-objects-'))

objectStoreConformance('local directory', async () => {
  const directory = await temporary()
  const store = openLocalObjectStore({directory})
  return {
    store,
    dispose: async () => {
      await store.close()
      await fs.rm(directory, {recursive: true})
    },
  }
})

describe('local directory', () => {
  let directory: string
  beforeEach(async () => {
    directory = await temporary()
  })
  afterEach(() => fs.rm(directory, {recursive: true}))

  it('removes what a crash left, and only when told', async () => {
    await fs.mkdir(path.join(directory, '.tmp'))
    await fs.writeFile(path.join(directory, '.tmp', '1-0-0'), 'half')
    const store = openLocalObjectStore({directory})
    expect(await fs.readdir(path.join(directory, '.tmp'))).toEqual(['1-0-0'])
    await store.removeStale()
    expect(await fs.readdir(path.join(directory, '.tmp'))).toEqual([])
  })

  it('keeps a bounded number of files open, and closes what is deleted or replaced', async () => {
    const open = new Set<number>()
    let opened = 0
    const files: LocalFiles = {
      ...NODE_FILES,
      openSync: p => {
        const fd = NODE_FILES.openSync(p)
        opened++
        open.add(fd)
        return fd
      },
      closeSync: fd => {
        open.delete(fd)
        NODE_FILES.closeSync(fd)
      },
    }
    const store = openLocalObjectStore({directory, openFilesMax: 3, files})
    for (let i = 0; i < 6; i++) await store.put(`o${i}`, new Uint8Array([i]))
    for (let i = 0; i < 6; i++) expect(store.getRange(`o${i}`, 0, 1)).toEqual(new Uint8Array([i]))
    expect(open.size).toBe(3)
    expect(store.getRange('o5', 0, 1)).toEqual(new Uint8Array([5]))
    expect(opened).toBe(6)
    await store.delete('o5')
    await store.put('o4', new Uint8Array([44]))
    expect(open.size).toBe(1)
    expect(store.getRange('o4', 0, 1)).toEqual(new Uint8Array([44]))
    await store.close()
    expect(open.size).toBe(0)
  })

  it('lets go of files that another store deleted', async () => {
    const mine = openLocalObjectStore({directory})
    const closed: number[] = []
    const closeSync = (fd: number): void => {
      closed.push(fd)
      NODE_FILES.closeSync(fd)
    }
    const other = openLocalObjectStore({directory, files: {...NODE_FILES, closeSync}})
    for (const key of ['a', 'b', 'c']) await mine.put(key, new Uint8Array(1))
    for (const key of ['a', 'b']) await other.getRange(key, 0, 1)
    await mine.delete('a')
    expect(closed.length).toBe(0)
    await other.getRange('c', 0, 1)
    expect(closed.length).toBe(1)
    await other.close()
    expect(closed.length).toBe(3)
  })

  it('reads on when the system gives less than asked', async () => {
    const files: LocalFiles = {
      ...NODE_FILES,
      readSync: (fd, into, o, length, at) => NODE_FILES.readSync(fd, into, o, Math.min(length, 3), at),
    }
    const store = openLocalObjectStore({directory, files})
    await store.put(
      'o',
      Uint8Array.from({length: 10}, (_, i) => i),
    )
    expect(store.getRange('o', 1, 8)).toEqual(Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8]))
    await store.close()
  })

  it('says that the disk is full, keeps the old object and no rubbish, and works again with space', async () => {
    let full = false
    const files: LocalFiles = {
      ...NODE_FILES,
      open: async (p, flags) => {
        const file = await NODE_FILES.open(p, flags)
        return {
          write: async (bytes, offset, length) => {
            if (full) throw Object.assign(new Error('ENOSPC: no space left on device, write'), {code: 'ENOSPC'})
            return file.write(bytes, offset, Math.min(length, 2))
          },
          sync: () => file.sync(),
          close: () => file.close(),
        }
      },
    }
    const store = openLocalObjectStore({directory, files})
    await store.put('t/o', new Uint8Array([1, 2, 3]))
    const version = (await store.get('t/o'))!.version
    full = true
    const failure = await store.put('t/o', new Uint8Array(9)).catch((e: unknown) => e)
    expect(Failure.is(failure, 'STORAGE') && failure.message).toBe('cannot write object t/o: no space left on the disk (ENOSPC)')
    await expect(store.replaceIfUnchanged('t/o', version, new Uint8Array(9))).rejects.toThrow('no space left')
    await expect(store.putIfAbsent('t/p', new Uint8Array(9))).rejects.toThrow('no space left')
    expect(await fs.readdir(path.join(directory, '.tmp'))).toEqual([])
    full = false
    expect(await store.replaceIfUnchanged('t/o', version, new Uint8Array([9]))).not.toBe('conflict')
    expect(await store.list('')).toEqual(['t/o'])
  })

  it('fails clearly when a sync fails, and when the directory is not one', async () => {
    const files: LocalFiles = {
      ...NODE_FILES,
      open: async (p, flags) => {
        const file = await NODE_FILES.open(p, flags)
        const sync = (): Promise<void> => (flags === 'wx' ? Promise.reject(Object.assign(new Error('EIO'), {code: 'EIO'})) : file.sync())
        return {write: (b, o, l) => file.write(b, o, l), sync, close: () => file.close()}
      },
    }
    const store = openLocalObjectStore({directory, files})
    await expect(store.put('o', new Uint8Array(1))).rejects.toThrow('cannot write object o: input/output error of the disk (EIO)')
    expect(await store.get('o')).toBeUndefined()
    await fs.writeFile(path.join(directory, 'file'), '')
    await expect(openLocalObjectStore({directory: path.join(directory, 'file')}).removeStale()).rejects.toThrow(
      'cannot prepare the directory',
    )
  })
})
