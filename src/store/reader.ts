/*
 * The store as a query worker sees it: streams and their chunks, from parts and head, as one snapshot has them.
 *
 *   snapshot ─▶ parts (opened once, cached) ─┐
 *            └▶ heads (read in place) ───────┴─▶ per stream: chunks by time ─▶ overlaps marked ─▶ query engine
 *
 * Owns    caches: open parts, decoded blocks, indexes of head rows. One reader per worker; not shared.
 * Errors  a part that cannot be opened is reported in `problems` and left out; a damaged chunk fails when it is opened, naming
 *         object and offset. The rest is served.
 */
import {LRUCache} from 'lru-cache'
import {dayOf, Failure, formatLabels, nsOfDay, type LabelPredicate, type Labels, type MaybePromise} from '../model/index.ts'
import type {ChunkHandle, StreamChunks} from './chunk.ts'
import {headChunks, HeadView, MetaColumns, type HeadChunkHandle, type HeadSnapshot} from './head/index.ts'
import type {ObjectStore} from './object/index.ts'
import {openPart, type PartKernel, type PartReader} from './part/index.ts'
import {markOverlaps} from './reader-overlap.ts'
import {firstSequence} from './sequence.ts'
import type {Snapshot, StoreProblem} from './snapshot.ts'

export type ReaderOptions = {
  readonly objects: ObjectStore
  readonly kernel: PartKernel
  /** For decoded blocks and open parts of this worker. */
  readonly cacheBytes: number
}

export type SelectOptions = {
  readonly predicates: readonly LabelPredicate[]
  readonly fromNs: bigint
  readonly toNs: bigint
  /** Streams are dealt out by the hash of their labels, so a stream's data is always read, and cached, by the same worker. */
  readonly shard?: {readonly index: number; readonly count: number}
  /** The reader adds what could not be read, and what the snapshot says is missing. */
  readonly problems?: StoreProblem[]
  /** Called now and then; what it throws ends the search. */
  readonly check?: () => void
}

export interface Reader {
  /** Streams that match all predicates, with the chunks that meet [fromNs, toNs); streams without such chunks are left out. */
  select(snapshot: Snapshot, options: SelectOptions): MaybePromise<StreamChunks[]>
  /** Labels of the streams that match and may have rows in [fromNs, toNs). */
  streams(snapshot: Snapshot, options: SelectOptions): MaybePromise<Labels[]>
}

/** Share of the cache for open parts. */
const PART_SHARE = 1 / 4
/** Decoded index bytes weigh about so much more as objects. */
const INDEX_FACTOR = 4
const STREAMS_PER_CHECK = 256

export function createReader(options: ReaderOptions): Reader {
  return new StoreReader(options)
}

/** Chunks are looked for only when the stream is one of the shard's. */
type Selection = {
  readonly isOurs: (hash: number) => boolean
  readonly add: (labels: Labels, chunks: readonly ChunkHandle[]) => void
  readonly check: () => void
}
type Found = {readonly labels: Labels; readonly chunks: ChunkHandle[]}
type Range = {readonly firstDay: number; readonly firstNs: number; readonly lastDay: number; readonly lastNs: number}

class StoreReader implements Reader {
  readonly #options: ReaderOptions
  readonly #parts: LRUCache<string, PartReader>
  readonly #blocks: LRUCache<string, Uint8Array>
  readonly #heads = new Map<number, HeadReader>()
  readonly #meta = new MetaColumns()
  /** Label arrays live as long as their part or head is open. */
  readonly #canonical = new WeakMap<Labels, string>()
  /** Of a part's streams; 0 = not known yet. */
  readonly #hashes = new WeakMap<PartReader, Uint32Array>()

  constructor(options: ReaderOptions) {
    this.#options = options
    const partBytes = Math.max(1, Math.floor(options.cacheBytes * PART_SHARE))
    this.#parts = new LRUCache({maxSize: partBytes, sizeCalculation: part => Math.min(partBytes, indexBytes(part))})
    const blockBytes = Math.max(1, options.cacheBytes - partBytes)
    this.#blocks = new LRUCache({maxSize: blockBytes, sizeCalculation: bytes => bytes.length + 128})
  }

