/*
 * Log queries: the newest or oldest entries of all workers.
 */
import type {LogStream, RangeQuestion} from './answers.ts'
import {warningsOf} from './exec/damage.ts'
import {addStats, noStats, type ScanStats} from './exec/stats.ts'
import type {LogAnswer} from './exec/tasks.ts'
import type {LogQuery} from './logql/index.ts'
import {mergeRows} from './merge-rows.ts'
import type {Job} from './run.ts'

/** @param fromNs and toNs: half-open. */
export async function runLogQuery<Snapshot>(
  job: Job<Snapshot>,
  query: LogQuery,
  question: RangeQuestion,
  fromNs: bigint,
  toNs: bigint,
): Promise<{streams: LogStream[]; scan: ScanStats; subqueries: number; warnings: string[]}> {
  const {direction, limit, categorize = false} = question
  const scan = noStats()
  let subqueries = 0
  // Workers count rows, an answer counts entries: rows that stages made equal are one. Where that leaves too few, workers are
  // asked for more.
  for (let rowsMax = limit; ; rowsMax *= 2) {
    const answers = await askWorkers(job, query, question, rowsMax, fromNs, toNs)
    for (const answer of answers) addStats(scan, answer.stats)
    subqueries += answers.length
    const rows = answers.map(answer => answer.rows)
    const streams = mergeRows(rows, direction, limit, categorize, rowsMax)
    if (streams !== undefined) return {streams, scan, subqueries, warnings: warningsOf(answers.flatMap(answer => answer.problems))}
  }
}

function askWorkers<Snapshot>(
  job: Job<Snapshot>,
  query: LogQuery,
  {direction, intervalNs}: RangeQuestion,
  limit: number,
  fromNs: bigint,
  toNs: bigint,
): Promise<LogAnswer[]> {
  const {snapshot, flag, budgetBytes, shardCount} = job
  // Thinning looks at the entries of all streams in order, so one worker does it all.
  const alone = intervalNs > 0n
  const budget = alone ? budgetBytes * shardCount : budgetBytes
  const task = {snapshot, fromNs, toNs, flag, budgetBytes: budget, query, direction, limit, intervalNs: Number(intervalNs)}
  return job.spread((executor, shard) => executor.logs({...task, shard}), alone)
}
