/*
 * Merges neighbouring parts of one tenant and day into one, in the maintenance worker.
 *
 *   [p1][p2][p3] ─ stream by stream, chunk by chunk ─▶ [p4]
 *
 * Owns   the order of rows (time, then generation), dropping repeats, and bounded memory: at any time the open chunks of one stream that
 *        overlap in time, not more.
 * Leaves the choice to pick.ts, commit and deletion to the database: until then the output is an orphan.
 */
import {LRUCache} from 'lru-cache'
import {formatLabels, type Labels} from '../../model/index.ts'
import type {ObjectStore} from '../object/index.ts'
import {loadZstd, openPart, PartWriter, type PartKernel, type PartMeta, type PartReader} from '../part/index.ts'
import {Arena} from '../arrays.ts'
import {JoinedColumns, type JoinTools} from './join.ts'
import {mergeStream, type SourceChunk} from './rows.ts'

export type MergeJob = {
  readonly tenant: string
  readonly day: number
  /** Keys, ascending by generation. */
  readonly inputs: readonly string[]
  readonly key: string
  readonly id: string
  readonly level: number
  /** Of the newest input. */
  readonly createdNs: bigint
}

export type MergeTools = {
  readonly objects: ObjectStore
  readonly kernel: PartKernel
  /** Asked between chunks: a promise makes the merge wait for it. */
  readonly turn?: () => Promise<void> | undefined
}

/** Two blocks of each kind per input fit. */
const CACHE_BYTES = 24 * 1024 * 1024

/** Decoded and joined columns of a stream; more are allocated. */
const ARENA_SIZE_MAX = 16 * 1024 * 1024

/** @throws {Failure} CORRUPTION naming the input that cannot be read, STORAGE; the output is then not there or an orphan. */
export async function mergeParts(tools: MergeTools, job: MergeJob): Promise<PartMeta> {
  const {objects, kernel, turn} = tools
  const {tenant, day, key, id, level, createdNs} = job
  // Small chunks share blocks; without it each would be read and decoded once per chunk.
  const cache = new LRUCache<string, Uint8Array>({maxSize: CACHE_BYTES, sizeCalculation: bytes => bytes.length + 128})
  // For the columns of one stream at a time.
  const arrays = new Arena(ARENA_SIZE_MAX)
  const joining: JoinTools = {arrays, columns: new JoinedColumns()}
  const readers: PartReader[] = []
  for (const input of job.inputs) readers.push(await openPart({objects, key: input, kernel, cache, arrays}))
  for (const reader of readers) await reader.index()
  const writer = new PartWriter({kernel, zstd: await loadZstd(), tenant, day, key, id, level, createdNs})
  let meta: PartMeta | undefined
  async function* body(): AsyncGenerator<Uint8Array> {
    for (const {labels, places} of eachStream(readers)) {
      const chunks: SourceChunk[] = places.flatMap(({input, stream}) =>
        readers[input]!.chunks(stream, input).map(handle => ({input, handle})),
      )
      for await (const rows of mergeStream(chunks, joining)) {
        writer.add(labels, rows)
        yield* writer.drain()
        await turn?.()
      }
      writer.endStream()
      arrays.reset()
    }
    meta = writer.finish()
    yield* writer.drain()
  }
  await objects.put(key, body())
  if (meta === undefined) throw new Error(`${key}: the object store did not read the whole body`)
  return meta
}

type Place = {readonly input: number; readonly stream: number}
type MergedStream = {readonly labels: Labels; readonly places: readonly Place[]}

/**
 * All streams of the inputs, ascending by canonical text as each input has them, with where each is found. One at a time: a day may
 * have a hundred thousand, and their labels would fill the worker's memory.
 */
function* eachStream(readers: readonly PartReader[]): Generator<MergedStream> {
  type Next = Place & {readonly labels: Labels; readonly canonical: string}
  const read = (input: number, stream: number): Next | undefined => {
    const reader = readers[input]!
    if (stream === reader.facts.streams) return undefined
    const labels = reader.labels(stream, false)
    return {input, stream, labels, canonical: formatLabels(labels)}
  }
  const next = readers.map((_, input) => read(input, 0))
  for (;;) {
    let first: Next | undefined
    for (const each of next) if (each !== undefined && (first === undefined || each.canonical < first.canonical)) first = each
    if (first === undefined) return
    const places: Place[] = []
    for (const [input, each] of next.entries()) {
      if (each === undefined || each.canonical !== first.canonical) continue
      places.push(each)
      next[input] = read(input, each.stream + 1)
    }
    yield {labels: first.labels, places}
  }
}
