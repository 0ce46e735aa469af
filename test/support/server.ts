/* A server in a process of its own, from dist/, on a free port and a temporary folder. */
import {spawn, type ChildProcess} from 'node:child_process'
import {mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import path from 'node:path'

export const MAIN = path.join(import.meta.dirname, '..', '..', 'dist', 'main.js')
const START_MS_MAX = 30_000

export type TestServer = {
  readonly url: string
  readonly dir: string
  readonly child: ChildProcess
  /** Everything it wrote so far. */
  output(): string
  /** SIGTERM, and the exit code. */
  stop(): Promise<number | null>
  /** SIGKILL. */
  kill(): Promise<void>
}

export type StartOptions = {
  /** Given: kept when the server stops. */
  readonly dir?: string
  readonly flags?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Program and arguments before node, such as a wrapper. */
  readonly wrapper?: readonly string[]
}

export async function temporaryFolder(name: string): Promise<{dir: string; remove: () => Promise<void>}> {
  const dir = await mkdtemp(path.join(tmpdir(), `skald-${name}-`))
  return {dir, remove: () => rm(dir, {recursive: true, force: true})}
}

export async function startServer(options: StartOptions = {}): Promise<TestServer> {
  const own = options.dir === undefined ? await temporaryFolder('test') : undefined
  const dir = options.dir ?? own?.dir ?? ''
  const command = [
    ...(options.wrapper ?? []),
    process.execPath,
    MAIN,
    'serve',
    '--listen',
    '127.0.0.1:0',
    '--data',
    dir,
    '--query.workers',
    '1',
    ...(options.flags ?? []),
  ]
  const child = spawn(command[0] ?? '', command.slice(1), {stdio: ['ignore', 'pipe', 'pipe'], env: {...process.env, ...options.env}})
  let output = ''
  const ended = new Promise<number | null>(resolve => child.once('close', code => resolve(code))) // its output is complete then
  const url = await new Promise<string>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`the server did not start in time:\n${output}`)), START_MS_MAX)
    const read = (chunk: Buffer): void => {
      output += chunk.toString()
      const found = /Skald \S+ is ready at (http:\S+)/.exec(output)?.[1]
      if (found === undefined) return
      clearTimeout(timer)
      resolve(found)
    }
    child.stdout.on('data', read)
    child.stderr.on('data', read)
    void ended.then(code => {
      clearTimeout(timer)
      reject(new Error(`the server ended with ${code}:\n${output}`))
    })
  })
  const end = async (signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> => {
    child.kill(signal)
    const code = await ended
    await own?.remove()
    return code
  }
  return {
    url,
    dir,
    child,
    output: () => output,
    stop: () => end('SIGTERM'),
    kill: async () => void (await end('SIGKILL')),
  }
}
