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
import {openPart, PartWriter, type PartCodec, type PartKernel, type PartMeta, type PartReader} from '../part/index.ts'
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
  readonly codec: PartCodec
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
  const {tenant, day, key, id, level, codec, createdNs} = job
  // Small chunks share blocks; without it each would be read and decoded once per chunk.
  const cache = new LRUCache<string, Uint8Array>({maxSize: CACHE_BYTES, sizeCalculation: bytes => bytes.length + 128})
  // For the columns of one stream at a time.
  const arrays = new Arena(ARENA_SIZE_MAX)
  const joining: JoinTools = {arrays, columns: new JoinedColumns()}
  const readers: PartReader[] = []
  for (const input of job.inputs) readers.push(await openPart({objects, key: input, kernel, cache, arrays}))
  const streams = await listStreams(readers)
  const writer = new PartWriter({kernel, codec, tenant, day, key, id, level, createdNs})
  let meta: PartMeta | undefined
  async function* body(): AsyncGenerator<Uint8Array> {
    for (const {labels, places} of streams) {
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

type MergedStream = {readonly labels: Labels; readonly canonical: string; readonly places: {input: number; stream: number}[]}

/** All streams of the inputs, ascending by canonical text, with where each has it. */
async function listStreams(readers: readonly PartReader[]): Promise<MergedStream[]> {
  const streams = new Map<string, MergedStream>()
  for (const [input, reader] of readers.entries()) {
    for (const stream of await reader.select([])) {
      const labels = reader.labels(stream)
      const canonical = formatLabels(labels)
      const found = streams.get(canonical)
      if (found === undefined) streams.set(canonical, {labels, canonical, places: [{input, stream}]})
      else found.places.push({input, stream})
    }
  }
  return [...streams.values()].sort((a, b) => (a.canonical < b.canonical ? -1 : 1))
}
