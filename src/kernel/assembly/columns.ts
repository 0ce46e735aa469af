// Rows of one stream -> what a part stores: their lines back to back, and their structured metadata as dictionary-coded columns.
//
//   rows    spans of bytes in this memory; a row's metadata is up to two spans of `pair`s
//   pair    := 0x1a length:varint (0x0a length:varint name | 0x12 length:varint value)*          fields 3 of a logproto Entry
//   column  := name, per row a code (0 = none, else 1 + place of its value), values in order of first use
//
// The messages were checked when they were accepted. Nothing is copied while columns are built: values stay where they lie.
import {cursor, equalBytes, varint} from './bytes'

/** The columns, and a table of them by name, at the start of the workspace; then what each needs, in order of appearance. */
const COLUMNS_MAX: u32 = 256
const NAME_SLOTS: u32 = 1024
const COLUMN_BYTES: usize = 64

@unmanaged
class Column {
  name: usize
  nameLength: u32
  nameHash: u32
  /** u32 per row. */
  codes: usize
  /** Open addressing; place + 1, 0 = free. */
  slots: usize
  mask: u32
  /** Entry per value. */
  values: usize
  distinct: u32
  bytes: u32
  /** Code of the row before that had one. */
  last: u32
  /** Column of the pair that came after one of this column last time. */
  next: usize
}

@unmanaged
class Entry {
  at: usize
  length: u32
  hash: u32
}

const ENTRY_BYTES: usize = 12

let base: usize = 0
let count: u32 = 0
let top: usize = 0
let limit: usize = 0
let rows: u32 = 0

// The pair read last.
let name: usize = 0
let nameLength: u32 = 0
let value: usize = 0
let valueLength: u32 = 0

// @ts-ignore: decorator
@inline
function columnAt(index: u32): Column {
  return changetype<Column>(base + <usize>index * COLUMN_BYTES)
}

function hashOf(at: usize, length: u32): u32 {
  let hash: u64 = <u64>length * 0x9e3779b97f4a7c15
  const end = at + length
  while (at + 8 <= end) {
    hash = (hash ^ load<u64>(at)) * 0xff51afd7ed558ccd
    hash ^= hash >> 32
    at += 8
  }
  if (at < end) {
    const rest = load<u64>(at) & ((<u64>1 << (<u64>(end - at) << 3)) - 1)
    hash = (hash ^ rest) * 0xff51afd7ed558ccd
    hash ^= hash >> 32
  }
  return <u32>(hash ^ (hash >> 15))
}

/** The column of the pair's name, a new one if need be; 0 when there is no room. */
function findColumn(): usize {
  const hash = hashOf(name, nameLength)
  const table = base + <usize>COLUMNS_MAX * COLUMN_BYTES
  let slot = hash & (NAME_SLOTS - 1)
  for (;;) {
    const held = load<u32>(table + (<usize>slot << 2))
    if (held === 0) break
    const column = columnAt(held - 1)
    if (column.nameHash === hash && column.nameLength === nameLength && equalBytes(column.name, name, nameLength)) return changetype<usize>(column)
    slot = (slot + 1) & (NAME_SLOTS - 1)
  }
  if (count === COLUMNS_MAX) return 0
  let size: u32 = 64
  while (size < rows * 2) size <<= 1
  const codesSize = (<usize>rows * 4 + 15) & ~15
  const end = top + codesSize + (<usize>size << 2) + <usize>rows * ENTRY_BYTES
  if (end > limit) return 0
  const column = columnAt(count)
  column.name = name
  column.nameLength = nameLength
  column.nameHash = hash
  column.codes = top
  column.slots = top + codesSize
  column.mask = size - 1
  column.values = column.slots + (<usize>size << 2)
  column.distinct = 0
  column.bytes = 0
  column.last = 0
  column.next = 0
  memory.fill(column.codes, 0, codesSize + (<usize>size << 2))
  top = (end + 15) & ~15
  count++
  store<u32>(table + (<usize>slot << 2), count)
  return changetype<usize>(column)
}

/** Code of the pair's value. */
function codeOf(column: Column): u32 {
  const values = column.values
  const last = column.last
  if (last !== 0) {
    const entry = changetype<Entry>(values + <usize>(last - 1) * ENTRY_BYTES)
    if (entry.length === valueLength && equalBytes(entry.at, value, valueLength)) return last
  }
  const hash = hashOf(value, valueLength)
  const mask = column.mask
  let slot = hash & mask
  for (;;) {
    const held = load<u32>(column.slots + (<usize>slot << 2))
    if (held === 0) break
    const entry = changetype<Entry>(values + <usize>(held - 1) * ENTRY_BYTES)
    if (entry.hash === hash && entry.length === valueLength && equalBytes(entry.at, value, valueLength)) {
      column.last = held
      return held
    }
    slot = (slot + 1) & mask
  }
  const entry = changetype<Entry>(values + <usize>column.distinct * ENTRY_BYTES)
  entry.at = value
  entry.length = valueLength
  entry.hash = hash
  const code = ++column.distinct
  column.bytes += valueLength
  column.last = code
  store<u32>(column.slots + (<usize>slot << 2), code)
  return code
}

