/*
 * A socket beside the lock file that its owner answers on for as long as it lives: the one sign of life that passes the walls between
 * containers, which have pids of their own. The kernel takes it away with the process, however that ends.
 *
 * Where file systems have no sockets there is none, and pids must do.
 */
import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'

export interface LockSocket {
  /** In the directory. */
  readonly name: string
  close(): void
}

/** @returns undefined where there are no sockets in directories. Does not keep the process alive. */
export async function openLockSocket(dir: string, name: string): Promise<LockSocket | undefined> {
  if (process.platform === 'win32') return undefined
  const server = net.createServer(connection => connection.destroy())
  try {
    const folder = openFolder(dir)
    try {
      // For everybody: who may not connect could not tell that it is in use.
      await settled(server, 'listening', () => server.listen({path: path.join(folder.path, name), writableAll: true}))
    } catch (error) {
      folder.close()
      throw error
    }
    server.unref()
    return {
      name,
      close() {
        server.close()
        fs.rmSync(path.join(dir, name), {force: true})
        folder.close()
      },
    }
  } catch {
    return undefined
  }
}

/** Whether a process listens there. */
export async function answers(dir: string, name: string): Promise<boolean> {
  const folder = openFolder(dir)
  const client = new net.Socket()
  try {
    await settled(client, 'connect', () => client.connect({path: path.join(folder.path, name)}))
    return true
  } catch (error) {
    // Too busy to be asked, but there.
    return error instanceof Error && 'code' in error && error.code === 'EAGAIN'
  } finally {
    client.destroy()
    folder.close()
  }
}

function settled(emitter: net.Server | net.Socket, event: 'listening' | 'connect', start: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    emitter.once(event, resolve)
    emitter.once('error', reject)
    start()
  })
}

/** A short path to the folder, where the system has one: that of a socket must fit into a hundred bytes. */
function openFolder(dir: string): {path: string; close(): void} {
  if (!fs.existsSync('/proc/self/fd')) return {path: dir, close: () => undefined}
  const fd = fs.openSync(dir, 'r')
  return {path: `/proc/self/fd/${fd}`, close: () => fs.closeSync(fd)}
}
