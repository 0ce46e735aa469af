/*
 * Every text a push can be answered with, in one place, with the reason it is counted under.
 * Source: Loki's observed answers (release 3.7); clients show these texts and some match on them.
 */
import type {Limits} from '../config/index.ts'

/** What is wrong with one row, stream or push: the text, and the name of the counter. */
export type Complaint = {readonly reason: DiscardReason; readonly text: string}

export type DiscardReason =
  | 'missing_labels'
  | 'max_label_names_per_series'
  | 'label_name_too_long'
  | 'label_value_too_long'
  | 'duplicate_label_names'
  | 'missing_enforced_labels'
  | 'blocked_ingestion'
  | 'invalid_timestamp'
  | 'greater_than_max_sample_age'
  | 'too_far_in_future'
  | 'line_too_long'
  | 'disallowed_structured_metadata'
  | 'structured_metadata_too_large'
  | 'structured_metadata_too_many'
  | 'invalid_metadata_name'
  | 'rate_limited'
  | 'stream_limit'
  | 'per_stream_rate_limit'
  | 'too_far_behind'
  | 'out_of_order'

export const NO_STREAMS = 'error at least one valid stream is required for ingestion'

export function tooLarge(size: number, max: number): string {
  return `request body too large: message size too large than max (${size} vs ${max})`
}

/** Labels that are refused may have megabytes, and would be told with the stream and once more. */
const SHOWN_CHARS_MAX = 16 * 1024

function shorten(text: string): string {
  return text.length <= SHOWN_CHARS_MAX ? text : `${text.slice(0, SHOWN_CHARS_MAX)}…`
}

export const labelComplaints = {
  none: (): Complaint => ({reason: 'missing_labels', text: 'error at least one label pair is required per stream'}),
  tooMany: (stream: string, count: number, limit: number): Complaint => ({
    reason: 'max_label_names_per_series',
    text: `entry for stream '${shorten(stream)}' has ${count} label names; limit ${limit}`,
  }),
  nameTooLong: (stream: string, name: string): Complaint => ({
    reason: 'label_name_too_long',
    text: `stream '${shorten(stream)}' has label name too long: '${shorten(name)}'`,
  }),
  valueTooLong: (stream: string, value: string): Complaint => ({
    reason: 'label_value_too_long',
    text: `stream '${shorten(stream)}' has label value too long: '${shorten(value)}'`,
  }),
  duplicate: (stream: string, name: string): Complaint => ({
    reason: 'duplicate_label_names',
    text: `stream '${shorten(stream)}' has duplicate label name: '${shorten(name)}'`,
  }),
  missingRequired: (stream: string, missing: readonly string[], tenant: string): Complaint => ({
    reason: 'missing_enforced_labels',
    text: `missing required labels '${missing.join(',')}' for user '${tenant}' for stream '${shorten(stream)}' (policy: '')`,
  }),
}

export function blocked(tenant: string, untilNs: bigint, status: number): string {
  return `ingestion blocked for user '${tenant}' until '${rfc3339(untilNs)}' with status code '${status}'`
}

const ADVICE = 'or contact your Loki administrator to'

export const rowComplaints = {
  badTimestamp: (stream: string): Complaint => ({
    reason: 'invalid_timestamp',
    text: `entry for stream '${stream}' has an invalid timestamp`,
  }),
  tooOld: (stream: string, tsNs: bigint, oldestNs: bigint): Complaint => ({
    reason: 'greater_than_max_sample_age',
    text: `entry for stream '${stream}' has timestamp too old: ${rfc3339(tsNs)}, oldest acceptable timestamp is: ${rfc3339(oldestNs)}`,
  }),
  tooNew: (stream: string, tsNs: bigint): Complaint => ({
    reason: 'too_far_in_future',
    text: `entry for stream '${stream}' has timestamp too new: ${rfc3339(tsNs)}`,
  }),
  lineTooLong: (stream: string, size: number, limit: number): Complaint => ({
    reason: 'line_too_long',
    text: `max entry size '${limit}' bytes exceeded for stream '${stream}' while adding an entry with length '${size}' bytes`,
  }),
  metadataDisallowed: (stream: string): Complaint => ({
    reason: 'disallowed_structured_metadata',
    text: `stream '${stream}' includes structured metadata, but this feature is disallowed. Please see \`limits_config.allow_structured_metadata\` ${ADVICE} enable it`,
  }),
  metadataTooLarge: (stream: string, size: number, limit: number): Complaint => ({
    reason: 'structured_metadata_too_large',
    text: `stream '${stream}' has structured metadata too large: '${size}' bytes, limit: '${limit}' bytes. Please see \`limits_config.max_structured_metadata_size\` ${ADVICE} increase it`,
  }),
  metadataTooMany: (stream: string, count: number, limit: number): Complaint => ({
    reason: 'structured_metadata_too_many',
    text: `stream '${stream}' has too many structured metadata labels: '${count}', limit: '${limit}'. Please see \`limits_config.max_structured_metadata_entries_count\` ${ADVICE} increase it`,
  }),
  metadataNameEmpty: (): Complaint => ({reason: 'invalid_metadata_name', text: 'label name is empty'}),
  metadataNameInvalid: (name: string, normal: string): Complaint => ({
    reason: 'invalid_metadata_name',
    text: `normalization for label name "${name}" resulted in invalid name "${normal}"`,
  }),
}

