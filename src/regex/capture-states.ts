/*
 * States of the automaton that finds where a match and its groups are, made one at a time when asked for.
 *
 * A state is the list of instructions that threads go on at, in order of preference, as in a Pike machine. Each thread has a row of
 * registers, the positions noted so far; threads that noted the same share one. A transition says which state follows and how the
 * rows move. In the long loops of a pattern nothing moves, so a step costs what it costs in an automaton without registers.
 *
 * What a thread reaches without consuming is followed only when the next symbol is known, all assertions being decided then: which
 * of two ways to an instruction comes first must not depend on what was known earlier.
 *
 * Threads of matches not yet begun are not in the list: while a state is `searching`, a step begins one before the symbol, less
 * preferred than all others.
 */
import {contains} from './charset.ts'
import {AT, OP, type Program} from './program.ts'
import {isWordRune, runeClasses, type RuneClasses} from './rune-classes.ts'

const WORD_ASSERTS = AT.wordBoundary | AT.noWordBoundary
/** Known about a position besides what assertions ask: a word character is before it. */
export const PREVIOUS_WORD = 64

/** Where a row of registers comes from. */
export type Move = {
  /** The row before, or -1 for a new one with nothing noted. */
  readonly from: number
  /** Slots that get the position before the symbol. */
  readonly slots: readonly number[]
}

/** What happens to the registers under a symbol. */
export type Transition = {
  /** A match that ends before the symbol, better than any found so far. */
  readonly match: Move | undefined
  /** Row by row; undefined when every row stays as it is. */
  readonly moves: readonly Move[] | undefined
  /** Each row comes from itself or from nothing. */
  readonly inPlace: boolean
}

type CaptureState = {
  /** Instructions, the most preferred first, and the row of each; rows are numbered in order of appearance. */
  readonly threads: readonly number[]
  readonly rows: readonly number[]
  readonly conditions: number
  readonly searching: boolean
}

type Thread = {readonly at: number; readonly from: number; readonly slots: readonly number[]}

const NO_SLOTS: readonly number[] = []

export class CaptureStates {
  readonly classes: RuneClasses
  readonly endOfText: number
  private readonly program: Program
  /** Conditions that the program ever asks for; others would only split states. */
  private readonly relevant: number
  private readonly ids = new Map<string, number>()
  private states: CaptureState[] = []
  /** Whether a match can begin later than at the beginning of the text. */
  private readonly isSearching: boolean
  private readonly seen: Uint32Array
  private generation = 0

  constructor(program: Program) {
    this.program = program
    this.classes = runeClasses(program)
    this.endOfText = this.classes.count
    this.relevant = (program.asserts & (AT.beginText | AT.beginLine)) | ((program.asserts & WORD_ASSERTS) !== 0 ? PREVIOUS_WORD : 0)
    this.seen = new Uint32Array(program.op.length)
    this.generation++
    const threads: Thread[] = []
    this.isSearching = this.follow({at: program.start, from: -1, slots: NO_SLOTS}, ~AT.beginText, threads) || threads.length > 0
  }

  /** Forgets all states; ids given out before are void. */
  clear(): void {
    this.ids.clear()
    this.states = []
  }

  get(id: number): CaptureState {
    return this.states[id]!
  }

  /** Before the first symbol of a search, at a position with these conditions. */
  start(conditions: number): number {
    return this.intern({threads: [], rows: [], conditions: conditions & this.relevant, searching: true})
  }

  intern(state: CaptureState): number {
    const key = `${state.searching ? 's' : ''}${state.conditions}:${state.threads.join()}:${state.rows.join()}`
    let id = this.ids.get(key)
    if (id === undefined) {
      id = this.states.push(state) - 1
      this.ids.set(key, id)
    }
    return id
  }

