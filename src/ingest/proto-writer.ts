/*
 * Writes logproto.PushRequest, and notes the columns of what it writes.
 *
 *   PushRequest := (1: Stream)*
 *   Stream      := 1: labels  (2: Entry)*
 *   Entry       := 1: Timestamp{1: seconds, 2: nanos}  2: line  (3: LabelPair{1: name, 2: value})*
 *
 * A message is written behind its length, so the length must be known first: an entry's is summed up, a stream's
 * entries go to a buffer of their own and are copied behind it.
 */
import type {Label} from '../model/index.ts'

export type PushColumns = {
  rowCount: number
  rowStream: Uint32Array
  tsNs: BigInt64Array
  lineOff: Uint32Array
  lineLen: Uint32Array
  metaOff: Uint32Array
  metaLen: Uint32Array
}

const TAG_STREAM = 0x0a
const TAG_LABELS = 0x0a
const TAG_ENTRY = 0x12
const TAG_TIMESTAMP = 0x0a
const TAG_LINE = 0x12
const TAG_METADATA = 0x1a

/** A buffer that grows. `at` is its length. */
class Bytes {
  bytes: Uint8Array
  at = 0

  constructor(capacity: number) {
    this.bytes = new Uint8Array(capacity)
  }

  reserve(extra: number): void {
    if (this.at + extra <= this.bytes.length) return
    const grown = new Uint8Array(Math.max(this.bytes.length * 2, this.at + extra))
    grown.set(this.bytes.subarray(0, this.at))
    this.bytes = grown
  }

  byte(value: number): void {
    this.bytes[this.at++] = value
  }

  varint(value: number): void {
    let rest = value
    while (rest > 0x7f) {
      this.bytes[this.at++] = (rest & 0x7f) | 0x80
      rest = rest > 0x7fffffff ? Math.floor(rest / 128) : rest >>> 7
    }
    this.bytes[this.at++] = rest
  }

  varint64(value: bigint): void {
    let rest = BigInt.asUintN(64, value)
    while (rest > 0x7fn) {
      this.bytes[this.at++] = Number(rest & 0x7fn) | 0x80
      rest >>= 7n
    }
    this.bytes[this.at++] = Number(rest)
  }

  copy(source: Uint8Array, off: number, length: number): void {
    if (length > 0) this.bytes.set(source.subarray(off, off + length), this.at)
    this.at += length
  }
}

function varintSize(value: number): number {
  let size = 1
  for (let rest = value; rest > 0x7f; rest = Math.floor(rest / 128)) size++
  return size
}

/** Bytes of LabelPairs as they stand in an Entry. */
export class PairWriter {
  readonly #out = new Bytes(1024)
  count = 0

  reset(): void {
    this.#out.at = 0
    this.count = 0
  }

  /** Bytes written since the last reset; a view until the next write. */
  get bytes(): Uint8Array {
    return this.#out.bytes.subarray(0, this.#out.at)
  }

  add(name: Uint8Array, value: Uint8Array): void {
    const size = 2 + varintSize(name.length) + name.length + varintSize(value.length) + value.length
    const out = this.#out
    out.reserve(size + 6)
    out.byte(TAG_METADATA)
    out.varint(size)
    out.byte(0x0a)
    out.varint(name.length)
    out.copy(name, 0, name.length)
    out.byte(0x12)
    out.varint(value.length)
    out.copy(value, 0, value.length)
    this.count++
  }

  /** Pairs already encoded. */
  append(source: Uint8Array, off: number, length: number): void {
    this.#out.reserve(length)
    this.#out.copy(source, off, length)
  }
}

const NS = 1_000_000_000n
const NONE = new Uint8Array(0)
const text = new TextEncoder()

export class PushWriter {
  readonly #out: Bytes
  readonly #stream: Bytes
  #labels: Uint8Array = NONE
  #streams = 0
  #rows = 0
  #firstRow = 0
  #columns: Omit<PushColumns, 'rowCount'>

  /** Hints; the writer grows as needed. */
  constructor(bytes = 4096, rows = 64) {
    this.#out = new Bytes(bytes)
    this.#stream = new Bytes(bytes)
    this.#columns = columnsOf(rows)
  }

  beginStream(labels: Uint8Array): void {
    this.#labels = labels
    this.#stream.at = 0
    this.#firstRow = this.#rows
  }

