/** Twin of assembly/zstd-sequences.ts: the sequences of a block (RFC 8878 § 3.1.1.3.2), and what they do. */
import {zstdCorrupt} from '../checks.ts'
import {copyMatch} from './copy-match.ts'
import {constantTable, fseTable, nextState, readDistribution, ReverseBits, type Distribution, type FseTable} from './zstd-fse.ts'

/** The values of a code: base + that many more bits. */
type Values = {readonly base: readonly number[]; readonly extra: readonly number[]}
type Kind = {readonly values: Values; readonly logMax: number; readonly predefined: Distribution}

const zeros = (n: number): number[] => Array.from({length: n}, () => 0)
const ones = (n: number): number[] => Array.from({length: n}, () => 1)

/** Each code begins where the one before it ends. */
function valuesOf(first: number, extra: readonly number[]): Values {
  const base: number[] = []
  let next = first
  for (const bits of extra) {
    base.push(next)
    next += 2 ** bits
  }
  return {base, extra}
}

const LITERALS: Kind = {
  values: valuesOf(0, [...zeros(16), 1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]),
  logMax: 9,
  predefined: {
    log: 6,
    counts: [4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1, 1, 1, -1, -1, -1, -1],
  },
}
const MATCHES: Kind = {
  values: valuesOf(3, [...zeros(32), 1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]),
  logMax: 9,
  predefined: {log: 6, counts: [1, 4, 3, 2, 2, 2, 2, 2, 2, ...ones(37), -1, -1, -1, -1, -1, -1, -1]},
}
/** Values 1..3 are the repeats, larger ones the distance + 3. */
const DISTANCES: Kind = {
  values: valuesOf(
    1,
    Array.from({length: 32}, (_, code) => code),
  ),
  logMax: 8,
  predefined: {log: 5, counts: [1, 1, 1, 1, 1, 1, 2, 2, 2, ...ones(15), -1, -1, -1, -1, -1]},
}

/** What blocks of a frame leave to the blocks after them. */
export type SequenceState = {literals?: FseTable; matches?: FseTable; distances?: FseTable; repeats: [number, number, number]}

/** Reads src[s, end) and writes the block to out from `d` on, but not to `limit`. `first` is where the frame began. @returns the end. */
export function runSequences(
  src: Uint8Array,
  s: number,
  end: number,
  literals: Uint8Array,
  out: Uint8Array,
  first: number,
  d: number,
  limit: number,
  state: SequenceState,
): number {
  const byte = (): number => {
    if (s >= end) throw zstdCorrupt()
    return src[s++] ?? 0
  }
  let count = byte()
  if (count === 255) count = byte() + byte() * 256 + 0x7f00
  else if (count > 127) count = (count - 128) * 256 + byte()
  let used = 0
  const copyLiterals = (n: number): void => {
    if (n > literals.length - used || n > limit - d) throw zstdCorrupt()
    out.set(literals.subarray(used, used + n), d)
    used += n
    d += n
  }
  if (count > 0) {
    const modes = byte()
    const table = ({values, logMax, predefined}: Kind, shift: number, before: FseTable | undefined): FseTable => {
      const mode = (modes >> shift) & 3
      if (mode === 0) return fseTable(predefined)
      if (mode === 2) {
        const {distribution, next} = readDistribution(src, s, end, values.base.length - 1, logMax)
        s = next
        return fseTable(distribution)
      }
      const symbol = mode === 1 ? byte() : 0
      if ((mode === 3 && before === undefined) || symbol >= values.base.length) throw zstdCorrupt()
      return mode === 1 || before === undefined ? constantTable(symbol) : before
    }
    if ((modes & 3) !== 0) throw zstdCorrupt()
    const literalTable = (state.literals = table(LITERALS, 6, state.literals))
    const distanceTable = (state.distances = table(DISTANCES, 4, state.distances))
    const matchTable = (state.matches = table(MATCHES, 2, state.matches))
    const bits = new ReverseBits(src, s, end)
    const value = ({values}: Kind, code: number): number => (values.base[code] ?? 0) + bits.take(values.extra[code] ?? 0)
    let literalState = bits.take(literalTable.log)
    let distanceState = bits.take(distanceTable.log)
    let matchState = bits.take(matchTable.log)
    for (; count > 0; count--) {
      const distanceValue = value(DISTANCES, distanceTable.symbols[distanceState] ?? 0)
      const length = value(MATCHES, matchTable.symbols[matchState] ?? 0)
      const n = value(LITERALS, literalTable.symbols[literalState] ?? 0)
      if (count > 1) {
        literalState = nextState(literalTable, literalState, bits)
        matchState = nextState(matchTable, matchState, bits)
        distanceState = nextState(distanceTable, distanceState, bits)
      }
      const distance = distanceOf(distanceValue, n, state.repeats)
      copyLiterals(n)
      if (bits.left < 0 || length > limit - d || distance === 0 || distance > d - first) throw zstdCorrupt()
      copyMatch(out, d, distance, length)
      d += length
    }
    if (bits.left !== 0) throw zstdCorrupt()
  } else if (s !== end) {
    throw zstdCorrupt()
  }
  copyLiterals(literals.length - used)
  return d
}

/** The distance that a value means, which becomes the first of `repeats`. 0 is possible, and corrupt. */
function distanceOf(value: number, literals: number, repeats: [number, number, number]): number {
  const [first, second, third] = repeats
  // Without literals before it a repeat means the one after.
  const which = value > 3 ? 3 : value - (literals === 0 ? 0 : 1)
  if (which === 0) return first
  const distance = which === 1 ? second : value > 3 ? value - 3 : which === 2 ? third : first - 1
  repeats[2] = which === 1 ? third : second
  repeats[1] = first
  repeats[0] = distance
  return distance
}
