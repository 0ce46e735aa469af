// The literals section of a zstd block (RFC 8878 § 3.1.1.3.1): raw, one byte repeated, or Huffman coded in one or four streams.
//
// Streams are read backwards: `bits` holds the 64 bits from address `at`, shifted left by what is used up, with its lowest
// bit set as a mark, so that its trailing zeros tell how far it was shifted. 56 bits at least are there after a refill.
// Loads reach up to 8 bytes before the start of a stream, which is within the input or its slack.
import {HUFFMAN_TABLE, readTree} from './zstd-huffman'

export const BLOCK_SIZE_MAX: usize = 1 << 17
/** Decoded literals, with slack for 16-byte steps and for symbols stored ahead. */
const DECODED: usize = memory.data(131_072 + 64, 16)
/** Of a refill: 5 codes of 11 bits. */
const SYMBOLS_PER_REFILL: usize = 5

/** Where the literals read last are: in DECODED, or in the input when they are raw. */
export let literalsAt: usize = 0
export let literalsSize: usize = 0

/** Whether HUFFMAN_TABLE holds the tree of an earlier block of this frame. */
let treeKnown: bool = false

export function resetLiterals(): void {
  treeKnown = false
}

/** Reads the section at s. Returns the address behind it, 0 = corrupt. */
export function readLiterals(s: usize, end: usize, sizeMax: usize): usize {
  if (s >= end) return 0
  const head = <u32>load<u8>(s)
  const kind = head & 3
  const format = (head >> 2) & 3
  if (kind < 2) {
    const headSize: usize = format === 1 ? 2 : format === 3 ? 3 : 1
    if (headSize > end - s) return 0
    const size: usize = headSize === 1 ? head >> 3 : (load<u32>(s) & (format === 1 ? 0xffff : 0xffffff)) >> 4
    s += headSize
    if (size > sizeMax) return 0
    literalsSize = size
    if (kind === 0) {
      if (size > end - s) return 0
      literalsAt = s
      return s + size
    }
    if (s >= end) return 0
    literalsAt = DECODED
    memory.fill(DECODED, load<u8>(s), size)
    return s + 1
  }
  const headSize: usize = format < 2 ? 3 : format + 2
  if (headSize > end - s) return 0
  const width: u64 = format < 2 ? 10 : format === 2 ? 14 : 18
  const sizes = load<u64>(s) >> 4
  const mask = (<u64>1 << width) - 1
  const size = <usize>(sizes & mask)
  const packed = <usize>((sizes >> width) & mask)
  s += headSize
  if (size === 0 || size > sizeMax || packed > end - s) return 0
  const packedEnd = s + packed
  if (kind === 2) {
    treeKnown = false
    s = readTree(s, packedEnd)
    if (s === 0) return 0
    treeKnown = true
  } else if (!treeKnown) {
    return 0
  }
  literalsAt = DECODED
  literalsSize = size
  return (format === 0 ? decodeOne(s, packedEnd, DECODED, DECODED + size) : decodeFour(s, packedEnd, size)) ? packedEnd : 0
}

// @ts-ignore: decorator
@inline
function open(end: usize): u64 {
  return (load<u64>(end - 8) | 1) << (<u64>clz(<u32>load<u8>(end - 1)) - 23)
}

/** One symbol. */
// @ts-ignore: decorator
@inline
function cellOf(bits: u64): u32 {
  return <u32>load<u16>(<usize>((bits >> 52) & 0xffe), HUFFMAN_TABLE)
}

/** A stream from its end. False unless it is used up exactly. */
function decodeOne(start: usize, end: usize, to: usize, toEnd: usize): bool {
  if (start >= end || load<u8>(end - 1) === 0) return false
  return decodeRest(start, end - 8, open(end), to, toEnd)
}

