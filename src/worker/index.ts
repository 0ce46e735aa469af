export {createWorkerPool, type PoolOptions, type WorkerPool} from './pool.ts'
export {Transferred, type CallTable, type Handlers} from './protocol.ts'
export {serveCalls} from './serve.ts'
export {startWorkers, type Workers, type WorkersOptions} from './workers.ts'
