/*
 * skald push: lines of files or of standard input, each line one entry, bytes as they are.
 *
 * Timestamps are the time of reading, one ns apart, so that lines come back in their order. A line that a server does
 * not take is named on standard error, and the exit code is 1.
 */
import {compressSync} from 'snappy'
import {setTimeout as sleep} from 'node:timers/promises'
import {encodePush} from '../ingest/index.ts'
import {formatLabels, sortLabels, type Label} from '../model/index.ts'
import type {Command, Io} from './command.ts'
import {EXIT_FAILED, EXIT_OK, UsageError} from './command.ts'
import {Client, CLIENT_FLAGS, RequestError} from './client.ts'
import {systemClock} from './clock.ts'
import {readFileLines, readStreamLines, type Line} from './lines.ts'
import {progressLine} from './output.ts'
import {parseTimeArg} from './times.ts'

const BATCH_BYTES = 1024 * 1024
const BATCH_LINES = 10_000
const RETRIES_MAX = 10
const GRACE_MS = 5000

export const pushCommand: Command = {
  name: 'push',
  summary: 'send the lines of files or of standard input',
  usage: '[flags] [<file>… | -]',
  examples: [
    'skald push -l app=nginx /var/log/nginx/access.log',
    'journalctl -f | skald push -l app=journal -',
    'skald push -l app=web --follow web.log',
  ],
  flags: {
    ...CLIENT_FLAGS,
    label: {type: 'string', short: 'l', multiple: true, value: '<name=value>', help: 'Label of the stream; may be given several times.'},
    metadata: {type: 'string', short: 'm', multiple: true, value: '<name=value>', help: 'Structured metadata of every line.'},
    follow: {type: 'boolean', short: 'F', help: 'Keep reading what is appended, across rotation.'},
    start: {type: 'string', value: '<time>', help: 'Time of the first line; default now.'},
    'no-filename': {type: 'boolean', help: 'Do not add the label filename.'},
    quiet: {type: 'boolean', short: 'q', help: 'Print no progress.'},
  },
  run: async (values, positionals, io) => {
    const labels = pairs('label', values.list('label'))
    const metadata = pairs('metadata', values.list('metadata'))
    const files = positionals.length === 0 ? ['-'] : positionals
    const follow = values.on('follow')
    const now = systemClock.nowNs()
    const start = values.optional('start')
    const clock = ascending(start === undefined ? now : parseTimeArg('start', start, now), start === undefined)
    const sender = new Sender(new Client(values, afterGrace(io.signal)), io, values.on('quiet'))
    const read = async (file: string) => {
      const own = file === '-' || values.on('no-filename') ? labels : [...labels, {name: 'filename', value: file}]
      const stream = formatLabels(sortLabels(own.length === 0 ? [{name: 'job', value: 'skald-push'}] : [...own]))
      const source = file === '-' ? readStreamLines(io.in, io.signal) : readFileLines(file, follow, io.signal)
      await sendLines(source, stream, metadata, clock, sender)
    }
    if (follow) await Promise.all(files.map(read))
    else for (const file of files) await read(file)
    sender.finish()
    // Following ends with an interrupt; anything else that is interrupted is not done.
    return sender.refused === 0 && (follow || !io.signal.aborted) ? EXIT_OK : EXIT_FAILED
  },
}

/** Aborted a while after the interrupt: what was read is still sent. */
function afterGrace(signal: AbortSignal): AbortSignal {
  const late = new AbortController()
  signal.addEventListener('abort', () => setTimeout(() => late.abort(signal.reason), GRACE_MS).unref(), {once: true})
  return late.signal
}

function pairs(flag: string, texts: readonly string[]): Label[] {
  return texts.map(text => {
    const at = text.indexOf('=')
    if (at < 1) throw new UsageError(`--${flag} must be name=value, not ${JSON.stringify(text)}`)
    return {name: text.slice(0, at), value: text.slice(at + 1)}
  })
}

/** Strictly ascending times: the clock's when it has moved on, else one ns more than the last. */
function ascending(start: bigint, real: boolean): () => bigint {
  let last = start - 1n
  return () => {
    const now = real ? systemClock.nowNs() : 0n
    last = now > last ? now : last + 1n
    return last
  }
}

async function sendLines(
  source: AsyncIterable<readonly Line[]>,
  stream: string,
  metadata: Label[],
  next: () => bigint,
  sender: Sender,
): Promise<void> {
  let batch: {tsNs: bigint; line: Uint8Array; metadata: Label[]}[] = []
  let bytes = 0
  const flush = async () => {
    if (batch.length === 0) return
    const entries = batch
    batch = []
    bytes = 0
    await sender.send(encodePush([{labels: stream, entries}]), entries.length)
  }
  for await (const lines of source) {
    for (const line of lines) {
      batch.push({tsNs: next(), line, metadata})
      bytes += line.length
      if (bytes >= BATCH_BYTES || batch.length >= BATCH_LINES) await flush()
    }
    // The end of what can be read now: what is followed must not wait for the batch to fill.
    if (lines.length === 0) await flush()
  }
  await flush()
}

class Sender {
  refused = 0
  #sent = 0
  readonly #client: Client
  readonly #io: Io
  readonly #progress: ReturnType<typeof progressLine>
  readonly #quiet: boolean

  constructor(client: Client, io: Io, quiet: boolean) {
    this.#client = client
    this.#io = io
    this.#quiet = quiet
    this.#progress = progressLine(io, quiet)
  }

  /** Sends until the server takes or refuses it; waits as it asks when it is busy or away. */
  async send(raw: Uint8Array, lines: number): Promise<void> {
    const body = compressSync(Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength))
    for (let attempt = 1; ; attempt++) {
      try {
        await this.#client.post('/loki/api/v1/push', 'application/x-protobuf', body)
        break
      } catch (error) {
        if (!(error instanceof RequestError)) throw error
        const retry = error.status === undefined || error.status === 429 || error.status >= 500
        if (!retry || attempt > RETRIES_MAX) {
          if (error.status !== 400) throw error
          // The good lines of the batch are stored, the message names the others.
          this.refused++
          this.#progress.clear()
          this.#io.err.write(`skald push: ${error.message}\n`)
          break
        }
        this.#progress.show(`${error.message}; trying again`)
        await sleep((error.retryAfterSeconds ?? Math.min(10, 0.25 * 2 ** attempt)) * 1000, undefined, {signal: this.#io.signal})
      }
    }
    this.#sent += lines
    this.#progress.show(`${this.#sent} lines sent`)
  }

  finish(): void {
    this.#progress.clear()
    if (!this.#quiet && this.#io.err.isTTY === true) this.#io.err.write(`${this.#sent} lines sent\n`)
  }
}
