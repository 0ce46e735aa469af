// Reads a logproto.PushRequest into columns; nothing is copied, columns hold offsets into the message.
//
//   PushRequest  1 streams: Stream*
//   Stream       1 labels: string       2 entries: Entry*
//   Entry        1 timestamp: Timestamp 2 line: string      3 structuredMetadata: LabelPair*
//   Timestamp    1 seconds: int64       2 nanos: int32
//   LabelPair    1 name: string         2 value: string
//
// Source: loki-http-api § 1.2. A field repeated where one is meant: the last wins. Unknown fields are skipped; a known
// field of another wire type is malformed.
import {cursor, equalBytes, varint} from './bytes'
import {detectLevel, isLevelName, normalLevel, UNKNOWN} from './level'
import {
  CLASS_NOT_NORMAL, classify, clearNames, DETECTED_LEVEL, LEVEL_FIELDS, lookupName, NO_RANK, SEVERITY_NUMBER, slotClass, slotIs, slotSeen,
  trimNames,
} from './names'
import {cleanText} from './utf8'

const FLAG_SLOW: u32 = 1
const FLAG_DETECTED: u32 = 2
const FLAG_FIELD: u32 = 4
const FLAG_TIME: u32 = 8
const FLAG_SETTLED: u32 = 16

/** Entries with more pairs always take the slow path: so comparing names within an entry stays cheap. */
const PAIRS_MAX: u32 = 128
const GROUP_DEPTH_MAX: i32 = 32
/** Seconds beyond this do not fit ns in an i64. */
const SECONDS_MAX: i64 = 9223372036
const BAD: usize = 0xffffffff

/** Reads a length at p: the content begins at `body`, and lies within end. BAD when it does not. */
let body: usize = 0
// @ts-ignore: decorator
@inline
function lengthAt(p: usize, end: usize): usize {
  if (p >= end) return BAD
  let n: usize = load<u8>(p)
  p++
  if (n >= 0x80) {
    const wide = varint(p - 1, end)
    p = cursor
    if (p === 0 || wide > <u64>(end - p)) return BAD
    n = <usize>wide
  } else if (n > end - p) {
    return BAD
  }
  body = p
  return n
}

/** A field's tag at p < end; `body` is after it. 0 when malformed. */
// @ts-ignore: decorator
@inline
function tagAt(p: usize, end: usize): u32 {
  const b = <u32>load<u8>(p)
  if (b < 0x80) {
    body = p + 1
    return b
  }
  const wide = varint(p, end)
  body = cursor
  if (cursor === 0 || wide > 0xffffffff) return 0
  return <u32>wide
}

/** Skips the field whose tag was just read; fields numbered up to `known` cannot be skipped. The end, or 0. */
function skip(p: usize, end: usize, tag: u32, known: u32): usize {
  if (tag >> 3 <= known) return 0
  let depth: i32 = 0
  while (true) {
    const kind = tag & 7
    if (kind === 0) {
      varint(p, end)
      p = cursor
      if (p === 0) return 0
    } else if (kind === 1) {
      if (end - p < 8) return 0
      p += 8
    } else if (kind === 2) {
      const n = lengthAt(p, end)
      if (n === BAD) return 0
      p = body + n
    } else if (kind === 5) {
      if (end - p < 4) return 0
      p += 4
    } else if (kind === 3) {
      if (++depth > GROUP_DEPTH_MAX) return 0
    } else if (kind === 4) {
      if (--depth < 0) return 0
    } else {
      return 0
    }
    if (depth === 0) return p
    if (p >= end) return 0
    tag = tagAt(p, end)
    if (tag >> 3 === 0) return 0
    p = body
  }
}

/** Streams in the high half, entries in the low half; -1 when malformed. */
export function pushCount(raw: usize, length: usize): i64 {
  const end = raw + length
  let streams: u32 = 0
  let rows: u32 = 0
  let p = raw
  while (p < end) {
    const tag = tagAt(p, end)
    p = body
    if (tag !== 0x0a) {
      p = skip(p, end, tag, 1)
      if (p === 0) return -1
      continue
    }
    const n = lengthAt(p, end)
    if (n === BAD) return -1
    p = body
    const streamEnd = p + n
    streams++
    while (p < streamEnd) {
      const field = tagAt(p, streamEnd)
      p = body
      if (field !== 0x12 && field !== 0x0a) {
        p = skip(p, streamEnd, field, 2)
        if (p === 0) return -1
        continue
      }
      const size = lengthAt(p, streamEnd)
      if (size === BAD) return -1
      p = body + size
      if (field === 0x12) rows++
    }
  }
  return ((<i64>streams) << 32) | <i64>rows
}

