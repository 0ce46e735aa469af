/** Twin of assembly/zstd-fse.ts: bits read backwards, distributions of symbols, decoding tables (RFC 8878 § 4.1). */
import {zstdCorrupt} from '../checks.ts'

/** The bits of src[start, end) from the last one that is set, which is a mark and not read, back to the first. */
export class ReverseBits {
  readonly #src: Uint8Array
  readonly #start: number
  /** How many are left; negative when more were taken than there are. */
  left: number

  constructor(src: Uint8Array, start: number, end: number) {
    const last = start < end ? (src[end - 1] ?? 0) : 0
    if (last === 0) throw zstdCorrupt()
    this.#src = src
    this.#start = start
    this.left = (end - start) * 8 - Math.clz32(last) + 23
  }

  /** The next n bits, n ≤ 32; zeros where there are no more. */
  peek(n: number): number {
    if (n > 16) return this.#at(this.left - n + 16, n - 16) * 65_536 + this.#at(this.left - n, 16)
    return this.#at(this.left - n, n)
  }

  take(n: number): number {
    const value = this.peek(n)
    this.left -= n
    return value
  }

  /** The n ≤ 16 bits from bit `from` on. */
  #at(from: number, n: number): number {
    if (from < 0) return from + n <= 0 ? 0 : this.#at(0, from + n) << -from
    const byte = this.#start + (from >> 3)
    const word = (this.#src[byte] ?? 0) | ((this.#src[byte + 1] ?? 0) << 8) | ((this.#src[byte + 2] ?? 0) << 16)
    return (word >> (from & 7)) & ((1 << n) - 1)
  }
}

/** Probabilities in points of 1 << log; -1 is less than one point. */
export type Distribution = {readonly log: number; readonly counts: readonly number[]}

/** One element per state: its symbol, and next + `bits` more bits is the state after it. */
export type FseTable = {readonly log: number; readonly symbols: Uint8Array; readonly bits: Uint8Array; readonly next: Uint16Array}

/** @returns the distribution described at s, and where its description ends. */
export function readDistribution(
  src: Uint8Array,
  s: number,
  end: number,
  symbolMax: number,
  logMax: number,
): {distribution: Distribution; next: number} {
  const bitsEnd = (end - s) * 8
  const peek = (at: number, n: number): number => {
    const byte = s + (at >> 3)
    const word = (src[byte] ?? 0) | ((src[byte + 1] ?? 0) << 8) | ((src[byte + 2] ?? 0) << 16)
    return (word >> (at & 7)) & ((1 << n) - 1)
  }
  const log = peek(0, 4) + 5
  if (s >= end || log > logMax) throw zstdCorrupt()
  const counts: number[] = []
  let at = 4
  for (let left = 1 << log; left > 0;) {
    if (counts.length > symbolMax || at > bitsEnd) throw zstdCorrupt()
    // 0..left + 1, where the low values, which would leave codes unused, take one bit less.
    const width = 32 - Math.clz32(left + 1)
    const half = 1 << (width - 1)
    const short = 2 * half - 2 - left
    const word = peek(at, width)
    let value = word & (half - 1)
    if (value < short) {
      at += width - 1
    } else {
      value = word < half ? word : word - short
      at += width
    }
    counts.push(value - 1)
    left -= value === 0 ? 1 : value - 1
    if (value !== 1) continue
    let zeros: number
    do {
      zeros = peek(at, 2)
      at += 2
      for (let i = 0; i < zeros; i++) counts.push(0)
      if (at > bitsEnd || counts.length > symbolMax + 1) throw zstdCorrupt()
    } while (zeros === 3)
  }
  if (at > bitsEnd) throw zstdCorrupt()
  return {distribution: {log, counts}, next: s + ((at + 7) >> 3)}
}

export function fseTable({log, counts}: Distribution): FseTable {
  const size = 1 << log
  const symbols = new Uint8Array(size)
  const bits = new Uint8Array(size)
  const next = new Uint16Array(size)
  // Symbols with less than one point have one cell each, at the end.
  let high = size - 1
  counts.forEach((count, symbol) => {
    if (count < 0) symbols[high--] = symbol
  })
  const step = (size >> 1) + (size >> 3) + 3
  let at = 0
  counts.forEach((count, symbol) => {
    for (let n = count; n > 0; n--) {
      symbols[at] = symbol
      do at = (at + step) & (size - 1)
      while (at > high)
    }
  })
  const passed = counts.map(count => Math.abs(count))
  for (let state = 0; state < size; state++) {
    const symbol = symbols[state] ?? 0
    const n = passed[symbol] ?? 0
    passed[symbol] = n + 1
    const width = log - 31 + Math.clz32(n)
    bits[state] = width
    next[state] = (n << width) - size
  }
  return {log, symbols, bits, next}
}

/** A table of one symbol, which takes no bits. */
export function constantTable(symbol: number): FseTable {
  return {log: 0, symbols: Uint8Array.of(symbol), bits: new Uint8Array(1), next: new Uint16Array(1)}
}

export function nextState(table: FseTable, state: number, source: ReverseBits): number {
  return (table.next[state] ?? 0) + source.take(table.bits[state] ?? 0)
}
