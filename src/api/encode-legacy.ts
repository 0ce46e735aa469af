/*
 * Log lines in the shape of `/api/prom/query` (loki-http-api § 2.15): labels as text, times as RFC 3339.
 */
import {dayName, dayOf, Failure, formatLabels, nsOfDay, NS_PER_SECOND} from '../model/index.ts'
import type {QueryAnswer} from '../query/index.ts'
import {jsonLine, jsonString, PIECE_CHARS} from './encode.ts'
import {encodeStats} from './stats.ts'

/** The JSON of an answer in pieces of about 64 KiB. @throws {Failure} BAD_REQUEST when it is not of log lines. */
export function encodeLegacyAnswer({result, stats}: QueryAnswer): Generator<string> {
  if (result.resultType !== 'streams') {
    throw new Failure('BAD_REQUEST', 'rpc error: code = Code(400) desc = legacy endpoints only support streams result type')
  }
  const {streams} = result
  return (function* () {
    let piece = '{"streams":['
    for (const [i, {labels, entries}] of streams.entries()) {
      piece += `${i === 0 ? '' : ','}{"labels":${jsonString(formatLabels(labels))},"entries":[`
      for (const [j, {tsNs, line}] of entries.entries()) {
        piece += `${j === 0 ? '' : ','}{"ts":"${rfc3339(tsNs)}","line":${jsonLine(line)}}`
        if (piece.length >= PIECE_CHARS) {
          yield piece
          piece = ''
        }
      }
      piece += ']}'
    }
    yield `${piece}],"stats":${encodeStats(stats)}}\n`
  })()
}

/** As Go's RFC3339Nano: UTC, the fraction without trailing zeros. */
function rfc3339(ns: bigint): string {
  const rest = nsOfDay(ns)
  const seconds = Math.floor(rest / NS_PER_SECOND)
  const clock = new Date(seconds * 1000).toISOString().slice(11, 19)
  const fraction = String(rest % NS_PER_SECOND)
    .padStart(9, '0')
    .replace(/0+$/, '')
  return `${dayName(dayOf(ns))}T${clock}${fraction === '' ? '' : `.${fraction}`}Z`
}
