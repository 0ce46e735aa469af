// The level a line tells of itself: a level field of JSON or logfmt, else the first level word.
// Rules: loki-http-api § 1.8, steps 5 and 6. Codes are those of src/kernel/levels.ts.
import {nameRank, LEVEL_FIELDS} from './names'

export const UNKNOWN: u32 = 1
const TRACE: u32 = 2
const DEBUG: u32 = 3
const INFO: u32 = 4
const WARN: u32 = 5
const ERROR: u32 = 6
const CRITICAL: u32 = 7
const FATAL: u32 = 8

const FOLD8: u64 = 0x2020202020202020
const MASK3: u64 = 0xffffff
const MASK4: u64 = 0xffffffff
const MASK5: u64 = 0xffffffffff
const MASK7: u64 = 0xffffffffffffff
// Words as little-endian integers.
const W_TRACE: u64 = 0x6563617274
const W_DEBUG: u64 = 0x6775626564
const W_FATAL: u64 = 0x6c61746166
const W_ERROR: u64 = 0x726f727265
const W_ERR: u64 = 0x727265
const W_WARN: u64 = 0x6e726177
const W_WARNING: u64 = 0x676e696e726177
const W_INFO: u64 = 0x6f666e69
const W_CRITICAL: u64 = 0x6c61636974697263
const W_LEVEL: u64 = 0x6c6576656c
const W_LVL: u64 = 0x6c766c
const W_SEVERITY: u64 = 0x7974697265766573

/** The level a value names, any case; 0 when it names none. */
export function normalLevel(value: usize, n: usize): u32 {
  if (n < 3 || n > 11) return 0
  const word = load<u64>(value) | FOLD8
  if (n === 3) {
    const w = word & MASK3
    if (w === 0x637274) return TRACE //  trc
    if (w === 0x676264) return DEBUG //  dbg
    if (w === 0x666e69) return INFO //   inf
    if (w === 0x6e7277) return WARN //   wrn
    if (w === W_ERR) return ERROR
    return 0
  }
  if (n === 4) {
    const w = word & MASK4
    return w === W_INFO ? INFO : w === W_WARN ? WARN : 0
  }
  if (n === 5) {
    const w = word & MASK5
    if (w === W_ERROR) return ERROR
    if (w === W_DEBUG) return DEBUG
    if (w === W_TRACE) return TRACE
    if (w === W_FATAL) return FATAL
    return 0
  }
  if (n === 7) return (word & MASK7) === W_WARNING ? WARN : 0
  if (n === 8) return word === W_CRITICAL ? CRITICAL : 0
  // information
  if (n === 11) return word === 0x74616d726f666e69 && ((load<u64>(value, 8) | FOLD8) & MASK3) === 0x6e6f69 ? INFO : 0
  return 0
}

/** True when the value is, byte for byte, the name of the level. */
export function isLevelName(value: usize, n: usize, code: u32): bool {
  if (n === 3) return false
  for (let i: usize = 0; i < n; i++) if (!(load<u8>(value + i) & 0x20)) return false
  return code === INFO || code === WARN ? n === 4 : code === CRITICAL ? n === 8 : n === 5
}

// @ts-ignore: decorator
@inline
function ctz16(mask: i32): usize {
  return <usize>ctz(mask)
}

/** Where the JSON or logfmt string that begins at p ends (its closing quote); 0 when it does not. */
function stringEnd(p: usize, end: usize): usize {
  const quote = i8x16.splat(0x22)
  const escape = i8x16.splat(0x5c)
  while (p < end) {
    const v = v128.load(p)
    const mask = i8x16.bitmask(v128.or(i8x16.eq(v, quote), i8x16.eq(v, escape)))
    if (!mask) {
      p += 16
      continue
    }
    p += ctz16(mask)
    if (p >= end) return 0
    if (load<u8>(p) === 0x22) return p
    p += 2
  }
  return 0
}

/** The first byte ≤ ' ' at or after p, or end. */
// @ts-ignore: decorator
@inline
function spaceAfter(p: usize, end: usize): usize {
  const space = i8x16.splat(0x20)
  while (p < end) {
    const mask = i8x16.bitmask(i8x16.le_u(v128.load(p), space))
    if (mask) {
      p += ctz16(mask)
      break
    }
    p += 16
  }
  return p < end ? p : end
}

// @ts-ignore: decorator
@inline
function isBreak(b: u32): bool {
  return b <= 0x20 || b === 0x22
}

