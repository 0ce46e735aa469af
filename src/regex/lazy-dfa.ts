/*
 * Runs the automaton in TypeScript, building states as texts need them.
 *
 * Transitions are one array, a row a state. When the array is full all states are forgotten and the current one is begun
 * anew, so memory is bounded; time stays linear, as each symbol costs at most one walk over the program.
 */
import {decodeRune} from './utf8.ts'
import {DEAD, DfaStates, MATCH} from './dfa-states.ts'
import type {Program} from './program.ts'
import {classOf} from './rune-classes.ts'

const UNKNOWN = -1
// 1 Mi transitions: 4 MiB a pattern at most, reached only by hostile patterns.
const TRANSITIONS_MAX = 1 << 20
// The same for what states hold.
const HELD_MAX = 1 << 20
const STATES_FIRST = 32

export class LazyDfa {
  private readonly states: DfaStates
  private readonly stride: number
  private readonly ascii: Uint16Array
  private readonly high: number
  private readonly statesMax: number
  /** [state * stride + symbol] = next state * stride, or UNKNOWN. */
  private next: Int32Array
  private readonly matchRow: number
  private startRow: number

  constructor(program: Program, transitionsMax = TRANSITIONS_MAX) {
    this.states = new DfaStates(program)
    this.stride = this.states.endOfText + 1
    this.ascii = this.states.classes.ascii
    this.high = this.states.classes.high
    this.statesMax = Math.max(8, Math.floor(transitionsMax / this.stride))
    this.matchRow = MATCH * this.stride
    this.next = this.emptyRows(Math.min(STATES_FIRST, this.statesMax))
    this.startRow = this.states.start() * this.stride
  }

  /** True when bytes [from, to) hold a match; the text is that range alone. */
  test(bytes: Uint8Array, from: number, to: number): boolean {
    const {ascii, matchRow, stride} = this
    let row = this.startRow
    let next = this.next
    for (let i = from; i < to;) {
      if (row <= matchRow) return row === matchRow
      const byte = bytes[i]!
      let symbol: number
      if (byte < 0x80) {
        symbol = ascii[byte]!
        i++
      } else {
        const decoded = decodeRune(bytes, i, to)
        symbol = this.high >= 0 ? this.high : classOf(this.states.classes, decoded >>> 3)
        i += decoded & 7
      }
      const known = next[row + symbol]!
      if (known !== UNKNOWN) row = known
      else {
        row = this.discover(row, symbol)
        next = this.next
      }
    }
    return this.isMatchAtEnd(row, stride - 1)
  }

  /** The same for a string; a lone surrogate is U+FFFD, as it would be in UTF-8. */
  testString(text: string): boolean {
    const {ascii, matchRow, stride} = this
    let row = this.startRow
    let next = this.next
    for (let i = 0; i < text.length; i++) {
      if (row <= matchRow) return row === matchRow
      const unit = text.charCodeAt(i)
      let symbol: number
      if (unit < 0x80) symbol = ascii[unit]!
      else {
        let rune = text.codePointAt(i)!
        if (rune > 0xffff) i++
        else if (rune >= 0xd800 && rune <= 0xdfff) rune = 0xfffd
        symbol = this.high >= 0 ? this.high : classOf(this.states.classes, rune)
      }
      const known = next[row + symbol]!
      if (known !== UNKNOWN) row = known
      else {
        row = this.discover(row, symbol)
        next = this.next
      }
    }
    return this.isMatchAtEnd(row, stride - 1)
  }

  private isMatchAtEnd(row: number, endOfText: number): boolean {
    if (row <= this.matchRow) return row === this.matchRow
    const known = this.next[row + endOfText]!
    return (known === UNKNOWN ? this.discover(row, endOfText) : known) === this.matchRow
  }

  private discover(row: number, symbol: number): number {
    let from = row / this.stride
    let to = this.states.step(from, symbol)
    if (to >= this.statesMax || this.states.held > HELD_MAX) {
      const savedFrom = this.states.save(from)
      const savedTo = this.states.save(to)
      this.states.clear()
      this.next = this.emptyRows(Math.min(STATES_FIRST, this.statesMax))
      this.startRow = this.states.start() * this.stride
      from = savedFrom ? this.states.restore(savedFrom) : DEAD
      to = savedTo ? this.states.restore(savedTo) : DEAD
    }
    const needed = (Math.max(from, to) + 1) * this.stride
    if (needed > this.next.length) {
      const grown = this.emptyRows(Math.min(this.statesMax, 2 * Math.ceil(needed / this.stride)))
      grown.set(this.next)
      this.next = grown
    }
    this.next[from * this.stride + symbol] = to * this.stride
    return to * this.stride
  }

  private emptyRows(states: number): Int32Array {
    return new Int32Array(states * this.stride).fill(UNKNOWN)
  }
}
