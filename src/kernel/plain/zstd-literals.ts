/** Twin of assembly/zstd-literals.ts: the literals section of a block (RFC 8878 § 3.1.1.3.1). */
import {zstdCorrupt} from '../checks.ts'
import {huffmanDecode, readTree, type HuffmanTable} from './zstd-huffman.ts'

export type Literals = {
  readonly bytes: Uint8Array
  /** Where the section ends. */
  readonly next: number
  /** What a later block of the frame may refer to. */
  readonly tree: HuffmanTable | undefined
}

const littleEndian = (src: Uint8Array, at: number, size: number): number => {
  let value = 0
  for (let i = size - 1; i >= 0; i--) value = value * 256 + (src[at + i] ?? 0)
  return value
}

/** @param before the tree of an earlier block of the frame. */
export function readLiterals(src: Uint8Array, s: number, end: number, sizeMax: number, before: HuffmanTable | undefined): Literals {
  const head = src[s] ?? 0
  const kind = head & 3
  const format = (head >> 2) & 3
  if (kind < 2) {
    const headSize = format === 1 ? 2 : format === 3 ? 3 : 1
    const size = headSize === 1 ? head >> 3 : littleEndian(src, s, headSize) >> 4
    const from = s + headSize
    const next = from + (kind === 0 ? size : 1)
    if (size > sizeMax || next > end) throw zstdCorrupt()
    const bytes = kind === 0 ? src.subarray(from, next) : new Uint8Array(size).fill(src[from] ?? 0)
    return {bytes, next, tree: before}
  }
  const headSize = format < 2 ? 3 : format + 2
  const width = format < 2 ? 10 : format === 2 ? 14 : 18
  const sizes = Math.floor(littleEndian(src, s, headSize) / 16)
  const size = sizes % 2 ** width
  const from = s + headSize
  const next = from + (Math.floor(sizes / 2 ** width) % 2 ** width)
  if (size === 0 || size > sizeMax || next > end) throw zstdCorrupt()
  const described = kind === 2 ? readTree(src, from, next) : undefined
  const tree = described?.tree ?? before
  if (tree === undefined) throw zstdCorrupt()
  const bytes = new Uint8Array(size)
  if (format === 0) huffmanDecode(tree, src, described?.next ?? from, next, bytes)
  else decodeFour(tree, src, described?.next ?? from, next, bytes)
  return {bytes, next, tree}
}

/** Four streams, each a quarter of the literals; the sizes of three come first. */
function decodeFour(tree: HuffmanTable, src: Uint8Array, s: number, end: number, out: Uint8Array): void {
  if (out.length < 6 || end - s < 10) throw zstdCorrupt()
  const share = (out.length + 3) >> 2
  let from = s + 6
  for (let i = 0; i < 4; i++) {
    const to = i === 3 ? end : from + littleEndian(src, s + 2 * i, 2)
    if (to > end) throw zstdCorrupt()
    huffmanDecode(tree, src, from, to, out.subarray(i * share, (i + 1) * share))
    from = to
  }
}