  /**
   * @param line  lineLen bytes of it from lineOff on, then the bytes of suffix.
   * @param meta  LabelPairs as they stand in an Entry, metaLen bytes from metaOff on.
   */
  entry(
    tsNs: bigint,
    line: Uint8Array,
    lineOff: number,
    lineLen: number,
    suffix: Uint8Array = NONE,
    meta: Uint8Array = NONE,
    metaOff = 0,
    metaLen = meta.length,
  ): void {
    let seconds = tsNs / NS
    let nanos = Number(tsNs % NS)
    if (nanos < 0) {
      nanos += 1_000_000_000
      seconds -= 1n
    }
    const out = this.#stream
    const length = lineLen + suffix.length
    const secondsSize = seconds === 0n ? 0 : seconds < 0n ? 11 : 1 + varintSize(Number(seconds))
    const nanosSize = nanos === 0 ? 0 : 1 + varintSize(nanos)
    const size = 2 + secondsSize + nanosSize + (length === 0 ? 0 : 1 + varintSize(length) + length) + metaLen
    out.reserve(size + 8)
    out.byte(TAG_ENTRY)
    out.varint(size)
    out.byte(TAG_TIMESTAMP)
    out.byte(secondsSize + nanosSize)
    if (secondsSize > 0) {
      out.byte(0x08)
      if (seconds < 0n) out.varint64(seconds)
      else out.varint(Number(seconds))
    }
    if (nanosSize > 0) {
      out.byte(0x10)
      out.varint(nanos)
    }
    const row = this.#rows++
    if (row === this.#columns.tsNs.length) this.#columns = grown(this.#columns)
    const columns = this.#columns
    columns.rowStream[row] = this.#streams
    columns.tsNs[row] = tsNs
    if (length > 0) {
      out.byte(TAG_LINE)
      out.varint(length)
    }
    columns.lineOff[row] = out.at
    columns.lineLen[row] = length
    out.copy(line, lineOff, lineLen)
    out.copy(suffix, 0, suffix.length)
    columns.metaOff[row] = out.at
    columns.metaLen[row] = metaLen
    out.copy(meta, metaOff, metaLen)
  }

  endStream(): void {
    const out = this.#out
    const labels = this.#labels
    const labelsSize = labels.length === 0 ? 0 : 1 + varintSize(labels.length) + labels.length
    out.reserve(labelsSize + this.#stream.at + 8)
    out.byte(TAG_STREAM)
    out.varint(labelsSize + this.#stream.at)
    if (labelsSize > 0) {
      out.byte(TAG_LABELS)
      out.varint(labels.length)
      out.copy(labels, 0, labels.length)
    }
    const base = out.at
    out.copy(this.#stream.bytes, 0, this.#stream.at)
    const {lineOff, metaOff} = this.#columns
    for (let row = this.#firstRow; row < this.#rows; row++) {
      lineOff[row] = (lineOff[row] ?? 0) + base
      metaOff[row] = (metaOff[row] ?? 0) + base
    }
    this.#streams++
  }

  get rowCount(): number {
    return this.#rows
  }

  /** Views; the writer is not to be used after. */
  finish(): {raw: Uint8Array; columns: PushColumns} {
    return {raw: this.#out.bytes.subarray(0, this.#out.at), columns: {...this.#columns, rowCount: this.#rows}}
  }
}

function columnsOf(rows: number): Omit<PushColumns, 'rowCount'> {
  return {
    rowStream: new Uint32Array(rows),
    tsNs: new BigInt64Array(rows),
    lineOff: new Uint32Array(rows),
    lineLen: new Uint32Array(rows),
    metaOff: new Uint32Array(rows),
    metaLen: new Uint32Array(rows),
  }
}

function grown(columns: Omit<PushColumns, 'rowCount'>): Omit<PushColumns, 'rowCount'> {
  const next = columnsOf(columns.tsNs.length * 2)
  next.tsNs.set(columns.tsNs)
  for (const name of ['rowStream', 'lineOff', 'lineLen', 'metaOff', 'metaLen'] as const) next[name].set(columns[name])
  return next
}

export type OutgoingEntry = {readonly tsNs: bigint; readonly line: Uint8Array; readonly metadata: readonly Label[]}
export type OutgoingStream = {/** `{app="api"}` */ readonly labels: string; readonly entries: readonly OutgoingEntry[]}

/** A push as an agent makes it, not yet compressed. */
export function encodePush(streams: readonly OutgoingStream[]): Uint8Array {
  const writer = new PushWriter()
  const pairs = new PairWriter()
  for (const stream of streams) {
    writer.beginStream(text.encode(stream.labels))
    for (const {tsNs, line, metadata} of stream.entries) {
      pairs.reset()
      for (const label of metadata) pairs.add(text.encode(label.name), text.encode(label.value))
      writer.entry(tsNs, line, 0, line.length, NONE, pairs.bytes)
    }
    writer.endStream()
  }
  return writer.finish().raw
}