// Of the entry being read.
let entryFlags: u32 = 0
let pairs: u32 = 0
let pairBytes: u32 = 0
let fieldRank: u32 = 0
let field: usize = 0
let fieldLength: usize = 0
let detected: usize = 0
let detectedLength: usize = 0
/** Some names of this entry are not in the table, so all are compared with each other. */
let crowded: bool = false
/** Address and length of the entry's names. */
const NAMES: usize = memory.data(128 * 8, 16)

function pairOf(p: usize, end: usize): bool {
  nameAt = 0
  nameLength = 0
  valueAt = 0
  valueLength = 0
  while (p < end) {
    const tag = tagAt(p, end)
    p = body
    if (tag !== 0x0a && tag !== 0x12) {
      p = skip(p, end, tag, 2)
      if (p === 0) return false
      continue
    }
    const n = lengthAt(p, end)
    if (n === BAD) return false
    if (tag === 0x0a) {
      nameAt = body
      nameLength = n
    } else {
      valueAt = body
      valueLength = n
    }
    p = body + n
  }
  return true
}
let nameAt: usize = 0
let nameLength: usize = 0
let valueAt: usize = 0
let valueLength: usize = 0

/** Reads one pair, [p, end), of entry number `entry` (≥ 1). */
// @ts-ignore: decorator
@inline
function readPair(p: usize, end: usize, entry: u32): bool {
  let name: usize
  let nameSize: usize
  let value: usize
  let valueSize: usize
  // As every encoder writes it: name, then value, each shorter than 128 bytes.
  const size = end - p
  nameSize = load<u8>(p, 1)
  name = p + 2
  value = name + nameSize + 2
  if (
    size >= 4 && nameSize < 0x80 && nameSize + 4 <= size && load<u8>(p) === 0x0a &&
    load<u8>(value - 2) === 0x12 && end - value < 0x80 && end - value === <usize>load<u8>(value - 1)
  ) {
    valueSize = end - value
  } else {
    if (!pairOf(p, end)) return false
    name = nameAt
    nameSize = nameLength
    value = valueAt
    valueSize = valueLength
  }
  pairBytes += <u32>(nameSize + valueSize)
  const index = pairs++
  if (index >= PAIRS_MAX || nameSize === 0) {
    entryFlags |= FLAG_SLOW
    if (nameSize === 0) return true
  } else {
    store<u32>(NAMES + (index << 3), <u32>name)
    store<u32>(NAMES + (index << 3), <u32>nameSize, 4)
  }
  if (valueSize === 0 || !cleanText(value, valueSize)) entryFlags |= FLAG_SLOW
  let kind: u32
  const slot = index < PAIRS_MAX ? lookupName(name, nameSize) : 0
  if (slot !== 0) {
    kind = slotClass(slot)
    if (slotSeen(slot, entry)) entryFlags |= FLAG_SLOW
  } else {
    kind = classify(name, nameSize)
    crowded = true
  }
  if (kind !== NO_RANK) {
    if (kind & CLASS_NOT_NORMAL) entryFlags |= FLAG_SLOW
    const rank = kind & 0xff
    if (rank === DETECTED_LEVEL) {
      entryFlags |= FLAG_DETECTED
      detected = value
      detectedLength = valueSize
    } else if (rank !== NO_RANK) {
      entryFlags |= FLAG_FIELD
      if (rank < fieldRank) {
        fieldRank = rank
        field = value
        fieldLength = valueSize
      }
    }
  }
  return true
}

function repeatedName(): bool {
  const n = min(pairs, PAIRS_MAX)
  for (let i: u32 = 1; i < n; i++) {
    const size = load<u32>(NAMES + (i << 3), 4)
    for (let k: u32 = 0; k < i; k++) {
      if (load<u32>(NAMES + (k << 3), 4) !== size) continue
      if (equalBytes(load<u32>(NAMES + (i << 3)), load<u32>(NAMES + (k << 3)), size)) return true
    }
  }
  return false
}

/** The level that metadata settles, with FLAG_SETTLED set in entryFlags; otherwise 0. */
function metadataLevel(): u32 {
  if (entryFlags & FLAG_SLOW) return 0
  if (entryFlags & FLAG_DETECTED) {
    const code = normalLevel(detected, detectedLength)
    if (code === 0 || isLevelName(detected, detectedLength, code)) entryFlags |= FLAG_SETTLED
    return 0
  }
  let code: u32 = 0
  if (fieldRank < LEVEL_FIELDS) {
    code = normalLevel(field, fieldLength)
    // "unknown" is a level of its own here, exactly written.
    if (code === 0 && fieldLength === 7 && (load<u64>(field) & 0xffffffffffffff) === 0x6e776f6e6b6e75) code = UNKNOWN
  } else if (fieldLength <= 2) {
    // severity_number: four numbers a level from 1, or unknown.
    const a = <u32>load<u8>(field) - 0x30
    const b = <u32>load<u8>(field, 1) - 0x30
    if (a < 10 && (fieldLength === 1 || b < 10)) {
      const number = fieldLength === 1 ? a : a * 10 + b
      if (number === 0 || number > 24) code = UNKNOWN
      else if (number > 20) code = 8
      else code = 2 + ((number - 1) >> 2)
    }
  }
  if (code !== 0) entryFlags |= FLAG_SETTLED
  return code
}

