/*
 * Bytes into lines: split at \n, which is not part of a line; \r is. A last line without \n counts as a line.
 * Yields the lines of one read at a time, and an empty list when everything there is has been read.
 */
import {open, stat, type FileHandle} from 'node:fs/promises'
import {setTimeout as sleep} from 'node:timers/promises'

export type Line = Uint8Array

const READ_BYTES = 256 * 1024
const POLL_MS = 200
const STREAM_END_MS = 500
const NEWLINE = 0x0a

/** Cuts a stream of buffers into lines; keeps what is unfinished for the next buffer. */
class Splitter {
  #pieces: Buffer[] = []

  push(chunk: Buffer): Line[] {
    const lines: Line[] = []
    let at = 0
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, at)) {
      const piece = chunk.subarray(at, end)
      lines.push(this.#pieces.length === 0 ? Buffer.from(piece) : Buffer.concat([...this.#pieces, piece]))
      this.#pieces = []
      at = end + 1
    }
    if (at < chunk.length) this.#pieces.push(Buffer.from(chunk.subarray(at)))
    return lines
  }

  rest(): Line[] {
    const rest = this.#pieces
    this.#pieces = []
    return rest.length === 0 ? [] : [Buffer.concat(rest)]
  }
}

/** Ends with the stream, or some time after the interrupt: a pipe's writer is mostly interrupted too, and ends it. */
export async function* readStreamLines(input: NodeJS.ReadableStream, signal: AbortSignal): AsyncGenerator<Line[]> {
  const splitter = new Splitter()
  const stopped = new Promise<undefined>(resolve => {
    signal.addEventListener('abort', () => setTimeout(() => resolve(undefined), STREAM_END_MS).unref(), {once: true})
  })
  const chunks = input[Symbol.asyncIterator]()
  for (;;) {
    const next = await Promise.race([chunks.next(), stopped])
    if (next === undefined || next.done === true) break
    const chunk: string | Buffer = next.value
    const lines = splitter.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk)
    if (lines.length > 0) yield lines
    yield []
  }
  yield splitter.rest()
}

/** With `follow`, goes on until aborted: what is appended, and a new file of the same name after a rotation or truncation. */
export async function* readFileLines(file: string, follow: boolean, signal: AbortSignal): AsyncGenerator<Line[]> {
  const splitter = new Splitter()
  let handle = await open(file, 'r')
  let inode = (await handle.stat()).ino
  let position = 0
  const buffer = Buffer.allocUnsafe(READ_BYTES)
  const readOn = async (): Promise<number> => {
    const {bytesRead} = await handle.read(buffer, 0, buffer.length, position)
    position += bytesRead
    return bytesRead
  }
  try {
    for (;;) {
      if (signal.aborted && !follow) break
      const bytesRead = await readOn()
      if (bytesRead > 0) {
        const lines = splitter.push(buffer.subarray(0, bytesRead))
        if (lines.length > 0) yield lines
        continue
      }
      if (!follow || signal.aborted) break
      yield []
      await sleep(POLL_MS, undefined, {signal}).catch(() => undefined)
      const now = await replaced(file, handle, inode, position)
      if (now === 'same') continue
      if (now === 'rotated') {
        // What was written to the old file since the last read is not in the new one.
        for (let read = await readOn(); read > 0; read = await readOn()) yield splitter.push(buffer.subarray(0, read))
        const next = await open(file, 'r').catch(() => undefined)
        if (next === undefined) continue // gone again; its successor will come
        await handle.close()
        handle = next
        inode = (await handle.stat()).ino
      }
      yield splitter.rest()
      position = 0
    }
    yield splitter.rest()
  } finally {
    await handle.close()
  }
}

async function replaced(file: string, handle: FileHandle, inode: number, position: number): Promise<'same' | 'rotated' | 'truncated'> {
  const named = await stat(file).catch(() => undefined)
  if (named !== undefined && named.ino !== inode) return 'rotated'
  return (await handle.stat()).size < position ? 'truncated' : 'same'
}
