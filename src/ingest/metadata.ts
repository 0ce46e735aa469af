/*
 * Structured metadata of one row, read into JS: only for rows that the kernel could not settle.
 *
 *   span := (3: LabelPair | another field)*       LabelPair := 1: name  2: value  (others are skipped)
 *
 * The kernel has walked the span before, so it is well-formed. Names are few and come again in every row: each is judged
 * once and found by its bytes. Values stay bytes.
 */
import {levelOf, levelRank, levelOfSeverity, RANK_DETECTED, RANK_NONE, RANK_SEVERITY_NUMBER, type Level} from './levels.ts'
import {cleanValue, isNameless, normalName} from './metadata-names.ts'
import type {PairWriter} from './proto-writer.ts'
import {rowComplaints, type Complaint} from './texts.ts'

/** A normal name; all names that normalise to it share it. */
type Normal = {
  readonly bytes: Uint8Array
  readonly rank: number
  readonly complaint: Complaint | undefined
  /** The row it was last seen in, and its place there. */
  row: number
  place: number
}
type Name = {readonly bytes: Uint8Array; readonly normal: Normal}

const TABLE = 1024
const NAMES_MAX = 4096
const NONE = new Uint8Array(0)
const utf8 = new TextEncoder()
const lossy = new TextDecoder('utf-8', {ignoreBOM: true})

export class MetadataReader {
  #names: Name[][] = []
  #normals = new Map<string, Normal>()
  #known = 0
  #row = 0
  /** The pairs of the row that was read. */
  #count = 0
  readonly #found: Normal[] = []
  readonly #values: number[] = []
  #raw: Uint8Array = NONE
  #at = 0

  /**
   * Reads a row: empty values are dropped, of pairs with one normal name the last one wins.
   * @returns what is wrong with a name, or undefined.
   */
  read(raw: Uint8Array, off: number, length: number): Complaint | undefined {
    if (this.#known > NAMES_MAX) this.#forget()
    this.#raw = raw
    this.#at = off
    this.#count = 0
    this.#row++
    let complaint: Complaint | undefined
    const end = off + length
    while (this.#at < end) {
      const tag = this.#varint()
      if (tag !== 0x1a) {
        this.#skip(tag)
        continue
      }
      const pairEnd = this.#varint() + this.#at
      let nameOff = 0
      let nameLen = 0
      let valueOff = 0
      let valueLen = 0
      while (this.#at < pairEnd) {
        const field = this.#varint()
        if (field === 0x0a) {
          nameLen = this.#varint()
          nameOff = this.#at
          this.#at += nameLen
        } else if (field === 0x12) {
          valueLen = this.#varint()
          valueOff = this.#at
          this.#at += valueLen
        } else this.#skip(field)
      }
      if (valueLen === 0) continue
      const normal = this.#lookUp(nameOff, nameLen)
      complaint ??= normal.complaint
      if (normal.row !== this.#row) {
        normal.row = this.#row
        normal.place = this.#count
        this.#found[this.#count++] = normal
      }
      this.#values[2 * normal.place] = valueOff
      this.#values[2 * normal.place + 1] = valueLen
    }
    return complaint
  }

  /** The level that the stream's labels or the row's pairs decide; undefined leaves it to the line. */
  level(ofLabels: Level | undefined): Level | undefined {
    let best = -1
    let bestRank = RANK_NONE
    for (let i = 0; i < this.#count; i++) {
      const {rank} = this.#found[i]!
      if (rank < bestRank) {
        best = i
        bestRank = rank
      }
    }
    if (bestRank === RANK_DETECTED) return levelOf(this.#text(best))
    if (ofLabels !== undefined) return ofLabels
    if (bestRank === RANK_NONE) return undefined
    return bestRank === RANK_SEVERITY_NUMBER ? levelOfSeverity(this.#text(best)) : levelOf(this.#text(best))
  }

  /** The row's pairs in normal form. @param detected  whether a pair detected_level is written too. */
  write(out: PairWriter, detected: boolean): void {
    const raw = this.#raw
    for (let i = 0; i < this.#count; i++) {
      const {bytes, rank} = this.#found[i]!
      if (rank === RANK_DETECTED && !detected) continue
      const off = this.#values[2 * i]!
      const length = this.#values[2 * i + 1]!
      if (isAscii(raw, off, length)) out.add(bytes, raw, off, length)
      else out.add(bytes, utf8.encode(this.#text(i)))
    }
  }

  #text(place: number): string {
    const off = this.#values[2 * place]!
    return cleanValue(this.#raw.subarray(off, off + this.#values[2 * place + 1]!))
  }

  #lookUp(off: number, length: number): Normal {
    const raw = this.#raw
    let hash = length
    for (let i = 0; i < length; i++) hash = (Math.imul(hash, 31) + raw[off + i]!) | 0
    const chain = (this.#names[hash & (TABLE - 1)] ??= [])
    for (const name of chain) if (isSame(name.bytes, raw, off, length)) return name.normal
    const bytes = raw.slice(off, off + length)
    const normal = this.#judge(lossy.decode(bytes))
    // Names made to collide must not make every look-up a walk.
    if (chain.length < 16) {
      chain.push({bytes, normal})
      this.#known++
    }
    return normal
  }

  #judge(name: string): Normal {
    const text = normalName(name)
    let complaint: Complaint | undefined
    if (name === '') complaint = rowComplaints.metadataNameEmpty()
    else if (isNameless(text)) complaint = rowComplaints.metadataNameInvalid(name, text)
    // The complaint names the name as given, so it is not shared.
    if (complaint !== undefined) return {bytes: NONE, rank: RANK_NONE, complaint, row: 0, place: 0}
    let normal = this.#normals.get(text)
    if (normal === undefined) {
      normal = {bytes: utf8.encode(text), rank: levelRank(text), complaint, row: 0, place: 0}
      this.#normals.set(text, normal)
      this.#known++
    }
    return normal
  }

  #forget(): void {
    this.#names = []
    this.#normals.clear()
    this.#known = 0
  }

  #varint(): number {
    let value = 0
    let factor = 1
    for (;;) {
      const byte = this.#raw[this.#at++] ?? 0
      value += (byte & 0x7f) * factor
      if (byte < 0x80) return value
      factor *= 128
    }
  }

  #skip(tag: number): void {
    const type = tag & 7
    if (type === 0) this.#varint()
    else if (type === 1) this.#at += 8
    else if (type === 5) this.#at += 4
    else {
      const length = this.#varint()
      this.#at += length
    }
  }
}

function isSame(name: Uint8Array, raw: Uint8Array, off: number, length: number): boolean {
  if (name.length !== length) return false
  for (let i = 0; i < length; i++) if (name[i] !== raw[off + i]) return false
  return true
}

function isAscii(raw: Uint8Array, off: number, length: number): boolean {
  for (let i = off; i < off + length; i++) if (raw[i]! > 0x7f) return false
  return true
}
