/*
 * `ip("10.0.0.0/8")`: is there an address of the pattern in the text (logql § 3.3).
 *
 *   a digit with "." among the next 3 bytes, 4 bytes or more left      ─▶ the longest run of [0-9.]
 *   1 to 4 hex digits and ":", or "::" and a hex digit, 5 or more left ─▶ the longest run of [0-9a-fA-F:.]
 *
 * A run is an address as a whole or not at all, and the search goes on behind the byte that ends it. So `1.1.1.1.` and a text
 * that is no more than `::1` hold no address ([Q18]).
 */
import {decodeText} from '../bytes.ts'
import {parseIpAddress, type IpRange} from '../logql/index.ts'

const ZERO = 0x30
const DOT = 0x2e
const COLON = 0x3a
// Shortest texts that are looked at.
const V4_MIN = 4
const V6_MIN = 5
// A run that is longer than any address is none.
const ADDRESS_MAX = 45
// Without "::": eight groups, or six and an IPv4 address.
const V6_COLONS_MIN = 6

export function hasAddress(bytes: Uint8Array, from: number, to: number, range: IpRange): boolean {
  for (let i = from; i < to; i++) {
    let end = i + 1
    if (hintsV4(bytes, i, to)) {
      while (end < to && isV4(bytes[end]!)) end++
      if (range.version === 4 && isInV4(bytes, i, end, range)) return true
    } else if (hintsV6(bytes, i, to)) {
      while (end < to && isV6(bytes[end]!)) end++
      if (range.version === 6 && isInV6(bytes, i, end, range)) return true
    } else continue
    i = end
  }
  return false
}

/** Reads the numbers straight from the bytes: lines are full of digits with dots. */
function isInV4(bytes: Uint8Array, from: number, to: number, {low, high}: IpRange): boolean {
  let address = 0
  let part = -1
  let dots = 0
  for (let i = from; i < to; i++) {
    const byte = bytes[i]!
    if (byte === DOT) {
      if (part < 0 || ++dots > 3) return false
      address = address * 256 + part
      part = -1
    } else if (part === 0) return false
    else {
      part = Math.max(part, 0) * 10 + byte - ZERO
      if (part > 255) return false
    }
  }
  if (dots !== 3 || part < 0) return false
  address = address * 256 + part
  return address >= Number(low) && address <= Number(high)
}

/** Times of day look like addresses, but have neither "::" nor enough colons. */
function isInV6(bytes: Uint8Array, from: number, to: number, {low, high}: IpRange): boolean {
  if (to - from > ADDRESS_MAX) return false
  let colons = 0
  let shortened = false
  for (let i = from; i < to; i++) {
    if (bytes[i] !== COLON) continue
    colons++
    shortened ||= i + 1 < to && bytes[i + 1] === COLON
  }
  if (!shortened && colons < V6_COLONS_MIN) return false
  const address = parseIpAddress(decodeText(bytes, from, to))
  return address?.version === 6 && address.value >= low && address.value <= high
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= 0x39
}

function isHex(byte: number): boolean {
  return isDigit(byte) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66)
}

function isV4(byte: number): boolean {
  return isDigit(byte) || byte === DOT
}

function isV6(byte: number): boolean {
  return isHex(byte) || byte === COLON || byte === DOT
}

/** A digit, and a dot among the three bytes behind it. */
function hintsV4(bytes: Uint8Array, at: number, to: number): boolean {
  if (to - at < V4_MIN || !isDigit(bytes[at]!)) return false
  return bytes[at + 1] === DOT || bytes[at + 2] === DOT || bytes[at + 3] === DOT
}

/** `::` and a hex digit, or one to four hex digits and a colon. */
function hintsV6(bytes: Uint8Array, at: number, to: number): boolean {
  if (to - at < V6_MIN) return false
  if (bytes[at] === COLON) return bytes[at + 1] === COLON && isHex(bytes[at + 2]!)
  let digits = 0
  while (digits < 4 && isHex(bytes[at + digits]!)) digits++
  return digits > 0 && bytes[at + digits] === COLON
}
