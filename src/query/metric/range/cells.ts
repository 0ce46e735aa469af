/*
 * Storage for states by (series, slot). A series begins sparse, its cells found by hashing, and gets a contiguous block
 * when an eighth of its slots is in use: a million series with one sample each and one series with all slots both stay
 * near their size.
 */
import type {Lanes} from './state.ts'

// With so few slots (an instant query has one) a block costs no more than the hash table would.
const SLOTS_ALWAYS_DENSE = 8
const SPARSE = -1
const IN_BLOCK = 0xffff_ffff

export class Cells {
  lanes: Lanes
  readonly slots: number
  #used = 0
  #capacity = 0
  // Per series: where its block begins or SPARSE, and how many sparse cells it has.
  #blocks = new Int32Array(16).fill(SPARSE)
  #held = new Uint32Array(16)
  #groups = 0
  // Per sparse cell, its key; the table holds cell + 1.
  #cellGroup = new Uint32Array(0)
  #cellSlot = new Uint32Array(0)
  #table = new Uint32Array(0)
  #hashed = 0
  readonly #blockFrom: number

  constructor(lanes: number, slots: number) {
    this.slots = slots
    this.lanes = Array.from({length: lanes}, () => new Float64Array(0))
    this.#blockFrom = slots <= SLOTS_ALWAYS_DENSE ? 0 : Math.max(8, slots >>> 3)
  }

  get bytes(): number {
    return this.#capacity * 8 * this.lanes.length + this.#cellGroup.length * 8 + this.#table.length * 4 + this.#blocks.length * 8
  }

  /** Makes room for series `group`, the number after the last. */
  addGroup(group: number): void {
    if (group >= this.#blocks.length) {
      const blocks = new Int32Array(this.#blocks.length * 2).fill(SPARSE)
      blocks.set(this.#blocks)
      const held = new Uint32Array(blocks.length)
      held.set(this.#held)
      this.#blocks = blocks
      this.#held = held
    }
    this.#groups = group + 1
    if (this.#blockFrom === 0) this.#blocks[group] = this.#take(this.slots)
  }

  /** Index into the lanes of the cell, made empty when it is new. Lanes may be replaced: read them after the call. */
  cell(group: number, slot: number): number {
    const block = this.#blocks[group]!
    if (block >= 0) return block + slot
    if ((this.#hashed + 1) * 2 > this.#table.length) this.#rehash()
    const mask = this.#table.length - 1
    let at = hash(group, slot) & mask
    for (;;) {
      const cell = this.#table[at]! - 1
      if (cell < 0) break
      if (this.#cellSlot[cell] === slot && this.#cellGroup[cell] === group) return cell
      at = (at + 1) & mask
    }
    if (++this.#held[group]! > this.#blockFrom) return this.#toBlock(group) + slot
    const cell = this.#take(1)
    this.#cellGroup[cell] = group
    this.#cellSlot[cell] = slot
    this.#table[at] = cell + 1
    this.#hashed++
    return cell
  }

  /** Where the block of a series begins, its cells in order of slots, or -1 while it is sparse. */
  blockOf(group: number): number {
    return this.#blocks[group]!
  }

  /** Every cell that holds samples: its series, slot and index into the lanes. In no order. */
  rows(): {groups: Uint32Array; slots: Uint32Array; index: Uint32Array} {
    const counts = this.lanes[0]!
    let size = 0
    for (let cell = 0; cell < this.#used; cell++) if (counts[cell] !== 0) size++
    const groups = new Uint32Array(size)
    const slots = new Uint32Array(size)
    const index = new Uint32Array(size)
    let at = 0
    for (let group = 0; group < this.#groups; group++) {
      const block = this.#blocks[group]!
      for (let slot = 0; block >= 0 && slot < this.slots; slot++) {
        if (counts[block + slot] === 0) continue
        groups[at] = group
        slots[at] = slot
        index[at++] = block + slot
      }
    }
    for (let cell = 0; this.#blockFrom > 0 && cell < this.#used; cell++) {
      const group = this.#cellGroup[cell]!
      if (group === IN_BLOCK || this.#blocks[group]! >= 0 || counts[cell] === 0) continue
      groups[at] = group
      slots[at] = this.#cellSlot[cell]!
      index[at++] = cell
    }
    // Cells left behind by series that moved to a block were counted, but are not there.
    return {groups: groups.subarray(0, at), slots: slots.subarray(0, at), index: index.subarray(0, at)}
  }

  /** Copies a series' sparse cells into a block; the old cells stay behind, unused. */
  #toBlock(group: number): number {
    const block = this.#take(this.slots)
    const mask = this.#table.length - 1
    for (let slot = 0; slot < this.slots; slot++) {
      for (let at = hash(group, slot) & mask; this.#table[at] !== 0; at = (at + 1) & mask) {
        const cell = this.#table[at]! - 1
        if (this.#cellSlot[cell] !== slot || this.#cellGroup[cell] !== group) continue
        for (const lane of this.lanes) lane[block + slot] = lane[cell]!
        break
      }
    }
    this.#blocks[group] = block
    return block
  }

  #take(count: number): number {
    const first = this.#used
    this.#used += count
    if (this.#used > this.#capacity) {
      this.#capacity = Math.max(16, this.#used, this.#capacity * 2)
      const grow = <T extends Float64Array | Uint32Array>(old: T, bigger: T): T => {
        bigger.set(old)
        return bigger
      }
      this.lanes = this.lanes.map(lane => grow(lane, new Float64Array(this.#capacity)))
      if (this.#blockFrom > 0) {
        this.#cellGroup = grow(this.#cellGroup, new Uint32Array(this.#capacity))
        this.#cellSlot = grow(this.#cellSlot, new Uint32Array(this.#capacity))
      }
    }
    if (count > 1 && this.#blockFrom > 0) this.#cellGroup.fill(IN_BLOCK, first, first + count)
    return first
  }

  #rehash(): void {
    const table = new Uint32Array(Math.max(64, this.#table.length * 2))
    const mask = table.length - 1
    for (const entry of this.#table) {
      if (entry === 0) continue
      let at = hash(this.#cellGroup[entry - 1]!, this.#cellSlot[entry - 1]!) & mask
      while (table[at] !== 0) at = (at + 1) & mask
      table[at] = entry
    }
    this.#table = table
  }
}

function hash(group: number, slot: number): number {
  const mixed = Math.imul(group, 0x9e3779b1) ^ Math.imul(slot + 1, 0x85ebca6b)
  const spread = Math.imul(mixed ^ (mixed >>> 15), 0xc2b2ae35)
  return (spread ^ (spread >>> 13)) >>> 0
}
