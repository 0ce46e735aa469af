/*
 * What stands behind the calls, in the worker.
 */
import type {Kernel} from '../kernel/index.ts'
import {createExecutor, transferOf} from '../query/index.ts'
import {createMaintenance, createReader, type ObjectStore, type Snapshot} from '../store/index.ts'
import type {MaintenanceCalls, QueryCalls} from './calls.ts'
import {Transferred, type Handlers} from './protocol.ts'

export type HandlerTools = {
  readonly objects: ObjectStore
  readonly newKernel: () => Kernel
  readonly cacheBytes: number
  readonly nowNs: () => bigint
}

export function queryHandlers({objects, newKernel, cacheBytes, nowNs}: HandlerTools): Handlers<QueryCalls> {
  const kernel = newKernel()
  const reader = createReader({objects, kernel, cacheBytes})
  const executor = createExecutor<Snapshot>(reader, {kernel, nowNs})
  return {
    async logs(task) {
      const answer = await executor.logs(task)
      return new Transferred(answer, transferOf(answer))
    },
    async leaf(task) {
      const answer = await executor.leaf(task)
      return new Transferred(answer, transferOf(answer))
    },
    streams: task => executor.streams(task),
    size: task => executor.size(task),
  }
}

export function maintenanceHandlers({objects, newKernel}: HandlerTools): Handlers<MaintenanceCalls> {
  return {...createMaintenance({objects, flushKernel: newKernel(), mergeKernel: newKernel()})}
}
