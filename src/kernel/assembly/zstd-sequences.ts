// The sequences of a zstd block (RFC 8878 § 3.1.1.3.2): how many literals, then how much from how far back. Executed as they are decoded.
import {copy16, copyMatch, copyWild} from './bytes'
import {buildTable, distributionLog, readDistribution, takeDistribution} from './zstd-fse'
import {literalsAt, literalsSize} from './zstd-literals'

// Values of the codes: base:u32 extra:u32 each (§ 3.1.1.3.2.1.1).
const LITERAL_VALUES: usize = memory.data<u32>([
  0, 0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8, 0, 9, 0, 10, 0, 11, 0, 12, 0, 13, 0, 14, 0, 15, 0,
  16, 1, 18, 1, 20, 1, 22, 1, 24, 2, 28, 2, 32, 3, 40, 3, 48, 4, 64, 6, 128, 7, 256, 8, 512, 9, 1024, 10, 2048, 11, 4096, 12,
  8192, 13, 16384, 14, 32768, 15, 65536, 16,
], 16)
const MATCH_VALUES: usize = memory.data<u32>([
  3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8, 0, 9, 0, 10, 0, 11, 0, 12, 0, 13, 0, 14, 0, 15, 0, 16, 0, 17, 0, 18, 0,
  19, 0, 20, 0, 21, 0, 22, 0, 23, 0, 24, 0, 25, 0, 26, 0, 27, 0, 28, 0, 29, 0, 30, 0, 31, 0, 32, 0, 33, 0, 34, 0,
  35, 1, 37, 1, 39, 1, 41, 1, 43, 2, 47, 2, 51, 3, 59, 3, 67, 4, 83, 4, 99, 5, 131, 7, 259, 8, 515, 9, 1027, 10, 2051, 11,
  4099, 12, 8195, 13, 16387, 14, 32771, 15, 65539, 16,
], 16)
/** Distances: the three repeated ones are taken off the base; codes 0 and 1 are the repeats. Filled by {@link resetSequences}. */
const DISTANCE_VALUES: usize = memory.data(8 * 32, 16)

const LITERAL_CODE_MAX: u32 = 35
const MATCH_CODE_MAX: u32 = 52
/** Distances of 4 GiB. */
const DISTANCE_CODE_MAX: u32 = 31
const LENGTH_LOG_MAX: u32 = 9
const DISTANCE_LOG_MAX: u32 = 8

// Predefined distributions (§ 3.1.1.3.2.2).
const LITERAL_COUNTS: usize = memory.data<i8>([
  4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1, 1, 1, -1, -1, -1, -1,
])
const MATCH_COUNTS: usize = memory.data<i8>([
  1, 4, 3, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
  1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1,
])
const DISTANCE_COUNTS: usize = memory.data<i8>([
  1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1,
])

const LITERAL_TABLE: usize = memory.data(8 << 9, 16)
const MATCH_TABLE: usize = memory.data(8 << 9, 16)
const DISTANCE_TABLE: usize = memory.data(8 << 8, 16)
/** What no table has: nothing to repeat yet. */
const UNKNOWN: u32 = 0xff
let literalLog: u32 = UNKNOWN
let matchLog: u32 = UNKNOWN
let distanceLog: u32 = UNKNOWN

/** The distances used last, of this frame. */
let repeat1: u32 = 1
let repeat2: u32 = 4
let repeat3: u32 = 8

export function resetSequences(): void {
  literalLog = UNKNOWN
  matchLog = UNKNOWN
  distanceLog = UNKNOWN
  repeat1 = 1
  repeat2 = 4
  repeat3 = 8
  for (let code: u32 = 0; code < 32; code++) {
    store<u32>(DISTANCE_VALUES + (code << 3), code > 1 ? (<u32>1 << code) - 3 : 0)
    store<u32>(DISTANCE_VALUES + (code << 3), code, 4)
  }
}

/** Log of the table made last by {@link readTable}. */
let tableLog: u32 = 0

/** Makes a table by its mode. Returns the address behind its description, 0 = corrupt. */
function readTable(
  s: usize, end: usize, mode: u32, before: u32, table: usize, values: usize, codeMax: u32, logMax: u32, counts: usize, size: u32, log: u32,
): usize {
  if (mode === 3) {
    tableLog = before
    return before === UNKNOWN ? 0 : s
  }
  if (mode === 1) {
    if (s >= end) return 0
    const code = <u32>load<u8>(s)
    if (code > codeMax) return 0
    const value = values + (<usize>code << 3)
    store<u64>(table, (<u64>load<u32>(value) << 32) | (<u64>load<u32>(value, 4) << 8))
    tableLog = 0
    return s + 1
  }
  if (mode === 0) {
    takeDistribution(counts, size, log)
  } else {
    s = readDistribution(s, end, codeMax, logMax)
    if (s === 0) return 0
  }
  buildTable(table, values)
  tableLog = distributionLog
  return s
}

// @ts-ignore: decorator
@inline
function top(bits: u64, n: u64): u32 {
  // Two shifts, because n may be 0; counts are modulo 64.
  return <u32>((bits >> 1) >> ~n)
}

/**
 * Reads the section [s, end) and writes the block to d.
 * @param first where the frame's output begins: no match reaches farther back.
 * @param limit how far the block may reach; 15 more bytes are touched.
 * @returns the end of what was written, 0 = corrupt.
 */
