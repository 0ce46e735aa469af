/*
 * What a worker thread runs: `workerData` says as what.
 */
import {parentPort, workerData} from 'node:worker_threads'
import {createKernel} from '../kernel/index.ts'
import {openLocalObjectStore} from '../store/index.ts'
import type {WorkerSetup} from './calls.ts'
import {maintenanceHandlers, queryHandlers} from './handlers.ts'
import {serveCalls} from './serve.ts'

if (parentPort === null) throw new Error('src/worker/entry.ts runs in worker threads only')
const setup = workerData as WorkerSetup
const tools = {
  objects: openLocalObjectStore({directory: setup.objectDirectory}),
  newKernel: () => createKernel({plain: setup.plainKernel}),
  cacheBytes: setup.cacheBytes,
  nowNs: () => BigInt(Date.now()) * 1_000_000n,
}
if (setup.role === 'query') serveCalls(parentPort, queryHandlers(tools))
else serveCalls(parentPort, maintenanceHandlers(tools))
