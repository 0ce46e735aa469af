// Values of asked fields in JSON and logfmt lines (logql § 3.5), for lines in which nothing is unusual; the others are left to
// the caller, which knows every rule (src/query/stage/parse/json-scan.ts and logfmt-scan.ts: the same walk, to be changed together).
import {equalBytes} from './bytes'

/** Status of a row that must be read by the caller. */
const UNUSUAL: u32 = 255

const FIELDS_MAX: u32 = 4096
const DEPTH_MAX: u32 = 64
const NAME_LENGTH_MAX: u32 = 1024

const VERBATIM: u32 = 0
const HIGH: u32 = 1
const ESCAPED: u32 = 2

const NONE: u32 = 0xffffffff

// What a character of a key is in a label name.
const NAME_BYTE: usize = memory.data<u8>([
  95, 95, 95, 95, 95, 95, 95, 95, 95, 95, 95, 95, 95, 95, 95, 95, 95, 95, 95, 95, 95, 95, 95, 95, 95, 95, 95, 95, 95, 95, 95, 95,
  95, 95, 95, 95, 95, 95, 95, 95, 95, 95, 95, 95, 95, 95, 95, 95, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 95, 95, 95, 95, 95, 95,
  95, 65, 66, 67, 68, 69, 70, 71, 72, 73, 74, 75, 76, 77, 78, 79, 80, 81, 82, 83, 84, 85, 86, 87, 88, 89, 90, 95, 95, 95, 95, 95,
  95, 97, 98, 99, 100, 101, 102, 103, 104, 105, 106, 107, 108, 109, 110, 111, 112, 113, 114, 115, 116, 117, 118, 119, 120, 121, 122, 95, 95, 95, 95, 95,
])

// The label name being put together, and by depth of objects, how much of it they share.
const NAME: usize = memory.data(1280)
const PREFIX: usize = memory.data(320)

// The fields asked for: count entries of address and length; bit n of lengths: some name has n bytes (63: or more).
let names: usize = 0
let nameCount: u32 = 0
let lengths: u64 = 0
// The values of the row that is being read, and where lines begin.
let values: usize = 0
let origin: usize = 0

// About the bytes that the last search passed: some are >= 0x80, there are backslashes, bytes < 0x20, escapes that need a closer look.
let high: u32 = 0
let escaped: bool = false
let control: u32 = 0
let oddEscape: bool = false

/**
 * @param offsets   rows + 1 u32; line i is [offsets[i] - offsets[0], offsets[i + 1] - offsets[0]).
 * @param selection count u32: rows to read.
 * @param table     nameCount entries of address and length (u32 each).
 * @param whole     1: read lines to the end, also when all fields were found.
 * @param flags     of logfmt: 1 strict, 2 keep pairs without a value.
 * @param out       per row read and name: u32 start of the value in lines, 0xffffffff for none; u32 end, form in the upper two bits.
 * @param status    u8 per row read: 0, or 255 when the row is left to the caller.
 */
export function scanFields(
  json: u32, lines: usize, length: u32, offsets: usize, rows: u32, selection: usize, count: u32,
  table: usize, tableCount: u32, whole: u32, flags: u32, out: usize, status: usize,
): void {
  names = table
  nameCount = tableCount
  lengths = 0
  for (let k: u32 = 0; k < nameCount; k++) lengths |= lengthBit(load<u32>(names + (k << 3), 4))
  store<u32>(PREFIX, 0)
  origin = lines
  values = out
  const base = load<u32>(offsets)
  memory.fill(out, 0xff, (<usize>count * nameCount) << 3)
  for (let i: u32 = 0; i < count; i++) {
    const row = load<u32>(selection + (i << 2))
    let result = UNUSUAL
    if (row < rows) {
      const end = min(load<u32>(offsets + (row << 2), 4) - base, length)
      const start = min(load<u32>(offsets + (row << 2)) - base, end)
      result = json ? jsonLine(lines + start, lines + end, whole !== 0) : logfmtLine(lines + start, lines + end, whole !== 0, flags)
    }
    store<u8>(status + i, <u8>result)
    values += <usize>nameCount << 3
  }
}

// @ts-ignore: decorator
@inline
function lengthBit(n: u32): u64 {
  return <u64>1 << <u64>min(n, 63)
}

// ── JSON ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