/** Rank of the level field that ends before `equals` and begins at or after `from`, any case; 255 when there is none. */
function logfmtRank(from: usize, equals: usize): u32 {
  const n = equals - from
  if (n < 3) return 255
  const b = <u32>load<u8>(equals - 1) | 0x20
  let size: usize = 0
  let rank: u32 = 255
  if (b === 0x6c) {
    if (n >= 5 && ((load<u64>(equals - 5) | FOLD8) & MASK5) === W_LEVEL) {
      size = 5
      rank = 0
      if (n >= 9 && load<u8>(equals - 6) === 0x2e && ((load<u64>(equals - 9) | FOLD8) & MASK3) === 0x676f6c) {
        size = 9
        rank = 3
      }
    } else if (((load<u64>(equals - 3) | FOLD8) & MASK3) === W_LVL) {
      size = 3
      rank = 8
    }
  } else if (b === 0x79) {
    if (n >= 8 && (load<u64>(equals - 8) | FOLD8) === W_SEVERITY) {
      size = 8
      rank = 4
    }
  } else if (b === 0x74) {
    if (n >= 12 && (load<u32>(equals - 4) | 0x20202020) === 0x74786574) {
      if ((load<u64>(equals - 12) | FOLD8) === W_SEVERITY) {
        size = 12
        rank = 7
      } else if (n >= 13 && load<u8>(equals - 5) === 0x5f && (load<u64>(equals - 13) | FOLD8) === W_SEVERITY) {
        size = 13
        rank = 11
      }
    }
  }
  if (rank === 255 || n === size || isBreak(load<u8>(equals - size - 1))) return rank
  return 255
}

/** Rank of the level field, exactly written, whose closing quote is at `quote`. */
function jsonRank(from: usize, quote: usize): u32 {
  const n = quote - from
  if (n > 3 && load<u8>(quote - 4) === 0x22) return nameRank(quote - 3, 3)
  if (n > 5 && load<u8>(quote - 6) === 0x22) return nameRank(quote - 5, 5)
  if (n > 8 && load<u8>(quote - 9) === 0x22) return nameRank(quote - 8, 8)
  if (n > 9 && load<u8>(quote - 10) === 0x22) return nameRank(quote - 9, 9)
  if (n > 12 && load<u8>(quote - 13) === 0x22) return nameRank(quote - 12, 12)
  if (n > 13 && load<u8>(quote - 14) === 0x22) return nameRank(quote - 13, 13)
  return 255
}

/**
 * Is there anything that looks like a level field right before a `mark` ('=' or '"')? Fields end in l, y or t.
 * Without one the line needs no parsing.
 */
function hasLevelField(line: usize, end: usize, mark: i32): bool {
  const fold = i8x16.splat(0x20)
  const marks = i8x16.splat(<i8>mark)
  const l = i8x16.splat(0x6c)
  const y = i8x16.splat(0x79)
  const t = i8x16.splat(0x74)
  const json = mark === 0x22
  for (let p = line; p < end; p += 16) {
    // The byte before the mark, at p - 1 …, so that a mark in the first byte is seen.
    const m = i8x16.eq(v128.load(p), marks)
    const v = v128.or(v128.load(p - 1), fold)
    let all = i8x16.bitmask(m)
    if (!all) continue
    const left = end - p
    if (left < 16) all &= (1 << <i32>left) - 1
    let hits = all & i8x16.bitmask(v128.or(v128.or(i8x16.eq(v, l), i8x16.eq(v, y)), i8x16.eq(v, t)))
    while (hits) {
      const q = p + ctz16(hits)
      if ((json ? jsonRank(line, q) : logfmtRank(line, q)) < LEVEL_FIELDS) {
        return true
      }
      hits &= hits - 1
    }
  }
  return false
}

/**
 * `key=value` pairs; a value is quoted, or reaches to the next byte ≤ ' '. A key is what stands before '=' back to a
 * byte ≤ ' ', a quote or the end of the value before. Of several level fields the earliest in the list wins.
 */
function logfmtLevel(line: usize, end: usize): u32 {
  const equals = i8x16.splat(0x3d)
  let best: u32 = 255
  let level: u32 = 0
  let from = line
  let p = line
  while (p < end) {
    const mask = i8x16.bitmask(i8x16.eq(v128.load(p), equals))
    if (!mask) {
      p += 16
      continue
    }
    p += ctz16(mask)
    if (p >= end) break
    const rank = logfmtRank(from, p)
    let value = p + 1
    let valueEnd: usize
    if (value < end && load<u8>(value) === 0x22) {
      value++
      valueEnd = stringEnd(value, end)
      if (valueEnd === 0) valueEnd = end
      p = valueEnd + 1
    } else {
      valueEnd = spaceAfter(value, end)
      p = valueEnd
    }
    if (rank < best) {
      best = rank
      level = normalLevel(value, valueEnd - value)
      if (rank === 0) break
    }
    from = p
  }
  return level
}