  select(snapshot: Snapshot, options: SelectOptions): MaybePromise<StreamChunks[]> {
    const {predicates, fromNs, toNs, shard} = options
    const problems = options.problems ?? []
    problems.push(...snapshot.problems)
    const found = new Map<string, Found>()
    if (toNs <= fromNs) return []
    const range = rangeOf(fromNs, toNs)
    const isOurs = (hash: number): boolean => shard === undefined || hash % shard.count === shard.index
    let looks = 0
    const check = (): void => {
      if (looks++ % STREAMS_PER_CHECK === 0) options.check?.()
    }
    const add = (labels: Labels, chunks: readonly ChunkHandle[]): void => {
      if (chunks.length === 0) return
      const canonical = this.#canonicalOf(labels)
      const stream = found.get(canonical)
      if (stream === undefined) found.set(canonical, {labels, chunks: [...chunks]})
      else for (const chunk of chunks) stream.chunks.push(chunk)
    }
    const finish = (): StreamChunks[] => {
      this.#addHeads(snapshot, predicates, range, {isOurs, add, check})
      return Array.from(found.values(), ({labels, chunks}) => ({labels, chunks: markOverlaps(chunks)}))
    }
    // One part after the other: a local store answers at once, and a remote one is asked once per part and worker.
    const next = (index: number): MaybePromise<StreamChunks[]> => {
      for (let i = index; i < snapshot.parts.length; i++) {
        const {key, generation} = snapshot.parts[i]!
        const done = this.#guarded(key, problems, () => this.#addPart(key, generation, predicates, range, {isOurs, add, check}))
        if (done instanceof Promise) return done.then(() => next(i + 1))
      }
      return finish()
    }
    return next(0)
  }

  streams(snapshot: Snapshot, options: SelectOptions): MaybePromise<Labels[]> {
    const selected = this.select(snapshot, options)
    const labels = (streams: StreamChunks[]): Labels[] => streams.map(stream => stream.labels)
    return selected instanceof Promise ? selected.then(labels) : labels(selected)
  }

  #guarded(object: string, problems: StoreProblem[], run: () => MaybePromise<void>): MaybePromise<void> {
    const failed = (error: unknown): void => {
      const isOfPart = Failure.is(error, 'CORRUPTION') || Failure.is(error, 'STORAGE') || Failure.is(error, 'UNSUPPORTED')
      if (!isOfPart) throw error
      problems.push({object, message: error.message})
    }
    try {
      const running = run()
      return running instanceof Promise ? running.catch(failed) : running
    } catch (error) {
      return failed(error)
    }
  }

  #addPart(key: string, generation: number, predicates: readonly LabelPredicate[], range: Range, to: Selection): MaybePromise<void> {
    const use = (part: PartReader): MaybePromise<void> => {
      const {day} = part.facts
      const fromNs = day === range.firstDay ? range.firstNs : 0
      const toNs = day === range.lastDay ? range.lastNs : Infinity
      const selected = part.select(predicates)
      const list = (streams: Uint32Array): void => {
        if (!this.#parts.has(key)) this.#parts.set(key, part)
        const hashes = this.#hashesOf(part)
        for (const stream of streams) {
          to.check()
          // What other workers have is not kept: of very many streams that is most.
          const hash = (hashes[stream] ||= hashOf(formatLabels(part.labels(stream, false))))
          if (to.isOurs(hash)) to.add(part.labels(stream), part.chunks(stream, firstSequence(generation), fromNs, toNs))
        }
      }
      return selected instanceof Promise ? selected.then(list) : list(selected)
    }
    const cached = this.#parts.get(key)
    if (cached !== undefined) return use(cached)
    const {objects, kernel} = this.#options
    const opened = openPart({objects, kernel, key, cache: this.#blocks})
    return opened instanceof Promise ? opened.then(use) : use(opened)
  }

  #addHeads(snapshot: Snapshot, predicates: readonly LabelPredicate[], range: Range, to: Selection): void {
    for (const [id, head] of this.#heads) if (head.generation < snapshot.oldestGeneration) this.#heads.delete(id)
    for (const head of snapshot.heads) {
      let reader = this.#heads.get(head.id)
      if (reader === undefined) {
        reader = new HeadReader(head, this.#meta)
        this.#heads.set(head.id, reader)
      }
      reader.update(head)
      for (let slot = 0; slot < head.streams.count; slot++) {
        to.check()
        const labels = reader.view.labels(slot)
        if (!accepts(predicates, labels) || !to.isOurs(reader.hashOf(slot))) continue
        to.add(
          labels,
          reader.chunks(head, slot).filter(chunk => meets(chunk, range)),
        )
      }
    }
  }

  #hashesOf(part: PartReader): Uint32Array {
    let hashes = this.#hashes.get(part)
    if (hashes === undefined) {
      hashes = new Uint32Array(part.facts.streams)
      this.#hashes.set(part, hashes)
    }
    return hashes
  }

  #canonicalOf(labels: Labels): string {
    let canonical = this.#canonical.get(labels)
    if (canonical === undefined) {
      canonical = formatLabels(labels)
      this.#canonical.set(labels, canonical)
    }
    return canonical
  }
}