/**
 * Fills the columns; `streams` is labelOff, labelLen, firstRow, endRow of streamCount u32 each. Sizes are from
 * {@link pushCount}. 0 = done, -1 = malformed.
 */
export function pushParse(
  raw: usize, length: usize, detect: bool, streamCount: u32, streams: usize,
  tsNs: usize, lineOff: usize, lineLen: usize, metaOff: usize, metaLen: usize, metaCount: usize, metaBytes: usize, flags: usize, level: usize,
): i32 {
  clearNames()
  const end = raw + length
  const column: usize = <usize>streamCount << 2
  let row: u32 = 0
  let p = raw
  while (p < end) {
    const tag = tagAt(p, end)
    p = body
    if (tag !== 0x0a) {
      p = skip(p, end, tag, 1)
      if (p === 0) return -1
      continue
    }
    const n = lengthAt(p, end)
    if (n === BAD) return -1
    p = body
    const streamEnd = p + n
    store<u32>(streams + (column << 1), row)
    let label = p
    let labelLength: usize = 0
    while (p < streamEnd) {
      const field2 = tagAt(p, streamEnd)
      p = body
      if (field2 === 0x0a) {
        labelLength = lengthAt(p, streamEnd)
        if (labelLength === BAD) return -1
        label = body
        p = body + labelLength
        continue
      }
      if (field2 !== 0x12) {
        p = skip(p, streamEnd, field2, 2)
        if (p === 0) return -1
        continue
      }
      const size = lengthAt(p, streamEnd)
      if (size === BAD) return -1
      p = body
      const entryEnd = p + size
      let seconds: i64 = 0
      let nanos: i32 = 0
      let line = p
      let lineLength: usize = 0
      let meta: usize = p
      let metaEnd: usize = p
      entryFlags = 0
      pairs = 0
      pairBytes = 0
      fieldRank = NO_RANK
      crowded = false
      trimNames()
      while (p < entryEnd) {
        const start = p
        const kind = tagAt(p, entryEnd)
        p = body
        if (kind === 0x1a) {
          const pairSize = lengthAt(p, entryEnd)
          if (pairSize === BAD) return -1
          p = body + pairSize
          if (pairs === 0) meta = start
          if (!readPair(body, p, row + 1)) return -1
          metaEnd = p
        } else if (kind === 0x12) {
          lineLength = lengthAt(p, entryEnd)
          if (lineLength === BAD) return -1
          line = body
          p = body + lineLength
        } else if (kind === 0x0a) {
          const timeSize = lengthAt(p, entryEnd)
          if (timeSize === BAD) return -1
          p = body
          const timeEnd = p + timeSize
          seconds = 0
          nanos = 0
          while (p < timeEnd) {
            const part = tagAt(p, timeEnd)
            p = body
            if (part === 8 || part === 16) {
              const value = varint(p, timeEnd)
              p = cursor
              if (p === 0) return -1
              if (part === 8) seconds = <i64>value
              else nanos = <i32>value
            } else {
              p = skip(p, timeEnd, part, 2)
              if (p === 0) return -1
            }
          }
        } else {
          p = skip(p, entryEnd, kind, 3)
          if (p === 0) return -1
        }
      }
      if (crowded && !(entryFlags & FLAG_SLOW) && repeatedName()) entryFlags |= FLAG_SLOW
      let time: i64 = 0
      if (<u32>nanos > 999999999 || seconds > SECONDS_MAX || seconds < -SECONDS_MAX || (seconds === SECONDS_MAX && nanos > 854775807)) {
        entryFlags |= FLAG_TIME
      } else {
        time = seconds * 1000000000 + <i64>nanos
      }
      let code: u32 = 0
      if (detect) code = entryFlags & (FLAG_DETECTED | FLAG_FIELD) ? metadataLevel() : detectLevel(line, lineLength)
      const at = <usize>row << 2
      store<i64>(tsNs + (at << 1), time)
      store<u32>(lineOff + at, <u32>(line - raw))
      store<u32>(lineLen + at, <u32>lineLength)
      store<u32>(metaOff + at, <u32>(meta - raw))
      store<u32>(metaLen + at, <u32>(metaEnd - meta))
      store<u32>(metaCount + at, pairs)
      store<u32>(metaBytes + at, pairBytes)
      store<u8>(flags + <usize>row, <u8>entryFlags)
      store<u8>(level + <usize>row, <u8>code)
      row++
    }
    store<u32>(streams, <u32>(label - raw))
    store<u32>(streams + column, <u32>labelLength)
    store<u32>(streams + column * 3, row)
    streams += 4
  }
  return 0
}
