/** Twin of assembly/zstd-huffman.ts: the Huffman code of literals (RFC 8878 § 4.2). */
import {zstdCorrupt} from '../checks.ts'
import {fseTable, nextState, readDistribution, ReverseBits} from './zstd-fse.ts'

const HUFFMAN_LOG = 11
const WEIGHTS_MAX = 255
const WEIGHT_LOG_MAX = 6

/** By the next 11 bits: the symbol, and how many of the bits are its code. */
export type HuffmanTable = {readonly symbols: Uint8Array; readonly bits: Uint8Array}

/** Weights from two FSE states that take turns, until the bits run out. */
function packedWeights(src: Uint8Array, s: number, end: number): number[] {
  const {distribution, next} = readDistribution(src, s, end, HUFFMAN_LOG, WEIGHT_LOG_MAX)
  const table = fseTable(distribution)
  const source = new ReverseBits(src, next, end)
  const weights: number[] = []
  let state = source.take(table.log)
  let other = source.take(table.log)
  if (source.left < 0) throw zstdCorrupt()
  while (weights.length < WEIGHTS_MAX - 1) {
    weights.push(table.symbols[state] ?? 0)
    const after = nextState(table, state, source)
    if (source.left < 0) {
      weights.push(table.symbols[other] ?? 0)
      return weights
    }
    state = other
    other = after
  }
  throw zstdCorrupt()
}

/** @returns the tree described at s, and where its description ends. */
export function readTree(src: Uint8Array, s: number, end: number): {tree: HuffmanTable; next: number} {
  const header = src[s] ?? 0
  const from = s + 1
  const listed = header < 128 ? 0 : header - 127
  const next = from + (header < 128 ? header : (listed + 1) >> 1)
  if (s >= end || next > end) throw zstdCorrupt()
  if (header < 128) return {tree: huffmanTable(packedWeights(src, from, next)), next}
  const weights = Array.from({length: listed}, (_, i) => ((src[from + (i >> 1)] ?? 0) >> (i & 1 ? 0 : 4)) & 15)
  return {tree: huffmanTable(weights), next}
}

/** @param listed of the symbols from 0 on; one more follows, whose weight is what is missing to a power of two. */
function huffmanTable(listed: readonly number[]): HuffmanTable {
  if (listed.some(weight => weight > HUFFMAN_LOG)) throw zstdCorrupt()
  const total = listed.reduce((sum, weight) => sum + ((1 << weight) >> 1), 0)
  const log = 32 - Math.clz32(total)
  const missing = (1 << log) - total
  if (total === 0 || log > HUFFMAN_LOG || (missing & (missing - 1)) !== 0) throw zstdCorrupt()
  const weights = [...listed, 32 - Math.clz32(missing)]
  // The longest codes come in pairs; there is at least one.
  if (weights.filter(weight => weight === 1).length < 2) throw zstdCorrupt()
  const symbols = new Uint8Array(1 << HUFFMAN_LOG)
  const bits = new Uint8Array(1 << HUFFMAN_LOG)
  let at = 0
  for (let weight = 1; weight <= log; weight++) {
    const cells = 1 << (weight - 1 + HUFFMAN_LOG - log)
    weights.forEach((has, symbol) => {
      if (has !== weight) return
      symbols.fill(symbol, at, at + cells)
      bits.fill(log + 1 - weight, at, at + cells)
      at += cells
    })
  }
  return {symbols, bits}
}

/** Decodes one stream, src[s, end), which must fill `out` and be used up by that. */
export function huffmanDecode(tree: HuffmanTable, src: Uint8Array, s: number, end: number, out: Uint8Array): void {
  const source = new ReverseBits(src, s, end)
  for (let i = 0; i < out.length && source.left > 0; i++) {
    const cell = source.peek(HUFFMAN_LOG)
    out[i] = tree.symbols[cell] ?? 0
    source.left -= tree.bits[cell] ?? 0
    if (source.left === 0 && i === out.length - 1) return
  }
  if (out.length > 0 || source.left !== 0) throw zstdCorrupt()
}
