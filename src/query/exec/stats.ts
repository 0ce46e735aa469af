/*
 * What a query read, with true numbers: the source of Loki's `stats` block.
 */
import type {ReadStats} from '../../store/index.ts'

export type ScanStats = ReadStats & {
  /** Streams and chunks that matched labels and time. */
  streams: number
  chunksMatched: number
  /** Chunks answered by their metadata, without opening them. */
  chunksCounted: number
  /** Rows whose timestamp, metadata or line was looked at. */
  rowsRead: number
  /** Bytes of lines that stages looked at. */
  lineBytesRead: number
  /** Bytes of structured metadata of the chunks that were opened. */
  metaBytesRead: number
  /** Rows that passed all filters. */
  rowsKept: number
}

export function noStats(): ScanStats {
  return {
    chunksOpened: 0,
    bytesRead: 0,
    bytesDecompressed: 0,
    blocksFromCache: 0,
    streams: 0,
    chunksMatched: 0,
    chunksCounted: 0,
    rowsRead: 0,
    lineBytesRead: 0,
    metaBytesRead: 0,
    rowsKept: 0,
  }
}

export function addStats(to: ScanStats, from: ScanStats): void {
  for (const key of Object.keys(to) as (keyof ScanStats)[]) to[key] += from[key]
}
