/*
 * JSON pushes, today's shape and the legacy one, to protobuf; from there on they go the way of all pushes.
 *
 *   {"streams": [{"stream": {"app": "a"}, "values": [["<ns>", "line", {"key": "value"}], …]}]}
 *   {"streams": [{"labels": "{app=\"a\"}", "entries": [{"ts": "<RFC 3339>", "line": "…"}]}]}          legacy
 *
 * Strings that are not valid UTF-8 keep their bytes: such a body is read byte by byte as Latin-1, escapes first turned
 * into the UTF-8 they stand for, so that every char of a parsed string is one byte.
 */
import {isUtf8} from 'node:buffer'
import {Failure, quote} from '../model/index.ts'
import type {TextEncoding} from './proto-bytes.ts'
import {PairWriter, PushWriter} from './proto-writer.ts'

type Json = Readonly<Record<string, unknown>>

/** Keeps its buffers from push to push. */
export class JsonDecoder {
  readonly #writer = new PushWriter()
  readonly #pairs = new PairWriter()
  #encoding: TextEncoding = 'utf8'

  /**
   * @returns the PushRequest, not compressed, nothing validated but its shape: a view, until the next call.
   * @throws {Failure} BAD_REQUEST
   */
  decode(body: Uint8Array, legacy: boolean): Uint8Array {
    const buffer = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
    checkShape(buffer)
    this.#encoding = isUtf8(buffer) ? 'utf8' : 'latin1'
    let root: unknown
    try {
      root = JSON.parse(this.#encoding === 'utf8' ? buffer.toString('utf8') : expandEscapes(buffer.toString('latin1')))
    } catch (error) {
      throw new Failure('BAD_REQUEST', `JSON: ${error instanceof Error ? error.message : 'not valid'}`, {cause: error})
    }
    this.#writer.reset()
    const streams = objectAt(root, 'body')['streams'] ?? []
    if (!Array.isArray(streams)) throw wrong('streams', 'an array')
    for (const [s, stream] of streams.entries()) {
      if (legacy) this.#legacyStream(objectAt(stream, `streams[${s}]`), `streams[${s}]`)
      else this.#stream(objectAt(stream, `streams[${s}]`), `streams[${s}]`)
    }
    return this.#writer.finish().raw
  }

  #stream(stream: Json, at: string): void {
    const pairs = this.#pairs
    const encoding = this.#encoding
    this.#writer.beginStream(Buffer.from(labelText(stream['stream'], `${at}.stream`), encoding))
    const values = stream['values'] ?? []
    if (!Array.isArray(values)) throw wrong(`${at}.values`, 'an array')
    for (let i = 0; i < values.length; i++) {
      const value: unknown = values[i]
      // Paths are put together only for errors: this loop runs once per line.
      if (!Array.isArray(value)) throw wrong(`${at}.values[${i}]`, 'an array [timestamp, line, metadata]')
      const ts: unknown = value[0]
      const line: unknown = value[1]
      const tsNs = ts === undefined ? 0n : integerNs(ts)
      if (tsNs === undefined) throw wrong(`${at}.values[${i}][0]`, 'a string with the timestamp in ns')
      if (line !== undefined && typeof line !== 'string') throw wrong(`${at}.values[${i}][1]`, 'a string')
      pairs.reset()
      if (value.length > 2) {
        const metadata: unknown = value[2]
        if (!isObject(metadata)) throw wrong(`${at}.values[${i}][2]`, 'an object of strings')
        for (const name of Object.keys(metadata)) {
          const text = metadata[name]
          if (typeof text !== 'string') throw wrong(`${at}.values[${i}][2][${quote(name)}]`, 'a string')
          pairs.addText(name, text, encoding)
        }
      }
      this.#writer.textEntry(tsNs, line ?? '', encoding, pairs)
    }
    this.#writer.endStream()
  }

  #legacyStream(stream: Json, at: string): void {
    const labels = stream['labels'] ?? ''
    if (typeof labels !== 'string') throw wrong(`${at}.labels`, 'a string')
    this.#writer.beginStream(Buffer.from(labels, this.#encoding))
    const entries = stream['entries'] ?? []
    if (!Array.isArray(entries)) throw wrong(`${at}.entries`, 'an array')
    this.#pairs.reset()
    for (const [i, item] of entries.entries()) {
      const entry = objectAt(item, `${at}.entries[${i}]`)
      const ts = entry['ts']
      const line = entry['line'] ?? ''
      const tsNs = ts === undefined ? 0n : typeof ts === 'string' ? rfc3339Ns(ts) : undefined
      if (tsNs === undefined) throw wrong(`${at}.entries[${i}].ts`, 'an RFC 3339 timestamp')
      if (typeof line !== 'string') throw wrong(`${at}.entries[${i}].line`, 'a string')
      this.#writer.textEntry(tsNs, line, this.#encoding, this.#pairs)
    }
    this.#writer.endStream()
  }
}

