/*
 * What workers can be asked to do. Adding a call is one line here and its handler in handlers.ts.
 */
import type {Executor, LeafAnswer, LeafTask, LogAnswer, LogTask, StreamsTask} from '../query/index.ts'
import type {FlushJob, MergeJob, PartMeta, Snapshot} from '../store/index.ts'

export type QueryCalls = {
  logs: {args: LogTask<Snapshot>; result: LogAnswer} //         buffers of the result are transferred
  leaf: {args: LeafTask<Snapshot>; result: LeafAnswer} //       the same
  streams: {args: StreamsTask<Snapshot>; result: Awaited<ReturnType<Executor<Snapshot>['streams']>>}
  size: {args: Parameters<Executor<Snapshot>['size']>[0]; result: Awaited<ReturnType<Executor<Snapshot>['size']>>}
}

export type MaintenanceCalls = {
  flush: {args: FlushJob; result: PartMeta[]}
  merge: {args: MergeJob; result: PartMeta}
}

/** `workerData` of src/worker/entry.ts. */
export type WorkerSetup = {
  readonly role: 'query' | 'maintenance'
  /** Of the local object store. */
  readonly objectDirectory: string
  /** Decoded blocks and open parts of one query worker. */
  readonly cacheBytes: number
  /** Plain TypeScript instead of WebAssembly. */
  readonly plainKernel: boolean
}