function jsonLine(line: usize, end: usize, whole: bool): u32 {
  let left = nameCount
  let met: u32 = 0
  let depth: u32 = 0
  // Depth of the outermost object around here of which nothing is asked; 0: none.
  let deaf: u32 = 0
  let p = skipSpace(line, end)
  if (p >= end || load<u8>(p) !== 0x7b) return UNUSUAL
  p = skipSpace(p + 1, end)
  for (;;) {
    if (p >= end) return UNUSUAL
    let c = load<u8>(p)
    if (c === 0x22) {
      const key = p + 1
      const keyEnd = stringEnd(key, end)
      if (keyEnd === 0 || escaped || high !== 0 || keyEnd === key) return UNUSUAL
      if (load<u8>(key) <= 0x20 || load<u8>(keyEnd - 1) <= 0x20) return UNUSUAL
      p = keyEnd + 1
      if (p >= end || load<u8>(p) !== 0x3a) {
        p = skipSpace(p, end)
        if (p >= end || load<u8>(p) !== 0x3a) return UNUSUAL
      }
      p = skipSpace(p + 1, end)
      if (p >= end) return UNUSUAL
      c = load<u8>(p)
      if (c === 0x22) {
        const start = p + 1
        const close = stringEnd(start, end)
        if (close === 0 || ++met > FIELDS_MAX) return UNUSUAL
        if (deaf === 0) left -= note(key, <u32>(keyEnd - key), depth, start, close, escaped ? ESCAPED : high !== 0 ? HIGH : VERBATIM)
        p = close + 1
      } else if (c === 0x7b) {
        if (++depth > DEPTH_MAX) return UNUSUAL
        if (deaf === 0) {
          const shared = appendName(key, <u32>(keyEnd - key), depth - 1)
          if (shared === 0) return UNUSUAL
          if (isPrefix(shared)) store<u32>(PREFIX + (depth << 2), shared)
          else deaf = depth
        }
        p = skipSpace(p + 1, end)
        continue
      } else if (c === 0x5b) {
        p = arrayEnd(p, end)
        if (p === 0) return UNUSUAL
      } else {
        const close = tokenEnd(p, end)
        if (c === 0x2d || <u32>c - 0x30 < 10 || isBoolean(p, close)) {
          if (++met > FIELDS_MAX) return UNUSUAL
          if (deaf === 0) left -= note(key, <u32>(keyEnd - key), depth, p, close, VERBATIM)
        } else if (close - p !== 4 || load<u32>(p) !== 0x6c6c756e) return UNUSUAL
        p = close
      }
    } else if (c !== 0x7d) return UNUSUAL
    // Behind a value, or at a closing bracket.
    for (;;) {
      if (depth === 0 && left === 0 && !whole) return 0
      p = skipSpace(p, end)
      if (p >= end) return UNUSUAL
      c = load<u8>(p)
      if (c === 0x2c) break
      if (c !== 0x7d) return UNUSUAL
      if (depth === 0) return 0
      if (deaf === depth) deaf = 0
      depth--
      p++
    }
    p = skipSpace(p + 1, end)
  }
  return UNUSUAL
}

// @ts-ignore: decorator
@inline
function skipSpace(p: usize, end: usize): usize {
  while (p < end) {
    const c = load<u8>(p)
    if (c > 0x20 || (c !== 0x20 && c !== 0x0a && c !== 0x0d && c !== 0x09)) break
    p++
  }
  return p
}

function tokenEnd(p: usize, end: usize): usize {
  for (; p < end; p++) {
    const c = load<u8>(p)
    if (c === 0x2c || c === 0x7d || c === 0x5d) break
    if (c <= 0x20 && (c === 0x20 || c === 0x0a || c === 0x0d || c === 0x09)) break
  }
  return p
}

// @ts-ignore: decorator
@inline
function isBoolean(p: usize, end: usize): bool {
  const n = end - p
  return (n === 4 && load<u32>(p) === 0x65757274) || (n === 5 && load<u32>(p) === 0x736c6166 && load<u8>(p, 4) === 0x65)
}

/** Behind the bracket that closes the array at p; 0 when there is none. */
function arrayEnd(p: usize, end: usize): usize {
  let open = 0
  while (p < end) {
    const c = load<u8>(p)
    if (c === 0x22) {
      p = stringEnd(p + 1, end)
      if (p === 0) return 0
    } else if (c === 0x5b) open++
    else if (c === 0x5d && --open === 0) return p + 1
    p++
  }
  return 0
}

/** The quote that ends a string; 0 when there is none. */
function stringEnd(p: usize, end: usize): usize {
  high = 0
  control = 0
  escaped = false
  oddEscape = false
  const quote = i8x16.splat(0x22)
  const backslash = i8x16.splat(0x5c)
  const space = i8x16.splat(0x20)
  while (p < end) {
    const v = v128.load(p)
    const stop = <u32>i8x16.bitmask(v128.or(i8x16.eq(v, quote), i8x16.eq(v, backslash)))
    const over = <u32>i8x16.bitmask(v)
    const under = <u32>i8x16.bitmask(i8x16.lt_u(v, space))
    if (stop === 0) {
      high |= over
      control |= under
      p += 16
      continue
    }
    const passed: u32 = (1 << ctz(stop)) - 1
    high |= over & passed
    control |= under & passed
    p += <usize>ctz(stop)
    if (p >= end) return 0
    if (load<u8>(p) === 0x22) return p
    escaped = true
    const c = load<u8>(p, 1)
    if (c !== 0x22 && c !== 0x5c && c !== 0x2f && c !== 0x6e && c !== 0x74 && c !== 0x72 && c !== 0x62 && c !== 0x66 && c !== 0x27) oddEscape = true
    p += 2
  }
  return 0
}

