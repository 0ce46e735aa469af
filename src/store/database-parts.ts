/*
 * Deletes parts that no manifest names any more, once no snapshot uses them.
 */
import type {ObjectStore} from './object/index.ts'

export class PartUse {
  readonly #objects: ObjectStore
  /** Snapshots per part. */
  readonly #users = new Map<string, number>()
  readonly #doomed = new Set<string>()
  #deleting = new Set<Promise<void>>()
  lastError: string | undefined

  constructor(objects: ObjectStore) {
    this.#objects = objects
  }

  retain(keys: readonly string[]): void {
    for (const key of keys) this.#users.set(key, (this.#users.get(key) ?? 0) + 1)
  }

  release(keys: readonly string[]): void {
    for (const key of keys) {
      const users = (this.#users.get(key) ?? 0) - 1
      if (users > 0) {
        this.#users.set(key, users)
        continue
      }
      this.#users.delete(key)
      if (this.#doomed.delete(key)) this.#delete(key)
    }
  }

  /** The part is in no manifest: deleted now or when its last snapshot is released. If deleting fails, the next start does it. */
  doom(key: string): void {
    if (this.#users.has(key)) this.#doomed.add(key)
    else this.#delete(key)
  }

  /** Resolves when no deletion is under way. */
  async idle(): Promise<void> {
    while (this.#deleting.size > 0) await Promise.all(this.#deleting)
  }

  #delete(key: string): void {
    const run = this.#objects
      .delete(key)
      .catch((error: unknown) => {
        this.lastError = error instanceof Error ? error.message : String(error)
      })
      .finally(() => this.#deleting.delete(run))
    this.#deleting.add(run)
  }
}
