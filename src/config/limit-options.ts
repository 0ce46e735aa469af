/*
 * Every limit of a tenant, under Loki's name (limits_config), with its default in both profiles.
 *
 *   max-line-size   --limits.max-line-size   SKALD_LIMITS_MAX_LINE_SIZE   limits: {max_line_size: …}   limits.maxLineSizeBytes
 *
 * Source of Loki's defaults: its documented configuration, release 3.7.
 */
import {boolean, bytes, duration, instant, integer, list, number, text, type Option} from './option.ts'

/** A limit; `fallback` is the default of profile skald, `loki` that of profile loki. */
export type LimitOption = Option & {readonly loki: string}

function limit<O extends Option>(row: O, loki: string = row.fallback): O & {readonly loki: string} {
  return {...row, loki}
}

const SERVICE_NAME_LABELS =
  'service,app,application,app_name,name,app_kubernetes_io_name,container,container_name,k8s_container_name,component,workload,job,k8s_job_name'

export const LIMIT_OPTIONS = {
  'ingestion-rate-mb': limit(number('0', 'MiB per second a tenant may push; more is 429. 0 is no limit.'), '4'),
  'ingestion-burst-size-mb': limit(number('0', 'MiB a tenant may push at once within its rate.'), '6'),
  'per-stream-rate-limit': limit(bytes('0', 'Bytes per second a stream may take; more is 429. 0 is no limit.'), '3MB'),
  'per-stream-rate-limit-burst': limit(bytes('0', 'Bytes a stream may take at once within its rate.'), '15MB'),
  'max-global-streams-per-user': limit(
    integer('100000', 'Streams a tenant may have active, i.e. written to within the last hour; more is 429. 0 is no limit.'),
    '5000',
  ),
  'max-streams-per-user': limit(integer('0', 'The same per process; the smaller one counts. 0 is no limit.')),

  'max-line-size': limit(bytes('1MB', 'Longer lines are rejected, or cut when max-line-size-truncate is set. 0 is no limit.'), '256KB'),
  'max-line-size-truncate': limit(boolean('false', 'Cut lines that are too long instead of rejecting them.')),
  'max-line-size-truncate-identifier': limit(text('', 'Text put at the end of a line that was cut.')),

  'max-label-names-per-series': limit(integer('32', 'Labels of a stream, service_name not counted.'), '15'),
  'max-label-name-length': limit(integer('1024', 'Bytes of a label name.')),
  'max-label-value-length': limit(integer('2048', 'Bytes of a label value.')),
  'enforced-labels': limit(list('', 'Labels every stream must have.')),
  'discover-service-name': limit(
    list(SERVICE_NAME_LABELS, 'Labels tried in turn to name the service of a stream without service_name; empty turns it off.'),
  ),
  'discover-log-levels': limit(boolean('true', 'Add detected_level to every entry.')),

  'reject-old-samples': limit(boolean('false', 'Reject entries older than reject-old-samples-max-age.'), 'true'),
  'reject-old-samples-max-age': limit(duration('1w', 'Oldest entry taken when reject-old-samples is on.')),
  'creation-grace-period': limit(duration('100y', 'How far in the future an entry may be.'), '10m'),
  'unordered-writes': limit(boolean('true', 'Take entries older than the newest of their stream.')),
  'out-of-order-window': limit(
    duration('0', 'How far behind the newest entry of its stream an entry may be. 0 is no limit.', {
      manual: "Half of Loki's `max_chunk_age`, which has no limit of its own.",
    }),
    '1h',
  ),
  'increment-duplicate-timestamp': limit(
    boolean('false', 'Within a push, move an entry with the same time as the one before and another line 1 ns on.'),
  ),

  'allow-structured-metadata': limit(boolean('true', 'Take structured metadata; off, entries with metadata are rejected.')),
  'max-structured-metadata-size': limit(bytes('64KB', 'Names and values of an entry. 0 is no limit.')),
  'max-structured-metadata-entries-count': limit(integer('128', 'Pairs of an entry. 0 is no limit.')),

  'block-ingestion-until': limit(instant('0', 'Refuse pushes until this time.')),
  'block-ingestion-status-code': limit(
    integer('260', 'Answer to refused pushes; 200 drops them and says 204.', {
      min: 200,
      max: 599,
      manual: 'Clients take any 2xx for success.',
    }),
  ),

  'max-entries-limit-per-query': limit(integer('100000', 'Largest `limit` of a log query. 0 is no limit.'), '5000'),
  'max-query-series': limit(integer('100000', 'Series a metric query may return.'), '500'),
  'max-query-length': limit(duration('0', 'Longest time range of a query. 0 is no limit.'), '30d1h'),
  'max-query-lookback': limit(duration('0', 'How far back queries see. 0 is no limit.')),
  'max-query-range': limit(duration('0', 'Longest range in square brackets. 0 is no limit.')),
  'max-query-bytes-read': limit(bytes('0', 'Bytes a query may read. 0 is no limit.')),
  'max-streams-matchers-per-query': limit(integer('1000', 'Matchers a query may have.')),
  'required-labels': limit(list('', 'Labels that every selector of a range query must name.')),
  'minimum-labels-number': limit(integer('0', 'Matchers that every selector of a range query must have at least.')),
  'enable-multi-variant-queries': limit(boolean('true', 'Allow `variants(…) of (…)`.'), 'false'),
  'shard-aggregations': limit(list('approx_topk', 'Aggregations that need to be allowed: approx_topk, which is exact here.'), ''),
  'query-timeout': limit(duration('1m', 'Time a query may take; then 504.', {min: 1})),
} satisfies Record<string, LimitOption>
