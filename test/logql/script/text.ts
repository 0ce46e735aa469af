/*
 * The small words of scripts: times, labels, lines.
 */
import {parsePromDuration, sortLabels, type Label, type Labels} from '../../../src/model/index.ts'
import type {FakeEntry} from '../../query/support/fake-store.ts'

/** `90s`, `-1m30s`, `5ns`: ns. */
export function durationNs(text: string): bigint {
  const negative = text.startsWith('-')
  const plain = negative ? text.slice(1) : text
  const ns = plain.endsWith('ns') ? BigInt(plain.slice(0, -2)) : parsePromDuration(plain).ns
  if (ns === undefined) throw new Error(`not a duration: ${text}`)
  return negative ? -ns : ns
}

/** As parameters of the API take it. */
export function durationText(ns: bigint): string {
  return ns % 1_000_000n === 0n ? `${ns / 1_000_000n}ms` : `${Number(ns) / 1e9}`
}

const LABEL = /\s*([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"\s*(?:,|$)/y

/** `a="1", b="2"`; values have the escapes of JSON. */
export function parseLabels(text: string): Labels {
  const labels: Label[] = []
  LABEL.lastIndex = 0
  while (LABEL.lastIndex < text.length) {
    const at = LABEL.lastIndex
    const [, name = '', value = ''] = LABEL.exec(text) ?? []
    if (name === '') throw new Error(`no labels: ${text.slice(at)}`)
    labels.push({name, value: JSON.parse(`"${value}"`) as string})
  }
  return sortLabels(labels)
}

/** `{a="1"}` */
export function parseLabelSet(text: string): Labels {
  if (!text.startsWith('{') || !text.endsWith('}')) throw new Error(`no label set: ${text}`)
  return parseLabels(text.slice(1, -1))
}

export type ScriptEntry = FakeEntry & {
  readonly line: string | Uint8Array
  /** Labels that stages found, in categorized answers. */
  readonly parsed?: Readonly<Record<string, string>>
}

/** `10s <<meta="data" | parsed="label">> line` */
export function parseEntry(body: string, baseNs: bigint): ScriptEntry {
  const match = /^(\S+)(?: +<<(.*?)>>)?(?: +(.*))?$/s.exec(body)
  if (match === null) throw new Error(`no entry: ${body}`)
  const [, time = '', categories, text = ''] = match
  const [metadata = '', parsed = ''] = (categories ?? '').split(' | ')
  return {
    tsNs: baseNs + durationNs(time),
    line: parseLine(text),
    ...(metadata.trim() === '' ? {} : {metadata: record(parseLabels(metadata))}),
    ...(parsed === '' ? {} : {parsed: record(parseLabels(parsed))}),
  }
}

export function record(labels: Labels): Record<string, string> {
  return Object.fromEntries(labels.map(({name, value}) => [name, value]))
}

const QUOTED_LINE = /^"(?:[^"\\]|\\.)*"(?:\*\d+)?(?: "(?:[^"\\]|\\.)*"(?:\*\d+)?)*$/
const EACH_QUOTED = /"((?:[^"\\]|\\.)*)"(?:\*(\d+))?/g

/** A line is what is written; or quoted pieces, with the escapes of JSON and `\xHH` for a byte, `"…"*1000` for repetition. */
function parseLine(text: string): string | Uint8Array {
  if (!QUOTED_LINE.test(text)) return text
  const pieces = Array.from(text.matchAll(EACH_QUOTED), ([, piece = '', count = '1']) => {
    const bytes = Buffer.concat(
      Array.from(piece.matchAll(/\\x[0-9a-f]{2}|\\u[0-9a-f]{4}(?:\\u[0-9a-f]{4})?|\\.|[^\\]+/gis), ([part]) => unescape(part)),
    )
    return Buffer.concat(Array.from({length: Number(count)}, () => bytes))
  })
  const bytes = Buffer.concat(pieces)
  const line = bytes.toString('utf8')
  return Buffer.from(line).equals(bytes) ? line : new Uint8Array(bytes)
}

function unescape(part: string): Buffer {
  return part.startsWith('\\x') ? Buffer.from(part.slice(2), 'hex') : Buffer.from(JSON.parse(`"${part}"`) as string)
}
