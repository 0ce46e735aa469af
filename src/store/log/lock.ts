/*
 * One process per data directory: a lock file that names its owner.
 *
 * The lock of a process that is gone is taken over. A pid alone does not tell (pids come back, and in a container every
 * start has the same one), so the owner's start time is kept with it where the system tells it. And the owner may be in another
 * container, where no pid of ours is its own: it answers on a socket.
 */
import fs from 'node:fs'
import path from 'node:path'
import {Failure} from '../../model/index.ts'
import {answers, openLockSocket} from './lock-socket.ts'
import {LOCK_NAME, lockSocketName} from './names.ts'

/** `started`: boot and start time, `<boot id>/<ticks>`; each is empty where it is not known. `socket`: see lock-socket.ts. */
type Owner = {pid: number; started: string; socket?: string}

export interface DirectoryLock {
  /** Only while this process owns it. */
  release(): void
}

/**
 * @param id  different from that of any other process.
 * @throws {Failure} STORAGE naming the pid that has the directory, or why the lock cannot be written.
 */
export async function lockDirectory(dir: string, id: string): Promise<DirectoryLock> {
  try {
    makeDirectory(dir)
    // Listens before the lock names it, so a lock whose socket does not answer is a dead one.
    const socket = await openLockSocket(dir, lockSocketName(id))
    const self: Owner = {pid: process.pid, started: startOf(process.pid), ...(socket === undefined ? {} : {socket: socket.name})}
    try {
      const release = await acquire(dir, `${JSON.stringify(self)}\n`)
      return {
        release() {
          release()
          socket?.close()
        },
      }
    } catch (error) {
      socket?.close()
      throw error
    }
  } catch (error) {
    if (Failure.is(error)) throw error
    throw new Failure('STORAGE', `cannot lock the data directory ${dir}: ${String(error)}`, {cause: error})
  }
}

async function acquire(dir: string, text: string): Promise<() => void> {
  const file = path.join(dir, LOCK_NAME)
  for (let attempt = 0; attempt < 5; attempt++) {
    try {
      create(file, text)
      return () => {
        if (readText(file) === text) fs.rmSync(file, {force: true})
      }
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error
    }
    const found = readText(file)
    if (found === undefined) continue
    const owner = parseOwner(found)
    if (owner !== undefined && isAlive(owner)) {
      throw new Failure('STORAGE', `the data directory ${dir} is in use by process ${owner.pid} (${file})`)
    }
    if (owner?.socket !== undefined) {
      if (await answers(dir, owner.socket)) {
        throw new Failure('STORAGE', `the data directory ${dir} is in use by process ${owner.pid} of another container (${file})`)
      }
      fs.rmSync(path.join(dir, owner.socket), {force: true})
    }
    takeOver(file, found)
  }
  throw new Failure('STORAGE', `cannot lock the data directory ${dir}: another process is starting there`)
}

/** Made durable: what is acknowledged from now on lies below it. */
function makeDirectory(dir: string): void {
  const made = fs.mkdirSync(dir, {recursive: true})
  if (made === undefined || process.platform === 'win32') return
  for (let at = path.resolve(dir); ; at = path.dirname(at)) {
    const parent = fs.openSync(path.dirname(at), 'r')
    try {
      fs.fsyncSync(parent)
    } finally {
      fs.closeSync(parent)
    }
    if (at === path.resolve(made)) return
  }
}

/** With its content at once: an empty lock reads as one that nobody owns. @throws EEXIST when there is one */
function create(file: string, text: string): void {
  const aside = `${file}.${process.pid}.new`
  fs.writeFileSync(aside, text)
  try {
    fs.linkSync(aside, file)
  } catch (error) {
    if (codeOf(error) === 'EEXIST') throw error
    // No hard links here.
    fs.writeFileSync(file, text, {flag: 'wx'})
  } finally {
    fs.rmSync(aside, {force: true})
  }
}

/** Moves the stale lock out of the way; if it turns out to be another one by now, puts it back. */
function takeOver(file: string, stale: string): void {
  const aside = `${file}.${process.pid}`
  try {
    fs.renameSync(file, aside)
  } catch {
    return
  }
  if (readText(aside) === stale) fs.rmSync(aside, {force: true})
  else fs.renameSync(aside, file)
}

function readText(file: string): string | undefined {
  try {
    return fs.readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

function parseOwner(text: string): Owner | undefined {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null || !('pid' in value) || typeof value.pid !== 'number') return undefined
    const started = 'started' in value && typeof value.started === 'string' ? value.started : ''
    const isNamed = 'socket' in value && typeof value.socket === 'string' && value.socket === path.basename(value.socket)
    return {pid: value.pid, started, ...(isNamed ? {socket: String(value.socket)} : {})}
  } catch {
    // Written halfway by a process that died: nobody's.
    return undefined
  }
}

/** As far as pids tell. */
function isAlive(owner: Owner): boolean {
  try {
    process.kill(owner.pid, 0)
  } catch (error) {
    // EPERM: somebody else's process has that pid, which may or may not be the owner.
    if (codeOf(error) !== 'EPERM') return false
  }
  const [boot, ticks] = owner.started.split('/')
  const [bootNow, ticksNow] = startOf(owner.pid).split('/')
  const differ = (a: string | undefined, b: string | undefined): boolean => Boolean(a) && Boolean(b) && a !== b
  return !differ(boot, bootNow) && !differ(ticks, ticksNow)
}

/** Boot and start time of a process as Linux tells them: that of a process of another user may be hidden. */
function startOf(pid: number): string {
  const stat = readText(`/proc/${pid}/stat`) ?? ''
  // Field 22; the name in field 2 may hold spaces and parentheses.
  const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
  return `${(readText('/proc/sys/kernel/random/boot_id') ?? '').trim()}/${ticks}`
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}
