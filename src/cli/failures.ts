/*
 * Failures in the background, which no request is there to be told of: looked at now and then, and logged when there are more.
 */
import type {DatabaseStats} from '../store/index.ts'
import type {Logger} from './logger.ts'

const LOOK_MS = 1000

/** @returns a function that stops looking. */
export function watchFailures(stats: () => Pick<DatabaseStats, 'flush' | 'merge'>, log: Logger): () => void {
  const seen = {flush: 0, merge: 0}
  const look = (): void => {
    const {flush, merge} = stats()
    if (flush.failures > seen.flush) log.error({failures: flush.failures, err: flush.lastError}, 'flushing failed; it is tried again')
    if (merge.failures > seen.merge) log.error({failures: merge.failures, err: merge.lastError}, 'merging failed; it is tried again')
    seen.flush = flush.failures
    seen.merge = merge.failures
  }
  const timer = setInterval(look, LOOK_MS).unref()
  return () => clearInterval(timer)
}
