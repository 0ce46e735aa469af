/*
 * The /metrics page: what an operator watches, in Prometheus' text format. Counters that the parts of the server keep
 * anyway are read when the page is asked for; only requests are counted as they happen.
 */
import {collectDefaultMetrics, Counter, Gauge, Histogram, Registry} from 'prom-client'
import type {IngestObserver} from '../ingest/index.ts'
import type {QueryEngine, QueryStats} from '../query/index.ts'
import type {DatabaseStats} from '../store/index.ts'

export type MetricsSources = {
  readonly database: () => DatabaseStats
  readonly engine: () => ReturnType<QueryEngine['load']>
  readonly inFlight: () => {pushes: number; bytes: number}
}

export type ServerMetrics = {
  readonly ingest: IngestObserver
  request(route: string, method: string, status: number, seconds: number): void
  query(stats: QueryStats): void
  /** Connects what exists only after start-up. */
  connect(sources: MetricsSources): void
  page(): Promise<string>
}

/** Tenants and reasons are bounded by what the server lets in; routes are those of the table, never raw paths. */
export function createMetrics(version: string): ServerMetrics {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({register: registry})
  const counter = (name: string, help: string, labelNames: string[] = []) => new Counter({name, help, labelNames, registers})

  new Gauge({name: 'skald_build_info', help: 'Constant 1, with the version.', labelNames: ['version'], registers}).set({version}, 1)
  const requests = counter('skald_http_requests_total', 'HTTP requests answered.', ['route', 'method', 'status'])
  const seconds = new Histogram({
    name: 'skald_http_request_duration_seconds',
    help: 'Time from the first byte of a request to the last of its answer.',
    labelNames: ['route'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60],
    registers,
  })
  const rows = counter('skald_ingest_entries_total', 'Entries accepted.', ['tenant'])
  const bytes = counter('skald_ingest_bytes_total', 'Bytes of lines and metadata accepted.', ['tenant'])
  const rawBytes = counter('skald_ingest_raw_bytes_total', 'Bytes of pushes as protobuf, uncompressed.', ['tenant', 'kind', 'path'])
  const discardedRows = counter('skald_discarded_entries_total', 'Entries refused.', ['tenant', 'reason'])
  const discardedBytes = counter('skald_discarded_bytes_total', 'Bytes of entries refused.', ['tenant', 'reason'])
  const readBytes = counter('skald_query_read_bytes_total', 'Compressed bytes that queries read.')
  const lineBytes = counter('skald_query_line_bytes_total', 'Bytes of lines that queries looked at.')
  const queryRows = counter('skald_query_rows_total', 'Rows that queries looked at.')
  const chunks = counter('skald_query_chunks_total', 'Chunks that queries met.', ['outcome'])

  return {
    ingest: {
      accepted: (tenant, count, size) => {
        rows.inc({tenant}, count)
        bytes.inc({tenant}, size)
      },
      discarded: (tenant, reason, count, size) => {
        discardedRows.inc({tenant, reason}, count)
        discardedBytes.inc({tenant, reason}, size)
      },
      parsed: (tenant, kind, size, rewritten) => rawBytes.inc({tenant, kind, path: rewritten ? 'rewritten' : 'as received'}, size),
    },
    request: (route, method, status, duration) => {
      requests.inc({route, method, status: String(status)})
      seconds.observe({route}, duration)
    },
    query: ({scan}) => {
      readBytes.inc(scan.bytesRead)
      lineBytes.inc(scan.lineBytesRead)
      queryRows.inc(scan.rowsRead)
      chunks.inc({outcome: 'opened'}, scan.chunksOpened)
      chunks.inc({outcome: 'counted'}, scan.chunksCounted)
      chunks.inc({outcome: 'skipped'}, Math.max(0, scan.chunksMatched - scan.chunksOpened - scan.chunksCounted))
    },
    connect: sources => connectSources(sources, registers),
    page: async () => await registry.metrics(),
  }
}

function connectSources(sources: MetricsSources, registers: Registry[]): void {
  const stats = sources.database
  const gauge = (name: string, help: string, read: () => number) => {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read())
      },
    })
  }
  gauge('skald_push_in_flight', 'Pushes in progress.', () => sources.inFlight().pushes)
  gauge('skald_push_in_flight_bytes', 'Bytes of pushes in progress.', () => sources.inFlight().bytes)
  gauge('skald_queries_running', 'Queries in progress.', () => sources.engine().running)
  gauge('skald_queries_waiting', 'Queries waiting for a place.', () => sources.engine().waiting)
  gauge('skald_head_rows', 'Entries not yet in a part, those being flushed not counted.', () => stats().head.rows)
  gauge('skald_head_bytes', 'Raw bytes of them.', () => stats().head.rawBytes)
  gauge('skald_head_frozen', 'Generations waiting for their flush.', () => stats().head.frozen)
  gauge('skald_log_groups', 'Groups synced to the log since start.', () => stats().log.groups)
  gauge('skald_log_bytes', 'Bytes written to the log since start.', () => stats().log.bytes)
  gauge('skald_log_failed_groups', 'Groups that could not be synced since start.', () => stats().log.failedGroups)
  gauge('skald_log_queue_bytes', 'Bytes waiting for the next sync.', () => stats().log.queueBytes)
  gauge('skald_flushes', 'Generations flushed since start.', () => stats().flush.flushes)
  gauge('skald_flush_failures', 'Flushes that failed since start; they are tried again.', () => stats().flush.failures)
  gauge('skald_merges', 'Merges since start.', () => stats().merge.merges)
  gauge('skald_merge_failures', 'Merges that failed since start.', () => stats().merge.failures)
  gauge('skald_merge_read_bytes', 'Bytes that merges read since start.', () => stats().merge.bytesIn)
  gauge('skald_merge_written_bytes', 'Bytes that merges wrote since start.', () => stats().merge.bytesOut)
  gauge('skald_parts', 'Live parts.', () => stats().parts.count)
  gauge('skald_parts_bytes', 'Bytes of live parts.', () => stats().parts.bytes)
  gauge('skald_parts_rows', 'Entries in live parts.', () => stats().parts.rows)
  gauge('skald_parts_raw_bytes', 'Raw bytes of the entries in live parts.', () => stats().parts.rawBytes)
  gauge('skald_damaged_days', 'Days of tenants whose manifest cannot be read.', () => stats().problems.length)
}
