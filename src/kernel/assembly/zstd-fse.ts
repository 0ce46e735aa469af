// FSE as zstd uses it (RFC 8878 § 4.1): a distribution of symbols, read from its description, and the decoding table made from it.
//
// cell of a table (u64) := bits:u8 extra:u8 next:u16 base:u32
//   bits   to read for the next state, next + those bits
//   extra  bits of the value itself, base + those bits
// Low bytes first, so that a cell is its own shift count: wasm takes it modulo 64, and both counts are below 64.

/** Probability of each symbol: -1 (less than one point), 0 (absent), or points of 1 << distributionLog. */
const COUNTS: usize = memory.data(2 * 64, 16)
/** Per symbol: how many of its cells were passed, plus its probability. */
const NEXT: usize = memory.data(2 * 64, 16)

export let distributionLog: u32 = 0
export let distributionSize: u32 = 0

/** Reads the description of a distribution at s. Returns the address behind it, 0 = corrupt. symbolMax < 64, logMax <= 9. */
export function readDistribution(s: usize, end: usize, symbolMax: u32, logMax: u32): usize {
  if (s >= end) return 0
  const log = ((<u32>load<u8>(s)) & 15) + 5
  if (log > logMax) return 0
  const bitsEnd = (<u32>(end - s)) << 3
  let left: u32 = 1 << log
  let at: u32 = 4
  let symbol: u32 = 0
  while (left > 0) {
    if (symbol > symbolMax || at > bitsEnd) return 0
    // 0..left + 1, where the low values, which would leave codes unused, take one bit less.
    const width: u32 = 32 - clz(left + 1)
    const short = ((<u32>1) << width) - 2 - left
    const half: u32 = (<u32>1) << (width - 1)
    const word = (load<u32>(s + (at >> 3)) >> (at & 7)) & (2 * half - 1)
    let value = word & (half - 1)
    if (value < short) {
      at += width - 1
    } else {
      value = word < half ? word : word - short
      at += width
    }
    store<i16>(COUNTS + (symbol++ << 1), <i16>(<i32>value - 1))
    left -= value === 0 ? 1 : value - 1
    if (value === 1) {
      let zeros: u32
      do {
        if (at > bitsEnd) return 0
        zeros = ((<u32>load<u16>(s + (at >> 3))) >> (at & 7)) & 3
        at += 2
        if (symbol + zeros > symbolMax + 1) return 0
        for (let i: u32 = 0; i < zeros; i++) store<i16>(COUNTS + (symbol++ << 1), 0)
      } while (zeros === 3)
    }
  }
  if (at > bitsEnd) return 0
  distributionLog = log
  distributionSize = symbol
  return s + ((at + 7) >> 3)
}

/** A distribution of the format itself, as one i8 per symbol. */
export function takeDistribution(counts: usize, size: u32, log: u32): void {
  for (let i: usize = 0; i < size; i++) store<i16>(COUNTS + (i << 1), <i16>load<i8>(counts + i))
  distributionLog = log
  distributionSize = size
}

/**
 * Builds the table of the distribution read last, 8 << distributionLog bytes.
 * @param values base:u32 extra:u32 per symbol; 0 = a symbol is its own value.
 */
export function buildTable(table: usize, values: usize): void {
  const log = distributionLog
  const size: u32 = 1 << log
  const mask = size - 1
  // Symbols with less than one point have one cell each, at the end.
  let high = mask
  for (let symbol: usize = 0; symbol < distributionSize; symbol++) {
    const count = load<i16>(COUNTS + (symbol << 1))
    if (count < 0) store<u8>(table + (high-- << 3), <u8>symbol)
    store<u16>(NEXT + (symbol << 1), count < 0 ? 1 : <u16>count)
  }
  const step = (size >> 1) + (size >> 3) + 3
  let at: u32 = 0
  for (let symbol: usize = 0; symbol < distributionSize; symbol++) {
    for (let n: i32 = load<i16>(COUNTS + (symbol << 1)); n > 0; n--) {
      store<u8>(table + ((<usize>at) << 3), <u8>symbol)
      do {
        at = (at + step) & mask
      } while (at > high)
    }
  }
  for (let state: u32 = 0; state < size; state++) {
    const cell = table + ((<usize>state) << 3)
    const symbol = <usize>load<u8>(cell)
    const n = <u32>load<u16>(NEXT + (symbol << 1))
    store<u16>(NEXT + (symbol << 1), <u16>(n + 1))
    const bits = log - 31 + clz(n)
    const next = (n << bits) - size
    const base = values ? load<u32>(values + (symbol << 3)) : <u32>symbol
    const extra = values ? load<u32>(values + (symbol << 3), 4) : 0
    store<u64>(cell, ((<u64>base) << 32) | (<u64>((next << 16) | (extra << 8) | bits)))
  }
}
