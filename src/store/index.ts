export {LEVEL_KEY, LEVEL_NAMES, type Append, type StreamRef} from './append.ts'
export type {Chunk, ChunkHandle, LineBlock, MetaColumn, ReadStats, StreamChunks} from './chunk.ts'
export {openDatabase, type Database, type DatabaseStats} from './database.ts'
export {
  DATABASE_LIMITS,
  NODE_TIMERS,
  type DatabaseLimits,
  type DatabaseOptions,
  type ReplayKernel,
  type Timers,
} from './database-options.ts'
export type {ReplayReport} from './database-replay.ts'
export {describePart, openPart} from './part/index.ts'
export {createMaintenance, type Maintenance, type MaintenanceTools, type MergeJob, type MergeLimits} from './merge/index.ts'
export type {FlushJob} from './head/index.ts'
export {describeLog, type LogDamage} from './log/index.ts'
export {describeManifest} from './manifest/index.ts'
export {openLocalObjectStore, type ObjectStore} from './object/index.ts'
export type {PartKernel, PartMeta} from './part/index.ts'
export {createReader, type Reader, type ReaderOptions, type SelectOptions} from './reader.ts'
export type {Snapshot, SnapshotHandle, StoreProblem} from './snapshot.ts'
