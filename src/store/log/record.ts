/*
 * The records of the log; docs/FORMAT.md § log. All numbers little-endian, strings UTF-8 with a u32 length.
 *
 *   file   := record*
 *   record := magic:u32 type:u8 version:u8 zero:u16 generation:u32 length:u32 bodyCrc:u32 headerCrc:u32 body[length]
 *   body   := stream | push                                              by type
 *   stream := tenant:str slot:u32 count:u32 (name:str value:str)*        type 1; before the first push that uses the slot
 *   push   := tenant:str rows:u32 streams:u32 slot:u32*streams levels    type 2
 *             wire                                                       to the end: the push, snappy block
 *   levels := 0:u8 level:u8 | 1:u8 level:u8*rows                         all rows alike, or one by one
 *
 * The header has its own checksum: its length can be trusted when only the body is damaged, and a reader that has lost
 * its place finds the next record by looking for one. headerCrc covers the 20 bytes before it.
 */
import {crc32} from 'node:zlib'
import {Failure, type Labels} from '../../model/index.ts'

export const RECORD_MAGIC = 0x4c444b53 // "SKDL"
export const RECORD_VERSION = 1
export const HEADER_BYTES = 24
/** No push comes near it; a longer length is damage. */
export const BODY_BYTES_MAX = 512 * 1024 * 1024

export const TYPE_STREAM = 1
export const TYPE_PUSH = 2

export type RecordHeader = {type: number; version: number; generation: number; length: number; bodyCrc: number}
export type StreamRecord = {tenant: string; slot: number; labels: Labels}
export type PushRecord = {tenant: string; rows: number; slots: Uint32Array; levels: Uint8Array; wire: Uint8Array}

/** Fills 24 bytes of `out` from `at`. `bodyCrc` is the checksum of the whole body. */
export function writeHeader(out: DataView, at: number, header: Omit<RecordHeader, 'version'>): void {
  out.setUint32(at, RECORD_MAGIC, true)
  out.setUint8(at + 4, header.type)
  out.setUint8(at + 5, RECORD_VERSION)
  out.setUint16(at + 6, 0, true)
  out.setUint32(at + 8, header.generation, true)
  out.setUint32(at + 12, header.length, true)
  out.setUint32(at + 16, header.bodyCrc, true)
  out.setUint32(at + 20, crc32(new Uint8Array(out.buffer, out.byteOffset + at, 20)), true)
}

/** The header at `at`, or undefined when the bytes there are none. Needs 24 bytes. */
export function readHeader(bytes: Uint8Array, at: number): RecordHeader | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, HEADER_BYTES)
  // The zero is looked at first because it is cheap: a search for a header calls this for every byte that may begin one.
  if (view.getUint32(0, true) !== RECORD_MAGIC || view.getUint16(6, true) !== 0) return undefined
  if (crc32(bytes.subarray(at, at + 20)) !== view.getUint32(20, true)) return undefined
  const length = view.getUint32(12, true)
  if (length > BODY_BYTES_MAX) return undefined
  return {
    type: view.getUint8(4),
    version: view.getUint8(5),
    generation: view.getUint32(8, true),
    length,
    bodyCrc: view.getUint32(16, true),
  }
}

/** A whole record as one buffer. */
export function encodeStreamRecord(generation: number, record: StreamRecord): Uint8Array {
  const w = new Writer(64)
  w.str(record.tenant)
  w.u32(record.slot)
  w.u32(record.labels.length)
  for (const {name, value} of record.labels) {
    w.str(name)
    w.str(value)
  }
  const out = w.done()
  const body = out.subarray(HEADER_BYTES)
  writeHeader(w.view, 0, {type: TYPE_STREAM, generation, length: body.length, bodyCrc: crc32(body)})
  return out
}

export function decodeStreamRecord(body: Uint8Array): StreamRecord {
  const r = new Reader(body)
  const tenant = r.str()
  const slot = r.u32()
  const count = r.u32()
  const labels: {name: string; value: string}[] = []
  for (let i = 0; i < count; i++) labels.push({name: r.str(), value: r.str()})
  r.end()
  return {tenant, slot, labels}
}

