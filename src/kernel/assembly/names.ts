// Names of structured metadata: is a name in normal form, does it tell a level; and a table of the names of a push, so
// that each distinct name is judged once and a name repeated within an entry is noticed.
import {equalBytes} from './bytes'

/** Level fields in order of precedence, then severity_number, then detected_level: length, bytes; 0 ends. */
const NAMES: usize = memory.data<u8>([
  5, 108, 101, 118, 101, 108, // level
  5, 76, 69, 86, 69, 76, // LEVEL
  5, 76, 101, 118, 101, 108, // Level
  9, 108, 111, 103, 46, 108, 101, 118, 101, 108, // log.level
  8, 115, 101, 118, 101, 114, 105, 116, 121, // severity
  8, 83, 69, 86, 69, 82, 73, 84, 89, // SEVERITY
  8, 83, 101, 118, 101, 114, 105, 116, 121, // Severity
  12, 83, 101, 118, 101, 114, 105, 116, 121, 84, 101, 120, 116, // SeverityText
  3, 108, 118, 108, // lvl
  3, 76, 86, 76, // LVL
  3, 76, 118, 108, // Lvl
  13, 115, 101, 118, 101, 114, 105, 116, 121, 95, 116, 101, 120, 116, // severity_text
  13, 83, 101, 118, 101, 114, 105, 116, 121, 95, 84, 101, 120, 116, // Severity_Text
  13, 83, 69, 86, 69, 82, 73, 84, 89, 95, 84, 69, 88, 84, // SEVERITY_TEXT
  15, 115, 101, 118, 101, 114, 105, 116, 121, 95, 110, 117, 109, 98, 101, 114, // severity_number
  14, 100, 101, 116, 101, 99, 116, 101, 100, 95, 108, 101, 118, 101, 108, // detected_level
  0,
])
export const LEVEL_FIELDS: u32 = 14
export const SEVERITY_NUMBER: u32 = 14
export const DETECTED_LEVEL: u32 = 15
export const NO_RANK: u32 = 0xff

/** Position of the exact name in the list above, or NO_RANK. */
export function nameRank(name: usize, n: usize): u32 {
  if (n > 15 || n < 3) return NO_RANK
  let p = NAMES
  let m = <usize>load<u8>(p++)
  for (let rank: u32 = 0; m !== 0; rank++) {
    if (m === n && equalBytes(p, name, n)) return rank
    p += m
    m = <usize>load<u8>(p++)
  }
  return NO_RANK
}

/**
 * [A-Za-z0-9_]+, no leading digit, no two underscores in a row except the pairs around `__x__`, not only underscores.
 * That is what normalisation (loki-http-api § 1.9) leaves unchanged.
 */
export function isNormalName(name: usize, n: usize): bool {
  let p = name
  let end = name + n
  if (n > 4 && load<u16>(p) === 0x5f5f && load<u16>(end - 2) === 0x5f5f) {
    p += 2
    end -= 2
    if (load<u8>(p) === 0x5f || load<u8>(end - 1) === 0x5f) return false
  } else if (n === 0 || <u32>load<u8>(p) - 0x30 < 10) {
    return false
  }
  let before: u32 = 0
  let words = false
  for (; p < end; p++) {
    const b = <u32>load<u8>(p)
    if (b === 0x5f) {
      if (before === 0x5f) return false
    } else if ((b | 0x20) - 0x61 < 26 || b - 0x30 < 10) {
      words = true
    } else {
      return false
    }
    before = b
  }
  return words
}

// A slot: hash u32, length u32, address u32 (0 = free), class u32, entry seen in u32, 12 bytes unused.
const SLOTS: usize = 512
const SLOT_SHIFT: usize = 5
const TABLE: usize = memory.data(512 << 5, 16)
/** More names than this at the start of an entry and the table starts anew. */
const NAMES_MAX: u32 = 256
/** Names crafted to collide are judged without the table after this many steps. */
const PROBES_MAX: u32 = 16
let count: u32 = 0

export const CLASS_NOT_NORMAL: u32 = 0x100

// @ts-ignore: decorator
@inline
export function slotClass(slot: usize): u32 {
  return load<u32>(slot, 12)
}

/** Notes that an entry (number ≥ 1) has the name; true when it had it already. */
// @ts-ignore: decorator
@inline
export function slotSeen(slot: usize, entry: u32): bool {
  const again = load<u32>(slot, 16) === entry
  store<u32>(slot, entry, 16)
  return again
}

// @ts-ignore: decorator
@inline
export function slotIs(slot: usize, name: usize, n: usize): bool {
  return <usize>load<u32>(slot, 4) === n && equalBytes(<usize>load<u32>(slot, 8), name, n)
}

/** Call before a push: the table holds addresses in its bytes. */
export function clearNames(): void {
  memory.fill(TABLE, 0, SLOTS << SLOT_SHIFT)
  count = 0
}

// @ts-ignore: decorator
@inline
export function trimNames(): bool {
  if (count <= NAMES_MAX) return false
  clearNames()
  return true
}

/** NO_RANK or rank, plus CLASS_NOT_NORMAL. */
export function classify(name: usize, n: usize): u32 {
  return nameRank(name, n) | (isNormalName(name, n) ? 0 : CLASS_NOT_NORMAL)
}

/** The slot of a name, made when new; 0 when the table is crowded around it. Needs n ≥ 1. */
export function lookupName(name: usize, n: usize): usize {
  const head = load<u64>(name)
  const tail = n > 8 ? load<u64>(name + n - 8) : 0
  const known = n < 8 ? head & (((<u64>1) << (<u64>n << 3)) - 1) : head
  const mixed = (known ^ <u64>n ^ rotl<u64>(tail, 29)) * 0x9e3779b97f4a7c15
  const hash = <u32>(mixed >> 32)
  let i = <usize>hash & (SLOTS - 1)
  for (let probe: u32 = 0; probe < PROBES_MAX; probe++) {
    const slot = TABLE + (i << SLOT_SHIFT)
    if (load<u32>(slot, 8) === 0) {
      store<u32>(slot, hash)
      store<u32>(slot, <u32>n, 4)
      store<u32>(slot, <u32>name, 8)
      store<u32>(slot, classify(name, n), 12)
      store<u32>(slot, 0, 16)
      count++
      return slot
    }
    if (load<u32>(slot) === hash && slotIs(slot, name, n)) return slot
    i = (i + 1) & (SLOTS - 1)
  }
  return 0
}
