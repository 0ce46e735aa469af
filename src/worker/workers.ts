/*
 * The two kinds of workers, as the modules that use them want to see them.
 */
import type {Executor, QueryShards} from '../query/index.ts'
import type {Maintenance, Snapshot} from '../store/index.ts'
import type {MaintenanceCalls, QueryCalls, WorkerSetup} from './calls.ts'
import {createWorkerPool} from './pool.ts'

export type WorkersOptions = Omit<WorkerSetup, 'role'> & {
  readonly queryWorkers: number
  /** Told when a worker ended and is replaced. */
  readonly onCrash?: (message: string) => void
}

export type Workers = {
  readonly maintenance: Maintenance
  readonly shards: QueryShards<Snapshot>
  /** Ends all threads; open calls fail. Close the database first. */
  close(): Promise<void>
}

export function startWorkers(options: WorkersOptions): Workers {
  const {queryWorkers, onCrash, ...setup} = options
  const common = {entry: entryUrl(), ...(onCrash === undefined ? {} : {onCrash})}
  const query = createWorkerPool<QueryCalls>({
    ...common,
    count: queryWorkers,
    data: {...setup, role: 'query'} satisfies WorkerSetup,
    name: 'query worker',
  })
  const maintenance = createWorkerPool<MaintenanceCalls>({
    ...common,
    count: 1,
    data: {...setup, role: 'maintenance'} satisfies WorkerSetup,
    name: 'maintenance worker',
  })
  const executors = Array.from({length: query.count}, (_, index): Executor<Snapshot> => ({
    logs: task => query.call(index, 'logs', task),
    leaf: task => query.call(index, 'leaf', task),
    streams: task => query.call(index, 'streams', task),
    size: task => query.call(index, 'size', task),
  }))
  return {
    maintenance: {
      flush: job => maintenance.call(0, 'flush', job),
      merge: job => maintenance.call(0, 'merge', job),
    },
    shards: {
      count: query.count,
      executor: index => executors[index]!,
    },
    async close() {
      await Promise.all([query.close(), maintenance.close()])
    },
  }
}

/** Threads run JavaScript only: from source (tests), the built module is taken. */
export function entryUrl(): URL {
  const here = import.meta.url
  if (!here.endsWith('.ts')) return new URL('./entry.js', here)
  return new URL('../../dist/worker/entry.js', here)
}
