/*
 * The work that is done off the main thread: turning frozen rows and small parts into parts.
 *
 * The database asks through the interface; the same functions serve it in a worker and, in tests and simulations, in place.
 */
import {flushHead, type FlushJob} from '../head/index.ts'
import type {ObjectStore} from '../object/index.ts'
import type {PartKernel, PartMeta} from '../part/index.ts'
import {mergeParts, type MergeJob} from './merge.ts'

export interface Maintenance {
  /** One part per day that has rows, ascending; every part is durable. @throws {Failure} STORAGE */
  flush(job: FlushJob): Promise<PartMeta[]>
  /** @throws {Failure} STORAGE, CORRUPTION */
  merge(job: MergeJob): Promise<PartMeta>
}

export type MaintenanceTools = {
  readonly objects: ObjectStore
  /** Of its own for each: a flush and a merge take turns on one thread, and results of a kernel last until its next call. */
  readonly flushKernel: PartKernel
  readonly mergeKernel: PartKernel
}

export function createMaintenance({objects, flushKernel, mergeKernel}: MaintenanceTools): Maintenance {
  let flushes = 0
  let waiting: (() => void)[] = []
  return {
    async flush(job) {
      flushes++
      try {
        return await flushHead({objects, kernel: flushKernel}, job)
      } finally {
        flushes--
        if (flushes === 0) {
          for (const go of waiting) go()
          waiting = []
        }
      }
    },
    // Pushes may be waiting for a flush, nobody for a merge.
    merge: job =>
      mergeParts(
        {
          objects,
          kernel: mergeKernel,
          turn: () => (flushes === 0 ? undefined : new Promise<void>(resolve => waiting.push(resolve))),
        },
        job,
      ),
  }
}
