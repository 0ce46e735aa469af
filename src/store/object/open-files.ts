/*
 * Keeps the files of recently read objects open, so that a range costs one read and no open.
 *
 * Owns   the descriptors: at most `max`, the longest unused is closed first; all closed by `close`.
 *        A file that another thread's store deleted keeps its disk space while it is open here: whenever a file is opened,
 *        some of the longest unused are looked at, and closed when they are gone.
 * Leaves what is read. Everything is synchronous, so a descriptor is never closed under a read.
 */
import type {LocalFiles} from './local-files.ts'

/** How many are looked at: more than one, so that the gone ones are found faster than new files come. */
const LOOKED_AT = 4

export type OpenFile = {readonly fd: number; readonly size: number}

export class OpenFiles {
  readonly #files: LocalFiles
  readonly #max: number
  /** In order of last use. */
  readonly #open = new Map<string, OpenFile>()

  constructor(files: LocalFiles, max: number) {
    this.#files = files
    this.#max = max
  }

  get count(): number {
    return this.#open.size
  }

  /** @throws the system's error when there is no such file. */
  get(key: string, path: string): OpenFile {
    const known = this.#open.get(key)
    if (known !== undefined) {
      this.#open.delete(key)
      this.#open.set(key, known)
      return known
    }
    this.#makeRoom()
    const fd = this.#files.openSync(path)
    let file: OpenFile
    try {
      file = {fd, size: this.#files.statSync(fd).size}
    } catch (error) {
      this.#files.closeSync(fd)
      throw error
    }
    this.#open.set(key, file)
    return file
  }

  #makeRoom(): void {
    let looked = 0
    for (const [key, {fd}] of this.#open) {
      const isFull = this.#open.size >= this.#max
      if (!isFull && looked++ === LOOKED_AT) break
      if (isFull || this.#files.statSync(fd).links === 0) this.forget(key)
    }
  }

  forget(key: string): void {
    const file = this.#open.get(key)
    if (file === undefined) return
    this.#open.delete(key)
    this.#files.closeSync(file.fd)
  }

  close(): void {
    for (const key of this.#open.keys()) this.forget(key)
  }
}
