/*
 * Objects as files under one directory; a key is the path below it.
 *
 *   body ─▶ .tmp/<unique> ─ write, fsync ─▶ rename (put) or link (put if absent) ─▶ fsync of the directory
 *
 * Owns   the directory. A crash leaves the old object or the new one, and perhaps a file in .tmp that the next start removes.
 * Leaves keeping two processes off one directory to the server's lock file.
 * Limits a conditional replace is atomic among the callers of one LocalObjectStore, not between two of them:
 *        manifests are committed by one thread. `put` and `putIfAbsent` are safe from anywhere.
 */
import {createHash} from 'node:crypto'
import path from 'node:path'
import {threadId} from 'node:worker_threads'
import type {MaybePromise} from '../../model/index.ts'
import {NODE_FILES, type LocalFile, type LocalFiles} from './local-files.ts'
import {checkObjectKey, type ObjectBody, type ObjectStore, type ObjectVersion} from './object-store.ts'
import {OpenFiles} from './open-files.ts'
import {errorCode, storageFailure} from './storage-failure.ts'

/** Plenty for the parts of a query; far below the usual limit of 1,024 descriptors per process even with four workers. */
const OPEN_FILES_MAX = 128
const TEMP_DIRECTORY = '.tmp'

export type LocalObjectStoreOptions = {
  /** Made when something is written. */
  readonly directory: string
  readonly openFilesMax?: number
  readonly files?: LocalFiles
}

export function openLocalObjectStore(options: LocalObjectStoreOptions): LocalObjectStore {
  return new LocalObjectStore(options)
}

export class LocalObjectStore implements ObjectStore {
  readonly #directory: string
  readonly #files: LocalFiles
  readonly #openFiles: OpenFiles
  /** Directories that are known to exist durably. */
  readonly #directories = new Set<string>()
  /** The last conditional replace per key; the next waits for it. */
  readonly #replacing = new Map<string, Promise<unknown>>()
  #temps = 0

  constructor(options: LocalObjectStoreOptions) {
    this.#directory = path.resolve(options.directory)
    this.#files = options.files ?? NODE_FILES
    this.#openFiles = new OpenFiles(this.#files, options.openFilesMax ?? OPEN_FILES_MAX)
  }

