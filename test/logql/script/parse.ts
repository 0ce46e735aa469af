/*
 * Behaviour scripts: data, queries, and what is expected, as text.
 *
 *   include json                                             the entries of data/json.load
 *   load
 *     {app="api"}
 *       10s  <<trace="t1">> level=error msg="boom"           time since the script's start, metadata, line
 *
 *   eval logs from 0s to 1m limit 5 backward  {app="api"} |= "boom"
 *     {app="api", trace="t1"}
 *       10s  level=error msg="boom"
 *
 *   eval logs  {app="api"} |= "boom"
 *     {app="api", trace="t1"} at 10s                         lines are not looked at
 *
 *   eval lines  {app="api"} | json                           labels are not looked at
 *     10s  level=error msg="boom"
 *
 *   eval instant at 1m  count_over_time({app="api"}[1m])
 *     {app="api", trace="t1"} 1
 *
 *   eval range from 0s to 2m step 1m  sum(count_over_time({app="api"}[1m]))
 *     {} 1m=1 2m=1
 *
 *   eval instant  1 + 1
 *     scalar 2
 *
 *   eval instant  {app="api"}
 *     expect fail 400: log queries are not supported…        `…` stands for anything, at either end of the first line
 *
 *   eval logs  {app="none"}
 *     nothing
 *
 *   eval logs  {app="api"} |= "error" or ""
 *     unlike Loki: the empty alternative is dropped there     not asked of a Loki
 *     {app="api", trace="t1"} at 10s
 *
 * Two spaces end the conditions and begin the query. Conditions not given: from 0s to 200s step 1m limit 100 forward, at 1m.
 * Others are: backward, interval D, categorized (entries then show <<metadata | parsed labels>>).
 * `# …` at the start of a line is a comment; `limits name=value …` sets limits of the tenant for the whole script.
 * `stores only`: the script is about what stores do with entries, so chunks made by hand do not suffice.
 * Lines with outer spaces, control characters or no valid UTF-8 are quoted, see text.ts.
 */
import {formatLabels} from '../../../src/model/index.ts'
import type {FakeEntry, FakeStream} from '../../query/support/fake-store.ts'
import {durationNs, parseEntry, parseLabelSet, type ScriptEntry} from './text.ts'

export type Evaluation = {
  lineNumber: number
  query: string
  kind: 'logs' | 'lines' | 'instant' | 'range'
  fromNs: bigint
  toNs: bigint
  stepNs: bigint
  limit: number
  direction: 'forward' | 'backward'
  intervalNs: bigint
  categorized: boolean
  unlikeLoki: boolean
  expected: Expected | undefined
}
export type Expected =
  | {type: 'failure'; status: number | undefined; text: string}
  | {type: 'streams'; streams: {labels: string; lines: boolean; entries: ScriptEntry[]}[]}
  | {type: 'lines'; entries: ScriptEntry[]}
  /** `labels` is canonical, or `scalar`; points of an instant query have its time. */
  | {type: 'series'; series: {labels: string; points: Point[]}[]}
export type ScriptStream = FakeStream & {readonly entries: FakeEntry[]}
export type Point = {tsNs: bigint; value: string}
export type Script = {load: ScriptStream[]; evaluations: Evaluation[]; limits: Record<string, string>; storesOnly: boolean}

/** @param include  the text of data/NAME.load */
export function parseScript(text: string, baseNs: bigint, include: (name: string) => string = () => ''): Script {
  const script: Script = {load: [], evaluations: [], limits: {}, storesOnly: false}
  let section: 'load' | 'eval' | undefined
  text.split('\n').forEach((raw, index) => {
    const line = raw.trimEnd()
    const indent = line.length - line.trimStart().length
    const body = line.trimStart()
    if (body === '' || (indent === 0 && body.startsWith('#'))) return
    try {
      if (indent > 0) {
        if (section === 'load') load(script.load, body, baseNs)
        else expectation(script.evaluations.at(-1), body, baseNs)
        return
      }
      const [word, ...words] = body.split(/ +/)
      section = word === 'load' ? 'load' : 'eval'
      if (word === 'include') for (const name of words) script.load.push(...parseScript(include(name), baseNs).load)
      else if (body === 'stores only') script.storesOnly = true
      else if (word === 'limits')
        for (const pair of words) script.limits[pair.slice(0, pair.indexOf('='))] = pair.slice(pair.indexOf('=') + 1)
      else if (word !== 'load') script.evaluations.push(parseEval(body, index + 1, baseNs))
    } catch (error) {
      throw new Error(`line ${index + 1}: ${String(error)}`, {cause: error})
    }
  })
  for (const {expected, lineNumber} of script.evaluations)
    if (expected === undefined) throw new Error(`line ${lineNumber}: nothing is expected; if so, say nothing`)
  return script
}

