/*
 * The few file operations the log needs, so that tests can put a failing disk behind it.
 *
 * Errors are what node:fs throws, with its `code` (ENOSPC, EIO, …); the callers turn them into failures.
 */
import {fstatSync} from 'node:fs'
import fs from 'node:fs/promises'
import path from 'node:path'

export interface LogFile {
  /** Writes all of the buffers from `position` on, or throws; then any prefix may have been written. */
  writev(buffers: readonly Uint8Array[], position: number): Promise<void>
  /** @throws also when somebody has deleted the file: what is written to it will be gone. */
  datasync(): Promise<void>
  truncate(length: number): Promise<void>
  /** Fills `into` from `position`; returns how many bytes there were, less than asked only at the end of the file. */
  read(into: Uint8Array, position: number): Promise<number>
  size(): Promise<number>
  close(): Promise<void>
}

export interface LogFolder {
  /** Makes the folder when it is missing; names of its files. */
  list(): Promise<string[]>
  /** A new empty file, its name durable before this returns. */
  create(name: string): Promise<LogFile>
  /** An existing file, for reading and cutting. */
  open(name: string): Promise<LogFile>
  /** No error when it is gone already. */
  remove(name: string): Promise<void>
}

export function createLogFolder(dir: string): LogFolder {
  const syncFolder = async (folder = dir): Promise<void> => {
    // Windows cannot open a folder; there a rename or create is durable by itself.
    if (process.platform === 'win32') return
    const handle = await fs.open(folder, 'r')
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
  }
  return {
    async list() {
      const made = await fs.mkdir(dir, {recursive: true})
      // A file in a folder whose own name is lost is lost, too.
      if (made !== undefined) await syncFolder(path.dirname(dir))
      return fs.readdir(dir)
    },
    async create(name) {
      const handle = await fs.open(path.join(dir, name), 'w+')
      try {
        await syncFolder()
      } catch (error) {
        await handle.close()
        throw error
      }
      return new DiskFile(handle)
    },
    async open(name) {
      return new DiskFile(await fs.open(path.join(dir, name), 'r+'))
    },
    async remove(name) {
      await fs.rm(path.join(dir, name), {force: true})
    },
  }
}

class DiskFile implements LogFile {
  readonly #handle: fs.FileHandle
  /** Not where file systems count no links. */
  readonly #tellsDeletion: boolean

  constructor(handle: fs.FileHandle) {
    this.#handle = handle
    this.#tellsDeletion = fstatSync(handle.fd).nlink > 0
  }

  async writev(buffers: readonly Uint8Array[], position: number): Promise<void> {
    let rest = buffers.filter(buffer => buffer.length > 0)
    let at = position
    while (rest.length > 0) {
      let {bytesWritten} = await this.#handle.writev(rest, at)
      if (bytesWritten === 0) throw Object.assign(new Error('wrote nothing'), {code: 'ENOSPC'})
      at += bytesWritten
      let done = 0
      while (done < rest.length && bytesWritten >= rest[done]!.length) bytesWritten -= rest[done++]!.length
      rest = rest.slice(done)
      if (bytesWritten > 0) rest[0] = rest[0]!.subarray(bytesWritten)
    }
  }

  async datasync(): Promise<void> {
    await this.#handle.datasync()
    // A microsecond, for the inode is in memory.
    if (this.#tellsDeletion && fstatSync(this.#handle.fd).nlink === 0) {
      throw Object.assign(new Error('the file was deleted by somebody else'), {code: 'ENOENT'})
    }
  }

  truncate(length: number): Promise<void> {
    return this.#handle.truncate(length)
  }

  async read(into: Uint8Array, position: number): Promise<number> {
    let done = 0
    while (done < into.length) {
      const {bytesRead} = await this.#handle.read(into, done, into.length - done, position + done)
      if (bytesRead === 0) break
      done += bytesRead
    }
    return done
  }

  async size(): Promise<number> {
    return (await this.#handle.stat()).size
  }

  close(): Promise<void> {
    return this.#handle.close()
  }
}