/** A push has six levels; labels and unknown fields may have some more. */
const DEPTH_MAX = 64
/** Values, counted by what opens and separates them: an entry has three. More entries than a push may have do not come near. */
const VALUES_MAX = 2 ** 23

/** Millions of levels or empty values take the parser minutes and gigabytes. @throws {Failure} BAD_REQUEST, TOO_LARGE */
function checkShape(body: Buffer): void {
  let depth = 0
  let values = 0
  for (let i = 0; i < body.length; i++) {
    const byte = body[i]
    if (byte === 0x5b || byte === 0x7b) {
      if (++depth > DEPTH_MAX) throw new Failure('BAD_REQUEST', `JSON: nested deeper than ${DEPTH_MAX} levels at byte ${i}`)
      values++
    } else if (byte === 0x5d || byte === 0x7d) depth--
    else if (byte === 0x2c) {
      if (++values > VALUES_MAX) throw new Failure('TOO_LARGE', `JSON: more than ${VALUES_MAX} values at byte ${i}`)
    } else if (byte === 0x22) {
      i = stringEnd(body, i + 1)
      // What is wrong with it the parser tells.
      if (i < 0) return
    }
  }
}

/** Where the quote that ends the string is, or -1. */
function stringEnd(body: Buffer, from: number): number {
  for (let at = body.indexOf(0x22, from); at >= 0; at = body.indexOf(0x22, at + 1)) {
    let escapes = 0
    while (at - 1 - escapes >= from && body[at - 1 - escapes] === 0x5c) escapes++
    if (escapes % 2 === 0) return at
  }
  return -1
}

/** Names are not mended: what is no label name is told by the label parser, as it is for protobuf. */
function labelText(labels: unknown, at: string): string {
  if (labels === undefined || labels === null) return ''
  const parts = Object.entries(objectAt(labels, at)).map(
    ([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)] as const,
  )
  parts.sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${parts.map(([name, value]) => `${name}="${value.replace(/["\\]/g, '\\$&').replaceAll('\n', '\\n')}"`).join(', ')}}`
}

const INT64_MAX = 2n ** 63n - 1n

function integerNs(value: unknown): bigint | undefined {
  if (typeof value !== 'string' || !/^[+-]?\d{1,20}$/.test(value)) return undefined
  const ns = BigInt(value.startsWith('+') ? value.slice(1) : value)
  return ns > INT64_MAX || ns < -INT64_MAX - 1n ? undefined : ns
}

const RFC3339 = /^(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:\d\d)(?:[.,](\d{1,9})\d*)?(Z|z|[+-]\d\d:\d\d)$/

function rfc3339Ns(text: string): bigint | undefined {
  const match = RFC3339.exec(text)
  if (match === null) return undefined
  const ms = Date.parse(`${match[1] ?? ''}T${match[2] ?? ''}${(match[4] ?? 'Z').toUpperCase()}`)
  return Number.isNaN(ms) ? undefined : BigInt(ms) * 1_000_000n + BigInt((match[3] ?? '').padEnd(9, '0'))
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function objectAt(value: unknown, at: string): Json {
  if (!isObject(value)) throw wrong(at, 'an object')
  return value
}

function wrong(at: string, expected: string): Failure {
  return new Failure('BAD_REQUEST', `JSON: ${at} must be ${expected}`)
}

/** In Latin-1 text: `\u` escapes beyond ASCII become the chars of their UTF-8 bytes. */
function expandEscapes(text: string): string {
  return text.replace(
    /\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})|\\u([0-9a-fA-F]{4})|\\[^]/g,
    (escape, high: string | undefined, low: string | undefined, one: string | undefined) => {
      const units = high !== undefined && low !== undefined ? [high, low] : one === undefined ? [] : [one]
      const char = String.fromCharCode(...units.map(unit => Number.parseInt(unit, 16)))
      return char === '' || char < '\x80' ? escape : Buffer.from(char, 'utf8').toString('latin1')
    },
  )
}
