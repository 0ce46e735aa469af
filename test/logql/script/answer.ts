/*
 * An answer to a query, read from the JSON of the API.
 */
import {formatLabels, sortLabels} from '../../../src/model/index.ts'

export type Answer =
  | {type: 'failure'; status: number; text: string}
  | {type: 'streams'; streams: AnswerStream[]}
  | {type: 'series'; series: {labels: string; points: {tsNs: bigint; value: string}[]}[]}
export type AnswerStream = {labels: string; entries: AnswerEntry[]}
export type AnswerEntry = {tsNs: bigint; line: string; metadata: string; parsed: string}

/** `{"resultType":…,"result":…}` of an answer's body, as text: without statistics. */
export function dataText(body: string): string {
  const {data} = JSON.parse(body) as {data: {stats?: unknown}}
  delete data.stats
  return JSON.stringify(data)
}

export function failureText(status: number, text: string): string {
  return `failure ${status} ${text}`
}

/** Of what {@link dataText} or {@link failureText} made. */
export function readText(text: string): Answer {
  const [, status, message = ''] = /^failure (\d+) (.*)$/s.exec(text) ?? []
  return status === undefined ? readAnswer(JSON.parse(text) as AnswerData) : {type: 'failure', status: Number(status), text: message}
}

/** The member `data` of an answer. */
type AnswerData =
  | {resultType: 'streams'; result: {stream: Names; values: [string, string, Categories?][]}[]}
  | {resultType: 'matrix'; result: {metric: Names; values: [number, string][]}[]}
  | {resultType: 'vector'; result: {metric: Names; value: [number, string]}[]}
  | {resultType: 'scalar'; result: [number, string]}
type Names = Record<string, string>
type Categories = {structuredMetadata?: Names; parsed?: Names}

function readAnswer(data: AnswerData): Answer {
  switch (data.resultType) {
    case 'streams':
      return {
        type: 'streams',
        streams: data.result.map(({stream, values}) => ({labels: labelText(stream), entries: values.map(readEntry)})),
      }
    case 'matrix':
      return {type: 'series', series: data.result.map(({metric, values}) => ({labels: labelText(metric), points: values.map(readPoint)}))}
    case 'vector':
      return {type: 'series', series: data.result.map(({metric, value}) => ({labels: labelText(metric), points: [readPoint(value)]}))}
    case 'scalar':
      return {type: 'series', series: [{labels: 'scalar', points: [readPoint(data.result)]}]}
  }
}

function readEntry([ns, line, categories]: [string, string, Categories?]): AnswerEntry {
  return {tsNs: BigInt(ns), line, metadata: labelText(categories?.structuredMetadata ?? {}), parsed: labelText(categories?.parsed ?? {})}
}

/** Times of points have ms. */
function readPoint([seconds, value]: [number, string]): {tsNs: bigint; value: string} {
  return {tsNs: BigInt(Math.round(seconds * 1000)) * 1_000_000n, value}
}

export function labelText(names: Readonly<Names>): string {
  return formatLabels(sortLabels(Object.entries(names).map(([name, value]) => ({name, value}))))
}
