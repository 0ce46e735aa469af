// The Huffman code of zstd literals (RFC 8878 § 4.2.1): weights, direct or FSE compressed, and the decoding table they make.
import {buildTable, distributionLog, readDistribution} from './zstd-fse'

/** Codes have up to 11 bits; the table always has 1 << 11 cells, so that decoding shifts by a constant. */
export const HUFFMAN_LOG: u32 = 11
/** cell (u16) := bits:u8 symbol:u8, by the next 11 bits of the stream. */
export const HUFFMAN_TABLE: usize = memory.data(2 << 11, 16)

const WEIGHTS: usize = memory.data(256, 16)
const WEIGHTS_MAX: u32 = 255
const WEIGHT_LOG_MAX: u32 = 6
const WEIGHT_TABLE: usize = memory.data(8 << 6, 16)
/** Per weight: how many symbols have it, then where its next cell is. */
const RANKS: usize = memory.data(4 * 12, 16)

/** n bits that end before bit `at`, counted from `start`. */
// @ts-ignore: decorator
@inline
function bitsBefore(start: usize, at: u32, n: u32): u32 {
  const from = at - n
  return (load<u32>(start + (from >> 3)) >> (from & 7)) & ((<u32>1 << n) - 1)
}

/** Weights from two FSE states that take turns, until the bits run out. Returns how many, 0 = corrupt. */
function readPackedWeights(s: usize, end: usize): u32 {
  const start = readDistribution(s, end, HUFFMAN_LOG, WEIGHT_LOG_MAX)
  if (start === 0 || start >= end) return 0
  const last = <u32>load<u8>(end - 1)
  if (last === 0) return 0
  const log = distributionLog
  buildTable(WEIGHT_TABLE, 0)
  // Bits in front of the last one that is set.
  let at = (<u32>(end - start) << 3) - clz(last) + 23
  if (at < 2 * log) return 0
  let state = bitsBefore(start, at, log)
  at -= log
  let other = bitsBefore(start, at, log)
  at -= log
  let count: u32 = 0
  while (count < WEIGHTS_MAX - 1) {
    const cell = load<u64>(WEIGHT_TABLE + (<usize>state << 3))
    store<u8>(WEIGHTS + count++, <u8>(cell >> 32))
    const bits = <u32>(cell & 0xff)
    if (bits > at) {
      store<u8>(WEIGHTS + count++, <u8>(load<u64>(WEIGHT_TABLE + (<usize>other << 3)) >> 32))
      return count
    }
    state = other
    other = <u32>((cell >> 16) & 0xffff) + bitsBefore(start, at, bits)
    at -= bits
  }
  return 0
}

/** Reads a tree at s and makes HUFFMAN_TABLE. Returns the address behind it, 0 = corrupt (the table is then undefined). */
export function readTree(s: usize, end: usize): usize {
  if (s >= end) return 0
  const header = <u32>load<u8>(s++)
  let count: u32
  if (header < 128) {
    if (header > <u32>(end - s)) return 0
    count = readPackedWeights(s, s + header)
    if (count === 0) return 0
    s += header
  } else {
    count = header - 127
    const size = <usize>((count + 1) >> 1)
    if (size > end - s) return 0
    for (let i: usize = 0; i < size; i++) {
      const pair = <u32>load<u8>(s + i)
      store<u16>(WEIGHTS + (i << 1), <u16>((pair >> 4) | ((pair & 15) << 8)))
    }
    s += size
  }
  return makeTable(count) ? s : 0
}

function makeTable(listed: u32): bool {
  memory.fill(RANKS, 0, 4 * 12)
  let total: u32 = 0
  for (let i: u32 = 0; i < listed; i++) {
    const weight = <u32>load<u8>(WEIGHTS + i)
    if (weight > HUFFMAN_LOG) return false
    const rank = RANKS + (<usize>weight << 2)
    store<u32>(rank, load<u32>(rank) + 1)
    total += (<u32>1 << weight) >> 1
  }
  if (total === 0) return false
  // The last symbol has what is missing to a power of two.
  const log: u32 = 32 - clz(total)
  if (log > HUFFMAN_LOG) return false
  const missing = (<u32>1 << log) - total
  if ((missing & (missing - 1)) !== 0) return false
  const weight: u32 = 32 - clz(missing)
  store<u8>(WEIGHTS + listed, <u8>weight)
  const rank = RANKS + (<usize>weight << 2)
  store<u32>(rank, load<u32>(rank) + 1)
  // The longest codes come in pairs; there is at least one.
  if (load<u32>(RANKS, 4) < 2) return false

  let at: u32 = 0
  for (let w: u32 = 1; w <= log; w++) {
    const start = RANKS + (<usize>w << 2)
    const cells = load<u32>(start) << (w - 1 + HUFFMAN_LOG - log)
    store<u32>(start, at)
    at += cells
  }
  for (let symbol: u32 = 0; symbol <= listed; symbol++) {
    const w = <u32>load<u8>(WEIGHTS + symbol)
    if (w === 0) continue
    const start = RANKS + (<usize>w << 2)
    const from = load<u32>(start)
    const cells: u32 = <u32>1 << (w - 1 + HUFFMAN_LOG - log)
    store<u32>(start, from + cells)
    fillCells(HUFFMAN_TABLE + (<usize>from << 1), cells, <u16>((symbol << 8) | (log + 1 - w)))
  }
  return true
}

// @ts-ignore: decorator
@inline
function fillCells(to: usize, cells: u32, cell: u16): void {
  if (cells === 1) {
    store<u16>(to, cell)
    return
  }
  const wide = i16x8.splat(cell)
  if (cells === 2) v128.store32_lane(to, wide, 0)
  else if (cells === 4) v128.store64_lane(to, wide, 0)
  else for (const end = to + (<usize>cells << 1); to < end; to += 16) v128.store(to, wide)
}
