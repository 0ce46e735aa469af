/*
 * The whole automaton as one table over bytes, for the kernel, when it is small enough to be built ahead.
 *
 * States of code points become states of bytes. Where a state treats all non-ASCII characters alike, and one of them leaves it
 * where many do, any byte from 0x80 may take that step at once: that is exact for valid and invalid UTF-8, and it is the case
 * for nearly every pattern. Other states get a row for each open UTF-8 sequence.
 */
import type {DfaTable} from '../kernel/index.ts'
import {DEAD, DfaStates, MATCH} from './dfa-states.ts'
import type {Program} from './program.ts'
import {INVALID, symbolOf, utf8Tree, type Utf8Tree} from './utf8-tree.ts'

// Larger tables leave the caches of the processor, and building them takes longer than the lazy automaton needs.
const STATES_MAX = 2000
const WORK_MAX = 600_000
// Entries hold row numbers times the class count in 16 bits.
const ENTRIES_MAX = 65_536
const CLASSES_MAX = 256

/** undefined when the automaton is too large. */
export function dfaTable(program: Program): DfaTable | undefined {
  const states = new DfaStates(program)
  if (states.endOfText >= CLASSES_MAX) return undefined
  return new TableBuilder(states).build()
}

/** A state of the table: one of the automaton, maybe in the middle of a character. */
type Row = {readonly state: number; readonly node: number}

class TableBuilder {
  private readonly states: DfaStates
  /** Classes with members beyond ASCII. */
  private readonly highSymbols: readonly number[]
  private readonly rows: Row[] = []
  private readonly ids = new Map<number, number>()
  private readonly steps = new Map<number, number>()
  private tree: Utf8Tree | undefined

  constructor(states: DfaStates) {
    this.states = states
    const {bounds, classAt} = states.classes
    const high = new Set<number>()
    for (let i = 0; i < bounds.length; i++) if ((bounds[i + 1] ?? Infinity) > 0x80) high.add(classAt[i]!)
    this.highSymbols = [...high]
  }

  build(): DfaTable | undefined {
    const start = this.states.start()
    if (!this.exploreStates(start)) return undefined
    const {classes, count} = this.byteClasses()
    const symbols = count + 1
    const statesMax = Math.min(STATES_MAX, Math.floor(ENTRIES_MAX / symbols))
    if (symbols > CLASSES_MAX) return undefined
    const sample = new Int32Array(count)
    for (let byte = 255; byte >= 0; byte--) sample[classes[byte]!] = byte
    this.id({state: DEAD, node: INVALID})
    this.id({state: MATCH, node: INVALID})
    const startRow = this.id({state: start, node: INVALID})
    const entries: number[] = []
    for (let i = 0; i < this.rows.length; i++) {
      if (this.rows.length > statesMax || this.states.work > WORK_MAX) return undefined
      const row = this.rows[i]!
      for (const byte of sample) entries.push(this.id(this.next(row, byte)) * symbols)
      entries.push(this.id({state: this.end(row), node: INVALID}) * symbols)
    }
    return {table: Uint16Array.from(entries), classes, classCount: symbols, start: startRow * symbols}
  }

  private step(state: number, symbol: number): number {
    if (state <= MATCH) return state
    const index = state * (this.states.endOfText + 1) + symbol
    let next = this.steps.get(index)
    if (next === undefined) {
      next = this.states.step(state, symbol)
      this.steps.set(index, next)
    }
    return next
  }

  // Finds all states, and whether any of them has to look into characters. False when there are too many.
  private exploreStates(start: number): boolean {
    const seen = new Set([DEAD, MATCH, start])
    const queue = [start]
    let needsTree = false
    for (const state of queue) {
      if (seen.size > STATES_MAX || this.states.work > WORK_MAX) return false
      for (let symbol = 0; symbol < this.states.endOfText; symbol++) {
        const next = this.step(state, symbol)
        if (seen.has(next)) continue
        seen.add(next)
        queue.push(next)
      }
      needsTree ||= this.anyHigh(state) === undefined
    }
    if (needsTree) this.tree = utf8Tree(this.states.classes)
    return true
  }

  // Where a state is after any number of non-ASCII characters, if that is one place.
  private anyHigh(state: number): number | undefined {
    let target: number | undefined
    for (const symbol of this.highSymbols) {
      const next = this.step(state, symbol)
      target ??= next
      if (next !== target) return undefined
    }
    if (target === undefined) return undefined
    const once = target
    return this.highSymbols.every(symbol => this.step(once, symbol) === once) ? once : undefined
  }

  private byteClasses(): {classes: Uint8Array; count: number} {
    const {ascii} = this.states.classes
    const ids = new Map<string, number>()
    const classes = Uint8Array.from({length: 256}, (_, byte) => {
      const key = byte < 0x80 ? `${ascii[byte]!}` : this.highKey(byte)
      let id = ids.get(key)
      if (id === undefined) {
        id = ids.size
        ids.set(key, id)
      }
      return Math.min(id, 255)
    })
    return {classes, count: ids.size}
  }

  private highKey(byte: number): string {
    if (this.tree === undefined) return 'high'
    const inside = byte < 0xc0 ? this.tree.nodes.map(node => node.next[byte & 0x3f]).join() : ''
    return `high ${this.tree.roots[byte & 0x7f]!} ${inside}`
  }

  private next({state, node}: Row, byte: number): Row {
    if (state <= MATCH) return {state, node: INVALID}
    if (node === INVALID || this.tree === undefined) return this.begin(state, byte)
    const open = this.tree.nodes[node]!
    const value = byte >= 0x80 && byte < 0xc0 ? open.next[byte & 0x3f]! : INVALID
    if (value >= 0) return {state, node: value}
    if (value < INVALID) return {state: this.step(state, symbolOf(value)), node: INVALID}
    return this.begin(this.broken(state, open.depth), byte)
  }

  // A byte at the border of characters.
  private begin(state: number, byte: number): Row {
    if (byte < 0x80) return {state: this.step(state, this.states.classes.ascii[byte]!), node: INVALID}
    const direct = this.anyHigh(state)
    if (direct !== undefined || this.tree === undefined) return {state: direct ?? DEAD, node: INVALID}
    const node = this.tree.roots[byte & 0x7f]!
    return node === INVALID ? {state: this.broken(state, 1), node} : {state, node}
  }

  private end({state, node}: Row): number {
    const open = node === INVALID ? undefined : this.tree?.nodes[node]
    return this.step(open === undefined ? state : this.broken(state, open.depth), this.states.endOfText)
  }

  // The state after some invalid bytes.
  private broken(state: number, bytes: number): number {
    let next = state
    for (let i = 0; i < bytes; i++) next = this.step(next, this.states.classes.error)
    return next
  }

  private id(row: Row): number {
    const key = row.state * 65_536 + row.node + 1
    let id = this.ids.get(key)
    if (id === undefined) {
      id = this.rows.push(row) - 1
      this.ids.set(key, id)
    }
    return id
  }
}