function load(streams: ScriptStream[], body: string, baseNs: bigint): void {
  if (body.startsWith('{')) streams.push({labels: parseLabelSet(body), entries: []})
  else streams.at(-1)?.entries.push(parseEntry(body, baseNs))
}

const FLAGS = ['forward', 'backward', 'categorized']
const SETTINGS = ['from', 'to', 'at', 'step', 'limit', 'interval']

function parseEval(body: string, lineNumber: number, baseNs: bigint): Evaluation {
  const match = /^eval (logs|lines|instant|range)(?: (\S.*?))??(?: {2,}(.*))?$/.exec(body)
  if (match === null) throw new Error(`not understood: ${body}`)
  const [, kind, conditions = '', query = ''] = match
  const given = new Map<string, string>()
  const words = conditions.split(' ').filter(word => word !== '')
  while (words.length > 0) {
    const word = words.shift() ?? ''
    if (FLAGS.includes(word)) given.set(word, '')
    else if (SETTINGS.includes(word)) given.set(word, words.shift() ?? '')
    else throw new Error(`no condition: ${word}`)
  }
  const time = (word: string, otherwise: string): bigint => baseNs + durationNs(given.get(word) ?? otherwise)
  const instant = kind === 'instant'
  return {
    lineNumber,
    query,
    kind: kind as Evaluation['kind'],
    fromNs: instant ? time('at', '1m') : time('from', '0s'),
    toNs: instant ? time('at', '1m') : time('to', '200s'),
    stepNs: durationNs(given.get('step') ?? '1m'),
    limit: Number(given.get('limit') ?? 100),
    direction: given.has('backward') ? 'backward' : 'forward',
    intervalNs: durationNs(given.get('interval') ?? '0s'),
    categorized: given.has('categorized'),
    unlikeLoki: false,
    expected: undefined,
  }
}

function expectation(evaluation: Evaluation | undefined, body: string, baseNs: bigint): void {
  if (evaluation === undefined) throw new Error('expects what was not asked')
  const failure = /^expect fail(?: (\d+))?: (.*)$/.exec(body)
  if (body.startsWith('unlike Loki: ')) evaluation.unlikeLoki = true
  else if (failure !== null) {
    evaluation.expected = {type: 'failure', status: failure[1] === undefined ? undefined : Number(failure[1]), text: failure[2] ?? ''}
  } else if (evaluation.kind === 'logs') expectLogs(evaluation, body, baseNs)
  else if (evaluation.kind === 'lines') {
    evaluation.expected ??= {type: 'lines', entries: []}
    if (evaluation.expected.type === 'lines' && body !== 'nothing') evaluation.expected.entries.push(parseEntry(body, baseNs))
  } else {
    evaluation.expected ??= {type: 'series', series: []}
    if (evaluation.expected.type === 'series' && body !== 'nothing')
      evaluation.expected.series.push(parseSeries(body, evaluation.toNs, baseNs))
  }
}

function expectLogs(evaluation: Evaluation, body: string, baseNs: bigint): void {
  evaluation.expected ??= {type: 'streams', streams: []}
  if (evaluation.expected.type !== 'streams' || body === 'nothing') return
  const {streams} = evaluation.expected
  const [, labels, times] = /^(\{.*\})(?: at ([^{}"]+))?$/.exec(body) ?? []
  if (labels === undefined) {
    streams.at(-1)?.entries.push(parseEntry(body, baseNs))
    return
  }
  const entries = times?.split(' ').map(time => ({tsNs: baseNs + durationNs(time), line: ''}))
  streams.push({labels: formatLabels(parseLabelSet(labels)), lines: times === undefined, entries: entries ?? []})
}

function parseSeries(body: string, atNs: bigint, baseNs: bigint): {labels: string; points: Point[]} {
  const [, labels = '', points] = /^(\{.*\}|scalar) ([^{}"]+)$/.exec(body) ?? []
  if (points === undefined) throw new Error(`no series: ${body}`)
  return {
    labels: labels === 'scalar' ? labels : formatLabels(parseLabelSet(labels)),
    points: points.split(' ').map(point => {
      const [time = '', value] = point.split('=')
      return value === undefined ? {tsNs: atNs, value: time} : {tsNs: baseNs + durationNs(time), value}
    }),
  }
}