// @ts-ignore: decorator
@inline
function skipSpace(p: usize, end: usize): usize {
  while (p < end && load<u8>(p) <= 0x20) p++
  return p
}

/** After the bracket that closes the one at p; 0 when there is none. Brackets are counted, not paired by kind. */
function skipContainer(p: usize, end: usize): usize {
  const fold = i8x16.splat(0x20)
  const open = i8x16.splat(0x7b)
  const close = i8x16.splat(0x7d)
  const quote = i8x16.splat(0x22)
  let depth: i32 = 0
  while (p < end) {
    const v = v128.load(p)
    const w = v128.or(v, fold)
    const mask = i8x16.bitmask(v128.or(v128.or(i8x16.eq(w, open), i8x16.eq(w, close)), i8x16.eq(v, quote)))
    if (!mask) {
      p += 16
      continue
    }
    p += ctz16(mask)
    if (p >= end) return 0
    const b = <u32>load<u8>(p++)
    if (b === 0x22) {
      p = stringEnd(p, end)
      if (p === 0) return 0
      p++
    } else if ((b | 0x20) === 0x7b) {
      depth++
    } else if (--depth === 0) {
      return p
    }
  }
  return 0
}

/** Level of the first string value whose key is a level field, in the object or objects directly in it; 0 = none or unknown. */
function jsonLevel(line: usize, end: usize): u32 {
  let p = skipSpace(line, end) + 1
  let depth: i32 = 0
  while (true) {
    p = skipSpace(p, end)
    if (p >= end) return 0
    let b = <u32>load<u8>(p)
    if (b === 0x22) {
      const key = p + 1
      const keyEnd = stringEnd(key, end)
      if (keyEnd === 0) return 0
      p = skipSpace(keyEnd + 1, end)
      if (p >= end || load<u8>(p) !== 0x3a) return 0
      p = skipSpace(p + 1, end)
      if (p >= end) return 0
      b = load<u8>(p)
      if (b === 0x22) {
        const value = p + 1
        const valueEnd = stringEnd(value, end)
        if (valueEnd === 0) return 0
        if (nameRank(key, keyEnd - key) < LEVEL_FIELDS) return normalLevel(value, valueEnd - value)
        p = valueEnd + 1
      } else if (b === 0x7b && depth === 0) {
        depth = 1
        p++
        continue
      } else if (b === 0x7b || b === 0x5b) {
        p = skipContainer(p, end)
        if (p === 0) return 0
      } else {
        // number, true, false, null
        while (p < end) {
          b = load<u8>(p)
          if (b <= 0x20 || b === 0x2c || (b | 0x20) === 0x7d) break
          p++
        }
      }
    } else if (b !== 0x7d) {
      return 0
    }
    // After a value, or at the end of an object without members.
    p = skipSpace(p, end)
    while (p < end && load<u8>(p) === 0x7d) {
      if (--depth < 0) return 0
      p = skipSpace(p + 1, end)
    }
    if (p >= end || load<u8>(p) !== 0x2c) return 0
    p++
  }
  return 0
}

/** Space tab newline [ ] ( ) { } : , ! " = as a set of bits. */
const RIGHT: usize = memory.data<u8>([
  0, 6, 0, 0, 7, 19, 0, 36, 0, 0, 0, 40, 0, 0, 0, 40, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
])

// @ts-ignore: decorator
@inline
function endsAt(p: usize, end: usize): bool {
  if (p === end) return true
  const b = <u32>load<u8>(p)
  return ((<u32>load<u8>(RIGHT + (b >> 3)) >> (b & 7)) & 1) !== 0
}

