/*
 * Structured metadata of one row, read into JS: only for rows that the kernel could not settle.
 *
 *   span := (3: LabelPair | another field)*       LabelPair := 1: name  2: value  (others are skipped)
 *
 * The kernel has walked the span before, so it is well-formed.
 */
import {cleanValue, isNameless, normalName} from './metadata-names.ts'
import {levelOf, levelOfFields, levelOfSeverity, type Level} from './levels.ts'
import {rowComplaints, type Complaint} from './texts.ts'

const DETECTED = 'detected_level'

/** Calls `visit` for every pair of the span, with views. */
export function eachPair(raw: Uint8Array, off: number, length: number, visit: (name: Uint8Array, value: Uint8Array) => void): void {
  const reader = new Reader(raw, off, off + length)
  while (reader.at < reader.end) {
    const tag = reader.varint()
    if (tag !== 0x1a) {
      reader.skip(tag)
      continue
    }
    const size = reader.varint()
    const pair = new Reader(raw, reader.at, reader.at + size)
    reader.at += size
    let name = raw.subarray(0, 0)
    let value = name
    while (pair.at < pair.end) {
      const field = pair.varint()
      if (field === 0x0a) name = pair.bytes()
      else if (field === 0x12) value = pair.bytes()
      else pair.skip(field)
    }
    visit(name, value)
  }
}

class Reader {
  readonly #raw: Uint8Array
  at: number
  readonly end: number

  constructor(raw: Uint8Array, at: number, end: number) {
    this.#raw = raw
    this.at = at
    this.end = end
  }

  varint(): number {
    let value = 0
    let factor = 1
    for (;;) {
      const byte = this.#raw[this.at++] ?? 0
      value += (byte & 0x7f) * factor
      if (byte < 0x80) return value
      factor *= 128
    }
  }

  bytes(): Uint8Array {
    const length = this.varint()
    const from = this.at
    this.at += length
    return this.#raw.subarray(from, from + length)
  }

  skip(tag: number): void {
    const type = tag & 7
    if (type === 0) this.varint()
    else if (type === 1) this.at += 8
    else if (type === 2) this.bytes()
    else if (type === 5) this.at += 4
    else this.at = this.end
  }
}

const lossy = new TextDecoder('utf-8', {ignoreBOM: true})

/** What is wrong with the names of a row, or undefined. Empty values are dropped before names are looked at. */
export function nameComplaint(raw: Uint8Array, off: number, length: number): Complaint | undefined {
  let complaint: Complaint | undefined
  eachPair(raw, off, length, (name, value) => {
    if (complaint !== undefined || value.length === 0) return
    const text = lossy.decode(name)
    if (text === '') complaint = rowComplaints.metadataNameEmpty()
    else {
      const normal = normalName(text)
      if (isNameless(normal)) complaint = rowComplaints.metadataNameInvalid(text, normal)
    }
  })
  return complaint
}

/** Pairs in normal form: no empty values, names normal and unique (the last one wins). */
export function normalPairs(raw: Uint8Array, off: number, length: number): Map<string, string> {
  const pairs = new Map<string, string>()
  eachPair(raw, off, length, (name, value) => {
    if (value.length > 0) pairs.set(normalName(lossy.decode(name)), cleanValue(value))
  })
  return pairs
}

/** The level that the stream's labels or the pairs decide; undefined leaves it to the line. A detected_level among the pairs is first. */
export function levelOfRow(pairs: ReadonlyMap<string, string>, ofLabels: Level | undefined): Level | undefined {
  const detected = pairs.get(DETECTED)
  if (detected !== undefined) return levelOf(detected)
  return ofLabels ?? levelOfFields(pairs) ?? levelOfSeverity(pairs)
}

export {DETECTED}
