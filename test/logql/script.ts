/*
 * Behaviour scripts: data, queries, and what is expected, as text.
 *
 *   load
 *     {app="api"}
 *       10s  <<trace="t1">> level=error msg="boom"        time since the script's start, metadata, line
 *
 *   eval logs from 0s to 1m limit 5 forward  {app="api"} |= "boom"
 *     {app="api", trace="t1"}
 *       10s  level=error msg="boom"
 *
 *   eval instant at 1m  count_over_time({app="api"}[1m])
 *     {app="api", trace="t1"} 1
 *
 *   eval range from 0s to 2m step 1m  sum(count_over_time({app="api"}[1m]))
 *     {} 60s=1 120s=2
 *
 *   eval instant at 1m  {app="api"}
 *     expect fail: log queries are not supported
 *
 * Two spaces end the conditions and begin the query. `# …` at the start of a line is a comment. Options of logs: limit N,
 * forward, interval D, categorize (labels then show as {stream} metadata{…} parsed{…} after the line).
 */
import {parsePromDuration, sortLabels, type Label, type Labels} from '../../src/model/index.ts'
import type {FakeEntry, FakeStream} from '../query/support/fake-store.ts'

export type ExpectedStream = {labels: string; entries: {atNs: bigint; line: string}[]}
export type Evaluation = {
  lineNumber: number
  query: string
  kind: 'logs' | 'instant' | 'range'
  fromNs: bigint
  toNs: bigint
  stepNs: bigint
  limit: number
  direction: 'forward' | 'backward'
  intervalNs: bigint
  failure: string | undefined
  streams: ExpectedStream[]
  /** `{labels} value` or `{labels} t=value …`. */
  series: {labels: string; points: {atNs: bigint | undefined; value: string}[]}[]
}
export type Script = {load: FakeStream[]; evaluations: Evaluation[]}

export function parseScript(text: string, baseNs: bigint): Script {
  const load: {labels: Labels; entries: FakeEntry[]}[] = []
  const evaluations: Evaluation[] = []
  let section: 'load' | 'eval' | undefined
  text.split('\n').forEach((raw, index) => {
    const line = raw.trimEnd()
    const indent = line.length - line.trimStart().length
    const body = line.trimStart()
    if (body === '' || (indent === 0 && body.startsWith('#'))) return
    try {
      if (indent === 0) {
        section = body === 'load' ? 'load' : 'eval'
        if (section === 'eval') evaluations.push(parseEval(body, index + 1, baseNs))
      } else if (section === 'load') {
        if (indent <= 2) load.push({labels: parseLabels(body), entries: []})
        else load.at(-1)!.entries.push(parseEntry(body, baseNs))
      } else expectation(evaluations.at(-1)!, body, indent, baseNs)
    } catch (error) {
      throw new Error(`line ${index + 1}: ${String(error)}`, {cause: error})
    }
  })
  return {load, evaluations}
}

function parseEval(body: string, lineNumber: number, baseNs: bigint): Evaluation {
  const match = /^eval (logs|instant|range) (.*?) {2,}(.*)$/.exec(body)
  if (match === null) throw new Error(`not understood: ${body}`)
  const [, kind, conditions = '', query = ''] = match
  const words = conditions.split(' ')
  const after = (word: string): string | undefined => (words.includes(word) ? words[words.indexOf(word) + 1] : undefined)
  const time = (word: string): bigint => baseNs + offset(after(word) ?? '0s')
  return {
    lineNumber,
    query,
    kind: kind as Evaluation['kind'],
    fromNs: kind === 'instant' ? time('at') : time('from'),
    toNs: kind === 'instant' ? time('at') : time('to'),
    stepNs: offset(after('step') ?? '1m'),
    limit: Number(after('limit') ?? 100),
    direction: words.includes('forward') ? 'forward' : 'backward',
    intervalNs: offset(after('interval') ?? '0s'),
    failure: undefined,
    streams: [],
    series: [],
  }
}

function expectation(evaluation: Evaluation, body: string, indent: number, baseNs: bigint): void {
  if (body.startsWith('expect fail:')) evaluation.failure = body.slice('expect fail:'.length).trim()
  else if (evaluation.kind !== 'logs') {
    const end = body.lastIndexOf('}') + 1
    const points = body
      .slice(end)
      .trim()
      .split(/\s+/)
      .map(point => parsePoint(point, baseNs))
    evaluation.series.push({labels: body.slice(0, end), points})
  } else if (indent <= 2) evaluation.streams.push({labels: body, entries: []})
  else {
    const {tsNs, line} = parseEntry(body, baseNs)
    evaluation.streams.at(-1)!.entries.push({atNs: tsNs, line: line as string})
  }
}

function parsePoint(text: string, baseNs: bigint): {atNs: bigint | undefined; value: string} {
  const [time, value] = text.split('=')
  return value === undefined ? {atNs: undefined, value: text} : {atNs: baseNs + offset(time!), value}
}

function parseEntry(body: string, baseNs: bigint): FakeEntry {
  const match = /^(-?\S+?)(?: +(?:<<(.*?)>>)? ?(.*))?$/s.exec(body)
  if (match === null) throw new Error(`no entry: ${body}`)
  const [, time = '', metadata, line = ''] = match
  const entry = {tsNs: baseNs + offset(time), line: unescape(line)}
  if (metadata === undefined) return entry
  return {...entry, metadata: Object.fromEntries(parseLabels(`{${metadata}}`).map(({name, value}) => [name, value]))}
}

/** `\n`, `\t` and `\e` in lines. */
function unescape(line: string): string {
  return line.replaceAll('\\n', '\n').replaceAll('\\t', '\t').replaceAll('\\e', '\x1b')
}

function offset(text: string): bigint {
  const negative = text.startsWith('-')
  const plain = negative ? text.slice(1) : text
  const ns = plain.endsWith('ns') ? BigInt(plain.slice(0, -2)) : parsePromDuration(plain).ns
  if (ns === undefined) throw new Error(`not a duration: ${text}`)
  return negative ? -ns : ns
}

export function parseLabels(text: string): Labels {
  const labels: Label[] = []
  for (const [, name = '', value = ''] of text.matchAll(/([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"/g)) {
    labels.push({name, value: JSON.parse(`"${value}"`) as string})
  }
  return sortLabels(labels)
}
