/*
 * Builds pushes as ingest hands them over, by protobufjs and a plain walk over its output, and a model of what must be stored.
 */
import protobuf from 'protobufjs'
import snappy from 'snappy'
import {formatLabels, type Labels} from '../../../src/model/index.ts'
import type {Append, StreamRef} from '../../../src/store/append.ts'

export type Entry = {ts: bigint; line: string | Uint8Array; meta?: [string, string][]; level?: number}
export type TestStream = {labels: Labels; entries: Entry[]}

const {root} = protobuf.parse(`syntax = "proto3";
  message PushRequest { repeated Stream streams = 1; }
  message Stream { string labels = 1; repeated Entry entries = 2; }
  message Timestamp { int64 seconds = 1; int32 nanos = 2; }
  message Pair { string name = 1; string value = 2; }
  message Entry { Timestamp timestamp = 1; bytes line = 2; repeated Pair structuredMetadata = 3; }`)
const PushRequest = root.lookupType('PushRequest')

export function encodePush(streams: readonly TestStream[]): Uint8Array {
  const message = {
    streams: streams.map(s => ({
      labels: formatLabels(s.labels),
      entries: s.entries.map(e => ({
        timestamp: timestampOf(e.ts),
        line: typeof e.line === 'string' ? Buffer.from(e.line) : e.line,
        structuredMetadata: (e.meta ?? []).map(([name, value]) => ({name, value})),
      })),
    })),
  }
  return PushRequest.encode(PushRequest.fromObject(message)).finish()
}

function timestampOf(ns: bigint): {seconds: string; nanos: number} {
  const nanos = ((ns % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n
  return {seconds: String((ns - nanos) / 1_000_000_000n), nanos: Number(nanos)}
}

export type Columns = Omit<Append, 'tenant' | 'wire' | 'raw' | 'streams' | 'level'> & {streamCount: number; rowStart: number[]}

/** The columns of a push; the same work as the kernel's, said plainly. */
export function parsePush(raw: Uint8Array): Columns {
  const rows = {
    stream: [] as number[],
    ts: [] as bigint[],
    lineOff: [] as number[],
    lineLen: [] as number[],
    metaOff: [] as number[],
    metaLen: [] as number[],
  }
  let streamCount = 0
  const rowStart: number[] = []
  fields(raw, 0, raw.length, (field, at, end) => {
    if (field !== 1) return
    rowStart.push(rows.ts.length)
    fields(raw, at, end, (f, a, e) => {
      if (f !== 2) return
      const row = {ts: 0n, lineOff: 0, lineLen: 0, metaOff: 0, metaEnd: 0}
      fields(raw, a, e, (g, b, c, tagAt) => {
        if (g === 1)
          fields(
            raw,
            b,
            c,
            (h, d, _e, _t, value) => void (row.ts += h === 1 ? BigInt.asIntN(64, value) * 1_000_000_000n : BigInt.asIntN(32, value)),
          )
        if (g === 2) Object.assign(row, {lineOff: b, lineLen: c - b})
        if (g === 3) {
          if (row.metaEnd === 0) row.metaOff = tagAt
          row.metaEnd = c
        }
      })
      rows.stream.push(streamCount)
      rows.ts.push(row.ts)
      rows.lineOff.push(row.lineOff)
      rows.lineLen.push(row.lineLen)
      rows.metaOff.push(row.metaOff)
      rows.metaLen.push(row.metaEnd === 0 ? 0 : row.metaEnd - row.metaOff)
    })
    streamCount++
  })
  return {
    streamCount,
    rowStart,
    rowCount: rows.ts.length,
    rowStream: Uint32Array.from(rows.stream),
    tsNs: BigInt64Array.from(rows.ts),
    lineOff: Uint32Array.from(rows.lineOff),
    lineLen: Uint32Array.from(rows.lineLen),
    metaOff: Uint32Array.from(rows.metaOff),
    metaLen: Uint32Array.from(rows.metaLen),
  }
}

function fields(
  raw: Uint8Array,
  from: number,
  to: number,
  each: (field: number, at: number, end: number, tagAt: number, value: bigint) => void,
): void {
  let p = from
  const varint = (): bigint => {
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = raw[p++]!
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
  }
  while (p < to) {
    const tagAt = p
    const tag = Number(varint())
    const value = varint()
    if ((tag & 7) === 2) {
      each(tag >> 3, p, p + Number(value), tagAt, value)
      p += Number(value)
    } else {
      each(tag >> 3, p, p, tagAt, value)
    }
  }
}

export class StreamRefs {
  readonly #refs = new Map<string, StreamRef>()

  get(tenant: string, labels: Labels): StreamRef {
    const canonical = formatLabels(labels)
    const key = `${tenant}\n${canonical}`
    let ref = this.#refs.get(key)
    if (ref === undefined) {
      ref = {labels, canonical, headSlot: -1, headGeneration: -1}
      this.#refs.set(key, ref)
    }
    return ref
  }
}

export function makeAppend(refs: StreamRefs, tenant: string, streams: readonly TestStream[]): Append {
  const raw = encodePush(streams)
  const columns = parsePush(raw)
  const level = Uint8Array.from(streams.flatMap(s => s.entries.map(e => e.level ?? 0)))
  return {
    ...columns,
    tenant,
    raw,
    wire: snappy.compressSync(Buffer.from(raw)),
    level,
    streams: streams.map(s => refs.get(tenant, s.labels)),
  }
}

/** Small, seeded, good enough for tests (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}
