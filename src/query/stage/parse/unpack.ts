/*
 * `| unpack`: what Promtail's `pack` stage did, undone: the line becomes the value of `_entry`, the other strings become labels
 * (logql § 3.5). Without `_entry` the line is left alone.
 */
import type {Batch} from '../../batch.ts'
import {parserNeeds, type Names, type Stage, type StagePlan} from '../stage.ts'
import {ESCAPED, Fields, HIGH, valueText} from './fields.ts'
import {
  BAD_ARRAY,
  BAD_KEY,
  BAD_OBJECT,
  BAD_STRING,
  blockEnd,
  CLOSE_ARRAY,
  CLOSE_OBJECT,
  COLON,
  COMMA,
  JSON_DETAILS,
  MALFORMED,
  OPEN_ARRAY,
  OPEN_OBJECT,
  QUOTE,
  skipSpace,
  stringEnd,
  tokenEnd,
  tokenKind,
  UNKNOWN_TYPE,
} from './json-tokens.ts'
import {KeyTree} from './key-tree.ts'
import {KeyTargets} from './targets.ts'

const NO_OBJECT = 'expecting json object(6), but it is not'
const ENTRY = Buffer.from('_entry')

export function planUnpack(): StagePlan {
  return {
    kind: 'other',
    text: 'unpack',
    needsLine: true,
    changesLine: true,
    narrows: false,
    needs: parserNeeds,
    writes: () => true,
    create: after => new Unpack(after),
  }
}

class Unpack implements Stage {
  readonly #targets: KeyTargets
  readonly #tree: KeyTree
  readonly #fields = new Fields()
  readonly #reportErrors: boolean
  /** Of the value of `_entry` in the last line; -1: there is none. */
  #entryStart = -1
  #entryEnd = -1

  constructor(after: Names) {
    this.#targets = new KeyTargets(after)
    this.#tree = new KeyTree(this.#targets, true)
    // As with other parsers, errors do not show where no label does (logql [Q4]); the line is unpacked all the same.
    this.#reportErrors = after === 'all' || after.size > 0
  }

  apply(batch: Batch): void {
    if (batch.count === 0) return
    this.#targets.begin(batch, true)
    for (let i = 0; i < batch.count; i++) this.#line(batch, batch.selected[i]!)
    this.#targets.end()
  }

  #line(batch: Batch, row: number): void {
    batch.openLine(row)
    const {lineBuffer, lineStart, lineEnd} = batch
    if (lineStart === lineEnd) return
    if (lineBuffer[lineStart] !== OPEN_OBJECT) {
      if (this.#reportErrors) batch.errors.set(row, 'JSONParserErr', NO_OBJECT)
      return
    }
    this.#tree.renew()
    this.#fields.count = 0
    this.#entryStart = -1
    const error = this.#members(lineBuffer, lineStart + 1, lineEnd)
    if (error !== 0) {
      if (this.#reportErrors) batch.errors.set(row, 'JSONParserErr', JSON_DETAILS[error])
    } else if (this.#entryStart >= 0) {
      this.#fields.write(this.#targets, batch, row, 'json')
      batch.replaceLine(row, valueText(lineBuffer, this.#entryStart, this.#entryEnd, ESCAPED, 'json'))
    }
  }

  /** Reads the members of the object behind `{`. @returns an error, 0 for none. */
  #members(bytes: Uint8Array, at: number, end: number): number {
    let i = skipSpace(bytes, at, end)
    if (i === end) return MALFORMED
    for (;;) {
      if (bytes[i] !== QUOTE) return bytes[i] === CLOSE_OBJECT ? 0 : BAD_OBJECT
      const close = stringEnd(bytes, i + 1, end)
      if (close < 0) return MALFORMED
      const key = this.#tree.member(this.#tree.root, bytes, i + 1, close)
      if (key === undefined) return BAD_KEY
      i = skipSpace(bytes, close + 1, end)
      if (i === end || bytes[i] !== COLON) return MALFORMED
      i = skipSpace(bytes, i + 1, end)
      if (i === end) return MALFORMED
      const valueEnd = skipValue(bytes, i, end)
      if (valueEnd < 0) return -valueEnd
      if (bytes[i] === QUOTE) {
        if (ENTRY.equals(key.raw)) {
          this.#entryStart = i + 1
          this.#entryEnd = valueEnd - 1
        } else if (key.slot >= 0) this.#fields.add(key.slot, i + 1, valueEnd - 1, formOf(bytes, i + 1, valueEnd - 1))
      }
      i = skipSpace(bytes, valueEnd, end)
      if (i === end) return BAD_ARRAY
      if (bytes[i] === CLOSE_OBJECT) return 0
      if (bytes[i] !== COMMA) return BAD_OBJECT
      i = skipSpace(bytes, i + 1, end)
      if (i === end) return BAD_ARRAY
    }
  }
}

function formOf(bytes: Uint8Array, start: number, end: number): number {
  for (let i = start; i < end; i++) if (bytes[i] === 0x5c) return ESCAPED
  return HIGH
}

/** The position behind the value at `at`, or an error, negated. */
function skipValue(bytes: Uint8Array, at: number, end: number): number {
  const byte = bytes[at]
  if (byte === QUOTE) {
    const close = stringEnd(bytes, at + 1, end)
    return close < 0 ? -BAD_STRING : close + 1
  }
  if (byte === OPEN_OBJECT) {
    const close = blockEnd(bytes, at, end, OPEN_OBJECT, CLOSE_OBJECT)
    return close < 0 ? -BAD_OBJECT : close
  }
  if (byte === OPEN_ARRAY) {
    const close = blockEnd(bytes, at, end, OPEN_ARRAY, CLOSE_ARRAY)
    return close < 0 ? -BAD_ARRAY : close
  }
  const close = tokenEnd(bytes, at, end)
  return tokenKind(bytes, at, close) === 'unknown' ? -UNKNOWN_TYPE : close
}
