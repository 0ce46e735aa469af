/*
 * Samples in order of arrival, as growing columns: series, slot, value and, when `lanes` is 3, also day and ns before it.
 */
import type {Lanes} from './state.ts'

export class SampleLog {
  lanes: Lanes
  #groups = new Uint32Array(1024)
  #slots = new Uint32Array(1024)
  #count = 0
  readonly #timed: boolean

  constructor(lanes: number) {
    this.lanes = Array.from({length: lanes}, () => new Float64Array(1024))
    this.#timed = lanes === 3
  }

  get bytes(): number {
    return this.#slots.length * (8 + 8 * this.lanes.length)
  }

  push(group: number, slot: number, day: number, ns: number, value: number): void {
    const at = this.#count++
    if (at === this.#slots.length) this.#grow()
    this.#groups[at] = group
    this.#slots[at] = slot
    if (this.#timed) {
      this.lanes[0]![at] = day
      this.lanes[1]![at] = ns
      this.lanes[2]![at] = value
    } else this.lanes[0]![at] = value
  }

  rows(): {groups: Uint32Array; slots: Uint32Array; index: Uint32Array} {
    const index = new Uint32Array(this.#count)
    for (let i = 0; i < index.length; i++) index[i] = i
    return {groups: this.#groups.subarray(0, this.#count), slots: this.#slots.subarray(0, this.#count), index}
  }

  #grow(): void {
    const grow = <T extends Float64Array | Uint32Array>(old: T, bigger: T): T => {
      bigger.set(old)
      return bigger
    }
    const size = Math.ceil(this.#slots.length * 1.5)
    this.#groups = grow(this.#groups, new Uint32Array(size))
    this.#slots = grow(this.#slots, new Uint32Array(size))
    this.lanes = this.lanes.map(lane => grow(lane, new Float64Array(size)))
  }
}
