/*
 * Limits that a query can be checked against before it runs (logql § 7), with Loki's words.
 */
import {Failure, formatPromDuration} from '../model/index.ts'
import type {QueryLimits} from './answers.ts'
import {formatGoDuration, selectorsOf, type LogRange, type Query} from './logql/index.ts'
import {leavesOf} from './metric/index.ts'

const NS_PER_MS = 1_000_000

function refuse(message: string): Failure {
  return new Failure('BAD_REQUEST', message)
}

export function checkMatchers(query: Query, limits: QueryLimits): void {
  const max = limits.maxStreamsMatchersPerQuery
  for (const {matchers} of selectorsOf(query)) {
    if (max > 0 && matchers.length > max) {
      throw refuse(`max streams matchers per query exceeded, matchers-count > limit (${matchers.length} > ${max})`)
    }
  }
}

/** Selectors must be narrow enough. Loki asks this of range queries only. */
export function checkSelectors(query: Query, {requiredLabels, minimumLabelsNumber}: QueryLimits): void {
  for (const {matchers} of selectorsOf(query)) {
    const present = matchers.map(matcher => matcher.name)
    const missing = requiredLabels.filter(name => !present.includes(name))
    if (missing.length > 0) {
      const names = `[${missing.join(', ')}], labels present in the query were [${present.join(', ')}]`
      throw refuse(`stream selector is missing required matchers ${names}`)
    }
    if (present.length < minimumLabelsNumber) {
      const counts = `number_present: ${present.length}, required_number_label_matchers: ${minimumLabelsNumber}`
      throw refuse(`stream selector has less label matchers than required: (present: [${present.join(', ')}], ${counts})`)
    }
  }
}

export function checkEntries(limit: number, {maxEntriesLimitPerQuery: max}: QueryLimits): void {
  if (max > 0 && limit > max) {
    throw refuse(`max entries limit per query exceeded, limit > max_entries_limit_per_query (${limit} > ${max})`)
  }
}

/** @param lengthNs of the time the query covers. */
export function checkLength(lengthNs: bigint, {maxQueryLengthMs: max}: QueryLimits): void {
  if (max > 0 && lengthNs > BigInt(max * NS_PER_MS)) {
    const limit = formatPromDuration(BigInt(max * NS_PER_MS))
    throw refuse(`the query time range exceeds the limit (query length: ${formatGoDuration(lengthNs)}, limit: ${limit})`)
  }
}

// A query is checked as Loki's pieces of it are: an hour, or less, and what their windows look back.
const PIECE_NS = 3_600_000_000_000n

/** Ranges in square brackets, alone and as an extension of the time the query covers. */
export function checkRanges(query: Query, spanNs: bigint, limits: QueryLimits): void {
  if (query.kind === 'logs') return
  for (const {rangeNs, offsetNs} of rangesOf(query)) {
    const max = limits.maxQueryRangeMs * NS_PER_MS
    if (max > 0 && rangeNs > BigInt(max)) {
      throw refuse(`[interval] value exceeds limit: [${formatPromDuration(rangeNs)}] > [${formatPromDuration(BigInt(max))}]`)
    }
    const piece = spanNs < PIECE_NS ? spanNs : PIECE_NS
    checkLength(piece + rangeNs + (offsetNs > 0n ? offsetNs : 0n) + 1n, limits)
  }
}

function rangesOf(query: Exclude<Query, {kind: 'logs'}>): LogRange[] {
  return leavesOf(query).map(leaf => leaf.node.range)
}

/** @param bytes estimated, of lines. */
export function checkBytes(bytes: number, {maxQueryBytesReadBytes: max}: QueryLimits): void {
  if (max > 0 && bytes > max) {
    throw refuse(
      `the query would read too many bytes (query: ${humanBytes(bytes)}, limit: ${humanBytes(max)}); ` +
        'consider adding more specific stream selectors or reduce the time range of the query',
    )
  }
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB']

function humanBytes(bytes: number): string {
  let unit = 0
  let value = bytes
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1000
    unit++
  }
  return unit === 0 ? `${bytes} B` : `${value < 10 ? value.toFixed(1) : Math.round(value)} ${UNITS[unit]!}`
}
