/*
 * `ip("10.0.0.0/8")`: is there an address of the pattern in the text (logql § 3.3).
 *
 * Runs of characters that look like the beginning of an address are taken as a whole; what does not parse is no address,
 * however much of it would ([Q18]: `1.1.1.1.`).
 */
import {parseIpAddress, type IpRange} from '../logql/index.ts'

const DOT = 0x2e
const COLON = 0x3a
// Shortest texts that are looked at.
const V4_MIN = 4
const V6_MIN = 5
// A run that is longer than any address is none.
const ADDRESS_MAX = 45

export function hasAddress(bytes: Uint8Array, from: number, to: number, range: IpRange): boolean {
  for (let i = from; i < to; i++) {
    let end: number
    if (hintsV4(bytes, i, to)) end = runEnd(bytes, i, to, isV4)
    else if (hintsV6(bytes, i, to)) end = runEnd(bytes, i, to, isV6)
    else continue
    if (end - i <= ADDRESS_MAX && isInside(bytes, i, end, range)) return true
    i = end // The byte there is no part of an address.
  }
  return false
}

function isInside(bytes: Uint8Array, from: number, to: number, {version, low, high}: IpRange): boolean {
  let text = ''
  for (let i = from; i < to; i++) text += String.fromCharCode(bytes[i]!)
  const address = parseIpAddress(text)
  return address !== undefined && address.version === version && address.value >= low && address.value <= high
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39
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

function runEnd(bytes: Uint8Array, from: number, to: number, belongs: (byte: number) => boolean): number {
  let end = from
  while (end < to && belongs(bytes[end]!)) end++
  return end
}
