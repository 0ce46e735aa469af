/*
 * Log queries: the newest or oldest entries of all workers.
 */
import type {LogStream, RangeQuestion} from './answers.ts'
import {warningsOf} from './exec/damage.ts'
import {addStats, noStats, type ScanStats} from './exec/stats.ts'
import type {LogQuery} from './logql/index.ts'
import {mergeRows} from './merge-rows.ts'
import type {Job} from './run.ts'

/** @param fromNs and toNs: half-open. */
export async function runLogQuery<Snapshot>(
  job: Job<Snapshot>,
  query: LogQuery,
  {direction, limit, intervalNs, categorize}: RangeQuestion,
  fromNs: bigint,
  toNs: bigint,
): Promise<{streams: LogStream[]; scan: ScanStats; subqueries: number; warnings: string[]}> {
  const {snapshot, flag, budgetBytes, shardCount} = job
  // Thinning looks at the entries of all streams in order, so one worker does it all.
  const alone = intervalNs > 0n
  const answers = await job.spread(
    (executor, shard) =>
      executor.logs({
        snapshot,
        fromNs,
        toNs,
        shard,
        flag,
        budgetBytes: alone ? budgetBytes * shardCount : budgetBytes,
        query,
        direction,
        limit,
        intervalNs: Number(intervalNs),
      }),
    alone,
  )
  const scan = noStats()
  for (const answer of answers) addStats(scan, answer.stats)
  const rows = answers.map(answer => answer.rows)
  const warnings = warningsOf(answers.flatMap(answer => answer.problems))
  return {streams: mergeRows(rows, direction, limit, categorize ?? false), scan, subqueries: answers.length, warnings}
}
