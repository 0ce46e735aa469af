/*
 * A database in a temporary folder, with maintenance in place, and readers over it that print what they see.
 */
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import {createKernel} from '../../../src/kernel/index.ts'
import {formatLabels, instantOf, type Clock} from '../../../src/model/index.ts'
import type {Chunk, StreamChunks} from '../../../src/store/chunk.ts'
import {NODE_FILES, type LocalFiles} from '../../../src/store/object/index.ts'
import {
  createMaintenance,
  createReader,
  openDatabase,
  openLocalObjectStore,
  type Database,
  type DatabaseOptions,
  type ObjectStore,
  type SelectOptions,
  type StoreProblem,
} from '../../../src/store/index.ts'

export const FIRST_NS = -(2n ** 63n)
export const END_NS = 2n ** 63n - 1n

export class TestClock implements Clock {
  ns = 1_764_000_000_000_000_000n

  nowNs(): bigint {
    return this.ns
  }

  monotonicMs(): number {
    return Number(this.ns / 1_000_000n)
  }

  advance(ms: number): void {
    this.ns += BigInt(ms) * 1_000_000n
  }
}

export type TestStore = {
  dir: string
  clock: TestClock
  objects: ObjectStore
  remove(): Promise<void>
  open(options?: Partial<DatabaseOptions>): Promise<Database>
}

let ids = 0

/** Tests that end a process in thought only need no disk to spin. */
const UNSYNCED: LocalFiles = {
  ...NODE_FILES,
  open: async (name, flags) => {
    const file = await NODE_FILES.open(name, flags)
    return {write: (bytes, offset, length) => file.write(bytes, offset, length), sync: () => Promise.resolve(), close: () => file.close()}
  },
}

export async function makeStore(): Promise<TestStore> {
  const dir = await fs.mkdtemp(path.join(os.tmpdir(), 'skald-store-'))
  const clock = new TestClock()
  const objects = openLocalObjectStore({directory: path.join(dir, 'objects'), files: UNSYNCED})
  return {
    dir,
    clock,
    objects,
    async remove() {
      await objects.close()
      await fs.rm(dir, {recursive: true, force: true})
    },
    open(options = {}) {
      const store = options.objects ?? objects
      const maintenance = createMaintenance({
        objects: store,
        flushKernel: createKernel({plain: true}),
        mergeKernel: createKernel({plain: true}),
      })
      const {limits, ...rest} = options
      return openDatabase({
        dir,
        objects: store,
        maintenance,
        clock,
        kernel: createKernel({plain: true}),
        randomId: () => (ids++).toString(36).padStart(6, '0'),
        ...rest,
        limits: {tickMs: 3_600_000, retryMs: 1, ...limits},
      })
    },
  }
}

/** `{labels} ts line k=v …` per entry, as the chunks of a stream say it, repeats left out. */
export async function readAll(
  database: Pick<Database, 'snapshot'>,
  objects: ObjectStore,
  tenant: string,
  options: Partial<SelectOptions> & {failures?: string[]} = {},
): Promise<string[]> {
  const snapshot = database.snapshot(tenant, options.fromNs ?? FIRST_NS, options.toNs ?? END_NS)
  const reader = createReader({objects, kernel: createKernel({plain: true}), cacheBytes: 1 << 20})
  const problems: StoreProblem[] = options.problems ?? []
  const selected = await reader.select(snapshot.data, {predicates: [], fromNs: FIRST_NS, toNs: END_NS, ...options, problems})
  const rows: string[] = []
  for (const stream of selected.sort((a, b) => (formatLabels(a.labels) < formatLabels(b.labels) ? -1 : 1))) {
    rows.push(...(await readStream(stream, options.failures)))
  }
  snapshot.release()
  return rows
}

const text = new TextDecoder()

async function readStream(stream: StreamChunks, failures?: string[]): Promise<string[]> {
  const name = formatLabels(stream.labels)
  const rows: {ts: bigint; sequence: number; text: string}[] = []
  for (const handle of stream.chunks) {
    try {
      const chunk = await handle.open({chunksOpened: 0, bytesRead: 0, bytesDecompressed: 0, blocksFromCache: 0})
      for (const row of await entriesOf(chunk)) rows.push({...row, sequence: handle.sequence})
    } catch (error) {
      if (failures === undefined) throw error
      failures.push(error instanceof Error ? error.message : String(error))
    }
  }
  rows.sort((a, b) => (a.ts < b.ts ? -1 : a.ts > b.ts ? 1 : a.sequence - b.sequence))
  return rows.map(row => `${name} ${row.text}`)
}

export async function entriesOf(chunk: Chunk): Promise<{ts: bigint; text: string}[]> {
  const ns = chunk.timestamps()
  const offsets = chunk.lineOffsets()
  const bounds = chunk.lineBlockBounds()
  const rows: {ts: bigint; text: string}[] = []
  const repeated = new Set(chunk.repeated)
  for (let b = 0; b + 1 < bounds.length; b++) {
    const {firstRow, endRow, bytes} = await chunk.loadLineBlock(b)
    const lines = bytes.slice()
    for (let row = firstRow; row < endRow; row++) {
      if (repeated.has(row)) continue
      const line = text.decode(lines.subarray(offsets[row]! - offsets[firstRow]!, offsets[row + 1]! - offsets[firstRow]!))
      const meta: string[] = []
      for (const name of chunk.metaNames()) {
        const column = chunk.meta(name)!
        if (column.codes[row] !== 0) meta.push(`${name}=${column.value(column.codes[row]! - 1)}`)
      }
      const ts = instantOf(chunk.day, ns[row]!)
      rows.push({ts, text: [ts, line, ...meta.sort()].join(' ')})
    }
  }
  return rows
}
