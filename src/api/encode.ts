/*
 * Query results as Loki writes them in JSON (loki-http-api § 2, § 5): key order fixed, label names sorted,
 * `<`, `>`, `&` escaped, invalid UTF-8 as U+FFFD, timestamps of entries as strings of ns.
 *
 * Answers come piece by piece, so that a large one neither blocks the thread nor stands in memory twice.
 */
import {remembered, type Label, type Labels} from '../model/index.ts'
import {formatInstants, formatSeconds, formatValue, type QueryAnswer, type StreamsResult} from '../query/index.ts'
import {encodeStats} from './stats.ts'

/** Answers are sent in pieces of about this. */
export const PIECE_CHARS = 64 * 1024
const HTML = /[<>&\u2028\u2029]/
const EACH_HTML = /[<>&\u2028\u2029]/g

export function jsonString(text: string): string {
  const json = JSON.stringify(text)
  return HTML.test(json) ? json.replace(EACH_HTML, c => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`) : json
}

/** Bytes that are not UTF-8 become U+FFFD. */
export function jsonLine(line: Uint8Array): string {
  return jsonString(Buffer.from(line.buffer, line.byteOffset, line.byteLength).toString('utf8'))
}

function jsonLabel({name, value}: Label): string {
  return `${jsonString(name)}:${jsonString(value)}`
}

/** @param json  {@link jsonLabel}, or one that remembers. */
export function jsonLabels(labels: Labels, json = jsonLabel): string {
  return `{${labels.map(json).join(',')}}`
}

/**
 * The JSON of an answer in pieces of about 64 KiB. Streams end with a newline, vectors and matrices do not, as Loki's.
 *
 * @param encodingFlags  echoed when the client sent some and the result is streams.
 */
export function* encodeAnswer(answer: QueryAnswer, encodingFlags: readonly string[]): Generator<string> {
  const {result, stats, warnings} = answer
  const warningsText = warnings.length === 0 ? '' : `,"warnings":[${warnings.map(jsonString).join(',')}]`
  const statsText = `,"stats":${encodeStats(stats)}}`
  if (result.resultType === 'streams') {
    const flags = encodingFlags.length === 0 ? '' : `"encodingFlags":[${encodingFlags.map(jsonString).join(',')}],`
    yield `{"status":"success"${warningsText},"data":{"resultType":"streams",${flags}"result":[`
    yield* encodeStreams(result)
    yield `]${statsText}}\n`
    return
  }
  yield `{"status":"success","data":{"resultType":"${result.resultType}","result":`
  switch (result.resultType) {
    case 'scalar':
      yield `[${formatSeconds(result.timeNs)},"${formatValue(result.value)}"]`
      break
    case 'vector': {
      const time = formatSeconds(result.timeNs)
      yield* pieces(
        result.samples.map(s => `{"metric":${jsonLabels(s.labels)},"value":[${time},"${formatValue(s.value)}"]}`),
        '[',
        ']',
      )
      break
    }
    case 'matrix': {
      const times = formatInstants(result.grid)
      const series = function* () {
        for (const {labels, steps, values} of result.series) {
          const points: string[] = []
          for (let i = 0; i < steps.length; i++) points.push(`[${times[steps[i] ?? 0]},"${formatValue(values[i] ?? Number.NaN)}"]`)
          yield `{"metric":${jsonLabels(labels)},"values":[${points.join(',')}]}`
        }
      }
      yield* pieces(series(), '[', ']')
      break
    }
  }
  // Where Loki puts them: first in an answer of streams, last in one of samples.
  yield `${statsText}${warningsText}}`
}

function* encodeStreams(result: StreamsResult): Generator<string> {
  const json = remembered(jsonLabel)
  let piece = ''
  for (const [i, stream] of result.streams.entries()) {
    piece += `${i === 0 ? '' : ','}{"stream":${jsonLabels(stream.labels, json)},"values":[`
    for (const [j, entry] of stream.entries.entries()) {
      const third = result.categorized ? `,${categories(entry.structuredMetadata, entry.parsed, json)}` : ''
      piece += `${j === 0 ? '' : ','}["${entry.tsNs}",${jsonLine(entry.line)}${third}]`
      if (piece.length >= PIECE_CHARS) {
        yield piece
        piece = ''
      }
    }
    piece += ']}'
  }
  yield piece
}

function categories(structuredMetadata: Labels, parsed: Labels, json: (label: Label) => string): string {
  const parts: string[] = []
  if (structuredMetadata.length > 0) parts.push(`"structuredMetadata":${jsonLabels(structuredMetadata, json)}`)
  if (parsed.length > 0) parts.push(`"parsed":${jsonLabels(parsed, json)}`)
  return `{${parts.join(',')}}`
}

function* pieces(items: Iterable<string>, open: string, close: string): Generator<string> {
  let piece = open
  let first = true
  for (const item of items) {
    piece += first ? item : `,${item}`
    first = false
    if (piece.length >= PIECE_CHARS) {
      yield piece
      piece = ''
    }
  }
  yield piece + close
}
