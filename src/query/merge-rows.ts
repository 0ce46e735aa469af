/*
 * The rows of all workers, in order, as streams.
 */
import {formatLabel, formatLabels, instantOf, NO_LABELS, remembered, type Labels} from '../model/index.ts'
import type {LogEntry, LogStream} from './answers.ts'
import {Heap} from './exec/heap.ts'
import {foldLabels, unpackLabelSets, type LabelSet} from './exec/label-sets.ts'
import type {LogRows} from './exec/row-sink.ts'
import {StreamOrder} from './exec/stream-order.ts'

type Cursor = {rows: LogRows; at: number; sets: Target[]}
/** A label set of one worker, and the stream of the answer that its rows go to. */
type Target = {set: LabelSet; stream: Stream | undefined}
type Stream = {labels: Labels; text: string; entries: LogEntry[]}

/**
 * @param parts each in the order of the direction, at most `rowsMax` rows, which need be no more than `limit`.
 * @returns at most `limit` entries, by stream; streams ascending by label text. Undefined when a part that was cut at `rowsMax`
 *     ran out, because of rows that are not shown: there may be more to come from it.
 */
export function mergeRows(
  parts: readonly LogRows[],
  direction: 'forward' | 'backward',
  limit: number,
  categorize: boolean,
  rowsMax = limit,
): LogStream[] | undefined {
  const backward = direction === 'backward'
  const order = new StreamOrder()
  const heap = new Heap<Cursor>((a, b) => before(a, b, backward, order))
  const repeats = new Repeats()
  for (const rows of parts) {
    if (rows.count > 0) heap.push({rows, at: 0, sets: unpackLabelSets(rows.labels).map(set => ({set, stream: undefined}))})
  }
  const streams = new Streams()
  for (let left = limit; left > 0;) {
    const cursor = heap.peek()
    if (cursor === undefined) break
    const {rows, at, sets} = cursor
    if (!repeats.has(rows, at)) {
      const target = sets[rows.labelSet[at]!]!
      target.stream ??= streams.of(categorize ? target.set.stream : foldLabels(target.set))
      target.stream.entries.push(entryOf(rows, at, target.set, categorize))
      left--
    }
    cursor.at++
    if (cursor.at < rows.count) heap.settleTop()
    else if (left > 0 && rows.count >= rowsMax) return undefined
    else heap.pop()
  }
  return streams.sorted()
}

class Streams {
  readonly #byText = new Map<string, Stream>()
  readonly #format = remembered(formatLabel)

  of(labels: Labels): Stream {
    const text = formatLabels(labels, this.#format)
    let stream = this.#byText.get(text)
    if (stream === undefined) {
      stream = {labels, text, entries: []}
      this.#byText.set(text, stream)
    }
    return stream
  }

  sorted(): Stream[] {
    return [...this.#byText.values()].sort((a, b) => (a.text < b.text ? -1 : 1))
  }
}

function entryOf(rows: LogRows, at: number, set: LabelSet, categorize: boolean): LogEntry {
  const start = rows.lineStart[at]!
  return {
    tsNs: instantOf(rows.day[at]!, rows.ns[at]!),
    line: rows.lines.subarray(start, start + rows.lineLength[at]!),
    structuredMetadata: categorize ? set.metadata : NO_LABELS,
    parsed: categorize ? set.parsed : NO_LABELS,
  }
}

function before(a: Cursor, b: Cursor, backward: boolean, order: StreamOrder): boolean {
  const time = a.rows.day[a.at]! - b.rows.day[b.at]! || a.rows.ns[a.at]! - b.rows.ns[b.at]!
  if (time !== 0) return backward ? time > 0 : time < 0
  // All rows of a stream are in one part.
  return order.compare(a.rows.streams[a.rows.stream[a.at]!]!, b.rows.streams[b.rows.stream[b.at]!]!) < 0
}

/**
 * Entries of one stored stream and time that stages made equal in line and labels, by dropping the metadata that told them apart,
 * are shown once.
 */
class Repeats {
  #rows: LogRows | undefined
  #at = 0
  readonly #shown = new Set<string>()

  /** Rows are asked for in order. */
  has(rows: LogRows, at: number): boolean {
    const last = this.#at
    const same =
      rows === this.#rows && rows.stream[at] === rows.stream[last] && rows.ns[at] === rows.ns[last] && rows.day[at] === rows.day[last]
    this.#rows = rows
    this.#at = at
    if (!same) {
      this.#shown.clear()
      return false
    }
    if (this.#shown.size === 0) this.#shown.add(keyOf(rows, last))
    const key = keyOf(rows, at)
    if (this.#shown.has(key)) return true
    this.#shown.add(key)
    return false
  }
}

function keyOf(rows: LogRows, at: number): string {
  const start = rows.lineStart[at]!
  const line = Buffer.from(rows.lines.buffer, rows.lines.byteOffset + start, rows.lineLength[at])
  return `${rows.labelSet[at]} ${line.toString('latin1')}`
}
