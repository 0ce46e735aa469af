/*
 * Background merging: picks, has the worker merge, commits, lets go of the inputs. One merge at a time.
 */
import type {Clock} from '../model/index.ts'
import {mergedPartId, partKey, type Manifest, type ManifestPart, type Manifests} from './manifest/index.ts'
import {pickMerge, type Maintenance} from './merge/index.ts'
import type {PartUse} from './database-parts.ts'
import type {DatabaseLimits} from './database-options.ts'

export type MergeStats = {
  merges: number
  inputs: number
  bytesIn: number
  bytesOut: number
  failures: number
  lastError: string | undefined
}

export type MergerOptions = {
  readonly maintenance: Maintenance
  readonly manifests: Manifests
  readonly parts: PartUse
  readonly clock: Clock
  readonly randomId: () => string
  readonly limits: DatabaseLimits
}

const NS_PER_MS = 1_000_000n
const PAUSE_MS_MAX = 60_000

export class Merger {
  readonly #options: MergerOptions
  readonly stats: MergeStats = {merges: 0, inputs: 0, bytesIn: 0, bytesOut: 0, failures: 0, lastError: undefined}
  /** Inputs that could not be merged, by key: left as they are until the process starts again. */
  readonly #bad = new Set<string>()
  #running: Promise<void> | undefined
  #again = false
  #closed = false
  #pausedUntilMs = 0
  #pauseMs = 0

  constructor(options: MergerOptions) {
    this.#options = options
  }

  /** Merges all there is to merge, in the background. */
  kick(): void {
    this.#again = true
    if (this.#running !== undefined || this.#closed || this.#options.clock.monotonicMs() < this.#pausedUntilMs) return
    this.#running = this.#run().finally(() => {
      this.#running = undefined
    })
  }

  /** Resolves when nothing is left to merge (or merging fails). */
  async settle(): Promise<void> {
    this.kick()
    while (this.#running !== undefined) await this.#running
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#running
  }

  async #run(): Promise<void> {
    while (this.#again && !this.#closed) {
      this.#again = false
      for (const manifest of this.#options.manifests.all()) {
        for (let current: Manifest | undefined = manifest; current !== undefined && !this.#closed;) {
          const inputs = this.#pick(current)
          if (inputs === undefined) break
          if (!(await this.#merge(current, inputs))) return
          current = this.#options.manifests.get(manifest.tenant, manifest.day)
        }
      }
    }
  }

  #pick(manifest: Manifest): ManifestPart[] | undefined {
    const {limits, clock} = this.#options
    if (manifest.parts.length === 0) return undefined
    const quiet = clock.nowNs() - newestOf(manifest.parts) >= BigInt(limits.quietMs) * NS_PER_MS
    // A bad part parts its neighbours: each side is merged by itself.
    let run: ManifestPart[] = []
    for (const part of [...manifest.parts, undefined]) {
      if (part !== undefined && !this.#bad.has(part.part.key)) {
        run.push(part)
        continue
      }
      const picked = pickMerge(run, quiet, limits.merge)
      if (picked !== undefined) return picked
      run = []
    }
    return undefined
  }

  /** @returns false when it failed and merging should pause. */
  async #merge(manifest: Manifest, inputs: readonly ManifestPart[]): Promise<boolean> {
    const {maintenance, manifests, parts, randomId} = this.#options
    const {tenant, day} = manifest
    const firstGeneration = inputs[0]!.firstGeneration
    const lastGeneration = inputs.at(-1)!.lastGeneration
    const id = mergedPartId(firstGeneration, lastGeneration, randomId())
    const key = partKey(tenant, day, id)
    const keys = inputs.map(({part}) => part.key)
    const level = 1 + Math.max(...inputs.map(({part}) => part.level))
    try {
      const part = await maintenance.merge({tenant, day, inputs: keys, key, id, level, createdNs: newestOf(inputs)})
      const merged: ManifestPart = {firstGeneration, lastGeneration, part}
      const after = await manifests.update(
        tenant,
        day,
        old => replaceParts(old, keys, merged),
        () => undefined,
      )
      if (!after.parts.some(entry => entry.part.key === key)) {
        parts.doom(key)
        return true
      }
      for (const input of keys) parts.doom(input)
      this.stats.merges++
      this.stats.inputs += keys.length
      this.stats.bytesIn += inputs.reduce((sum, input) => sum + input.part.size, 0)
      this.stats.bytesOut += part.size
      this.#pauseMs = 0
      return true
    } catch (error) {
      this.#failed(error, keys)
      return false
    }
  }

  #failed(error: unknown, keys: readonly string[]): void {
    this.stats.failures++
    this.stats.lastError = error instanceof Error ? error.message : String(error)
    // A message about damage names the object; without a name none of the inputs is tried again.
    const isDamage = typeof error === 'object' && error !== null && 'code' in error && error.code === 'CORRUPTION'
    const named = keys.filter(key => this.stats.lastError!.includes(key))
    if (isDamage) for (const key of named.length > 0 ? named : keys) this.#bad.add(key)
    this.#pauseMs = Math.min(Math.max(this.#options.limits.retryMs, this.#pauseMs * 2), PAUSE_MS_MAX)
    this.#pausedUntilMs = this.#options.clock.monotonicMs() + (isDamage ? 0 : this.#pauseMs)
  }
}

/** When the last rows came. A merge passes it on: it does not make a quiet day busy. */
function newestOf(parts: readonly ManifestPart[]): bigint {
  return parts.reduce((newest, {part}) => (BigInt(part.createdNs) > newest ? BigInt(part.createdNs) : newest), 0n)
}

/** Nothing changes when an input is gone. */
function replaceParts(manifest: Manifest, keys: readonly string[], merged: ManifestPart): Manifest {
  const at = manifest.parts.findIndex(({part}) => part.key === keys[0])
  const same = at >= 0 && keys.every((key, index) => manifest.parts[at + index]?.part.key === key)
  if (!same) return manifest
  return {...manifest, parts: [...manifest.parts.slice(0, at), merged, ...manifest.parts.slice(at + keys.length)]}
}
