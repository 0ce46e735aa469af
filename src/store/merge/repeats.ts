/*
 * The entries of one stream at one instant, to find those that two inputs of a merge, or two overlapping chunks of a query, both have.
 */
import {hashBytes, sameBytes} from '../head/index.ts'
import type {LoadedChunk} from './rows.ts'

type Member = {readonly chunk: LoadedChunk; readonly row: number; readonly input: number; hash: number | undefined}

/** Larger groups are searched by hash. */
const LINEAR_MAX = 8

export class EntryGroup {
  /** The instant; -Infinity before the first. */
  ns = -Infinity
  #members: Member[] = []
  #byHash: Map<number, Member[]> | undefined

  /** @returns false when an entry of another input is the same; otherwise it is now a member. A new instant begins a new group. */
  add(chunk: LoadedChunk, row: number, input: number): boolean {
    const ns = chunk.ns[row]!
    if (ns !== this.ns) {
      this.ns = ns
      this.#members = []
      this.#byHash = undefined
    }
    const member: Member = {chunk, row, input, hash: undefined}
    for (const other of this.#candidates(member)) {
      if (other.input !== input && sameEntry(other.chunk, other.row, chunk, row)) return false
    }
    this.#members.push(member)
    if (this.#byHash !== undefined) this.#index(member)
    return true
  }

  #candidates(member: Member): readonly Member[] {
    if (this.#members.length <= LINEAR_MAX) return this.#members
    if (this.#byHash === undefined) {
      this.#byHash = new Map()
      for (const other of this.#members) this.#index(other)
    }
    return this.#byHash.get(hashOf(member)) ?? []
  }

  #index(member: Member): void {
    const hash = hashOf(member)
    const list = this.#byHash!.get(hash)
    if (list === undefined) this.#byHash!.set(hash, [member])
    else list.push(member)
  }
}

function hashOf(member: Member): number {
  const {chunk, row} = member
  if (member.hash !== undefined) return member.hash
  const at = chunk.offsets[row]!
  let hash = hashBytes(chunk.lines, at, chunk.offsets[row + 1]! - at, 0)
  for (const column of chunk.meta) {
    const code = column.codes[row]!
    if (code === 0) continue
    const value = column.valueBytes(code - 1)
    // Summed: the order of columns does not matter.
    hash = (hash + hashBytes(value, 0, value.length, column.name.length)) | 0
  }
  member.hash = hash
  return hash
}

/** Whether two rows with equal times have the same line and metadata. */
export function sameEntry(a: LoadedChunk, i: number, b: LoadedChunk, j: number): boolean {
  const length = a.offsets[i + 1]! - a.offsets[i]!
  if (length !== b.offsets[j + 1]! - b.offsets[j]!) return false
  if (!sameBytes(a.lines, a.offsets[i]!, b.lines, b.offsets[j]!, length)) return false
  let pairs = 0
  for (const column of a.meta) {
    const code = column.codes[i]!
    if (code === 0) continue
    pairs++
    const other = b.meta.find(candidate => candidate.name === column.name)
    const otherCode = other === undefined ? 0 : other.codes[j]!
    if (other === undefined || otherCode === 0) return false
    const value = column.valueBytes(code - 1)
    const otherValue = other.valueBytes(otherCode - 1)
    if (value.length !== otherValue.length || !sameBytes(value, 0, otherValue, 0, value.length)) return false
  }
  for (const column of b.meta) if (column.codes[j] !== 0) pairs--
  return pairs === 0
}
