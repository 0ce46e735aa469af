/* Faults of the machine that tests put under a running server; each says why it is not possible here, when it is not. */
import {spawn, spawnSync} from 'node:child_process'
import {once} from 'node:events'
import {setTimeout as sleep} from 'node:timers/promises'

const runs = (command: string, ...args: string[]) => spawnSync(command, args).status === 0

export function whyNoPrlimit(): string | undefined {
  return runs('prlimit', '--version') ? undefined : 'prlimit (util-linux) is not installed'
}

/** Lets a running process write files no further than `bytes`; more is EFBIG, as on a full disk. Undefined takes it back. */
export function limitFileSize(pid: number, bytes: number | undefined): void {
  const {status, stderr} = spawnSync('prlimit', ['--pid', String(pid), `--fsize=${bytes ?? 'unlimited'}:unlimited`], {encoding: 'utf8'})
  if (status !== 0) throw new Error(`prlimit: ${stderr}`)
}

export function whyNoTmpfs(): string | undefined {
  if (process.getuid?.() !== 0) return 'mounting a small disk needs root'
  return runs('unshare', '--mount', 'mount', '-t', 'tmpfs', 'none', '/mnt') ? undefined : 'mounting is not allowed here'
}

/** A disk of its own in a folder. */
export function mountTmpfs(dir: string, megabytes: number): {unmount: () => void} {
  const {status, stderr} = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'skald-test', dir], {encoding: 'utf8'})
  if (status !== 0) throw new Error(`mount: ${stderr}`)
  return {unmount: () => void spawnSync('umount', ['--lazy', dir])}
}

export function whyNoStrace(): string | undefined {
  if (process.platform !== 'linux') return 'strace is Linux only'
  return runs('strace', '-o', '/dev/null', 'true') ? undefined : 'strace is not installed, or tracing is not allowed'
}

/** Every call of these names fails with the error until `stop`. */
export async function failCalls(pid: number, calls: string, error: string): Promise<{stop: () => Promise<void>}> {
  const args = ['-f', '-o', '/dev/null', '-e', `trace=${calls}`, '-e', `inject=${calls}:error=${error}`, '-p', String(pid)]
  const child = spawn('strace', args, {stdio: ['ignore', 'ignore', 'pipe']})
  let said = ''
  child.stderr.on('data', chunk => (said += String(chunk)))
  for (let i = 0; !said.includes('attached'); i++) {
    if (i === 100 || child.exitCode !== null) throw new Error(`strace did not attach: ${said}`)
    await sleep(50)
  }
  return {
    stop: async () => {
      const ended = once(child, 'exit')
      child.kill('SIGINT')
      await ended
    },
  }
}
