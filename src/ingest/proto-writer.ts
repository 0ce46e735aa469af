/*
 * Writes logproto.PushRequest, and notes the columns of what it writes.
 *
 *   PushRequest := (1: Stream)*
 *   Stream      := 1: labels  (2: Entry)*
 *   Entry       := 1: Timestamp{1: seconds, 2: nanos}  2: line  (3: LabelPair{1: name, 2: value})*
 *
 * A message is written behind its length, so the length must be known first: an entry's is summed up, its pairs being
 * ready as bytes; a stream's entries go to a buffer of their own and are copied behind the length.
 */
import type {Label} from '../model/index.ts'
import {ProtoBytes, varintSize, type TextEncoding} from './proto-bytes.ts'

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
const TAG_SECONDS = 0x08
const TAG_NANOS = 0x10
const TAG_LINE = 0x12
const TAG_PAIR = 0x1a
const TAG_NAME = 0x0a
const TAG_VALUE = 0x12

/** LabelPairs as they stand in an Entry. */
export class PairWriter {
  readonly out = new ProtoBytes(1024)

  reset(): void {
    this.out.at = 0
  }

  add(name: Uint8Array, value: Uint8Array, valueOff = 0, valueLen = value.length): void {
    const size = 2 + varintSize(name.length) + name.length + varintSize(valueLen) + valueLen
    const {out} = this
    out.reserve(size + 8)
    out.byte(TAG_PAIR)
    out.varint(size)
    out.byte(TAG_NAME)
    out.varint(name.length)
    out.copy(name, 0, name.length)
    out.byte(TAG_VALUE)
    out.varint(valueLen)
    out.copy(value, valueOff, valueLen)
  }

  addText(name: string, value: string, encoding: TextEncoding): void {
    const nameLen = Buffer.byteLength(name, encoding)
    const valueLen = Buffer.byteLength(value, encoding)
    const {out} = this
    out.reserve(8)
    out.byte(TAG_PAIR)
    out.varint(2 + varintSize(nameLen) + nameLen + varintSize(valueLen) + valueLen)
    out.byte(TAG_NAME)
    out.text(name, encoding)
    out.reserve(1)
    out.byte(TAG_VALUE)
    out.text(value, encoding)
  }
}

const NONE = new Uint8Array(0)
const text = new TextEncoder()
const NS_PER_SECOND = 1_000_000_000
/** Buffers larger than this are not kept for the next push. */
const KEEP_BYTES_MAX = 16 * 1024 * 1024
const KEEP_ROWS_MAX = 1 << 18

export class PushWriter {
  #out = new ProtoBytes(4096)
  #stream = new ProtoBytes(4096)
  #labels: Uint8Array = NONE
  #streams = 0
  #rows = 0
  #firstRow = 0
  #columns = columnsOf(64)
  /** The timestamps as halves, low first. */
  #halves = new Int32Array(this.#columns.tsNs.buffer)

