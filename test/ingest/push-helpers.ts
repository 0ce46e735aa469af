/*
 * What the tests of ingest share: push bodies made by protobufjs from the public message layout, and a database that
 * reads back what it is given, through the columns and through the wire body, and insists that both say the same.
 */
import {uncompressSync, compressSync} from 'snappy'
import {isDeepStrictEqual} from 'node:util'
import protobuf from 'protobufjs'
import {expect} from 'vitest'
import {fixedLimits, type LimitsProvider, type Profile} from '../../src/config/index.ts'
import {createIngest, type Ingest, type IngestDeps, type PushAnswer} from '../../src/ingest/index.ts'
import {createKernel, LEVEL_NAMES, type Kernel} from '../../src/kernel/index.ts'
import {Failure, type Clock} from '../../src/model/index.ts'
import type {Append} from '../../src/store/append.ts'

const root = protobuf.parse(`
  syntax = "proto3";
  package logproto;
  message PushRequest { repeated Stream streams = 1; string format = 2; }
  message Stream { bytes labels = 1; repeated Entry entries = 2; uint64 hash = 3; }
  message Entry { Timestamp timestamp = 1; bytes line = 2; repeated LabelPair structuredMetadata = 3; }
  message Timestamp { int64 seconds = 1; int32 nanos = 2; }
  message LabelPair { bytes name = 1; bytes value = 2; }
`).root
const PushRequest = root.lookupType('logproto.PushRequest')
const PushEntry = root.lookupType('logproto.Entry')

export type Pair = [name: string | Uint8Array, value: string | Uint8Array]
export type TestEntry = {ts?: bigint; line?: string | Uint8Array; metadata?: Pair[]}
export type TestStream = {labels: string | Uint8Array; entries: TestEntry[]}

const bytes = (text: string | Uint8Array): Uint8Array => (typeof text === 'string' ? Buffer.from(text) : text)

/** Not compressed. */
export function pushRaw(streams: TestStream[]): Uint8Array {
  const message = {
    streams: streams.map(({labels, entries}) => ({
      labels: bytes(labels),
      hash: 7,
      entries: entries.map(({ts = 0n, line = '', metadata = []}) => ({
        timestamp: timestampOf(ts),
        line: bytes(line),
        structuredMetadata: metadata.map(([name, value]) => ({name: bytes(name), value: bytes(value)})),
      })),
    })),
  }
  return PushRequest.encode(PushRequest.fromObject(message)).finish()
}

