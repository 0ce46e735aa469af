/*
 * A push, from the body as received to rows that are durable, and the answer to the client.
 *
 *   body ─ transport ─▶ protobuf ─ kernel ─▶ columns ─ checks ─▶ clean: as received ─────▶ database
 *            └▶ JSON ─▶ protobuf ──┘                      └▶ not clean: judge, rewrite ─────┘
 *
 * Owns    limits per tenant, levels, texts of the answers, and what of a push is accepted.
 * Leaves  HTTP to api/, durability to the database.
 * Between the kernel's parse and the database's append nothing awaits: the columns are views in the kernel's memory.
 */
import {compressSync} from 'snappy'
import type {Limits, LimitsProvider} from '../config/index.ts'
import type {Kernel, ParsedPush} from '../kernel/index.ts'
import {Failure, type Clock} from '../model/index.ts'
import type {Append} from '../store/index.ts'
import {Admission, type Ticket} from './admission.ts'
import {isClean, judgeStream, rowRules, sizeOf, Verdicts, DROP, type RowRules} from './checks.ts'
import {Complaints} from './complaints.ts'
import {JsonDecoder} from './json.ts'
import {MetadataReader} from './metadata.ts'
import {PushRewriter, type Rewritten} from './rewrite.ts'
import {storageStage, type Refusal} from './storage-stage.ts'
import {Tenant, type Found, type Stream} from './tenant.ts'
import {blocked, NO_STREAMS, rateLimited, tooLarge, type DiscardReason} from './texts.ts'
import {bodyKind, decodeBody} from './transport.ts'

export type PushRequest = {
  readonly tenant: string
  readonly contentType: string | undefined
  readonly contentEncoding: string | undefined
  /** As received. Owned by ingest from the call on. */
  readonly body: Uint8Array
  /** JSON in the shape of `/api/prom/push`. */
  readonly legacy?: boolean
  /** Taken by the caller from `admission` before the body was read, and released by the caller. */
  readonly ticket?: Ticket
}

/** 204 has no message. Other statuses may mean that a part of the push is stored. */
export type PushAnswer = {
  readonly status: number
  readonly message?: string
  /** With 429. */
  readonly retryAfterSeconds?: number
  /** Of a tenant whose ingestion is blocked: nothing is stored, whatever the status. */
  readonly blocked?: true
}

/** Told what happened, for metrics. Bytes are lines and metadata. */
export type IngestObserver = {
  accepted?(tenant: string, rows: number, bytes: number): void
  discarded?(tenant: string, reason: DiscardReason, rows: number, bytes: number): void
  /** `rewritten`: not stored as received. */
  parsed?(tenant: string, kind: 'protobuf' | 'json', rawBytes: number, rewritten: boolean): void
}

export type IngestDeps = {
  readonly kernel: Kernel
  readonly database: {append(append: Append): Promise<void>}
  readonly limits: LimitsProvider
  readonly clock: Clock
  readonly observer?: IngestObserver
  /** Defaults suit tests; the server passes its configuration. */
  readonly bodySizeMaxBytes?: number
  readonly decodedSizeMaxBytes?: number
  readonly inFlightSizeMaxBytes?: number
  readonly concurrentPushesMax?: number
}

export interface Ingest {
  readonly admission: Admission
  /** @throws {Failure} when nothing of the push is stored because it cannot be read, is too large, or the server is overloaded or cannot store. */
  push(request: PushRequest): Promise<PushAnswer>
}

const MB = 1_048_576
/** Label texts beyond this are refused outright. */
const LABEL_TEXT_BYTES_MAX = 16 * MB
/** Tenants idle for longer are forgotten when there are many. */
const TENANT_IDLE_MS = 3_600_000
const TENANTS_KEPT = 1000
const OPEN_BRACE = 0x7b
/** Rates fill by the second. */
const RETRY_SECONDS = 1
/** Entries of one push: their columns take 34 bytes each in the kernel's memory, which is never given back. */
const ROWS_MAX = 2 ** 21

export function createIngest(deps: IngestDeps): Ingest {
  return new PushIngest(deps)
}

class PushIngest implements Ingest {
  readonly admission: Admission
  readonly #deps: IngestDeps
  readonly #observer: IngestObserver
  readonly #bodyMax: number
  readonly #decodedMax: number
  readonly #tenants = new Map<string, Tenant>()
  readonly #json = new JsonDecoder()
  readonly #metadata = new MetadataReader()
  readonly #rewriter: PushRewriter