  /** The state that follows, undefined when no thread is left and none begins; and what happens to the registers on the way. */
  step(id: number, symbol: number): {next: CaptureState | undefined; transition: Transition} {
    const state = this.states[id]!
    const isEnd = symbol === this.endOfText
    const rune = isEnd ? -1 : this.classes.sample[symbol]!
    const {waiting, match} = this.resolve(state, rune)
    const ended = match && {from: match.from, slots: match.slots}
    if (isEnd) return {next: undefined, transition: {match: ended, moves: undefined, inPlace: true}}
    const threads = this.consume(waiting, rune)
    // A match cuts off what is less preferred, later begins above all.
    const searching = state.searching && match === undefined && this.isSearching
    const conditions = this.relevant & ((rune === 10 ? AT.beginLine : 0) | (isWordRune(rune) ? PREVIOUS_WORD : 0))
    const {rows, moves} = shareRows(threads)
    const isStill = moves.every((move, row) => move.from === row && move.slots.length === 0)
    const inPlace = moves.every((move, row) => move.from === row || move.from < 0)
    const next = searching || threads.length > 0 ? {threads: threads.map(thread => thread.at), rows, conditions, searching} : undefined
    return {next, transition: {match: ended, moves: isStill ? undefined : moves, inPlace}}
  }

  // All that waits for the symbol, in order, new threads at the end; up to the first thread that matches.
  private resolve(state: CaptureState, rune: number): {waiting: readonly Thread[]; match: Thread | undefined} {
    const isWord = rune >= 0 && isWordRune(rune)
    const isBoundary = ((state.conditions & PREVIOUS_WORD) !== 0) !== isWord
    const conditions =
      state.conditions |
      (rune < 0 ? AT.endText | AT.endLine : rune === 10 ? AT.endLine : 0) |
      (isBoundary ? AT.wordBoundary : AT.noWordBoundary)
    const waiting: Thread[] = []
    this.generation++
    let hasMatch = false
    for (let i = 0; i < state.threads.length && !hasMatch; i++) {
      hasMatch = this.follow({at: state.threads[i]!, from: state.rows[i]!, slots: NO_SLOTS}, conditions, waiting)
    }
    if (!hasMatch && state.searching) {
      hasMatch = this.follow({at: this.program.start, from: -1, slots: NO_SLOTS}, conditions, waiting)
    }
    return {waiting, match: hasMatch ? waiting.pop() : undefined}
  }

  private consume(waiting: readonly Thread[], rune: number): Thread[] {
    const {out, arg, sets} = this.program
    const threads: Thread[] = []
    this.generation++
    for (const thread of waiting) {
      const at = out[thread.at]!
      if (this.seen[at] === this.generation || !contains(sets[arg[thread.at]!]!, rune)) continue
      this.seen[at] = this.generation
      threads.push({...thread, at})
    }
    return threads
  }

  // Appends what is reached without consuming; true when the last of it is a match.
  private follow(thread: Thread, conditions: number, threads: Thread[]): boolean {
    const {op, out, arg} = this.program
    const stack = [thread]
    for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
      const {at} = top
      if (this.seen[at] === this.generation) continue
      this.seen[at] = this.generation
      switch (op[at]) {
        case OP.match:
          threads.push(top)
          return true
        case OP.set:
          threads.push(top)
          break
        case OP.alt:
          stack.push({...top, at: arg[at]!}, {...top, at: out[at]!})
          break
        case OP.save:
          stack.push({...top, at: out[at]!, slots: [...top.slots, arg[at]!]})
          break
        default:
          if ((conditions & arg[at]!) !== 0) stack.push({...top, at: out[at]!})
      }
    }
    return false
  }
}

// One row for all threads that come from the same row and note the same.
function shareRows(threads: readonly Thread[]): {rows: number[]; moves: Move[]} {
  const moves: Move[] = []
  const ids = new Map<string, number>()
  const rows = threads.map(({from, slots}) => {
    const key = `${from}:${slots.join()}`
    let row = ids.get(key)
    if (row === undefined) {
      row = moves.push({from, slots}) - 1
      ids.set(key, row)
    }
    return row
  })
  return {rows, moves}
}