function timestampOf(ns: bigint): {seconds: string; nanos: number} {
  const nanos = ((ns % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n
  return {seconds: ((ns - nanos) / 1_000_000_000n).toString(), nanos: Number(nanos)}
}

export function pushBody(streams: TestStream[]): Uint8Array {
  return compressSync(Buffer.from(pushRaw(streams)))
}

/** As read back: metadata sorted by name, detected_level among it. */
export type StoredRow = {stream: string; ts: bigint; line: string; metadata: Record<string, string>}

export class FakeDatabase {
  readonly rows: StoredRow[] = []
  readonly appends: {tenant: string; wire: Uint8Array}[] = []
  failure: Error | undefined

  append(append: Append): Promise<void> {
    if (this.failure !== undefined) return Promise.reject(this.failure)
    const rows = rowsOf(append)
    expect(Buffer.compare(Buffer.from(append.raw), uncompressSync(Buffer.from(append.wire)) as Buffer)).toBe(0)
    if (!isDeepStrictEqual(rows, rowsOfWire(append))) expect(rows).toEqual(rowsOfWire(append))
    this.rows.push(...rows)
    this.appends.push({tenant: append.tenant, wire: append.wire})
    return Promise.resolve()
  }
}

const strict = new TextDecoder('utf-8', {fatal: true, ignoreBOM: true})

function rowsOf(append: Append): StoredRow[] {
  const rows: StoredRow[] = []
  for (let row = 0; row < append.rowCount; row++) {
    const off = append.lineOff[row] ?? 0
    const metadata = new Map<string, string>()
    const metaOff = append.metaOff[row] ?? 0
    const pairs = PushEntry.decode(append.raw.subarray(metaOff, metaOff + (append.metaLen[row] ?? 0))) as unknown as Pick<
      DecodedEntry,
      'structuredMetadata'
    >
    for (const {name, value} of pairs.structuredMetadata) addPair(metadata, name, value)
    const code = append.level[row] ?? 0
    rows.push(
      stored(
        append,
        append.rowStream[row] ?? -1,
        append.tsNs[row] ?? 0n,
        append.raw.subarray(off, off + (append.lineLen[row] ?? 0)),
        metadata,
        code,
      ),
    )
  }
  return rows
}

/** Canonical: names once, no empty values, UTF-8. */
function addPair(metadata: Map<string, string>, name: Uint8Array, value: Uint8Array): void {
  const key = strict.decode(name)
  // Not expect(): this runs for every pair, and expect() takes longer than a push.
  if (metadata.has(key) || value.length === 0) throw new Error(`not canonical: ${key}`)
  metadata.set(key, strict.decode(value))
}

function stored(append: Append, stream: number, ts: bigint, line: Uint8Array, metadata: Map<string, string>, code: number): StoredRow {
  if (code > 0) addPair(metadata, Buffer.from('detected_level'), Buffer.from(LEVEL_NAMES[code] ?? ''))
  const sorted = Object.fromEntries([...metadata].toSorted(([a], [b]) => (a < b ? -1 : 1)))
  return {stream: append.streams[stream]?.canonical ?? '?', ts, line: Buffer.from(line).toString('latin1'), metadata: sorted}
}

type DecodedEntry = {
  timestamp: {seconds: string; nanos: number} | null
  line: Uint8Array
  structuredMetadata: {name: Uint8Array; value: Uint8Array}[]
}
type Decoded = {streams: {entries: DecodedEntry[]}[]}

function rowsOfWire(append: Append): StoredRow[] {
  const decoded = PushRequest.toObject(PushRequest.decode(uncompressSync(Buffer.from(append.wire)) as Buffer), {
    longs: String,
    arrays: true,
    defaults: true,
  }) as unknown as Decoded
  expect(decoded.streams).toHaveLength(append.streams.length)
  const rows: StoredRow[] = []
  for (const [s, stream] of decoded.streams.entries()) {
    expect(stream.entries.length).toBeGreaterThan(0)
    for (const entry of stream.entries) {
      const metadata = new Map<string, string>()
      for (const {name, value} of entry.structuredMetadata) addPair(metadata, name, value)
      const ts = BigInt(entry.timestamp?.seconds ?? '0') * 1_000_000_000n + BigInt(entry.timestamp?.nanos ?? 0)
      rows.push(stored(append, s, ts, entry.line, metadata, append.level[rows.length] ?? 0))
    }
  }
  return rows
}

/** 2026-11-22T08:00:00Z */
export const NOW = 1_795_334_400_000_000_000n

export class FakeClock implements Clock {
  ns = NOW
  nowNs(): bigint {
    return this.ns
  }
  monotonicMs(): number {
    return Number(this.ns / 1_000_000n)
  }
  advanceMs(ms: number): void {
    this.ns += BigInt(ms) * 1_000_000n
  }
}

/** What a client sees; a thrown Failure is an answer too. */
export type Answer = PushAnswer & {code?: string}

export type Bench = {
  ingest: Ingest
  database: FakeDatabase
  clock: FakeClock
  push(streams: TestStream[], tenant?: string): Promise<Answer>
  json(body: unknown, options?: {tenant?: string; legacy?: boolean}): Promise<Answer>
  send(request: {
    body: Uint8Array
    contentType?: string | undefined
    contentEncoding?: string
    tenant?: string
    legacy?: boolean
  }): Promise<Answer>
}

const kernels: Partial<Record<'native' | 'plain', Kernel>> = {}
export function kernelFor(kind: 'native' | 'plain' = 'native'): Kernel {
  return (kernels[kind] ??= createKernel({plain: kind === 'plain'}))
}

export function bench(
  limits: Record<string, string> | LimitsProvider = {},
  {
    profile = 'skald',
    kernel = 'native',
    ...deps
  }: {profile?: Profile; kernel?: 'native' | 'plain'} & Partial<Omit<IngestDeps, 'kernel'>> = {},
): Bench {
  const database = new FakeDatabase()
  const clock = new FakeClock()
  const provider =
    'forTenant' in limits && typeof limits.forTenant === 'function'
      ? (limits as LimitsProvider)
      : fixedLimits(limits as Record<string, string>, profile)
  const ingest = createIngest({kernel: kernelFor(kernel), database, clock, limits: provider, ...deps})
  const send: Bench['send'] = async ({body, contentType, contentEncoding, tenant = 'fake', legacy = false}) => {
    try {
      return await ingest.push({tenant, contentType, contentEncoding, body, legacy})
    } catch (error) {
      if (!Failure.is(error)) throw error
      const {status, message, code, retryAfterSeconds} = error
      return {status, message, code, ...(retryAfterSeconds === undefined ? {} : {retryAfterSeconds})}
    }
  }
  return {
    ingest,
    database,
    clock,
    send,
    push: (streams, tenant = 'fake') => send({body: pushBody(streams), contentType: 'application/x-protobuf', tenant}),
    json: (body, options = {}) =>
      send({body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)), contentType: 'application/json', ...options}),
  }
}

/** One entry now. */
export function entry(line: string | Uint8Array, metadata: Pair[] = [], ts: bigint = NOW): TestEntry {
  return {ts, line, metadata}
}
