/*
 * Query results as Loki writes them in JSON (loki-http-api § 2, § 5): key order fixed, label names sorted,
 * `<`, `>`, `&` escaped, invalid UTF-8 as U+FFFD, timestamps of entries as strings of ns.
 *
 * Large answers are produced piece by piece, so that one answer neither blocks the thread nor doubles in memory.
 */
import type {Labels} from '../model/index.ts'
import type {QueryResult, StreamsResult} from '../query/index.ts'

const PIECE_CHARS = 64 * 1024
const HTML = /[<>&\u2028\u2029]/
const EACH_HTML = /[<>&\u2028\u2029]/g

export function jsonString(text: string): string {
  const json = JSON.stringify(text)
  return HTML.test(json) ? json.replace(EACH_HTML, c => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`) : json
}

export function jsonLabels(labels: Labels): string {
  let out = '{'
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]!
    out += `${i === 0 ? '' : ','}${jsonString(label.name)}:${jsonString(label.value)}`
  }
  return `${out}}`
}
