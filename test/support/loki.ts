/* Just enough of a Loki client for tests; pushes are made with protobufjs from the public message layout. */
import protobuf from 'protobufjs'
import {compressSync} from 'snappy'

const {root} = protobuf.parse(`
  syntax = "proto3";
  package logproto;
  message PushRequest { repeated Stream streams = 1; }
  message Stream { string labels = 1; repeated Entry entries = 2; uint64 hash = 3; }
  message Entry { Timestamp timestamp = 1; bytes line = 2; repeated LabelPair structuredMetadata = 3; }
  message LabelPair { string name = 1; string value = 2; }
  message Timestamp { int64 seconds = 1; int32 nanos = 2; }
`)
/** The most entries a server answers with. */
const PAGE = 5000
const PUSH_REQUEST = root.lookupType('logproto.PushRequest')

export type PushEntry = {readonly tsNs: bigint; readonly line: string | Uint8Array; readonly metadata?: Readonly<Record<string, string>>}
export type PushStream = {readonly labels: string; readonly entries: readonly PushEntry[]}

export function protobufBody(streams: readonly PushStream[]): Buffer {
  const message = PUSH_REQUEST.fromObject({
    streams: streams.map(({labels, entries}) => ({
      labels,
      entries: entries.map(({tsNs, line, metadata}) => ({
        timestamp: {seconds: Number(tsNs / 1_000_000_000n), nanos: Number(tsNs % 1_000_000_000n)},
        line: typeof line === 'string' ? Buffer.from(line) : line,
        structuredMetadata: Object.entries(metadata ?? {}).map(([name, value]) => ({name, value})),
      })),
    })),
  })
  return compressSync(Buffer.from(PUSH_REQUEST.encode(message).finish()))
}

export async function pushProtobuf(url: string, streams: readonly PushStream[], headers: Record<string, string> = {}): Promise<Response> {
  return await fetch(`${url}/loki/api/v1/push`, {
    method: 'POST',
    headers: {'content-type': 'application/x-protobuf', ...headers},
    body: new Uint8Array(protobufBody(streams)),
  })
}

export type QueriedEntry = {readonly tsNs: bigint; readonly line: string; readonly labels: Readonly<Record<string, string>>}

export type QueryRange = {startNs: bigint; endNs: bigint; limit?: number}

/** All entries of a log query in time order. @throws {Error} for anything but a whole answer. */
export async function queryEntries(url: string, query: string, range: QueryRange): Promise<QueriedEntry[]> {
  const {entries, warnings} = await queryDamaged(url, query, range)
  if (warnings.length > 0) throw new Error(`${query}: ${warnings.join('; ')}`)
  return entries
}

/** As {@link queryEntries}, of a store that may be damaged. */
export async function queryDamaged(url: string, query: string, range: QueryRange): Promise<{entries: QueriedEntry[]; warnings: string[]}> {
  const params = new URLSearchParams({
    query,
    start: String(range.startNs),
    end: String(range.endNs),
    limit: String(range.limit ?? PAGE),
    direction: 'forward',
  })
  const response = await fetch(`${url}/loki/api/v1/query_range?${params.toString()}`)
  const text = await response.text()
  if (response.status !== 200) throw new Error(`${query}: ${response.status} ${text}`)
  const body = JSON.parse(text) as {warnings?: string[]; data: {result: {stream: Record<string, string>; values: [string, string][]}[]}}
  const entries = body.data.result
    .flatMap(({stream, values}) => values.map(([ts, line]) => ({tsNs: BigInt(ts), line, labels: stream})))
    .sort((a, b) => (a.tsNs < b.tsNs ? -1 : a.tsNs > b.tsNs ? 1 : 0))
  return {entries, warnings: body.warnings ?? []}
}

/** The value of an instant query that has one sample; undefined when it has none. */
export async function queryValue(url: string, query: string, timeNs: bigint): Promise<number | undefined> {
  const response = await fetch(`${url}/loki/api/v1/query?${new URLSearchParams({query, time: String(timeNs)}).toString()}`)
  const text = await response.text()
  if (response.status !== 200) throw new Error(`${query}: ${response.status} ${text}`)
  const body = JSON.parse(text) as {data: {result: {value: [number, string]}[]}}
  const value = body.data.result[0]?.value[1]
  return value === undefined ? undefined : Number(value)
}

/** As {@link queryEntries}, page after page; right where no more entries than a page holds share one timestamp. */
export async function queryAll(url: string, query: string, range: {startNs: bigint; endNs: bigint}): Promise<QueriedEntry[]> {
  const all: QueriedEntry[] = []
  for (let {startNs} = range; ;) {
    const page = await queryEntries(url, query, {startNs, endNs: range.endNs, limit: PAGE})
    const last = page.at(-1)?.tsNs
    if (page.length < PAGE || last === undefined) return [...all, ...page]
    // What shares the last timestamp may go on beyond the page: it is asked for again.
    const whole = page.filter(e => e.tsNs < last)
    if (whole.length === 0) throw new Error(`${query}: more than ${PAGE} entries at ${last}`)
    all.push(...whole)
    startNs = last
  }
}
