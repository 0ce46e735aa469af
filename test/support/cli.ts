/* The `skald` command: in a process of its own, from dist/; or here, for what needs no process. */
import {spawn} from 'node:child_process'
import {PassThrough} from 'node:stream'
import {text} from 'node:stream/consumers'
import {runCli} from '../../src/cli/index.ts'
import {MAIN} from './server.ts'

export type CliResult = {readonly code: number | null; readonly out: Buffer; readonly err: string}

export type CliOptions = {readonly input?: string | Uint8Array; readonly env?: Readonly<Record<string, string>>; readonly cwd?: string}

/** Runs `skald <args>` to its end. */
export async function skald(args: readonly string[], {input, env, cwd}: CliOptions = {}): Promise<CliResult> {
  const child = spawn(process.execPath, [MAIN, ...args], {
    stdio: 'pipe',
    env: {...process.env, ...env},
    ...(cwd === undefined ? {} : {cwd}),
  })
  const out: Buffer[] = []
  const err: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk))
  child.stdin.on('error', () => undefined) // it may end without reading
  child.stdin.end(input)
  const code = await new Promise<number | null>(resolve => child.once('close', resolve))
  return {code, out: Buffer.concat(out), err: Buffer.concat(err).toString()}
}

/** As {@link skald}; its output as text. @throws {Error} when the exit code is not 0. */
export async function skaldText(args: readonly string[], options: CliOptions = {}): Promise<string> {
  const {code, out, err} = await skald(args, options)
  if (code !== 0) throw new Error(`skald ${args.join(' ')} ended with ${code}: ${err}`)
  return out.toString()
}

/** Runs `skald <args>` in this process: much faster, for what is about arguments and texts. */
export async function skaldHere(args: readonly string[]): Promise<{code: number; out: string; err: string}> {
  const [out, err, input] = [new PassThrough(), new PassThrough(), new PassThrough()]
  input.end()
  const texts = Promise.all([text(out), text(err)])
  const code = await runCli(args, {out, err, in: input, env: {}, signal: new AbortController().signal})
  out.end()
  err.end()
  const [outText, errText] = await texts
  return {code, out: outText, err: errText}
}

export type RunningCli = {
  /** What it printed so far. */
  out(): string
  err(): string
  /** Resolves when the output satisfies the condition. @throws {Error} after 20 s, with the output. */
  until(condition: (out: string) => boolean): Promise<void>
  /** SIGINT, as Ctrl-C; the exit code. */
  interrupt(): Promise<number | null>
}

/** Starts `skald <args>` that goes on until it is interrupted. */
export function startSkald(args: readonly string[]): RunningCli {
  const child = spawn(process.execPath, [MAIN, ...args], {stdio: ['ignore', 'pipe', 'pipe']})
  let out = ''
  let err = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (out += chunk))
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (err += chunk))
  const ended = new Promise<number | null>(resolve => child.once('close', resolve))
  return {
    out: () => out,
    err: () => err,
    until: async condition => {
      for (const end = Date.now() + 20_000; !condition(out);) {
        if (Date.now() > end || child.exitCode !== null) throw new Error(`skald ${args.join(' ')} printed only:\n${out}${err}`)
        await new Promise(resolve => setTimeout(resolve, 50))
      }
    },
    interrupt: async () => {
      child.kill('SIGINT')
      return await ended
    },
  }
}