  /** Removes what a crashed process left half written. Only for the one owner at its start: a worker's store must not. */
  async removeStale(): Promise<void> {
    const temps = path.join(this.#directory, TEMP_DIRECTORY)
    try {
      await this.#ensureDirectory(temps)
      for (const entry of await this.#files.readdir(temps)) if (entry.isFile()) await this.#files.unlink(path.join(temps, entry.name))
    } catch (error) {
      throw storageFailure('prepare the directory for', this.#directory, error)
    }
  }

  async put(key: string, body: ObjectBody): Promise<void> {
    const target = this.#pathOf(key)
    try {
      const temp = await this.#writeTemp(body)
      await this.#cleanly(temp, async () => {
        await this.#ensureDirectory(path.dirname(target))
        await this.#files.rename(temp, target)
      })
      this.#openFiles.forget(key)
      await this.#syncDirectory(path.dirname(target))
    } catch (error) {
      throw storageFailure('write', key, error)
    }
  }

  async putIfAbsent(key: string, body: ObjectBody): Promise<boolean> {
    const target = this.#pathOf(key)
    try {
      const temp = await this.#writeTemp(body)
      const created = await this.#cleanly(temp, async () => {
        await this.#ensureDirectory(path.dirname(target))
        try {
          // link(2) is the one call that names a finished file and fails when the name is taken.
          await this.#files.link(temp, target)
        } catch (error) {
          if (errorCode(error) === 'EEXIST') return false
          throw error
        }
        return true
      })
      if (created) await this.#files.unlink(temp)
      else await this.#dropTemp(temp)
      if (created) await this.#syncDirectory(path.dirname(target))
      return created
    } catch (error) {
      throw storageFailure('create', key, error)
    }
  }

  async replaceIfUnchanged(key: string, version: ObjectVersion, body: Uint8Array): Promise<{version: ObjectVersion} | 'conflict'> {
    const before = this.#replacing.get(key)
    const replace = async (): Promise<{version: ObjectVersion} | 'conflict'> => {
      await before?.catch(() => undefined)
      const current = await this.get(key)
      if (current?.version !== version) return 'conflict'
      await this.put(key, body)
      return {version: versionOf(body)}
    }
    const replaced = replace()
    this.#replacing.set(key, replaced)
    try {
      return await replaced
    } finally {
      if (this.#replacing.get(key) === replaced) this.#replacing.delete(key)
    }
  }

  async get(key: string): Promise<{bytes: Uint8Array; version: ObjectVersion} | undefined> {
    const target = this.#pathOf(key)
    try {
      const file = await this.#files.readFile(target)
      const bytes = new Uint8Array(file.buffer, file.byteOffset, file.length) // not a Buffer, whose slice is a view
      return {bytes, version: versionOf(bytes)}
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return undefined
      throw storageFailure('read', key, error)
    }
  }

  getRange(key: string, offset: number, length: number): MaybePromise<Uint8Array> {
    const target = this.#pathOf(key)
    try {
      const file = this.#openFiles.get(key, target)
      const start = offset < 0 ? Math.max(0, file.size + offset) : Math.min(offset, file.size)
      const bytes = new Uint8Array(Math.min(length, file.size - start))
      let done = 0
      while (done < bytes.length) {
        const count = this.#files.readSync(file.fd, bytes, done, bytes.length - done, start + done)
        if (count === 0) return bytes.subarray(0, done)
        done += count
      }
      return bytes
    } catch (error) {
      throw storageFailure('read', key, error)
    }
  }

  async size(key: string): Promise<number | undefined> {
    const target = this.#pathOf(key)
    try {
      const stat = await this.#files.stat(target)
      return stat.isFile() ? stat.size : undefined
    } catch (error) {
      if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return undefined
      throw storageFailure('look at', key, error)
    }
  }

  async list(prefix: string): Promise<string[]> {
    const keys: string[] = []
    try {
      await this.#listInto(keys, '', prefix)
    } catch (error) {
      throw storageFailure('list', `${prefix}*`, error)
    }
    return keys.sort()
  }

  async delete(key: string): Promise<void> {
    const target = this.#pathOf(key)
    this.#openFiles.forget(key)
    try {
      await this.#files.unlink(target)
      await this.#syncDirectory(path.dirname(target))
    } catch (error) {
      if (errorCode(error) !== 'ENOENT' && errorCode(error) !== 'ENOTDIR') throw storageFailure('delete', key, error)
    }
  }

  close(): Promise<void> {
    this.#openFiles.close()
    return Promise.resolve()
  }

  #pathOf(key: string): string {
    checkObjectKey(key)
    return path.join(this.#directory, key)
  }

  async #listInto(keys: string[], base: string, prefix: string): Promise<void> {
    let entries
    try {
      entries = await this.#files.readdir(path.join(this.#directory, base))
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return // deleted while we walk
      throw error
    }
    for (const entry of entries) {
      if (entry.name.startsWith('.')) continue
      const name = base === '' ? entry.name : `${base}/${entry.name}`
      if (entry.isFile()) {
        if (name.startsWith(prefix)) keys.push(name)
      } else if (entry.isDirectory() && (`${name}/`.startsWith(prefix) || prefix.startsWith(`${name}/`))) {
        await this.#listInto(keys, name, prefix)
      }
    }
  }

  /** A synced file in .tmp with the body; nothing is left of it when that fails. */
  async #writeTemp(body: ObjectBody): Promise<string> {
    const temp = path.join(this.#directory, TEMP_DIRECTORY, `${process.pid}-${threadId}-${this.#temps++}`)
    await this.#ensureDirectory(path.dirname(temp))
    const file = await this.#files.open(temp, 'wx')
    await this.#cleanly(temp, async () => {
      try {
        if (body instanceof Uint8Array) await writeAll(file, body)
        else for await (const bytes of body) await writeAll(file, bytes)
        await file.sync()
      } finally {
        await file.close()
      }
    })
    return temp
  }

  async #cleanly<T>(temp: string, act: () => Promise<T>): Promise<T> {
    try {
      return await act()
    } catch (error) {
      await this.#dropTemp(temp)
      throw error
    }
  }

  async #dropTemp(temp: string): Promise<void> {
    await this.#files.unlink(temp).catch(() => undefined) // the next start removes it
  }

  /** Makes the directory and its parents and syncs each new name into its parent. */
  async #ensureDirectory(directory: string): Promise<void> {
    if (this.#directories.has(directory)) return
    await this.#files.mkdir(directory)
    if (this.#directories.size === 0) await this.#syncDirectory(path.dirname(this.#directory))
    for (let at = directory; at !== this.#directory && !this.#directories.has(at); at = path.dirname(at)) {
      await this.#syncDirectory(path.dirname(at))
    }
    this.#directories.add(directory)
  }

  async #syncDirectory(directory: string): Promise<void> {
    let file: LocalFile
    try {
      file = await this.#files.open(directory, 'r')
    } catch (error) {
      if (process.platform === 'win32') return // Windows cannot open directories; its renames are journalled
      throw error
    }
    try {
      await file.sync()
    } catch (error) {
      if (process.platform !== 'win32') throw error
    } finally {
      await file.close()
    }
  }
}

async function writeAll(file: LocalFile, bytes: Uint8Array): Promise<void> {
  let done = 0
  while (done < bytes.length) done += (await file.write(bytes, done, bytes.length - done)).bytesWritten
}

/** Of the bytes themselves, so that a version survives restarts and copies, and a crash cannot separate the two. */
function versionOf(bytes: Uint8Array): ObjectVersion {
  return createHash('sha256').update(bytes).digest('base64url').slice(0, 22)
}
