/*
 * Numbers byte strings by first use: the dictionary of a metadata column being built. A hash table over plain arrays,
 * because a Map of strings would make a string per value and row.
 */
import {PackedValues} from './packed-values.ts'

const EMPTY = 0

export class Dictionary {
  #bytes = new Uint8Array(1024)
  #offsets = new Uint32Array(64)
  #count = 0
  /** Open addressing, a power of two long, at most half full; index + 1 of the value. */
  #slots = new Uint32Array(128)
  #hashes = new Uint32Array(64)

  get count(): number {
    return this.#count
  }

  /** Index of the value bytes[start..end), a new one when it was not met before. The bytes are copied. */
  add(bytes: Uint8Array, start: number, end: number): number {
    const hash = hashOf(bytes, start, end)
    const mask = this.#slots.length - 1
    let slot = hash & mask
    for (let held = this.#slots[slot]!; held !== EMPTY; held = this.#slots[slot]!) {
      if (this.#hashes[held - 1] === hash && this.#equals(held - 1, bytes, start, end)) return held - 1
      slot = (slot + 1) & mask
    }
    const index = this.#append(bytes, start, end)
    this.#hashes[index] = hash
    this.#slots[slot] = index + 1
    if (this.#count * 2 > this.#slots.length) this.#rehash()
    return index
  }

  /** A copy of the values so far. */
  values(): PackedValues {
    return new PackedValues(this.#bytes.slice(0, this.#offsets[this.#count]), this.#offsets.slice(0, this.#count + 1))
  }

  clear(): void {
    this.#count = 0
    this.#slots.fill(EMPTY)
  }

  #equals(index: number, bytes: Uint8Array, start: number, end: number): boolean {
    let p = this.#offsets[index]!
    if (this.#offsets[index + 1]! - p !== end - start) return false
    const held = this.#bytes
    for (let q = start; q < end; q++) if (held[p++] !== bytes[q]) return false
    return true
  }

  #append(bytes: Uint8Array, start: number, end: number): number {
    const index = this.#count++
    let at = this.#offsets[index]!
    if (at + end - start > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(this.#bytes.length * 2, at + end - start))
      grown.set(this.#bytes.subarray(0, at))
      this.#bytes = grown
    }
    const held = this.#bytes
    for (let p = start; p < end; p++) held[at++] = bytes[p]!
    if (this.#count + 1 > this.#hashes.length) {
      this.#hashes = grow(this.#hashes)
      this.#offsets = grow(this.#offsets)
    }
    this.#offsets[this.#count] = at
    return index
  }

  #rehash(): void {
    const slots = new Uint32Array(this.#slots.length * 2)
    const mask = slots.length - 1
    for (let i = 0; i < this.#count; i++) {
      let slot = this.#hashes[i]! & mask
      while (slots[slot] !== EMPTY) slot = (slot + 1) & mask
      slots[slot] = i + 1
    }
    this.#slots = slots
  }
}

function grow(array: Uint32Array): Uint32Array<ArrayBuffer> {
  const grown = new Uint32Array(array.length * 2)
  grown.set(array)
  return grown
}

/** FNV-1a with a last mix, because only the low bits choose the slot. */
function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5
  for (let p = start; p < end; p++) hash = Math.imul(hash ^ bytes[p]!, 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)
  return (hash ^ (hash >>> 13)) >>> 0
}