  constructor(deps: IngestDeps) {
    this.#deps = deps
    this.#observer = deps.observer ?? {}
    this.#bodyMax = deps.bodySizeMaxBytes ?? 100 * MB
    this.#decodedMax = deps.decodedSizeMaxBytes ?? 256 * MB
    this.#rewriter = new PushRewriter(deps.kernel, this.#metadata)
    this.admission = new Admission({bytesMax: deps.inFlightSizeMaxBytes ?? 128 * MB, pushesMax: deps.concurrentPushesMax ?? 256})
  }

  async push(request: PushRequest): Promise<PushAnswer> {
    if (request.body.length > this.#bodyMax) throw new Failure('TOO_LARGE', tooLarge(request.body.length, this.#bodyMax))
    const ticket = request.ticket ?? this.admission.enter(request.body.length)
    try {
      const kind = bodyKind(request.contentType)
      const body = await decodeBody(request.body, request.contentEncoding, this.#decodedMax, ticket)
      const {kernel} = this.#deps
      const limits = this.#deps.limits.forTenant(request.tenant)
      const wire = kind === 'json' ? undefined : body
      const raw = wire === undefined ? this.#json.decode(body, request.legacy === true) : this.#unpack(wire)
      const push = kernel.parsePush(raw, {levels: limits.discoverLogLevels && limits.allowStructuredMetadata, rowsMax: ROWS_MAX})
      const {answer, stored} = this.#accept(request.tenant, limits, push, wire, kind)
      if (stored !== undefined) await stored
      return answer
    } finally {
      if (request.ticket === undefined) ticket.release()
    }
  }

  #unpack(wire: Uint8Array): Uint8Array {
    const {kernel} = this.#deps
    try {
      const length = kernel.snappyRawLength(wire)
      if (length > this.#decodedMax) throw new Failure('TOO_LARGE', tooLarge(length, this.#decodedMax))
      return kernel.snappyDecode(wire, this.#decodedMax)
    } catch (error) {
      // The first thing people send by hand.
      if (wire[0] !== OPEN_BRACE || !Failure.is(error, 'BAD_REQUEST')) throw error
      throw new Failure('BAD_REQUEST', `${error.message}; JSON is sent with the header Content-Type: application/json`, {cause: error})
    }
  }

  /** Decides, and hands over what is accepted. Everything up to the call of `append` is one synchronous step. */
  #accept(
    tenantName: string,
    limits: Limits,
    push: ParsedPush,
    wire: Uint8Array | undefined,
    kind: 'protobuf' | 'json',
  ): {answer: PushAnswer; stored: Promise<void> | undefined} {
    const {clock, database} = this.#deps
    const nowNs = clock.nowNs()
    const nowMs = clock.monotonicMs()
    const tenant = this.#tenant(tenantName, limits, nowMs)
    const found = findStreams(push, tenant)
    if (push.streamCount === 0) throw new Failure('UNPROCESSABLE', NO_STREAMS)
    const refusedUntil = limits.blockIngestionUntilNs
    const complaints = new Complaints()
    if (refusedUntil > nowNs) {
      complaints.count('blocked_ingestion', push.rowCount, sizeOf(push, 0, push.rowCount))
      this.#report(tenantName, complaints, 0, 0)
      const status = limits.blockIngestionStatusCode
      const answer = status === 200 ? {status: 204} : {status, message: blocked(tenantName, refusedUntil, status)}
      return {answer: {...answer, blocked: true}, stored: undefined}
    }

    const rules = rowRules(limits, nowNs)
    const verdicts = new Verdicts(push.rowCount)
    const streams = isClean(push, found, rules) ? found.map(streamOf) : judge(push, found, rules, verdicts, complaints, this.#metadata)
    const lines = countRows(verdicts, push.rowCount)
    const bytes = sizeOf(push, 0, push.rowCount, verdicts.rows)
    if (!withinRate(tenant, limits, bytes, nowMs)) {
      complaints.count('rate_limited', lines, bytes)
      this.#report(tenantName, complaints, 0, 0)
      return {
        answer: {status: 429, message: rateLimited(tenantName, limits, lines, bytes), retryAfterSeconds: RETRY_SECONDS},
        stored: undefined,
      }
    }

    const stage = storageStage(push, streams, tenant, limits, nowMs, verdicts, complaints)
    const accepted = countRows(verdicts, push.rowCount)
    const acceptedBytes = verdicts.rows === undefined ? bytes : sizeOf(push, 0, push.rowCount, verdicts.rows)
    let stored: Promise<void> | undefined
    const rewritten = verdicts.rows !== undefined
    if (accepted > 0) {
      const rows = rewritten ? this.#rewriter.rewrite(push, stage.streams, verdicts, rules, limits) : asReceived(push, stage.streams)
      const body = rewritten || wire === undefined ? compressSync(asBuffer(rows.raw)) : wire
      stored = database.append({...rows, tenant: tenantName, wire: body})
    }
    this.#observer.parsed?.(tenantName, kind, push.raw.length, rewritten)
    this.#report(tenantName, complaints, accepted, acceptedBytes)
    return {answer: answerOf(stage.refusal, complaints), stored}
  }

  #tenant(name: string, limits: Limits, nowMs: number): Tenant {
    let tenant = this.#tenants.get(name)
    if (tenant === undefined) {
      if (this.#tenants.size >= TENANTS_KEPT) this.#forgetIdle(nowMs)
      tenant = new Tenant(name, limits, nowMs)
      this.#tenants.set(name, tenant)
    }
    tenant.useLimits(limits)
    tenant.lastMs = nowMs
    return tenant
  }

  #forgetIdle(nowMs: number): void {
    for (const [name, tenant] of this.#tenants) if (nowMs - tenant.lastMs > TENANT_IDLE_MS) this.#tenants.delete(name)
  }

  #report(tenant: string, complaints: Complaints, rows: number, bytes: number): void {
    for (const [reason, sum] of complaints.discarded) this.#observer.discarded?.(tenant, reason, sum.rows, sum.bytes)
    if (rows > 0) this.#observer.accepted?.(tenant, rows, bytes)
  }
}

/** @throws {Failure} when a label text does not parse, of a stream without entries too: the whole push is then refused. */
function findStreams(push: ParsedPush, tenant: Tenant): Found[] {
  const {labelOff, labelLen} = push.streams
  const raw = asBuffer(push.raw)
  const found: Found[] = []
  for (let s = 0; s < push.streamCount; s++) {
    const length = labelLen[s]!
    if (length > LABEL_TEXT_BYTES_MAX)
      throw new Failure('TOO_LARGE', `labels of a stream too large: ${length} bytes, limit ${LABEL_TEXT_BYTES_MAX}`)
    found.push(tenant.find(raw, labelOff[s]!, length))
  }
  return found
}

function streamOf(found: Found): Stream | undefined {
  return found.complaint === undefined ? found.stream : undefined
}

/** The slow path: row by row. */
function judge(
  push: ParsedPush,
  found: readonly Found[],
  rules: RowRules,
  verdicts: Verdicts,
  complaints: Complaints,
  metadata: MetadataReader,
): (Stream | undefined)[] {
  const rows = verdicts.demand()
  const streams: (Stream | undefined)[] = []
  for (const [s, labels] of found.entries()) {
    const first = push.streams.firstRow[s]!
    const end = push.streams.endRow[s]!
    streams.push(undefined)
    if (first === end) continue
    if (labels.complaint !== undefined) {
      complaints.add(labels.complaint, end - first, sizeOf(push, first, end))
      rows.fill(DROP, first, end)
      continue
    }
    judgeStream(push, first, end, labels, rules, verdicts, complaints, metadata)
    for (let row = first; row < end; row++) {
      if (rows[row] === DROP) continue
      streams[s] = labels.stream
      break
    }
  }
  return streams
}

function countRows(verdicts: Verdicts, rowCount: number): number {
  if (verdicts.rows === undefined) return rowCount
  let count = 0
  for (const verdict of verdicts.rows) if (verdict !== DROP) count++
  return count
}

function withinRate(tenant: Tenant, limits: Limits, bytes: number, nowMs: number): boolean {
  if (limits.ingestionRateMb === 0 || bytes === 0) return true
  const rate = limits.ingestionRateMb * MB
  // A rate without a burst would take nothing.
  return tenant.bucket.take(bytes, rate, limits.ingestionBurstSizeMb * MB || rate, nowMs)
}

function asReceived(push: ParsedPush, streams: readonly (Stream | undefined)[]): Rewritten {
  const {raw, rowCount, tsNs, lineOff, lineLen, metaOff, metaLen, level} = push
  const rowStream = new Uint32Array(rowCount)
  const refs = streams.map((stream, s) => {
    if (stream === undefined) throw new Error('a clean push has a stream without rows')
    rowStream.fill(s, push.streams.firstRow[s], push.streams.endRow[s])
    return stream.ref
  })
  return {raw, streams: refs, rowCount, rowStream, tsNs, lineOff, lineLen, metaOff, metaLen, level}
}

function answerOf(refusal: Refusal | undefined, complaints: Complaints): PushAnswer {
  if (refusal !== undefined) return refusal.status === 429 ? {...refusal, retryAfterSeconds: RETRY_SECONDS} : refusal
  const message = complaints.message()
  return message === undefined ? {status: 204} : {status: 400, message}
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
