/*
 * Any number of entries out of a server that answers at most so many at once: page after page along time, moving the
 * open end of the range to the last timestamp seen and leaving out what was seen there already.
 */
import {readQueryData, type LogEntry, type QueryData} from './answers.ts'
import {RequestError, type Client} from './client.ts'
import {formatInstant} from './times.ts'

export type PageRequest = {
  query: string
  startNs: bigint
  endNs: bigint
  /** Entries in all; Infinity for every one. */
  limit: number
  /** Entries of one request. */
  batch: number
  forward: boolean
  step?: string | undefined
  interval?: string | undefined
}

/**
 * Names for the entries of one answer, or of pages that do not overlap: the same entry has the same name in the next
 * answer. Entries may look the same (`| line_format "x"`), so their number is part of the name.
 */
export function createNames(): (e: LogEntry) => string {
  const counts = new Map<string, number>()
  return e => {
    const text = `${e.tsNs}\n${JSON.stringify(e.labels)}\n${e.line}`
    const count = counts.get(text) ?? 0
    counts.set(text, count + 1)
    return count === 0 ? text : `${text}\n${count}`
  }
}

/**
 * Yields pages of entries in time order; a metric answer comes as one page of its own kind. Where the server allows fewer
 * entries an answer than `batch`, pages are as large as it allows.
 *
 * @throws {RequestError} also when one instant has more entries than the server answers with: nothing gets past them.
 */
export async function* pages(client: Client, request: PageRequest): AsyncGenerator<QueryData> {
  let {startNs, endNs, batch} = request
  let batchMax = Number.POSITIVE_INFINITY
  let left = request.limit
  let seen = new Set<string>()
  while (left > 0) {
    const asked = Math.min(batch, left + seen.size)
    let body: unknown
    try {
      body = await client.get('/loki/api/v1/query_range', {
        query: request.query,
        start: String(startNs),
        end: String(endNs),
        limit: String(asked),
        direction: request.forward ? 'FORWARD' : 'BACKWARD',
        step: request.step,
        interval: request.interval,
      })
    } catch (error) {
      const allowed = allowedBy(error)
      if (allowed === undefined || allowed >= asked) throw error
      batch = batchMax = allowed
      continue
    }
    const data = readQueryData(body)
    if (data.kind === 'metric') {
      yield data
      return
    }
    const ordered = [...data.entries].sort((a, b) => Number(request.forward ? a.tsNs - b.tsNs : b.tsNs - a.tsNs))
    const names = ordered.map(createNames())
    const fresh = ordered.filter((_, i) => !seen.has(names[i]!)).slice(0, left)
    left -= fresh.length
    yield {kind: 'streams', entries: fresh, stats: data.stats}
    const last = ordered.at(-1)
    if (last === undefined || ordered.length < asked) return
    // More entries at one instant than a page holds: only a larger page gets past it.
    if (fresh.length === 0 && batch >= batchMax) {
      throw new RequestError(
        `more than ${batchMax} entries at ${formatInstant(last.tsNs, 'utc')}, and the server answers with no more at once`,
        400, // asking again does not help
      )
    }
    if (fresh.length === 0 || ordered[0]?.tsNs === last.tsNs) batch = Math.min(batch * 2, batchMax)
    const previous = request.forward ? startNs : endNs - 1n
    seen = new Set([...(previous === last.tsNs ? seen : []), ...names.filter((_, i) => ordered[i]!.tsNs === last.tsNs)])
    if (request.forward) startNs = last.tsNs
    else endNs = last.tsNs + 1n
  }
}

/** The most entries of one answer, when asking for too many is why there was none. */
function allowedBy(error: unknown): number | undefined {
  const match = error instanceof RequestError ? /max_entries_limit_per_query \(\d+ > (\d+)\)/.exec(error.message) : null
  return match === null ? undefined : Number(match[1])
}
