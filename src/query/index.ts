/*
 * LogQL in, answers out.
 *
 *   text ─logql/▶ tree ─plan/▶ pipeline ─exec/ (in workers)▶ rows, partial leaves ─▶ merged here ─▶ streams, matrix, vector
 *
 * createQueryEngine is the main thread's side; createExecutor is what a query worker runs.
 */
export type {
  InstantQuestion,
  LogEntry,
  LogStream,
  MatrixResult,
  QueryAnswer,
  QueryEngine,
  QueryLimits,
  QueryResult,
  QueryStats,
  RangeQuestion,
  ScalarResult,
  SizeAnswer,
  SizeQuestion,
  StreamsQuestion,
  StreamsResult,
  VectorResult,
} from './answers.ts'
export {explainQuery, type ExplainedRange} from './explain.ts'
export {formatQuery} from './format-query.ts'
export {createQueryEngine, type EngineOptions, type QueryShards, type Snapshots} from './engine.ts'
export {
  createExecutor,
  transferOf,
  type Executor,
  type LeafAnswer,
  type LeafTask,
  type LogAnswer,
  type LogTask,
  type SelectOptions,
  type StreamReader,
  type StreamsTask,
} from './exec/tasks.ts'
export type {ScanStats} from './exec/stats.ts'
export {formatInstants, formatSeconds, formatValue, type MatrixSeries, type VectorSample} from './metric/index.ts'