export function rateLimited(tenant: string, limits: Limits, lines: number, bytes: number): string {
  const limit = Math.floor(limits.ingestionRateMb * 1_048_576)
  return `ingestion rate limit exceeded for user ${tenant} (limit: ${limit} bytes/sec) while attempting to ingest '${lines}' lines totaling '${bytes}' bytes, reduce log volume ${ADVICE} see if the limit can be increased`
}

export function streamLimit(tenant: string, stream: string): string {
  return `maximum active stream limit exceeded when trying to create stream ${stream}, reduce the number of active streams (reduce labels or reduce label values), ${ADVICE} see if the limit can be increased, user: '${tenant}'`
}

export function streamRateReason(stream: string, limit: number, bytes: number): string {
  return `Per stream rate limit exceeded (limit: ${byteSize(limit)}/sec) while attempting to ingest for stream '${stream}' totaling ${byteSize(bytes)}, consider splitting a stream via additional labels ${ADVICE} see if the limit can be increased`
}

export function tooFarBehindReason(tsNs: bigint, oldestNs: bigint): string {
  return `entry too far behind, entry timestamp is: ${rfc3339(tsNs)}, oldest acceptable timestamp is: ${rfc3339(oldestNs)}`
}

export const OUT_OF_ORDER_REASON = 'entry out of order'

/** At most this many entries of a stream are named one by one. */
export const IGNORED_SHOWN_MAX = 10

export type Ignored = {readonly tsNs: bigint; readonly reason: string}

/** @param first  the first ignored entries, at most IGNORED_SHOWN_MAX. */
export function ignoredEntries(tenant: string, stream: string, first: readonly Ignored[], ignored: number, total: number): string {
  const lines = first.map(entry => `entry with timestamp ${goTime(entry.tsNs)} ignored, reason: '${entry.reason}',\n`)
  return `${lines.join('')}user '${tenant}', total ignored: ${ignored} out of ${total} for stream: ${stream}`
}

/** Whole seconds, UTC. */
export function rfc3339(ns: bigint): string {
  return `${wallClock(ns, 'T')}Z`
}

/** As Go prints a time: `2026-11-22 06:37:23.162217893 +0000 UTC`. */
function goTime(ns: bigint): string {
  const rest = ((ns % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n
  const fraction = rest === 0n ? '' : `.${rest.toString().padStart(9, '0').replace(/0+$/, '')}`
  return `${wallClock(ns, ' ')}${fraction} +0000 UTC`
}

function wallClock(ns: bigint, separator: string): string {
  const seconds = ns / 1_000_000_000n - (ns % 1_000_000_000n < 0n ? 1n : 0n)
  return new Date(Number(seconds) * 1000).toISOString().slice(0, 19).replace('T', separator)
}

/** The largest binary unit that leaves a whole number: `2KB`, `1901B`. */
function byteSize(bytes: number): string {
  if (bytes === 0) return '0B'
  for (const [unit, size] of [
    ['TB', 2 ** 40],
    ['GB', 2 ** 30],
    ['MB', 2 ** 20],
    ['KB', 2 ** 10],
  ] as const) {
    if (bytes % size === 0) return `${bytes / size}${unit}`
  }
  return `${bytes}B`
}
