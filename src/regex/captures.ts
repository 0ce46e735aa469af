/*
 * Finds the leftmost match and its groups, preferring what the pattern prefers (as Perl and Go do), in time linear in the text.
 *
 * Runs the automaton of capture-states.ts, building it as texts need it; when the cache is full it is begun anew.
 */
import {CaptureStates, PREVIOUS_WORD, type Move, type Transition} from './capture-states.ts'
import {AT, type Program} from './program.ts'
import {classOf, isWordRune} from './rune-classes.ts'
import {decodeRune} from './utf8.ts'

const UNKNOWN = -2
const OVER = -1
// Transitions, and threads in the states they lead to, kept at most: some MiB a pattern.
const TRANSITIONS_MAX = 1 << 18
const THREADS_MAX = 1 << 17
const STATES_FIRST = 16
// So many registers are moved in the time that a byte takes.
const WORDS_PER_BYTE = 8

export class Captures {
  /** What the last search cost: about as much as reading so many bytes. */
  work = 0
  private moved = 0
  private readonly program: Program
  private readonly states: CaptureStates
  private readonly stride: number
  private readonly statesMax: number
  /** [state * stride + symbol] = next state * stride, OVER or UNKNOWN; and what to do on the way: index of a transition, 0 for nothing. */
  private next: Int32Array
  private actions: Int32Array
  private transitions: Transition[] = []
  private threads = 0
  // Rows of registers and the ones they move to; the registers of the best match.
  private registers: Int32Array
  private spare: Int32Array
  private readonly best: Int32Array

  constructor(program: Program) {
    this.program = program
    this.states = new CaptureStates(program)
    this.stride = this.states.endOfText + 1
    this.statesMax = Math.max(8, Math.floor(TRANSITIONS_MAX / this.stride))
    this.next = new Int32Array(0)
    this.actions = new Int32Array(0)
    this.forget()
    this.registers = new Int32Array(4 * program.slots)
    this.spare = new Int32Array(4 * program.slots)
    this.best = new Int32Array(program.slots)
  }

  /**
   * The first match in the text bytes [from, to) that begins at or after `at`.
   *
   * @returns two positions in `bytes` a group, [start, end), -1 for a group that took no part; undefined when there is no match.
   *          Owned by this object, valid until the next call.
   */
  find(bytes: Uint8Array, from: number, to: number, at: number): Int32Array | undefined {
    const {ascii, high} = this.states.classes
    const {stride} = this
    let found = false
    this.moved = 0
    let row = this.startRow(bytes, from, at)
    let i = at
    while (row !== OVER) {
      let symbol = stride - 1
      let end = i
      if (i < to) {
        const byte = bytes[i]!
        if (byte < 0x80) {
          symbol = ascii[byte]!
          end = i + 1
        } else {
          const decoded = decodeRune(bytes, i, to)
          symbol = high >= 0 ? high : classOf(this.states.classes, decoded >>> 3)
          end = i + (decoded & 7)
        }
      }
      let index = row + symbol
      if (this.next[index] === UNKNOWN) index = this.discover(row, symbol)
      const action = this.actions[index]!
      if (action !== 0 && this.perform(this.transitions[action - 1]!, i)) found = true
      row = this.next[index]!
      i = end
    }
    this.work = i - at + this.moved / WORDS_PER_BYTE
    return found ? this.best : undefined
  }

  // The state before the symbol at `at`. What is before it in the text counts: matches are sought from the middle too.
  private startRow(bytes: Uint8Array, from: number, at: number): number {
    let conditions = AT.beginText | AT.beginLine
    if (at > from) {
      const before = bytes[at - 1]! // part of a longer character, it is neither
      conditions = (before === 10 ? AT.beginLine : 0) | (isWordRune(before) ? PREVIOUS_WORD : 0)
    }
    const state = this.states.start(conditions)
    this.reserve(state)
    return state * this.stride
  }

  // True when it found a better match.
  private perform({match, moves, inPlace}: Transition, position: number): boolean {
    const {slots} = this.program
    if (match !== undefined) apply(match, this.registers, this.best, 0, slots, position)
    if (moves !== undefined) {
      const needed = moves.length * slots
      this.moved += needed
      if (needed > this.registers.length) {
        const grown = new Int32Array(2 * needed)
        grown.set(this.registers)
        this.registers = grown
        this.spare = new Int32Array(2 * needed)
      }
      const target = inPlace ? this.registers : this.spare
      for (let row = 0; row < moves.length; row++) apply(moves[row]!, this.registers, target, row * slots, slots, position)
      this.spare = inPlace ? this.spare : this.registers
      this.registers = target
    }
    return match !== undefined
  }

  // Computes a transition; returns its index, which moves when the cache had to be cleared.
  private discover(row: number, symbol: number): number {
    let from = row / this.stride
    const {next, transition} = this.states.step(from, symbol)
    const cost = next?.threads.length ?? 0
    let to = next === undefined ? OVER : this.states.intern(next)
    if (to >= this.statesMax || this.threads + cost > THREADS_MAX) {
      const state = this.states.get(from)
      this.forget()
      from = this.states.intern(state)
      to = next === undefined ? OVER : this.states.intern(next)
    }
    this.reserve(Math.max(from, to))
    const index = from * this.stride + symbol
    this.next[index] = to === OVER ? OVER : to * this.stride
    this.threads += cost
    if (transition.moves !== undefined || transition.match !== undefined) this.actions[index] = this.transitions.push(transition)
    return index
  }

  private forget(): void {
    this.states.clear()
    this.transitions = []
    this.threads = 0
    this.next = new Int32Array(STATES_FIRST * this.stride).fill(UNKNOWN)
    this.actions = new Int32Array(STATES_FIRST * this.stride)
  }

  private reserve(state: number): void {
    const needed = (state + 1) * this.stride
    if (needed <= this.next.length) return
    const next = new Int32Array(2 * needed).fill(UNKNOWN)
    const actions = new Int32Array(2 * needed)
    next.set(this.next)
    actions.set(this.actions)
    this.next = next
    this.actions = actions
  }
}

function apply(move: Move, source: Int32Array, target: Int32Array, at: number, slots: number, position: number): void {
  if (move.from < 0) target.fill(-1, at, at + slots)
  else {
    const from = move.from * slots
    if (source !== target || from !== at) for (let i = 0; i < slots; i++) target[at + i] = source[from + i]!
  }
  for (const slot of move.slots) target[at + slot] = position
}