/** One head, with the chunks of its streams kept until rows are added. */
class HeadReader {
  readonly generation: number
  readonly view: HeadView
  readonly #meta: MetaColumns
  readonly #chunks = new Map<number, HeadChunkHandle[]>()
  readonly #hashes: number[] = []
  #stamp = ''

  constructor(head: HeadSnapshot, meta: MetaColumns) {
    this.generation = head.generation
    this.view = new HeadView(head.id)
    this.#meta = meta
  }

  update(head: HeadSnapshot): void {
    this.view.update(head)
    const stamp = `${head.segments.reduce((sum, segment) => sum + segment.rows, 0)}/${head.hiddenDays.length}`
    if (stamp === this.#stamp) return
    this.#stamp = stamp
    this.#chunks.clear()
  }

  /** As {@link hashOf}, of a slot's labels. */
  hashOf(slot: number): number {
    return (this.#hashes[slot] ??= hashOf(formatLabels(this.view.labels(slot))))
  }

  chunks(head: HeadSnapshot, slot: number): readonly HeadChunkHandle[] {
    let chunks = this.#chunks.get(slot)
    if (chunks === undefined) {
      chunks = headChunks(this.view, head, slot, this.#meta)
      this.#chunks.set(slot, chunks)
    }
    return chunks
  }
}

function accepts(predicates: readonly LabelPredicate[], labels: Labels): boolean {
  return predicates.every(({name, matches}) => matches(labels.find(label => label.name === name)?.value ?? ''))
}

function rangeOf(fromNs: bigint, toNs: bigint): Range {
  return {firstDay: dayOf(fromNs), firstNs: nsOfDay(fromNs), lastDay: dayOf(toNs - 1n), lastNs: nsOfDay(toNs - 1n)}
}

function meets({day, minNs, maxNs}: ChunkHandle, range: Range): boolean {
  if (day < range.firstDay || day > range.lastDay) return false
  return !(day === range.firstDay && maxNs < range.firstNs) && !(day === range.lastDay && minNs > range.lastNs)
}

function indexBytes(part: PartReader): number {
  return part.file.sections.reduce((sum, section) => sum + section.rawLength * INDEX_FACTOR, 4096)
}

/** FNV-1a over code units; modulo their count it says which shard a stream is in. */
function hashOf(canonical: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < canonical.length; i++) hash = Math.imul(hash ^ canonical.charCodeAt(i), 0x01000193)
  return (hash ^ (hash >>> 15)) >>> 0
}
