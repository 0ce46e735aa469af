/*
 * The file calls the local store makes, as an interface, so that a test can fill the disk or fail a sync.
 * Sync calls only where readers need an answer at once.
 */
import fs from 'node:fs'

export interface LocalFile {
  write(bytes: Uint8Array, offset: number, length: number): Promise<{bytesWritten: number}>
  sync(): Promise<void>
  close(): Promise<void>
}

export interface LocalFiles {
  open(path: string, flags: 'wx' | 'r'): Promise<LocalFile>
  rename(from: string, to: string): Promise<void>
  link(from: string, to: string): Promise<void>
  unlink(path: string): Promise<void>
  /** Creates parents too. */
  mkdir(path: string): Promise<void>
  readFile(path: string): Promise<Uint8Array>
  stat(path: string): Promise<{size: number; isFile(): boolean}>
  readdir(path: string): Promise<{name: string; isDirectory(): boolean; isFile(): boolean}[]>
  openSync(path: string): number
  /** `links` is 0 once the file is deleted. */
  statSync(fd: number): {size: number; links: number}
  /** @returns how many bytes came, fewer than asked only at the end of the file or where the system likes. */
  readSync(fd: number, into: Uint8Array, offset: number, length: number, position: number): number
  closeSync(fd: number): void
}

export const NODE_FILES: LocalFiles = {
  open: (path, flags) => fs.promises.open(path, flags),
  rename: (from, to) => fs.promises.rename(from, to),
  link: (from, to) => fs.promises.link(from, to),
  unlink: path => fs.promises.unlink(path),
  mkdir: async path => {
    await fs.promises.mkdir(path, {recursive: true})
  },
  readFile: path => fs.promises.readFile(path),
  stat: path => fs.promises.stat(path),
  readdir: path => fs.promises.readdir(path, {withFileTypes: true}),
  openSync: path => fs.openSync(path, 'r'),
  statSync: fd => {
    const {size, nlink} = fs.fstatSync(fd)
    return {size, links: nlink}
  },
  readSync: (fd, into, offset, length, position) => fs.readSync(fd, into, offset, length, position),
  closeSync: fd => fs.closeSync(fd),
}
