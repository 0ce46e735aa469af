/*
 * The list of live parts of one tenant and day: what it says, and its bytes.
 *
 *   manifest := "skald-manifest " version " " crc32 of json, 8 hex digits " " json length, decimal "\n" json "\n"
 *
 * JSON, because it is small, read rarely and worth reading by people; the first line guards every byte of it.
 */
import {crc32} from 'node:zlib'
import {dayName, Failure} from '../../model/index.ts'
import type {PartMeta} from '../part/index.ts'

export const MANIFEST_VERSION = 1

/** A part and the generations of the log whose rows it has, both inclusive. Parts of one manifest do not overlap in them. */
export type ManifestPart = {readonly firstGeneration: number; readonly lastGeneration: number; readonly part: PartMeta}

export type Manifest = {
  readonly tenant: string
  readonly day: number
  /** Counts replacements, from 1. */
  readonly revision: number
  /** Rows of this generation and all before it are in the parts; the log need not be asked for them. 0: none. */
  readonly flushedThrough: number
  /** Ascending by generation. */
  readonly parts: readonly ManifestPart[]
}

export function emptyManifest(tenant: string, day: number): Manifest {
  return {tenant, day, revision: 0, flushedThrough: 0, parts: []}
}

export function encodeManifest(manifest: Manifest): Uint8Array {
  const json = Buffer.from(JSON.stringify(manifest))
  const head = `skald-manifest ${MANIFEST_VERSION} ${hex(crc32(json))} ${json.length}\n`
  return Buffer.concat([Buffer.from(head), json, Buffer.from('\n')])
}

/**
 * @param key for messages
 * @throws {Failure} CORRUPTION naming object and offset; UNSUPPORTED for a later version.
 */
export function decodeManifest(key: string, bytes: Uint8Array): Manifest {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const lineEnd = buffer.subarray(0, 80).indexOf(0x0a)
  const match = /^skald-manifest (\d{1,5}) ([0-9a-f]{8}) (\d{1,10})$/.exec(lineEnd < 0 ? '' : buffer.toString('latin1', 0, lineEnd))
  if (match === null) throw corrupt(key, 0, 'not a manifest')
  if (Number(match[1]) !== MANIFEST_VERSION) {
    throw new Failure('UNSUPPORTED', `${key}: manifest version ${match[1]}, this program reads version ${MANIFEST_VERSION}`)
  }
  const json = buffer.subarray(lineEnd + 1, -1)
  if (json.length !== Number(match[3]) || buffer.at(-1) !== 0x0a) throw corrupt(key, lineEnd + 1, `${json.length} bytes of ${match[3]}`)
  if (hex(crc32(json)) !== match[2]) throw corrupt(key, lineEnd + 1, 'wrong checksum')
  const manifest = JSON.parse(json.toString()) as Manifest
  return manifest
}

function corrupt(key: string, offset: number, why: string): Failure {
  return new Failure('CORRUPTION', `${key}: damaged at byte ${offset}: ${why}`)
}

function hex(value: number): string {
  return value.toString(16).padStart(8, '0')
}

/** Readable lines for `skald inspect`. */
export function* describeManifest(key: string, bytes: Uint8Array): Generator<string> {
  const {tenant, day, revision, flushedThrough, parts} = decodeManifest(key, bytes)
  yield `manifest version ${MANIFEST_VERSION}, ${bytes.length} bytes, checksum right`
  yield `tenant ${JSON.stringify(tenant)}, day ${dayName(day)}, revision ${revision}, flushed through generation ${flushedThrough}, ${parts.length} parts`
  for (const {firstGeneration, lastGeneration, part} of parts) {
    yield `part ${part.key}`
    yield `  generations ${firstGeneration}..${lastGeneration}, level ${part.level}, ${part.codec}, ${part.size} bytes, ${part.rawBytes} raw`
    yield `  ${part.rows} rows of ${part.streams} streams, ${part.lineBytes} bytes of lines, ${part.metaBytes} of metadata`
    yield `  ${clockTime(part.minNs)} .. ${clockTime(part.maxNs)}`
  }
}

function clockTime(ns: number): string {
  const seconds = Math.floor(ns / 1e9)
  return `${new Date(seconds * 1000).toISOString().slice(11, 19)}.${String(ns - seconds * 1e9).padStart(9, '0')}`
}
