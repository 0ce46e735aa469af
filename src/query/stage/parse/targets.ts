/*
 * Which names a parser has to extract, and where their values go in a batch.
 *
 * A name has a slot as long as the parser lives. In a batch a slot is dead when nothing that is asked for can come of it: `app`
 * where the stream has a label `app`, and nobody asks for `app_extracted`.
 */
import {labelValue} from '../../../model/index.ts'
import {EXTRACTED_SUFFIX, type Batch, type Target} from '../../batch.ts'
import {encodeText} from '../../bytes.ts'
import type {ParsedColumn} from '../../column.ts'
import {ERROR_DETAILS_LABEL, ERROR_LABEL} from '../../error-state.ts'
import {hasName, wants, type Names} from '../stage.ts'
import type {KeySlots} from './key-tree.ts'

// In `seen`: a slot that no line has to fill. Larger than any line number.
const DEAD = 0x7fffffff

/** What a scanner has to note of each line. */
export type Wanted = {
  /** Everything that has a slot, repeated keys too. */
  readonly all: boolean
  /** Errors are asked for: lines must be read to their end. */
  readonly errors: boolean
  /** Unless all: how many slots each line should fill. */
  readonly live: number
  /** Unless all: by slot, the number of the last line that filled it. */
  readonly seen: Int32Array
  /** The number of the line that is being read, from 1 in each batch. */
  lineNumber: number
}

export class KeyTargets implements Wanted, KeySlots {
  readonly all: boolean
  readonly errors: boolean
  live = 0
  seen = new Int32Array(16)
  lineNumber = 0

  readonly #after: Names
  readonly #slots = new Map<string, number>()
  #names: string[] = []
  #targets: (Target | undefined)[] = []
  #batch: Batch | undefined

  constructor(after: Names) {
    this.#after = after
    this.all = after === 'all'
    this.errors = hasName(after, ERROR_LABEL) || hasName(after, ERROR_DETAILS_LABEL)
    if (after === 'all') return
    // Each name that may lead to one of the labels asked for: known from the start, so that a line is done when all were met.
    for (const name of after) {
      this.slot(name)
      if (name.endsWith(EXTRACTED_SUFFIX)) this.slot(name.slice(0, -EXTRACTED_SUFFIX.length))
    }
  }

  /** The slot of a label name, -1 when it is not asked for. */
  slot(name: string): number {
    const known = this.#slots.get(name)
    if (known !== undefined) return known
    if (name === '' || !wants(this.#after, name)) return -1
    const slot = this.#names.length
    this.#slots.set(name, slot)
    this.#names.push(name)
    if (!this.all && slot >= this.seen.length) {
      const larger = new Int32Array(2 * slot)
      larger.set(this.seen)
      this.seen = larger
    }
    return slot
  }

  /** Whether a name that begins so may be asked for. */
  below(prefix: string): boolean {
    if (this.#after === 'all' || prefix === '') return true
    for (const name of this.#slots.keys()) if (name === prefix || name.startsWith(`${prefix}_`)) return true
    return false
  }

  /**
   * @param mayFail lines may have errors: then all are read even when nothing can come of it in this batch, because the errors
   *                of a parser that somebody asks anything of are seen (a metric query fails of them).
   * @returns false when no line of the batch needs to be read.
   */
  begin(batch: Batch, mayFail: boolean): boolean {
    this.#batch = batch
    this.#targets = []
    this.lineNumber = 0
    if (this.all) return true
    this.live = 0
    for (const [slot, name] of this.#names.entries()) {
      const live = this.#mayDeliver(batch, name)
      if (live) this.live++
      this.seen[slot] = live ? 0 : DEAD
    }
    return this.live > 0 || mayFail
  }

  #mayDeliver(batch: Batch, name: string): boolean {
    const inStream = labelValue(batch.stream, name) !== undefined
    if (!inStream && hasName(this.#after, name)) return true
    return (inStream || batch.meta(name) !== undefined) && hasName(this.#after, name + EXTRACTED_SUFFIX)
  }

  /**
   * Unless all: slots that lines should fill, with their names.
   *
   * @returns contested: two of them may lead to one label, `a` where it collides and `a_extracted`; the one that comes first in a
   *          line wins.
   */
  liveNames(): {slots: number[]; names: Uint8Array[]; contested: boolean} {
    const slots = [...this.#names.keys()].filter(slot => this.seen[slot] !== DEAD)
    const names = slots.map(slot => this.#names[slot]!)
    const contested = names.some(name => names.includes(name + EXTRACTED_SUFFIX))
    return {slots, names: names.map(encodeText), contested}
  }

  /** Forgets the batch. */
  end(): void {
    this.#batch = undefined
    this.#targets = []
  }

  /** Forgets all names, when all are asked for: for parsers that met too many. */
  forget(): void {
    if (!this.all) return
    this.#slots.clear()
    this.#names = []
    this.#targets = []
  }

  /** The column to write, undefined when an earlier value wins. */
  open(slot: number, row: number): ParsedColumn | undefined {
    return (this.#targets[slot] ??= this.#batch!.target(this.#names[slot]!)).open(row)
  }
}
