/*
 * States of the deterministic automaton that answers "is there a match?", made one at a time when asked for.
 *
 * A state is the set of instructions that wait for the next code point. Assertions that look back (^ \A) are decided on
 * arrival; those that look ahead ($ \z \b \B) wait in the set until the next class, or the end of the text, is known.
 * The search is unanchored: the start of the program joins every state. \A keeps it out by itself.
 *
 *   MATCH  absorbing: whatever follows, the text matches.       DEAD  absorbing: it never will.
 */
import {contains} from './charset.ts'
import {AT, OP, type Program} from './program.ts'
import {isWordRune, runeClasses, type RuneClasses} from './rune-classes.ts'

export const DEAD = 0
export const MATCH = 1
const FIRST_STATE = 2

const LOOK_AHEAD = AT.endText | AT.endLine | AT.wordBoundary | AT.noWordBoundary
// What is known about the position of a state from the code point before it. The last is not a condition by itself.
const PREVIOUS_WORD = 64

export class DfaStates {
  readonly program: Program
  readonly classes: RuneClasses
  /** The symbol that stands for the end of the text; classes are 0..endOfText-1. */
  readonly endOfText: number
  /** Steps over instructions so far: what building has cost. */
  work = 0
  /** Instructions in all states: what they take of memory, at about 4 bytes each. */
  held = 0

  private readonly isWord: Uint8Array
  private readonly isNewline: Uint8Array
  /** True when a search can begin later than at the start of the text. */
  private readonly isSearching: boolean
  private readonly ids = new Map<string, number>()
  private members: Uint16Array[] = []
  private conditions: number[] = []

  // Sparse set of instructions being collected, and the stack to walk them.
  private readonly seen: Uint32Array
  private generation = 0
  private readonly queue: Uint16Array
  private queued = 0
  private readonly stack: number[] = []

  /** Callers guarantee at most 65,535 instructions. */
  constructor(program: Program) {
    this.program = program
    this.classes = runeClasses(program)
    this.endOfText = this.classes.count
    const {sample} = this.classes
    this.isWord = Uint8Array.from(sample, rune => (isWordRune(rune) ? 1 : 0))
    this.isNewline = Uint8Array.from(sample, rune => (rune === 10 ? 1 : 0))
    this.seen = new Uint32Array(program.op.length)
    this.queue = new Uint16Array(program.op.length)
    this.isSearching = this.canStartLater()
  }

  /** Forgets all states; ids given out before are void. */
  clear(): void {
    this.ids.clear()
    this.members = []
    this.conditions = []
    this.held = 0
  }

  start(): number {
    this.begin()
    const conditions = AT.beginText | AT.beginLine
    return this.follow(this.program.start, conditions, false) ? MATCH : this.intern(conditions)
  }

  /** What a state becomes under a class, or under {@link endOfText}: then MATCH or DEAD. */
  step(state: number, symbol: number): number {
    if (state < FIRST_STATE) return state
    const waiting = this.resolve(state, symbol)
    if (waiting === undefined) return MATCH
    if (symbol === this.endOfText) return DEAD
    const {op, out, arg, sets, start} = this.program
    const rune = this.classes.sample[symbol]!
    const conditions = (this.isNewline[symbol] === 1 ? AT.beginLine : 0) | (this.isWord[symbol] === 1 ? PREVIOUS_WORD : 0)
    this.begin()
    this.work += waiting.length
    for (const at of waiting) {
      if (op[at] !== OP.set || !contains(sets[arg[at]!]!, rune)) continue
      if (this.follow(out[at]!, conditions, false)) return MATCH
    }
    if (this.isSearching && this.follow(start, conditions, false)) return MATCH
    return this.intern(conditions)
  }

  /** The instructions of a state as they are saved across {@link clear}. */
  save(state: number): {members: Uint16Array; conditions: number} | undefined {
    const members = this.members[state - FIRST_STATE]
    return members && {members, conditions: this.conditions[state - FIRST_STATE]!}
  }

  restore(saved: {members: Uint16Array; conditions: number}): number {
    this.begin()
    for (const at of saved.members) this.queue[this.queued++] = at
    return this.intern(saved.conditions)
  }

  // Decides the assertions that wait in a state, now that the next symbol is known; undefined is a match.
  private resolve(state: number, symbol: number): Uint16Array | undefined {
    const members = this.members[state - FIRST_STATE]!
    const before = this.conditions[state - FIRST_STATE]!
    // Conditions are kept only where assertions wait, and at the start of the text.
    if ((this.program.asserts & LOOK_AHEAD) === 0 || !members.some(at => this.program.op[at] === OP.assert)) return members
    const isEnd = symbol === this.endOfText
    const endsLine = isEnd || this.isNewline[symbol] === 1
    const isBoundary = ((before & PREVIOUS_WORD) !== 0) !== (!isEnd && this.isWord[symbol] === 1)
    const conditions = before | (isEnd ? AT.endText : 0) | (endsLine ? AT.endLine : 0) | (isBoundary ? AT.wordBoundary : AT.noWordBoundary)
    this.begin()
    for (const at of members) if (this.follow(at, conditions, true)) return undefined
    return this.queue.slice(0, this.queued)
  }

  private begin(): void {
    this.queued = 0
    this.generation++
    if (this.generation === 0xffffffff) {
      this.seen.fill(0)
      this.generation = 1
    }
  }

  // Collects what is reached without consuming; true when that is a match.
  private follow(from: number, conditions: number, isAheadKnown: boolean): boolean {
    const {op, out, arg} = this.program
    const {seen, stack, generation} = this
    stack.push(from)
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      if (seen[at] === generation) continue
      seen[at] = generation
      this.work++
      switch (op[at]) {
        case OP.match:
          stack.length = 0
          return true
        case OP.set:
          this.queue[this.queued++] = at
          break
        case OP.alt:
          stack.push(arg[at]!, out[at]!)
          break
        case OP.save:
          stack.push(out[at]!)
          break
        default:
          if ((conditions & arg[at]!) !== 0) stack.push(out[at]!)
          else if (!isAheadKnown && (arg[at]! & LOOK_AHEAD) !== 0) this.queue[this.queued++] = at
      }
    }
    return false
  }

  private intern(conditions: number): number {
    if (this.queued === 0 && !this.isSearching) return DEAD
    const members = this.queue.slice(0, this.queued).sort()
    let waits = false
    if ((this.program.asserts & LOOK_AHEAD) !== 0) for (const at of members) waits ||= this.program.op[at] === OP.assert
    const kept = waits ? conditions : 0
    const key = keyOf(members, kept)
    let id = this.ids.get(key)
    if (id === undefined) {
      id = FIRST_STATE + this.members.push(members) - 1
      this.conditions.push(kept)
      this.held += members.length
      this.ids.set(key, id)
    }
    return id
  }

  // Follows the start as at some later position, taking every assertion but \A for true.
  private canStartLater(): boolean {
    this.begin()
    return this.follow(this.program.start, ~AT.beginText, true) || this.queued > 0
  }
}

function keyOf(members: Uint16Array, conditions: number): string {
  let key = String.fromCharCode(conditions)
  for (let i = 0; i < members.length; i += 4096) key += String.fromCharCode(...members.subarray(i, i + 4096))
  return key
}