/** Goes on with a stream in any state. */
function decodeRest(start: usize, at: usize, bits: u64, to: usize, toEnd: usize): bool {
  const floor = start - 8
  while (true) {
    const used = <usize>ctz(bits)
    at -= used >> 3
    if (at < floor) return false
    bits = (load<u64>(at) | 1) << (used & 7)
    let n = min<usize>(toEnd - to, SYMBOLS_PER_REFILL)
    if (n === 0) break
    do {
      const cell = cellOf(bits)
      store<u8>(to++, <u8>(cell >> 8))
      bits <<= <u64>cell
    } while (--n)
  }
  return at === floor && (bits & 1) !== 0
}

function decodeFour(s: usize, end: usize, size: usize): bool {
  if (size < 6 || end - s < 10) return false
  const start0 = s + 6
  const start1 = start0 + load<u16>(s)
  const start2 = start1 + load<u16>(s, 2)
  const start3 = start2 + load<u16>(s, 4)
  if (start0 >= start1 || start1 >= start2 || start2 >= start3 || start3 >= end) return false
  if (load<u8>(start1 - 1) === 0 || load<u8>(start2 - 1) === 0 || load<u8>(start3 - 1) === 0 || load<u8>(end - 1) === 0) return false
  const share = (size + 3) >> 2
  const to1 = DECODED + share
  const to2 = to1 + share
  const to3 = to2 + share
  const toEnd = DECODED + size
  let at0 = start1 - 8
  let at1 = start2 - 8
  let at2 = start3 - 8
  let at3 = end - 8
  let bits0 = open(start1)
  let bits1 = open(start2)
  let bits2 = open(start3)
  let bits3 = open(end)
  let to = DECODED
  // The last share may be shorter by 3.
  const most = toEnd - to3
  while (true) {
    // As many rounds as surely find their bits and their place: a round uses up to 7 bytes of a stream. The first refill of a
    // round takes what the round before used.
    const room = (most - min<usize>(to - DECODED, most)) / SYMBOLS_PER_REFILL
    let input = at0 - min<usize>(start0, at0)
    input = min<usize>(input, at1 - min<usize>(start1, at1))
    input = min<usize>(input, at2 - min<usize>(start2, at2))
    input = min<usize>(input, at3 - min<usize>(start3, at3))
    const rounds = min<usize>(room, input >> 3)
    if (rounds === 0) break
    const stop = to + rounds * SYMBOLS_PER_REFILL
    do {
      let used = <usize>ctz(bits0)
      at0 -= used >> 3
      bits0 = (load<u64>(at0) | 1) << (used & 7)
      used = <usize>ctz(bits1)
      at1 -= used >> 3
      bits1 = (load<u64>(at1) | 1) << (used & 7)
      used = <usize>ctz(bits2)
      at2 -= used >> 3
      bits2 = (load<u64>(at2) | 1) << (used & 7)
      used = <usize>ctz(bits3)
      at3 -= used >> 3
      bits3 = (load<u64>(at3) | 1) << (used & 7)
      for (let i: usize = 0; i < SYMBOLS_PER_REFILL; i++) {
        const cell0 = cellOf(bits0)
        const cell1 = cellOf(bits1)
        const cell2 = cellOf(bits2)
        const cell3 = cellOf(bits3)
        bits0 <<= <u64>cell0
        bits1 <<= <u64>cell1
        bits2 <<= <u64>cell2
        bits3 <<= <u64>cell3
        store<u8>(to + i, <u8>(cell0 >> 8))
        store<u8>(to1 + (to - DECODED) + i, <u8>(cell1 >> 8))
        store<u8>(to2 + (to - DECODED) + i, <u8>(cell2 >> 8))
        store<u8>(to3 + (to - DECODED) + i, <u8>(cell3 >> 8))
      }
      to += SYMBOLS_PER_REFILL
    } while (to < stop)
  }
  const done = to - DECODED
  return (
    decodeRest(start0, at0, bits0, to, to1) &&
    decodeRest(start1, at1, bits1, to1 + done, to2) &&
    decodeRest(start2, at2, bits2, to2 + done, to3) &&
    decodeRest(start3, at3, bits3, to3 + done, toEnd)
  )
}
