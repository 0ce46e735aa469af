/* The parts of Loki's JSON answers that the subcommands read; anything else is a clear error. */

import {RequestError} from './client.ts'

export type LogEntry = {readonly tsNs: bigint; readonly labels: Readonly<Record<string, string>>; readonly line: string}
export type QueryData =
  | {readonly kind: 'streams'; readonly entries: readonly LogEntry[]; readonly stats: unknown}
  | {readonly kind: 'metric'; readonly type: string; readonly result: unknown; readonly stats: unknown}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function unexpected(what: string): RequestError {
  return new RequestError(`the server's answer is not Loki's: ${what}`, 200)
}

/** Entries of all streams in one list, in no promised order. */
export function readQueryData(body: unknown): QueryData {
  const data = isObject(body) ? body['data'] : undefined
  if (!isObject(data) || typeof data['resultType'] !== 'string') throw unexpected('no data.resultType')
  const stats = data['stats']
  if (data['resultType'] !== 'streams') return {kind: 'metric', type: data['resultType'], result: data['result'], stats}
  const entries: LogEntry[] = []
  for (const stream of asArray(data['result'])) {
    const labels = isObject(stream) && isObject(stream['stream']) ? stream['stream'] : undefined
    if (labels === undefined) throw unexpected('a stream without labels')
    for (const value of asArray(isObject(stream) ? stream['values'] : undefined)) {
      const [ts, line] = asArray(value)
      if (typeof ts !== 'string' || typeof line !== 'string') throw unexpected('an entry that is not [time, line]')
      entries.push({tsNs: BigInt(ts), labels: labels as Record<string, string>, line})
    }
  }
  return {kind: 'streams', entries, stats}
}

export function readStrings(body: unknown): string[] {
  return asArray(isObject(body) ? (body['data'] ?? []) : undefined).map(String)
}

export function readSeries(body: unknown): Record<string, string>[] {
  return asArray(isObject(body) ? (body['data'] ?? []) : undefined).map(one => {
    if (!isObject(one)) throw unexpected('a series that is not an object')
    return Object.fromEntries(Object.entries(one).map(([name, value]) => [name, String(value)]))
  })
}

function asArray(value: unknown): unknown[] {
  if (!Array.isArray(value)) throw unexpected('a list is missing')
  return value
}