  /** Begins a new push; what `finish` gave before is written over. */
  reset(): void {
    if (this.#out.bytes.length > KEEP_BYTES_MAX) this.#out = new ProtoBytes(4096)
    if (this.#stream.bytes.length > KEEP_BYTES_MAX) this.#stream = new ProtoBytes(4096)
    if (this.#columns.tsNs.length > KEEP_ROWS_MAX) this.#useColumns(columnsOf(64))
    this.#out.at = 0
    this.#streams = 0
    this.#rows = 0
  }

  #useColumns(columns: Omit<PushColumns, 'rowCount'>): void {
    this.#columns = columns
    this.#halves = new Int32Array(columns.tsNs.buffer)
  }

  beginStream(labels: Uint8Array): void {
    this.#labels = labels
    this.#stream.at = 0
    this.#firstRow = this.#rows
  }

  /**
   * @param line    lineLen bytes of it from lineOff on, then the bytes of suffix.
   * @param meta    LabelPairs as they stand in an Entry, metaLen bytes from metaOff on.
   */
  entry(
    tsNs: bigint,
    line: Uint8Array,
    lineOff: number,
    lineLen: number,
    suffix: Uint8Array,
    meta: Uint8Array,
    metaOff: number,
    metaLen: number,
  ): void {
    const length = lineLen + suffix.length
    this.#begin(tsNs, length, metaLen)
    const out = this.#stream
    out.copy(line, lineOff, lineLen)
    out.copy(suffix, 0, suffix.length)
    this.#end(meta, metaOff, metaLen)
  }

  /** The same with a line that is text. */
  textEntry(tsNs: bigint, line: string, encoding: TextEncoding, pairs: PairWriter): void {
    const length = Buffer.byteLength(line, encoding)
    this.#begin(tsNs, length, pairs.out.at)
    const out = this.#stream
    if (length > 0) out.at += out.bytes.write(line, out.at, encoding)
    this.#end(pairs.out.bytes, 0, pairs.out.at)
  }

  /** Up to the line's first byte, with room for all the entry. */
  #begin(tsNs: bigint, lineLen: number, metaLen: number): void {
    const row = this.#rows++
    if (row === this.#columns.tsNs.length) this.#useColumns(grown(this.#columns))
    const columns = this.#columns
    columns.tsNs[row] = tsNs
    const high = this.#halves[2 * row + 1]!
    const low = this.#halves[2 * row]! >>> 0
    // Division of high:low by 1e9 in steps of 16 bits: exact in doubles, and several times faster than BigInt.
    const first = (high % NS_PER_SECOND) * 65_536 + (low >>> 16)
    const second = (first % NS_PER_SECOND) * 65_536 + (low & 0xffff)
    let nanos = second % NS_PER_SECOND
    let seconds =
      Math.floor(high / NS_PER_SECOND) * 4_294_967_296 + Math.floor(first / NS_PER_SECOND) * 65_536 + Math.floor(second / NS_PER_SECOND)
    if (high < 0) {
      nanos = Number(((tsNs % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n)
      seconds = Number((tsNs - BigInt(nanos)) / 1_000_000_000n)
    }
    const secondsSize = seconds === 0 ? 0 : seconds < 0 ? 11 : 1 + varintSize(seconds)
    const nanosSize = nanos === 0 ? 0 : 1 + varintSize(nanos)
    const size = 2 + secondsSize + nanosSize + (lineLen === 0 ? 0 : 1 + varintSize(lineLen) + lineLen) + metaLen
    const out = this.#stream
    out.reserve(size + 16)
    out.byte(TAG_ENTRY)
    out.varint(size)
    out.byte(TAG_TIMESTAMP)
    out.byte(secondsSize + nanosSize)
    if (secondsSize > 0) {
      out.byte(TAG_SECONDS)
      if (seconds < 0) out.negativeVarint(BigInt(seconds))
      else out.varint(seconds)
    }
    if (nanosSize > 0) {
      out.byte(TAG_NANOS)
      out.varint(nanos)
    }
    if (lineLen > 0) {
      out.byte(TAG_LINE)
      out.varint(lineLen)
    }
    columns.rowStream[row] = this.#streams
    columns.lineOff[row] = out.at
    columns.lineLen[row] = lineLen
  }

  #end(meta: Uint8Array, metaOff: number, metaLen: number): void {
    const row = this.#rows - 1
    const out = this.#stream
    this.#columns.metaOff[row] = out.at
    this.#columns.metaLen[row] = metaLen
    out.copy(meta, metaOff, metaLen)
  }

  endStream(): void {
    const out = this.#out
    const labels = this.#labels
    const labelsSize = labels.length === 0 ? 0 : 1 + varintSize(labels.length) + labels.length
    out.reserve(labelsSize + this.#stream.at + 16)
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
      lineOff[row] = lineOff[row]! + base
      metaOff[row] = metaOff[row]! + base
    }
    this.#streams++
  }

  get rowCount(): number {
    return this.#rows
  }

  /** Views, until the next reset; columns may be longer than rowCount. */
  finish(): {raw: Uint8Array; columns: PushColumns} {
    return {raw: this.#out.written(), columns: {...this.#columns, rowCount: this.#rows}}
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
      for (const label of metadata) pairs.addText(label.name, label.value, 'utf8')
      writer.entry(tsNs, line, 0, line.length, NONE, pairs.out.bytes, 0, pairs.out.at)
    }
    writer.endStream()
  }
  return writer.finish().raw
}
