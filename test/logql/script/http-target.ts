/*
 * A server answers over HTTP: Skald's, or another that speaks Loki's API.
 */
import {formatLabels} from '../../../src/model/index.ts'
import {pushProtobuf, type PushStream} from '../../support/loki.ts'
import type {FakeStream} from '../../query/support/fake-store.ts'
import {dataText, failureText, readText} from './answer.ts'
import type {Evaluation} from './parse.ts'
import type {Target} from './run.ts'
import {durationText, record} from './text.ts'

/** @param tenant  for servers that look at it. */
export function httpTarget(url: string, tenant: string): Target {
  return {ask: async evaluation => readText(await httpAnswer(url, tenant, evaluation))}
}

/** The JSON of the answer's data without statistics, or `failure STATUS TEXT`. */
export async function httpAnswer(url: string, tenant: string, evaluation: Evaluation): Promise<string> {
  const response = await fetch(`${url}${pathOf(evaluation)}`, {headers: headersOf(evaluation, tenant)})
  const text = await response.text()
  return response.status === 200 ? dataText(text) : failureText(response.status, text)
}

function pathOf({kind, query, fromNs, toNs, stepNs, limit, direction, intervalNs}: Evaluation): string {
  if (kind === 'instant') return `/loki/api/v1/query?${new URLSearchParams({query, time: String(toNs)}).toString()}`
  const params = new URLSearchParams({query, start: String(fromNs), end: String(toNs)})
  if (kind === 'range') params.set('step', durationText(stepNs))
  else {
    params.set('limit', String(limit))
    params.set('direction', direction)
    if (intervalNs > 0n) params.set('interval', durationText(intervalNs))
  }
  return `/loki/api/v1/query_range?${params.toString()}`
}

function headersOf({categorized}: Evaluation, tenant: string): Record<string, string> {
  return {...tenantHeader(tenant), ...(categorized ? {'x-loki-response-encoding-flags': 'categorize-labels'} : {})}
}

/** As JSON, or as protobuf what JSON cannot say. */
export async function push(url: string, tenant: string, streams: readonly FakeStream[]): Promise<void> {
  const json = streams.every(({entries}) => entries.every(({line}) => typeof line === 'string'))
  const response = json ? await pushJson(url, tenant, streams) : await pushProtobuf(url, streams.map(asText), tenantHeader(tenant))
  if (response.status !== 204) throw new Error(`a push was answered with ${response.status}: ${await response.text()}`)
}

async function pushJson(url: string, tenant: string, streams: readonly FakeStream[]): Promise<Response> {
  const body = {
    streams: streams.map(({labels, entries}) => ({
      stream: record(labels),
      values: entries.map(({tsNs, line, metadata}) => [String(tsNs), line, ...(metadata === undefined ? [] : [metadata])]),
    })),
  }
  const headers = {'content-type': 'application/json', ...tenantHeader(tenant)}
  return await fetch(`${url}/loki/api/v1/push`, {method: 'POST', headers, body: JSON.stringify(body)})
}

function asText({labels, entries}: FakeStream): PushStream {
  return {labels: formatLabels(labels), entries}
}

function tenantHeader(tenant: string): Record<string, string> {
  return {'x-scope-orgid': tenant}
}