export function runSequences(s: usize, end: usize, first: usize, d: usize, limit: usize): usize {
  if (s >= end) return 0
  let count = <u32>load<u8>(s++)
  if (count > 127) {
    if (count === 255) {
      if (end - s < 2) return 0
      count = <u32>load<u16>(s) + 0x7f00
      s += 2
    } else {
      if (s >= end) return 0
      count = ((count - 128) << 8) | <u32>load<u8>(s++)
    }
  }
  let literal = literalsAt
  const literalEnd = literal + literalsSize
  if (count === 0) {
    if (s !== end || literalsSize > limit - d) return 0
    memory.copy(d, literal, literalsSize)
    return d + literalsSize
  }
  if (s >= end) return 0
  const modes = <u32>load<u8>(s++)
  if ((modes & 3) !== 0) return 0
  s = readTable(s, end, modes >> 6, literalLog, LITERAL_TABLE, LITERAL_VALUES, LITERAL_CODE_MAX, LENGTH_LOG_MAX, LITERAL_COUNTS, 36, 6)
  if (s === 0) return 0
  literalLog = tableLog
  s = readTable(s, end, (modes >> 4) & 3, distanceLog, DISTANCE_TABLE, DISTANCE_VALUES, DISTANCE_CODE_MAX, DISTANCE_LOG_MAX, DISTANCE_COUNTS, 29, 5)
  if (s === 0) return 0
  distanceLog = tableLog
  s = readTable(s, end, (modes >> 2) & 3, matchLog, MATCH_TABLE, MATCH_VALUES, MATCH_CODE_MAX, LENGTH_LOG_MAX, MATCH_COUNTS, 53, 6)
  if (s === 0) return 0
  matchLog = tableLog

  // The bits are read backwards, as in zstd-literals.ts: 64 from `at`, shifted, with a mark.
  if (s >= end || load<u8>(end - 1) === 0) return 0
  const floor = s - 8
  let at = end - 8
  let bits = (load<u64>(at) | 1) << (<u64>clz(<u32>load<u8>(end - 1)) - 23)
  let used: usize
  let literalState = top(bits, literalLog)
  bits <<= <u64>literalLog
  let distanceState = top(bits, distanceLog)
  bits <<= <u64>distanceLog
  let matchState = top(bits, matchLog)
  bits <<= <u64>matchLog
  let r1 = repeat1
  let r2 = repeat2
  let r3 = repeat3
  while (true) {
    used = <usize>ctz(bits)
    at -= used >> 3
    if (at < floor) return 0
    bits = (load<u64>(at) | 1) << (used & 7)
    if (count === 0) break
    const literalCell = load<u64>(<usize>literalState << 3, LITERAL_TABLE)
    const matchCell = load<u64>(<usize>matchState << 3, MATCH_TABLE)
    const distanceCell = load<u64>(<usize>distanceState << 3, DISTANCE_TABLE)
    // 56 bits are there: up to 30 for values leave the 26 of the next states.
    const wide = (((literalCell + matchCell + distanceCell) >> 8) & 0xff) > 30
    let n = <usize>(literalCell >> 32)
    let back = <u32>(distanceCell >> 32)
    const distanceExtra = distanceCell >> 8
    if (back !== 0) {
      back += top(bits, distanceExtra)
      bits <<= distanceExtra
      r3 = r2
      r2 = r1
      r1 = back
    } else {
      // Code 0: value 1. Code 1: value 2 or 3. Without literals each means the one after, and the last means the first less 1.
      let which: u32 = n === 0 ? 1 : 0
      if ((distanceExtra & 1) !== 0) {
        which += 1 + <u32>(bits >> 63)
        bits <<= 1
      }
      back = r1
      if (which !== 0) {
        back = which === 1 ? r2 : which === 2 ? r3 : r1 - 1
        if (which !== 1) r3 = r2
        r2 = r1
        r1 = back
      }
    }
    if (wide) {
      used = <usize>ctz(bits)
      at -= used >> 3
      if (at < floor) return 0
      bits = (load<u64>(at) | 1) << (used & 7)
    }
    let m = <usize>(matchCell >> 32) + top(bits, matchCell >> 8)
    bits <<= matchCell >> 8
    n += top(bits, literalCell >> 8)
    bits <<= literalCell >> 8
    if (wide) {
      used = <usize>ctz(bits)
      at -= used >> 3
      if (at < floor) return 0
      bits = (load<u64>(at) | 1) << (used & 7)
    }
    if (--count !== 0) {
      literalState = (<u32>(literalCell >> 16) & 0xffff) + top(bits, literalCell)
      bits <<= literalCell
      matchState = (<u32>(matchCell >> 16) & 0xffff) + top(bits, matchCell)
      bits <<= matchCell
      distanceState = (<u32>(distanceCell >> 16) & 0xffff) + top(bits, distanceCell)
      bits <<= distanceCell
    }
    if (n > literalEnd - literal || n + m > limit - d) return 0
    copy16(d, literal)
    if (n > 16) copyWild(d + 16, literal + 16, n - 16)
    d += n
    literal += n
    // Distance 0 becomes the largest.
    if (<usize>(back - 1) >= d - first) return 0
    copyMatch(d, back, m)
    d += m
  }
  if (at !== floor || (used & 7) !== 0) return 0
  repeat1 = r1
  repeat2 = r2
  repeat3 = r3
  const rest = literalEnd - literal
  if (rest > limit - d) return 0
  memory.copy(d, literal, rest)
  return d + rest
}
