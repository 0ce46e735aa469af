/*
 * Loki's `stats` block from what a query really did (loki-http-api § 3). Clients read `summary`; the store block has the
 * same numbers where Loki's chunk counters go, and the rest of Loki's shape is zero because its parts do not exist here.
 */
import type {QueryStats} from '../query/index.ts'

const NO_CACHE = {
  entriesFound: 0,
  entriesRequested: 0,
  entriesStored: 0,
  bytesReceived: 0,
  bytesSent: 0,
  requests: 0,
  downloadTime: 0,
  queryLengthServed: 0,
}
const CACHES = ['chunk', 'index', 'result', 'statsResult', 'volumeResult', 'seriesResult', 'labelResult', 'instantMetricResult']
const CACHE = Object.fromEntries(CACHES.map(name => [name, NO_CACHE]))

export function encodeStats(stats: QueryStats): string {
  const {scan} = stats
  const seconds = stats.execMs / 1000
  const perSecond = (n: number) => (seconds > 0 ? Math.round(n / seconds) : 0)
  const processed = scan.lineBytesRead + scan.metaBytesRead
  const store = {
    totalChunksRef: scan.chunksMatched,
    totalChunksDownloaded: scan.chunksOpened,
    chunksDownloadTime: 0,
    queryReferencedStructuredMetadata: scan.metaBytesRead > 0,
    chunk: {
      headChunkBytes: 0,
      headChunkLines: 0,
      decompressedBytes: scan.bytesDecompressed,
      decompressedLines: scan.rowsRead,
      compressedBytes: scan.bytesRead,
      totalDuplicates: 0,
      postFilterLines: scan.rowsKept,
      headChunkStructuredMetadataBytes: 0,
      decompressedStructuredMetadataBytes: scan.metaBytesRead,
    },
    chunkRefsFetchTime: 0,
  }
  return JSON.stringify({
    summary: {
      bytesProcessedPerSecond: perSecond(processed),
      linesProcessedPerSecond: perSecond(scan.rowsRead),
      totalBytesProcessed: processed,
      totalLinesProcessed: scan.rowsRead,
      execTime: seconds,
      queueTime: stats.queueMs / 1000,
      subqueries: 0,
      totalEntriesReturned: stats.entriesReturned,
      splits: 0,
      shards: stats.subqueries,
      totalPostFilterLines: scan.rowsKept,
      totalStructuredMetadataBytesProcessed: scan.metaBytesRead,
    },
    querier: {store, querierExecTime: seconds},
    ingester: {totalReached: 0, totalChunksMatched: 0, totalBatches: 0, totalLinesSent: 0, store: {}, recvWaitTime: 0},
    cache: CACHE,
    index: {
      totalChunks: scan.chunksMatched,
      postFilterChunks: scan.chunksOpened + scan.chunksCounted,
      shardsDuration: 0,
      usedBloomFilters: false,
      totalStreams: scan.streams,
      chunkRefsLookupTime: 0,
      bloomFilterTime: 0,
    },
  })
}