function wordAt(p: usize, end: usize): u32 {
  const n = end - p
  if (n < 3) return 0
  const word = load<u64>(p) | FOLD8
  const b = <u32>(word & 0xff)
  if (b === 0x69) return n >= 4 && (word & MASK4) === W_INFO && endsAt(p + 4, end) ? INFO : 0
  if (b === 0x65) {
    if (n >= 5 && (word & MASK5) === W_ERROR && endsAt(p + 5, end)) return ERROR
    return (word & MASK3) === W_ERR && endsAt(p + 3, end) ? ERROR : 0
  }
  if (b === 0x77) {
    if (n >= 7 && (word & MASK7) === W_WARNING && endsAt(p + 7, end)) return WARN
    return n >= 4 && (word & MASK4) === W_WARN && endsAt(p + 4, end) ? WARN : 0
  }
  if (b === 0x63) return n >= 8 && word === W_CRITICAL && endsAt(p + 8, end) ? CRITICAL : 0
  if (n < 5 || !endsAt(p + 5, end)) return 0
  const w = word & MASK5
  return w === W_DEBUG ? DEBUG : w === W_TRACE ? TRACE : w === W_FATAL ? FATAL : 0
}

// Classes of bytes by half: a byte is in a class when both of its halves' rows have the bit.
//   left   of a word: 1 = space " (2_), 2 = tab newline (0_), 4 = [ { (5_ 7_), 8 = = (3_), and ( is 2_ too
//   first  letter:    1 = c e, 2 = d, 4 = f, 8 = i (6_), 16 = t, 32 = w (7_)
//   second letter:    the bits of the first letters it follows: r after c e t, e after d, a after f w, n after i
/**
 * The earliest level word. A word begins at the line's start or after one of space tab newline [ ( { " = and ends at
 * the line's end or before one of {@link RIGHT}. Sixteen positions a step: byte before, first and second letter are
 * looked up by halves, and only where all three fit is the word compared.
 */
function scanLevel(line: usize, end: usize): u32 {
  const low = i8x16.splat(0x0f)
  const fold = i8x16.splat(0x20)
  const zero = i8x16.splat(0)
  const leftLow = i8x16(1, 0, 1, 0, 0, 0, 0, 0, 1, 2, 2, 4, 0, 8, 0, 0)
  const leftHigh = i8x16(2, 0, 1, 8, 0, 4, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0)
  const firstLow = i8x16(0, 0, 0, 1, 18, 1, 4, 32, 0, 8, 0, 0, 0, 0, 0, 0)
  const firstHigh = i8x16(0, 0, 0, 0, 0, 0, 15, 48, 0, 0, 0, 0, 0, 0, 0, 0)
  const secondLow = i8x16(0, 36, 17, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 8, 0)
  const secondHigh = i8x16(0, 0, 0, 0, 0, 0, 46, 17, 0, 0, 0, 0, 0, 0, 0, 0)
  let start: i32 = 1
  for (let p = line; p < end; p += 16) {
    const first = v128.or(v128.load(p), fold)
    const second = v128.or(v128.load(p, 1), fold)
    const before = v128.load(p - 1)
    const words = v128.and(
      v128.and(i8x16.swizzle(firstLow, v128.and(first, low)), i8x16.swizzle(firstHigh, i8x16.shr_u(first, 4))),
      v128.and(i8x16.swizzle(secondLow, v128.and(second, low)), i8x16.swizzle(secondHigh, i8x16.shr_u(second, 4))),
    )
    const left = v128.and(i8x16.swizzle(leftLow, v128.and(before, low)), i8x16.swizzle(leftHigh, i8x16.shr_u(before, 4)))
    let hits = i8x16.bitmask(i8x16.ne(words, zero)) & (i8x16.bitmask(i8x16.ne(left, zero)) | start)
    start = 0
    while (hits) {
      const q = p + ctz16(hits)
      if (q >= end) return 0
      const level = wordAt(q, end)
      if (level) return level
      hits &= hits - 1
    }
  }
  return 0
}

// @ts-ignore: decorator
@inline
function isSpace(b: u32): bool {
  return b === 0x20 || b - 9 < 5
}

/** Code of the level that [line, line + n) tells, 1..8. */
export function detectLevel(line: usize, n: usize): u32 {
  const end = line + n
  let first = line
  while (first < end && isSpace(load<u8>(first))) first++
  if (first === end) return UNKNOWN
  let level: u32 = 0
  let json = false
  if (load<u8>(first) === 0x7b) {
    let last = end - 1
    while (isSpace(load<u8>(last))) last--
    json = load<u8>(last) === 0x7d
  }
  if (json) {
    if (hasLevelField(line, end, 0x22)) level = jsonLevel(line, end)
  } else if (hasLevelField(line, end, 0x3d)) {
    level = logfmtLevel(line, end)
  }
  if (level === 0) level = scanLevel(line, end)
  return level === 0 ? UNKNOWN : level
}
