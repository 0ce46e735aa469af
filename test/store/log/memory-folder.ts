/*
 * A log folder in memory whose disk can be full, fail, or lose what was not synced.
 */
import type {LogFile, LogFolder} from '../../../src/store/log/index.ts'

export class MemoryFolder implements LogFolder {
  readonly files = new Map<string, Buffer>()
  /** Bytes that still fit, all files together. */
  room = Infinity
  /** Called before each operation; what it throws is what the disk says. */
  fault: (operation: string, name: string) => void = () => undefined
  readonly operations: string[] = []

  async list(): Promise<string[]> {
    return [...this.files.keys()]
  }

  async create(name: string): Promise<LogFile> {
    this.#before('create', name)
    this.files.set(name, Buffer.alloc(0))
    return this.#file(name)
  }

  async open(name: string): Promise<LogFile> {
    this.#before('open', name)
    if (!this.files.has(name)) throw Object.assign(new Error(`no file ${name}`), {code: 'ENOENT'})
    return this.#file(name)
  }

  async remove(name: string): Promise<void> {
    this.#before('remove', name)
    this.files.delete(name)
  }

  #before(operation: string, name: string): void {
    this.operations.push(`${operation} ${name}`)
    this.fault(operation, name)
  }

  #file(name: string): LogFile {
    const bytes = (): Buffer => this.files.get(name) ?? Buffer.alloc(0)
    return {
      writev: async (buffers, position) => {
        this.#before('writev', name)
        const add = Buffer.concat(buffers)
        const fits = Math.min(add.length, this.room)
        this.room -= fits
        this.files.set(name, Buffer.concat([bytes().subarray(0, position), add.subarray(0, fits)]))
        if (fits < add.length) throw Object.assign(new Error('no space left on device'), {code: 'ENOSPC'})
      },
      datasync: async () => this.#before('datasync', name),
      truncate: async length => {
        this.#before('truncate', name)
        this.room += Math.max(0, bytes().length - length)
        this.files.set(name, Buffer.from(bytes().subarray(0, length)))
      },
      read: async (into, position) => bytes().copy(into, 0, position, position + into.length),
      size: async () => bytes().length,
      close: async () => this.#before('close', name),
    }
  }
}

export function diskError(code: string): Error {
  return Object.assign(new Error(`${code}: the disk says so`), {code})
}
