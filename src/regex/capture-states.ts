/*
 * States of the automaton that finds where a match and its groups are, made one at a time when asked for.
 *
 * A state is the list of instructions that threads wait at, in order of preference, as in a Pike machine; each thread owns a
 * row of registers, the positions noted so far. A transition says which state follows and how the rows move. In the long loops of
 * a pattern nothing moves, so a step costs what it costs in an automaton without registers.
 *
 * Threads of matches not yet begun are not in the list: while a state is `searching`, a step begins one at the position before
 * the symbol, after (that is, less preferred than) all others.
 */
import {contains} from './charset.ts'
import {AT, OP, type Program} from './program.ts'
import {isWordRune, runeClasses, type RuneClasses} from './rune-classes.ts'

const LOOK_AHEAD = AT.endText | AT.endLine | AT.wordBoundary | AT.noWordBoundary
const WORD_ASSERTS = AT.wordBoundary | AT.noWordBoundary
/** Known about a position besides what assertions ask: a word character is before it. */
export const PREVIOUS_WORD = 64

/** Where the registers of a thread come from. */
export type Move = {
  /** Row of the thread before, or -1 for a new one with nothing noted. */
  readonly from: number
  /** Slots that get the position before the symbol, and behind it. */
  readonly before: readonly number[]
  readonly after: readonly number[]
}

export type Transition = {
  /** A match that ends before the symbol, better than any found so far. */
  readonly match: Move | undefined
  /** Row by row; undefined when every row stays as it is. */
  readonly moves: readonly Move[] | undefined
  /** Each row comes from itself or from nothing. */
  readonly inPlace: boolean
}

type CaptureState = {readonly threads: readonly number[]; readonly conditions: number; readonly searching: boolean}
type Thread = {readonly at: number; readonly from: number; readonly before: readonly number[]; readonly after: readonly number[]}

const NO_SLOTS: readonly number[] = []

export class CaptureStates {
  readonly classes: RuneClasses
  readonly endOfText: number
  private readonly program: Program
  /** Conditions that the program ever asks for; others would only split states. */
  private readonly relevant: number
  private readonly ids = new Map<string, number>()
  private states: CaptureState[] = []
  private readonly isSearching: boolean
  private readonly seen: Uint32Array
  private generation = 0

  constructor(program: Program) {
    this.program = program
    this.classes = runeClasses(program)
    this.endOfText = this.classes.count
    this.relevant = (program.asserts & (AT.beginText | AT.beginLine)) | ((program.asserts & WORD_ASSERTS) !== 0 ? PREVIOUS_WORD : 0)
    this.seen = new Uint32Array(program.op.length)
    this.isSearching = this.canStartLater()
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
    return this.intern({threads: [], conditions: conditions & this.relevant, searching: true})
  }

  intern(state: CaptureState): number {
    const key = `${state.searching ? 's' : ''}${state.conditions}:${state.threads.join()}`
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
    const rune = symbol === this.endOfText ? -1 : this.classes.sample[symbol]!
    const {waiting, match} = this.resolve(state, rune)
    const threads: Thread[] = []
    if (rune >= 0) {
      const {op, out, arg, sets} = this.program
      const conditions = (rune === 10 ? AT.beginLine : 0) | (isWordRune(rune) ? PREVIOUS_WORD : 0)
      this.begin()
      for (const thread of waiting) {
        if (op[thread.at] !== OP.set || !contains(sets[arg[thread.at]!]!, rune)) continue
        if (this.follow({...thread, at: out[thread.at]!}, conditions, 'after', threads)) break
      }
      // A match cuts off what is less preferred, later begins above all.
      const searching = state.searching && match === undefined && !threads.some(thread => op[thread.at] === OP.match) && this.isSearching
      const next = {threads: threads.map(thread => thread.at), conditions: conditions & this.relevant, searching}
      const isOver = !searching && threads.length === 0
      return {next: isOver ? undefined : next, transition: {match: match && moveOf(match), ...movesOf(threads)}}
    }
    return {next: undefined, transition: {match: match && moveOf(match), moves: undefined, inPlace: true}}
  }

  // Threads in order with what looks ahead decided, new ones at the end, up to the first that matches.
  private resolve(state: CaptureState, rune: number): {waiting: readonly Thread[]; match: Thread | undefined} {
    const {program} = this
    const isWord = rune >= 0 && isWordRune(rune)
    const isBoundary = ((state.conditions & PREVIOUS_WORD) !== 0) !== isWord
    const conditions =
      state.conditions |
      (rune < 0 ? AT.endText | AT.endLine : rune === 10 ? AT.endLine : 0) |
      (isBoundary ? AT.wordBoundary : AT.noWordBoundary)
    const waiting: Thread[] = []
    this.begin()
    let hasMatch = false
    state.threads.some((at, from) => (hasMatch = this.follow({at, from, before: NO_SLOTS, after: NO_SLOTS}, conditions, 'before', waiting)))
    if (!hasMatch && state.searching) {
      hasMatch = this.follow({at: program.start, from: -1, before: NO_SLOTS, after: NO_SLOTS}, conditions, 'before', waiting)
    }
    return {waiting, match: hasMatch ? waiting.pop() : undefined}
  }

  // Whether a match can begin at a later position: not when only the beginning of the text will do.
  private canStartLater(): boolean {
    this.begin()
    const threads: Thread[] = []
    const start = {at: this.program.start, from: -1, before: NO_SLOTS, after: NO_SLOTS}
    return this.follow(start, ~AT.beginText, 'before', threads) || threads.length > 0
  }

  private begin(): void {
    this.generation++
  }

  // Appends the threads reached without consuming; true when the last of them is a match. On arrival (`after`) what looks ahead waits.
  private follow(thread: Thread, conditions: number, phase: 'before' | 'after', threads: Thread[]): boolean {
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
          stack.push({...top, at: out[at]!, [phase]: [...top[phase], arg[at]!]})
          break
        default:
          if ((conditions & arg[at]!) !== 0) stack.push({...top, at: out[at]!})
          else if (phase === 'after' && (arg[at]! & LOOK_AHEAD) !== 0) threads.push(top)
      }
    }
    return false
  }
}

function moveOf({from, before, after}: Thread): Move {
  return {from, before, after}
}

function movesOf(threads: readonly Thread[]): {moves: readonly Move[] | undefined; inPlace: boolean} {
  const isStill = threads.every((thread, row) => thread.from === row && thread.before.length === 0 && thread.after.length === 0)
  if (isStill) return {moves: undefined, inPlace: true}
  return {moves: threads.map(moveOf), inPlace: threads.every((thread, row) => thread.from === row || thread.from < 0)}
}