/** Skips the content of a field of that wire type. */
function skipField(p: usize, end: usize, wireType: u32): usize {
  if (wireType === 0) {
    varint(p, end)
    return cursor === 0 ? end : cursor
  }
  if (wireType === 1) return p + 8
  if (wireType === 5) return p + 4
  if (wireType !== 2) return end
  const length = varint(p, end)
  return cursor === 0 ? end : cursor + <usize>length
}

/** A field in any form at p; sets the pair (valueLength 0 when it is none). The field's end. */
function readField(p: usize, end: usize): usize {
  valueLength = 0
  const tag = <u32>varint(p, end)
  if (cursor === 0) return end
  if (tag !== 0x1a) return skipField(cursor, end, tag & 7)
  const length = <usize>varint(cursor, end)
  if (cursor === 0) return end
  p = cursor
  const pairEnd = p + length
  nameLength = 0
  while (p < pairEnd) {
    const inner = <u32>varint(p, pairEnd)
    if (cursor === 0) break
    if (inner !== 0x0a && inner !== 0x12) {
      p = skipField(cursor, pairEnd, inner & 7)
      continue
    }
    const size = <u32>varint(cursor, pairEnd)
    if (cursor === 0) break
    if (inner === 0x0a) {
      name = cursor
      nameLength = size
    } else {
      value = cursor
      valueLength = size
    }
    p = cursor + size
  }
  return pairEnd
}

/** The pairs of one span. Returns false when there is no room. */
function addPairs(p: usize, length: u32, row: u32): bool {
  const end = p + length
  let before: usize = 0
  while (p < end) {
    // The usual form, all lengths in one byte: pair, name, value.
    const pairEnd = p + 2 + load<u8>(p + 1)
    const n = <u32>load<u8>(p + 3)
    const v = p + 4 + n
    if (
      load<u8>(p) === 0x1a && load<u8>(p + 1) < 0x80 && load<u8>(p + 2) === 0x0a && n < 0x80 && v + 2 < pairEnd &&
      load<u8>(v) === 0x12 && v + 2 + load<u8>(v + 1) === pairEnd
    ) {
      name = p + 4
      nameLength = n
      value = v + 2
      valueLength = load<u8>(v + 1)
      p = pairEnd
    } else {
      p = readField(p, end)
      if (valueLength === 0) continue
    }
    let at: usize = before === 0 ? base : changetype<Column>(before).next
    let known = at !== 0 && count > 0
    if (known) {
      const guess = changetype<Column>(at)
      known = guess.nameLength === nameLength && equalBytes(guess.name, name, nameLength)
    }
    if (!known) {
      at = findColumn()
      if (at === 0) return false
      if (before !== 0) changetype<Column>(before).next = at
    }
    const column = changetype<Column>(at)
    store<u32>(column.codes + (<usize>row << 2), codeOf(column))
    before = at
  }
  return true
}

/**
 * @param spans four u32 per row: position and length of two spans; length 0 = none
 * @param space workspace of `size` bytes
 * @returns the number of columns, described at the start of the workspace; -1 when it is too small, -2 with too many columns
 */
export function metaColumns(spans: usize, rowCount: u32, space: usize, size: usize): i32 {
  base = space
  count = 0
  rows = rowCount
  limit = space + size
  const head = <usize>COLUMNS_MAX * COLUMN_BYTES + (<usize>NAME_SLOTS << 2)
  if (head > size) return -1
  top = space + head
  memory.fill(space + <usize>COLUMNS_MAX * COLUMN_BYTES, 0, <usize>NAME_SLOTS << 2)
  for (let row: u32 = 0; row < rowCount; row++, spans += 16) {
    if (
      !addPairs(load<u32>(spans), load<u32>(spans, 4), row) ||
      !addPairs(load<u32>(spans, 8), load<u32>(spans, 12), row)
    ) return count === COLUMNS_MAX ? -2 : -1
  }
  return count
}

/** Values of a column back to back to `bytes`, their distinct + 1 positions to `offsets`. Writes up to 15 bytes more than the values have. */
export function columnValues(index: u32, offsets: usize, bytes: usize): void {
  const column = columnAt(index)
  let entry = column.values
  let at: u32 = 0
  store<u32>(offsets, 0)
  for (let i: u32 = 0; i < column.distinct; i++, entry += ENTRY_BYTES) {
    const from = changetype<Entry>(entry).at
    const length = changetype<Entry>(entry).length
    let k: u32 = 0
    do {
      v128.store(bytes + at + k, v128.load(from + k))
      k += 16
    } while (k < length)
    at += length
    offsets += 4
    store<u32>(offsets, at)
  }
}

/** Copies spans (position and length: two u32 each) back to back. Writes up to 15 bytes more. */
export function joinSpans(spans: usize, rowCount: u32, out: usize): void {
  for (let row: u32 = 0; row < rowCount; row++, spans += 8) {
    const from = <usize>load<u32>(spans)
    const length = <usize>load<u32>(spans, 4)
    if (length > 256) memory.copy(out, from, length)
    else {
      let k: usize = 0
      while (k < length) {
        v128.store(out + k, v128.load(from + k))
        k += 16
      }
    }
    out += length
  }
}