/** The record in two pieces: everything before the wire body, and the wire body itself, not copied. */
export function encodePushRecord(generation: number, record: PushRecord): [Uint8Array, Uint8Array] {
  const {tenant, rows, slots, levels, wire} = record
  const w = new Writer(64 + tenant.length * 3 + slots.length * 4 + rows)
  w.str(tenant)
  w.u32(rows)
  w.u32(slots.length)
  for (const slot of slots) w.u32(slot)
  if (allSame(levels, rows)) {
    w.u8(0)
    w.u8(rows === 0 ? 0 : levels[0]!)
  } else {
    w.u8(1)
    w.bytes(levels.subarray(0, rows))
  }
  const out = w.done()
  const head = out.subarray(HEADER_BYTES)
  const bodyCrc = crc32(wire, crc32(head))
  writeHeader(w.view, 0, {type: TYPE_PUSH, generation, length: head.length + wire.length, bodyCrc})
  return [out, wire]
}

/** `wire` is a view of the body; `levels` has one code per row. */
export function decodePushRecord(body: Uint8Array): PushRecord {
  const r = new Reader(body)
  const tenant = r.str()
  const rows = r.u32()
  const count = r.u32()
  r.need(count * 4)
  const slots = new Uint32Array(count)
  for (let i = 0; i < count; i++) slots[i] = r.u32()
  const encoding = r.u8()
  if (encoding > 1) r.fail(`unknown encoding ${encoding} of levels`)
  const levels = encoding === 0 ? new Uint8Array(rows).fill(r.u8()) : r.bytes(rows).slice()
  return {tenant, rows, slots, levels, wire: r.rest()}
}

function allSame(levels: Uint8Array, rows: number): boolean {
  const first = levels[0]
  for (let i = 1; i < rows; i++) if (levels[i] !== first) return false
  return true
}

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', {fatal: true, ignoreBOM: true})

/** Grows as needed; leaves room for the header in front. */
class Writer {
  #bytes: Uint8Array
  #at = HEADER_BYTES
  view: DataView

  constructor(size: number) {
    this.#bytes = new Uint8Array(HEADER_BYTES + size)
    this.view = new DataView(this.#bytes.buffer)
  }

  #grow(size: number): void {
    if (this.#at + size <= this.#bytes.length) return
    const bytes = new Uint8Array(Math.max(this.#bytes.length * 2, this.#at + size))
    bytes.set(this.#bytes.subarray(0, this.#at))
    this.#bytes = bytes
    this.view = new DataView(bytes.buffer)
  }

  u8(value: number): void {
    this.#grow(1)
    this.#bytes[this.#at++] = value
  }

  u32(value: number): void {
    this.#grow(4)
    this.view.setUint32(this.#at, value, true)
    this.#at += 4
  }

  bytes(value: Uint8Array): void {
    this.#grow(value.length)
    this.#bytes.set(value, this.#at)
    this.#at += value.length
  }

  str(value: string): void {
    const bytes = encoder.encode(value)
    this.u32(bytes.length)
    this.bytes(bytes)
  }

  done(): Uint8Array {
    return this.#bytes.subarray(0, this.#at)
  }
}

class Reader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  }

  fail(message: string): never {
    throw new Failure('CORRUPTION', `${message} (byte ${this.#at} of the record's body)`)
  }

  need(size: number): void {
    if (this.#at + size > this.#bytes.length) this.fail('the record ends too early')
  }

  u8(): number {
    this.need(1)
    return this.#bytes[this.#at++]!
  }

  u32(): number {
    this.need(4)
    this.#at += 4
    return this.#view.getUint32(this.#at - 4, true)
  }

  bytes(size: number): Uint8Array {
    this.need(size)
    this.#at += size
    return this.#bytes.subarray(this.#at - size, this.#at)
  }

  str(): string {
    const bytes = this.bytes(this.u32())
    try {
      return decoder.decode(bytes)
    } catch {
      return this.fail('a string is not UTF-8')
    }
  }

  rest(): Uint8Array {
    return this.bytes(this.#bytes.length - this.#at)
  }

  end(): void {
    if (this.#at !== this.#bytes.length) this.fail('bytes after the end of the record')
  }
}
