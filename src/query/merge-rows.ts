/*
 * The rows of all workers, in order, as streams.
 */
import {formatLabels, instantOf, NO_LABELS, type Labels} from '../model/index.ts'
import type {LogEntry, LogStream} from './answers.ts'
import {Heap} from './exec/heap.ts'
import {foldLabels, unpackLabelSets, type LabelSet} from './exec/label-sets.ts'
import type {LogRows} from './exec/row-sink.ts'

type Cursor = {rows: LogRows; at: number; sets: Target[]}
/** A label set of one worker, and the stream of the answer that its rows go to. */
type Target = {set: LabelSet; stream: Stream | undefined}
type Stream = {labels: Labels; text: string; entries: LogEntry[]}

/**
 * @param parts each in the order of the direction.
 * @returns at most `limit` entries, by stream; streams ascending by label text.
 */
export function mergeRows(parts: readonly LogRows[], direction: 'forward' | 'backward', limit: number, categorize: boolean): LogStream[] {
  const backward = direction === 'backward'
  const heap = new Heap<Cursor>(backward ? (a, b) => compare(a, b) > 0 : (a, b) => compare(a, b) < 0)
  for (const rows of parts) {
    if (rows.count > 0) heap.push({rows, at: 0, sets: unpackLabelSets(rows.labels).map(set => ({set, stream: undefined}))})
  }
  const streams = new Map<string, Stream>()
  for (let left = limit; left > 0; left--) {
    const cursor = heap.peek()
    if (cursor === undefined) break
    const {rows, at, sets} = cursor
    const target = sets[rows.labelSet[at]!]!
    target.stream ??= streamOf(streams, categorize ? target.set.stream : foldLabels(target.set))
    target.stream.entries.push(entryOf(rows, at, target.set, categorize))
    cursor.at++
    if (cursor.at === rows.count) heap.pop()
    else heap.settleTop()
  }
  return [...streams.values()].sort((a, b) => (a.text < b.text ? -1 : 1))
}

function streamOf(streams: Map<string, Stream>, labels: Labels): Stream {
  const text = formatLabels(labels)
  let stream = streams.get(text)
  if (stream === undefined) {
    stream = {labels, text, entries: []}
    streams.set(text, stream)
  }
  return stream
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

function compare(a: Cursor, b: Cursor): number {
  const order = a.rows.day[a.at]! - b.rows.day[b.at]! || a.rows.ns[a.at]! - b.rows.ns[b.at]!
  if (order !== 0) return order
  const x = a.rows.streams[a.rows.stream[a.at]!]!
  const y = b.rows.streams[b.rows.stream[b.at]!]!
  return x < y ? -1 : x > y ? 1 : a.rows.sequence[a.at]! - b.rows.sequence[b.at]!
}
