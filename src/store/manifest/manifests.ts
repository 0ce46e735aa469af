/*
 * All manifests of the store in memory, and the only way to change one.
 *
 *   change(manifest) ─▶ replace if unchanged ─▶ memory ─▶ committed()      one at a time per tenant and day
 *                ▲            │ conflict or error: read it again
 *                └────────────┘
 *
 * A manifest that cannot be read is reported and its day served without it. The first flush to such a day keeps the damaged
 * bytes under another name and begins a new manifest; the day's report and its part files stay until somebody repairs it.
 */
import {Failure} from '../../model/index.ts'
import type {ObjectStore, ObjectVersion} from '../object/index.ts'
import {damagedKey, dayFolder, manifestKey, parseObjectName, tenantSegment} from './keys.ts'
import {decodeManifest, emptyManifest, encodeManifest, type Manifest} from './manifest.ts'

/** A tenant's day some of whose parts are unknown. */
export type DayProblem = {readonly folder: string; readonly message: string}

type Entry = {manifest: Manifest; version: ObjectVersion | undefined; stale: boolean; damaged: boolean; queue: Promise<unknown>}

const ATTEMPTS_MAX = 5

export class Manifests {
  readonly #objects: ObjectStore
  /** By folder of tenant and day. */
  readonly #entries = new Map<string, Entry>()
  readonly #tenants = new Map<string, Map<number, Entry>>()
  readonly #problems = new Map<string, string>()

  constructor(objects: ObjectStore) {
    this.#objects = objects
  }

  /** Reads all manifests. @param keys all object keys. @throws {Failure} STORAGE only when the store does not answer. */
  async load(keys: readonly string[]): Promise<void> {
    for (const key of keys) {
      const name = parseObjectName(key)
      if (name?.kind === 'damaged')
        this.#problems.set(name.folder, `${key}: an earlier manifest was damaged; parts it named are not served`)
      if (name?.kind !== 'manifest') continue
      const found = await this.#objects.get(key)
      if (found === undefined) continue
      try {
        const manifest = decodeManifest(key, found.bytes)
        if (dayFolder(manifest.tenant, manifest.day) !== name.folder)
          throw new Failure('CORRUPTION', `${key}: is the manifest of another day or tenant`)
        this.#add({manifest, version: found.version, stale: false, damaged: false, queue: Promise.resolve()})
      } catch (error) {
        if (!(error instanceof Failure)) throw error
        this.#problems.set(name.folder, error.message)
      }
    }
  }

  get(tenant: string, day: number): Manifest | undefined {
    return this.#tenants.get(tenant)?.get(day)?.manifest
  }

  /** Manifests of a tenant, in no order. */
  *of(tenant: string): Generator<Manifest> {
    for (const {manifest} of this.#tenants.get(tenant)?.values() ?? []) yield manifest
  }

  *all(): Generator<Manifest> {
    for (const {manifest} of this.#entries.values()) yield manifest
  }

  tenants(): string[] {
    return [...this.#tenants.keys()]
  }

  /** Days with damage, all tenants or one. */
  problems(tenant?: string): DayProblem[] {
    const prefix = tenant === undefined ? '' : `${tenantSegment(tenant)}/`
    return [...this.#problems].filter(([folder]) => folder.startsWith(prefix)).map(([folder, message]) => ({folder, message}))
  }

  isDamaged(folder: string): boolean {
    return this.#problems.has(folder)
  }

  /**
   * Replaces a manifest by what `change` makes of it; `change` may be called several times, and returning its argument means that
   * nothing is to be done. `committed` is called in the same turn in which memory changes, so no snapshot sees a state in between.
   * @throws {Failure} STORAGE; the change may then still have happened (a lost answer), so parts it names must not be deleted.
   */
  update(
    tenant: string,
    day: number,
    change: (manifest: Manifest) => Manifest,
    committed: (manifest: Manifest) => void,
  ): Promise<Manifest> {
    const folder = dayFolder(tenant, day)
    let entry = this.#entries.get(folder)
    if (entry === undefined) {
      entry = {manifest: emptyManifest(tenant, day), version: undefined, stale: true, damaged: false, queue: Promise.resolve()}
      this.#add(entry)
    }
    const target = entry
    const run = target.queue.then(() => this.#update(target, change, committed))
    target.queue = run.catch(() => undefined)
    return run
  }

  async #update(entry: Entry, change: (manifest: Manifest) => Manifest, committed: (manifest: Manifest) => void): Promise<Manifest> {
    const key = manifestKey(entry.manifest.tenant, entry.manifest.day)
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      if (entry.stale) await this.#reload(key, entry)
      const changed = change(entry.manifest)
      if (changed === entry.manifest) {
        committed(changed)
        return changed
      }
      const next: Manifest = {...changed, revision: entry.manifest.revision + 1}
      const bytes = encodeManifest(next)
      entry.stale = true
      if (entry.version === undefined) {
        if (!(await this.#objects.putIfAbsent(key, bytes))) continue
        // Its version is not told; the next change reads it.
      } else {
        const result = await this.#objects.replaceIfUnchanged(key, entry.version, bytes)
        if (result === 'conflict') continue
        entry.version = result.version
        entry.stale = false
      }
      entry.manifest = next
      committed(next)
      return next
    }
    throw new Failure('STORAGE', `${key}: changed by somebody else ${ATTEMPTS_MAX} times in a row`)
  }

  async #reload(key: string, entry: Entry): Promise<void> {
    const found = await this.#objects.get(key)
    if (found === undefined) {
      entry.version = undefined
    } else {
      entry.version = found.version
      try {
        entry.manifest = decodeManifest(key, found.bytes)
      } catch (error) {
        if (!(error instanceof Failure)) throw error
        const folder = dayFolder(entry.manifest.tenant, entry.manifest.day)
        // Kept once: the first damage has the most to tell.
        await this.#objects.putIfAbsent(damagedKey(folder), found.bytes)
        this.#problems.set(folder, error.message)
      }
    }
    entry.stale = false
  }

  #add(entry: Entry): void {
    const {tenant, day} = entry.manifest
    this.#entries.set(dayFolder(tenant, day), entry)
    let days = this.#tenants.get(tenant)
    if (days === undefined) {
      days = new Map()
      this.#tenants.set(tenant, days)
    }
    days.set(day, entry)
  }
}
