/*
 * Reads one log file record by record, in memory bounded by its largest record, and names every byte it cannot use.
 *
 *   good record      yielded
 *   bad body         damage of one record, go on behind it; when no record is there, bytes were lost: look for the next header
 *   no header here   look for the next valid header: damage up to it
 *   … none follows   torn: the tail of a write that was never acknowledged, or destroyed; the rest of the file
 *
 * Leaves  cutting, setting aside and reporting to replay.ts; the meaning of bodies to record.ts.
 */
import {crc32} from 'node:zlib'
import type {LogFile} from './folder.ts'
import {HEADER_BYTES, readHeader, RECORD_MAGIC, RECORD_VERSION, type RecordHeader} from './record.ts'

export type LogItem =
  /** `body` is valid until the next item is asked for. */
  | {readonly kind: 'record'; readonly offset: number; readonly header: RecordHeader; readonly body: Uint8Array}
  /** `torn`: nothing valid follows. `partial`: a write that stopped midway, as a crash leaves it, nothing that was ever whole. */
  | {
      readonly kind: 'damage'
      readonly offset: number
      readonly bytes: number
      readonly reason: string
      readonly torn: boolean
      readonly partial: boolean
    }

const SCAN_BYTES = 1024 * 1024

export async function* readLog(file: Pick<LogFile, 'read' | 'size'>): AsyncGenerator<LogItem> {
  const size = await file.size()
  const headerBytes = new Uint8Array(HEADER_BYTES)
  let body: Uint8Array<ArrayBuffer> = new Uint8Array(64 * 1024)
  let offset = 0
  while (offset < size) {
    const have = await file.read(headerBytes, offset)
    const header = have === HEADER_BYTES ? readHeader(headerBytes, 0) : undefined
    if (header === undefined) {
      const next = await findHeader(file, offset + 1, size)
      const end = next ?? size
      const torn = next === undefined
      const partial = torn && (have < HEADER_BYTES || (await isZero(file, offset, size)))
      yield {kind: 'damage', offset, bytes: end - offset, reason: 'not a record header', torn, partial}
      offset = end
      continue
    }
    const end = offset + HEADER_BYTES + header.length
    if (end > size) {
      // The length has its own checksum, so the file was cut; but if records follow, bytes in the middle are missing.
      const next = await findHeader(file, offset + HEADER_BYTES, size)
      const torn = next === undefined
      yield {
        kind: 'damage',
        offset,
        bytes: (next ?? size) - offset,
        reason: `the record ends ${end - size} bytes behind the file`,
        torn,
        partial: torn,
      }
      offset = next ?? size
      continue
    }
    if (body.length < header.length) body = new Uint8Array(Math.max(header.length, body.length * 2))
    const view = body.subarray(0, header.length)
    await file.read(view, offset + HEADER_BYTES)
    const bytes = end - offset
    if (crc32(view) !== header.bodyCrc) {
      // The next record is where the length says, unless bytes are missing or too many.
      const next = end === size || (await isHeader(file, end)) ? end : ((await findHeader(file, offset + HEADER_BYTES, size)) ?? size)
      yield {kind: 'damage', offset, bytes: next - offset, reason: 'wrong checksum', torn: next === size, partial: false}
      offset = next
      continue
    }
    if (header.version !== RECORD_VERSION) {
      yield {kind: 'damage', offset, bytes, reason: `unknown version ${header.version}`, torn: false, partial: false}
    } else {
      yield {kind: 'record', offset, header, body: view}
    }
    offset = end
  }
}

async function isHeader(file: Pick<LogFile, 'read'>, at: number): Promise<boolean> {
  const bytes = new Uint8Array(HEADER_BYTES)
  return (await file.read(bytes, at)) === HEADER_BYTES && readHeader(bytes, 0) !== undefined
}

/** Offset of the first valid header in [from, size). */
async function findHeader(file: Pick<LogFile, 'read'>, from: number, size: number): Promise<number | undefined> {
  const window = new Uint8Array(Math.min(SCAN_BYTES + HEADER_BYTES, size - from))
  const first = RECORD_MAGIC & 0xff
  for (let at = from; at < size; at += SCAN_BYTES) {
    const have = await file.read(window, at)
    const limit = Math.min(SCAN_BYTES, have - HEADER_BYTES + 1)
    for (let i = window.indexOf(first); i >= 0 && i < limit; i = window.indexOf(first, i + 1)) {
      if (readHeader(window, i) !== undefined) return at + i
    }
  }
  return undefined
}

async function isZero(file: Pick<LogFile, 'read'>, from: number, size: number): Promise<boolean> {
  const window = new Uint8Array(Math.min(SCAN_BYTES, size - from))
  for (let at = from; at < size; at += SCAN_BYTES) {
    const have = await file.read(window, at)
    for (let i = 0; i < have; i++) if (window[i] !== 0) return false
  }
  return true
}
