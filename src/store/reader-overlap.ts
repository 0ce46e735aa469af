/*
 * Chunks of one stream that share time: they come from several parts or heads, and an entry may be in more than one of them (a client's
 * retry, an agent that reads its file again). The copy in the earliest source counts; the others are named in `repeated`.
 *
 * Most chunks overlap with nothing and are handed on as they are. Of those that do, timestamps are compared when they are opened,
 * and lines only where timestamps and lengths agree.
 */
import type {Chunk, ChunkHandle, LineBlock, MetaColumn, ReadStats} from './chunk.ts'
import {Failure, type MaybePromise} from '../model/index.ts'
import {EntryGroup, loadChunk, type LoadedChunk} from './merge/index.ts'
import {sameSource} from './sequence.ts'

/** @returns the chunks ascending by (day, minNs, sequence), `exact` and `repeated` as chunk.ts promises. Within a source nothing is repeated. */
export function markOverlaps(chunks: readonly ChunkHandle[]): readonly ChunkHandle[] {
  if (chunks.length < 2) return chunks
  const sorted = [...chunks].sort((a, b) => a.day - b.day || a.minNs - b.minNs || a.sequence - b.sequence)
  const overlapped = new Map<ChunkHandle, ChunkHandle[]>()
  let active: ChunkHandle[] = []
  for (const chunk of sorted) {
    active = active.filter(other => other.day === chunk.day && other.maxNs >= chunk.minNs)
    for (const other of active) {
      if (sameSource(other.sequence, chunk.sequence)) continue
      const [earlier, later] = other.sequence < chunk.sequence ? [other, chunk] : [chunk, other]
      const list = overlapped.get(later)
      if (list === undefined) overlapped.set(later, [earlier])
      else list.push(earlier)
      if (!overlapped.has(earlier)) overlapped.set(earlier, [])
    }
    active.push(chunk)
  }
  if (overlapped.size === 0) return sorted
  return sorted.map(chunk => {
    const earlier = overlapped.get(chunk)
    return earlier === undefined ? chunk : new OverlappingHandle(chunk, earlier)
  })
}

class OverlappingHandle implements ChunkHandle {
  readonly day: number
  readonly minNs: number
  readonly maxNs: number
  readonly rows: number
  readonly lineBytes: number
  readonly metaBytes: number
  readonly exact = false
  readonly source: 'part' | 'head'
  readonly sequence: number
  readonly #inner: ChunkHandle
  readonly #earlier: readonly ChunkHandle[]
  #repeated: Uint32Array | undefined

  constructor(inner: ChunkHandle, earlier: readonly ChunkHandle[]) {
    this.day = inner.day
    this.minNs = inner.minNs
    this.maxNs = inner.maxNs
    this.rows = inner.rows
    this.lineBytes = inner.lineBytes
    this.metaBytes = inner.metaBytes
    this.source = inner.source
    this.sequence = inner.sequence
    this.#inner = inner
    this.#earlier = earlier
  }

  open(stats: ReadStats): MaybePromise<Chunk> {
    const chunk = this.#inner.open(stats)
    if (this.#earlier.length === 0) return chunk
    if (chunk instanceof Promise) return this.#openLater(chunk, stats)
    if (this.#repeated === undefined) {
      for (const handle of this.#earlier) {
        const shares = tolerant(false, () => {
          const other = handle.open(stats)
          return other instanceof Promise || sharesRow(chunk, other)
        })
        if (shares) return this.#openLater(chunk, stats)
      }
      this.#repeated = NO_ROWS
    }
    return this.#repeated.length === 0 ? chunk : new ChunkWithRepeats(chunk, this.#repeated)
  }

  async #openLater(opening: MaybePromise<Chunk>, stats: ReadStats): Promise<Chunk> {
    const chunk = await opening
    if (this.#repeated === undefined) {
      const others: LoadedChunk[] = []
      for (const handle of this.#earlier) {
        try {
          const other = await handle.open(stats)
          if (sharesRow(chunk, other)) others.push(await loadChunk(other))
        } catch (error) {
          if (!Failure.is(error)) throw error
        }
      }
      this.#repeated = others.length === 0 ? NO_ROWS : findRepeats(await loadChunk(chunk), others)
    }
    return this.#repeated.length === 0 ? chunk : new ChunkWithRepeats(chunk, this.#repeated)
  }
}

/** An earlier chunk that is damaged hides nothing of this one; its damage is told by whoever reads it for its own rows. */
function tolerant<T>(otherwise: T, run: () => T): T {
  try {
    return run()
  } catch (error) {
    if (!Failure.is(error)) throw error
    return otherwise
  }
}

const NO_ROWS = new Uint32Array(0)

/** Rows of one instant that are compared one by one. */
const FEW = 8

/** Whether some row of each has the same time and length of line. */
function sharesRow(a: Chunk, b: Chunk): boolean {
  const [ans, bns] = [a.timestamps(), b.timestamps()]
  const [aOffsets, bOffsets] = [a.lineOffsets(), b.lineOffsets()]
  for (let i = 0, j = 0; i < ans.length && j < bns.length;) {
    if (ans[i]! < bns[j]!) i++
    else if (ans[i]! > bns[j]!) j++
    else {
      const ns = ans[i]!
      let end = j
      while (end < bns.length && bns[end] === ns) end++
      // Clients whose clock has seconds only have thousands of rows at one instant.
      const lengths = end - j > FEW ? new Set<number>() : undefined
      for (let k = j; lengths !== undefined && k < end; k++) lengths.add(bOffsets[k + 1]! - bOffsets[k]!)
      for (; i < ans.length && ans[i] === ns; i++) {
        const length = aOffsets[i + 1]! - aOffsets[i]!
        if (lengths?.has(length) === true) return true
        for (let k = j; lengths === undefined && k < end; k++) if (bOffsets[k + 1]! - bOffsets[k]! === length) return true
      }
      j = end
    }
  }
  return false
}

function findRepeats(own: LoadedChunk, loaded: readonly LoadedChunk[]): Uint32Array {
  const at = loaded.map(() => 0)
  const repeated: number[] = []
  const group = new EntryGroup()
  for (let row = 0; row < own.ns.length; row++) {
    const ns = own.ns[row]!
    loaded.forEach((other, index) => {
      let i = at[index]!
      while (i < other.ns.length && other.ns[i]! < ns) i++
      // Rows of this instant join the group once, at its first row here.
      for (; i < other.ns.length && other.ns[i] === ns; i++) group.add(other, i, index)
      at[index] = i
    })
    if (!group.add(own, row, loaded.length)) repeated.push(row)
  }
  return Uint32Array.from(repeated)
}

class ChunkWithRepeats implements Chunk {
  readonly rows: number
  readonly day: number
  readonly repeated: Uint32Array
  readonly #inner: Chunk

  constructor(inner: Chunk, repeated: Uint32Array) {
    this.#inner = inner
    this.rows = inner.rows
    this.day = inner.day
    this.repeated = repeated
  }

  timestamps(): Float64Array {
    return this.#inner.timestamps()
  }

  lineOffsets(): Uint32Array {
    return this.#inner.lineOffsets()
  }

  metaNames(): readonly string[] {
    return this.#inner.metaNames()
  }

  meta(name: string): MetaColumn | undefined {
    return this.#inner.meta(name)
  }

  lineBlockBounds(): Uint32Array {
    return this.#inner.lineBlockBounds()
  }

  loadLineBlock(block: number): MaybePromise<LineBlock> {
    return this.#inner.loadLineBlock(block)
  }
}