// ── logfmt ───────────────────────────────────────────────────────────────────────────────────────────────────────────

function logfmtLine(line: usize, end: usize, whole: bool, flags: u32): u32 {
  const strict = (flags & 1) !== 0
  const keepEmpty = (flags & 2) !== 0
  let left = nameCount
  let met: u32 = 0
  let p = line
  for (;;) {
    while (p < end && load<u8>(p) <= 0x20) p++
    if (p >= end) return 0
    const key = p
    p = bareEnd(p, end)
    const keyLength = <u32>(p - key)
    let c: u32 = p < end ? load<u8>(p) : 0x20
    if (c === 0x22 || (c === 0x3d && keyLength === 0)) {
      if (strict) return UNUSUAL
      p = nextSpace(p, end)
      continue
    }
    if (high !== 0) return UNUSUAL
    let start = p
    let close = p
    let form = VERBATIM
    if (c === 0x3d) {
      p++
      start = close = p
      c = p < end ? load<u8>(p) : 0x20
      if (c === 0x22) {
        start = p + 1
        close = stringEnd(start, end)
        if (close === 0) return strict ? UNUSUAL : 0
        if (escaped && (oddEscape || control !== 0)) return UNUSUAL
        form = escaped ? ESCAPED : high !== 0 ? HIGH : VERBATIM
        p = close + 1
      } else if (c > 0x20) {
        p = bareEnd(p, end)
        if (p < end && load<u8>(p) > 0x20) {
          if (strict) return UNUSUAL
          p = nextSpace(p, end)
          continue
        }
        close = p
        if (high !== 0) form = HIGH
      }
    }
    if (close > start || keepEmpty) {
      if (++met > FIELDS_MAX) return UNUSUAL
      left -= note(key, keyLength, 0, start, close, form)
    }
    if (left === 0 && !whole) return 0
  }
  return UNUSUAL
}

/** The first byte that is `=`, `"` or ≤ 0x20, at most end. */
// @ts-ignore: decorator
@inline
function bareEnd(p: usize, end: usize): usize {
  high = 0
  const equals = i8x16.splat(0x3d)
  const quote = i8x16.splat(0x22)
  const space = i8x16.splat(0x20)
  while (p < end) {
    const v = v128.load(p)
    const over = <u32>i8x16.bitmask(v)
    let stop = <u32>i8x16.bitmask(v128.or(v128.or(i8x16.eq(v, equals), i8x16.eq(v, quote)), i8x16.le_u(v, space)))
    if (end - p < 16) stop |= <u32>1 << <u32>(end - p)
    if (stop === 0) {
      high |= over
      p += 16
      continue
    }
    high |= over & ((1 << ctz(stop)) - 1)
    return p + <usize>ctz(stop)
  }
  return end
}

function nextSpace(p: usize, end: usize): usize {
  while (p < end && load<u8>(p) > 0x20) p++
  return p
}

// ── names ────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Keeps the value when the key is asked for and has none in this row yet; returns how many names that settles. */
function note(key: usize, length: u32, depth: u32, start: usize, end: usize, form: u32): u32 {
  const shared = load<u32>(PREFIX + (depth << 2))
  const total = shared + length + (shared !== 0 ? 1 : <u32>load<u8>(key) - 0x30 < 10 ? 1 : 0)
  if ((lengths & lengthBit(total)) === 0 || total > NAME_LENGTH_MAX) return 0
  appendName(key, length, depth)
  for (let k: u32 = 0; k < nameCount; k++) {
    if (load<u32>(names + (k << 3), 4) !== total || !equalBytes(NAME, load<u32>(names + (k << 3)), total)) continue
    const value = values + (k << 3)
    if (load<u32>(value) !== NONE) return 0
    store<u32>(value, <u32>(start - origin))
    store<u32>(value, <u32>(end - origin) | (form << 30), 4)
    return 1
  }
  return 0
}

/** Puts the key behind what its object shares; returns the length of the name, 0 when it is too long. */
function appendName(key: usize, length: u32, depth: u32): u32 {
  let at = load<u32>(PREFIX + (depth << 2))
  if (at + length + 1 > NAME_LENGTH_MAX) return 0
  if (at !== 0 || <u32>load<u8>(key) - 0x30 < 10) store<u8>(NAME + at++, 0x5f)
  for (let i: u32 = 0; i < length; i++) store<u8>(NAME + at + i, load<u8>(NAME_BYTE + load<u8>(key + i)))
  return at + length
}

/** Some name asked for begins with the first n bytes of NAME and `_`. */
function isPrefix(n: u32): bool {
  for (let k: u32 = 0; k < nameCount; k++) {
    const name = load<u32>(names + (k << 3))
    if (load<u32>(names + (k << 3), 4) > n && load<u8>(name + n) === 0x5f && equalBytes(NAME, name, n)) return true
  }
  return false
}
