/*
 * The program of a pattern: a graph of instructions over code points, after Thompson. All matchers run it: the DFA
 * builds its states from it, the capturing matchers step through it.
 *
 * Alternatives are in order of preference: `out` before `arg`. That order is what leftmost-first means.
 */
import type {CharSet} from './charset.ts'
import {isNullable, type Node, type Position} from './node.ts'
import {runeSet} from './parse-class.ts'

export const OP = {
  match: 0,
  /** Consumes a code point of sets[arg], then out. */
  set: 1,
  /** out, or else arg. */
  alt: 2,
  /** Notes the position in slot arg, then out. */
  save: 3,
  /** Goes on to out where the position fulfils the condition bits of arg. */
  assert: 4,
} as const

/** Bits of what holds at a position, and of what an assertion asks. */
export const AT = {beginText: 1, beginLine: 2, endText: 4, endLine: 8, wordBoundary: 16, noWordBoundary: 32} as const satisfies Record<
  Position,
  number
>

export type Program = {
  readonly op: Uint8Array
  readonly out: Int32Array
  readonly arg: Int32Array
  readonly start: number
  readonly sets: readonly CharSet[]
  /** Slots for positions, two a group with the whole match as group 0; 0 when positions are not noted. */
  readonly slots: number
  /** All condition bits that occur. */
  readonly asserts: number
}

/**
 * @param groups number of capturing groups, or undefined to leave all positions out.
 */
export function compile(node: Node, groups?: number): Program {
  return new Compiler(groups !== undefined).compile(node, groups === undefined ? 0 : 2 * (groups + 1))
}

// Builds from the end to the start: each node is compiled with the place where to go on, so nothing but loops needs patching.
class Compiler {
  private readonly op: number[] = []
  private readonly out: number[] = []
  private readonly arg: number[] = []
  private readonly sets: CharSet[] = []
  private readonly setIds = new Map<string | number, number>()
  private readonly setObjects = new Map<CharSet, number>()
  private readonly keepGroups: boolean
  private asserts = 0

  constructor(keepGroups: boolean) {
    this.keepGroups = keepGroups
  }

  compile(node: Node, slots: number): Program {
    const match = this.emit(OP.match, 0, 0)
    const start = this.keepGroups ? this.emit(OP.save, this.node(node, this.emit(OP.save, match, 1)), 0) : this.node(node, match)
    return {
      op: Uint8Array.from(this.op),
      out: Int32Array.from(this.out),
      arg: Int32Array.from(this.arg),
      start,
      sets: this.sets,
      slots,
      asserts: this.asserts,
    }
  }

  private emit(op: number, out: number, arg: number): number {
    this.out.push(out)
    this.arg.push(arg)
    return this.op.push(op) - 1
  }

  private node(node: Node, next: number): number {
    switch (node.kind) {
      case 'empty':
        return next
      case 'char':
        return this.emit(
          OP.set,
          next,
          this.setId(node.fold ? ~node.rune : node.rune, () => runeSet(node.rune, node.fold)),
        )
      case 'set':
        return this.emit(OP.set, next, this.idOf(node.set))
      case 'assert':
        this.asserts |= AT[node.position]
        return this.emit(OP.assert, next, AT[node.position])
      case 'capture': {
        if (!this.keepGroups) return this.node(node.sub, next)
        const end = this.emit(OP.save, next, 2 * node.index + 1)
        return this.emit(OP.save, this.node(node.sub, end), 2 * node.index)
      }
      case 'concat':
        return node.subs.reduceRight((entry, sub) => this.node(sub, entry), next)
      case 'choice':
        return node.subs
          .slice(0, -1)
          .reduceRight((rest, sub) => this.emit(OP.alt, this.node(sub, next), rest), this.node(node.subs[node.subs.length - 1]!, next))
      case 'repeat':
        return this.repeat(node, next)
    }
  }

  private repeat({sub, min, max, greedy}: Node & {kind: 'repeat'}, next: number): number {
    let entry = next
    let copies = min
    if (max === Infinity) {
      if (min === 0) {
        // An empty round of the loop must not be preferred to leaving it: x* is (x+)? for such x.
        entry = isNullable(sub) ? this.either(this.plus(sub, greedy, next), next, greedy) : this.star(sub, greedy, next)
      } else {
        entry = this.plus(sub, greedy, next)
        copies = min - 1
      }
    } else {
      // x{2,5} is xx(x(x(x)?)?)?
      for (let i = min; i < max; i++) entry = this.either(this.node(sub, entry), next, greedy)
    }
    for (let i = 0; i < copies; i++) entry = this.node(sub, entry)
    return entry
  }

  private star(sub: Node, greedy: boolean, next: number): number {
    const loop = this.emit(OP.alt, next, next)
    const body = this.node(sub, loop)
    if (greedy) this.out[loop] = body
    else this.arg[loop] = body
    return loop
  }

  private plus(sub: Node, greedy: boolean, next: number): number {
    const loop = this.emit(OP.alt, next, next)
    const body = this.node(sub, loop)
    if (greedy) this.out[loop] = body
    else this.arg[loop] = body
    return body
  }

  private either(body: number, next: number, greedy: boolean): number {
    return greedy ? this.emit(OP.alt, body, next) : this.emit(OP.alt, next, body)
  }

  // Most sets that are the same are the same object, and sets of Unicode are long to spell out.
  private idOf(set: CharSet): number {
    let id = this.setObjects.get(set)
    if (id === undefined) {
      id = this.setId(set.join(), () => set)
      this.setObjects.set(set, id)
    }
    return id
  }

  private setId(key: string | number, set: () => CharSet): number {
    let id = this.setIds.get(key)
    if (id === undefined) {
      id = this.sets.push(set()) - 1
      this.setIds.set(key, id)
    }
    return id
  }
}
