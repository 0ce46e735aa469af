/*
 * Checks that need what is known of a stream: how many there are, its rate, its newest timestamp. They come last, stream
 * by stream, and what they refuse does not stop the other streams. The first refusal is what the client is told,
 * whatever comes after it: a rejected line is never answered with success.
 */
import type {Limits} from '../config/index.ts'
import type {ParsedPush} from '../kernel/index.ts'
import {DROP, sizeOf, type Verdicts} from './checks.ts'
import type {Complaints} from './complaints.ts'
import type {Stream, Tenant} from './tenant.ts'
import {
  IGNORED_SHOWN_MAX,
  ignoredEntries,
  OUT_OF_ORDER_REASON,
  streamLimit,
  streamRateReason,
  tooFarBehindReason,
  type Ignored,
} from './texts.ts'
import {TokenBucket} from './token-bucket.ts'

export type Refusal = {readonly status: 400 | 429; readonly message: string}

export type StageResult = {
  /** Per Stream message; undefined where nothing is to be stored. */
  readonly streams: (Stream | undefined)[]
  readonly refusal: Refusal | undefined
}

/**
 * @param streams   per Stream message; undefined where nothing survived the checks so far.
 * @param verdicts  what survived; receives DROP for what is refused here.
 */
export function storageStage(
  push: ParsedPush,
  streams: readonly (Stream | undefined)[],
  tenant: Tenant,
  limits: Limits,
  nowMs: number,
  verdicts: Verdicts,
  complaints: Complaints,
): StageResult {
  const kept: (Stream | undefined)[] = []
  let refusal: Refusal | undefined
  const ordered = !limits.unorderedWrites
  const windowNs = ordered ? 0n : BigInt(limits.outOfOrderWindowMs) * 1_000_000n
  for (let s = 0; s < streams.length; s++) {
    const found = streams[s]
    kept.push(undefined)
    if (found === undefined) continue
    const first = push.streams.firstRow[s]!
    const end = push.streams.endRow[s]!
    const stream = tenant.admit(found, nowMs)
    if (stream === undefined) {
      refusal ??= {status: 429, message: streamLimit(tenant.name, found.ref.canonical)}
      dropAll(push, first, end, verdicts, complaints, 'stream_limit')
      continue
    }
    if (limits.perStreamRateLimitBytes > 0 && !withinRate(push, first, end, stream, limits, nowMs, verdicts.rows)) {
      refusal ??= {status: 429, message: rateMessage(push, first, end, stream, tenant, limits, verdicts.rows)}
      dropAll(push, first, end, verdicts, complaints, 'per_stream_rate_limit')
      continue
    }
    let left = 1
    if (ordered || windowNs > 0n) {
      const behind = dropBehind(push, first, end, stream, windowNs, ordered, verdicts, complaints)
      if (behind.ignored > 0) {
        refusal ??= {status: 400, message: ignoredEntries(tenant.name, stream.ref.canonical, behind.shown, behind.ignored, behind.total)}
      }
      left = behind.total - behind.ignored
    }
    if (left > 0) kept[s] = stream
  }
  return {streams: kept, refusal}
}

function withinRate(
  push: ParsedPush,
  first: number,
  end: number,
  stream: Stream,
  limits: Limits,
  nowMs: number,
  rows: Uint8Array | undefined,
): boolean {
  // A rate without a burst would take nothing.
  const burst = limits.perStreamRateLimitBurstBytes || limits.perStreamRateLimitBytes
  stream.bucket ??= new TokenBucket()
  return stream.bucket.take(sizeOf(push, first, end, rows), limits.perStreamRateLimitBytes, burst, nowMs)
}

function rateMessage(
  push: ParsedPush,
  first: number,
  end: number,
  stream: Stream,
  tenant: Tenant,
  limits: Limits,
  rows: Uint8Array | undefined,
): string {
  const shown: Ignored[] = []
  let total = 0
  for (let row = first; row < end; row++) {
    if (rows !== undefined && rows[row] === DROP) continue
    if (total++ >= IGNORED_SHOWN_MAX) continue
    const reason = streamRateReason(stream.ref.canonical, limits.perStreamRateLimitBytes, sizeOf(push, row, row + 1))
    shown.push({tsNs: push.tsNs[row]!, reason})
  }
  return ignoredEntries(tenant.name, stream.ref.canonical, shown, total, total)
}

function dropAll(
  push: ParsedPush,
  first: number,
  end: number,
  verdicts: Verdicts,
  complaints: Complaints,
  reason: 'stream_limit' | 'per_stream_rate_limit',
): void {
  const rows = verdicts.demand()
  let dropped = 0
  for (let row = first; row < end; row++) if (rows[row] !== DROP) dropped++
  complaints.count(reason, dropped, sizeOf(push, first, end, rows))
  rows.fill(DROP, first, end)
}

/** Drops rows that are more than the window older than the newest before them, in this push or earlier ones; moves the newest on. */
function dropBehind(
  push: ParsedPush,
  first: number,
  end: number,
  stream: Stream,
  windowNs: bigint,
  ordered: boolean,
  verdicts: Verdicts,
  complaints: Complaints,
): {shown: Ignored[]; ignored: number; total: number} {
  const shown: Ignored[] = []
  let ignored = 0
  let total = 0
  let newest = stream.newestNs
  for (let row = first; row < end; row++) {
    if (verdicts.rows?.[row] === DROP) continue
    total++
    const tsNs = verdicts.movedNs?.[row] ?? push.tsNs[row]!
    if (newest !== undefined && tsNs < newest - windowNs) {
      if (ignored++ < IGNORED_SHOWN_MAX)
        shown.push({tsNs, reason: ordered ? OUT_OF_ORDER_REASON : tooFarBehindReason(tsNs, newest - windowNs)})
      verdicts.demand()[row] = DROP
      complaints.count(ordered ? 'out_of_order' : 'too_far_behind', 1, sizeOf(push, row, row + 1))
    } else if (newest === undefined || tsNs > newest) newest = tsNs
  }
  stream.newestNs = newest
  return {shown, ignored, total}
}
