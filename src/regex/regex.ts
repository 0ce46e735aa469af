/*
 * A compiled pattern. What it takes to answer is built when it is first asked for: plain string tests need no automaton, filters
 * need no captures.
 */
import {Captures} from './captures.ts'
import type {DfaTable} from '../kernel/index.ts'
import {Failure} from '../model/index.ts'
import {dfaTable} from './dfa-table.ts'
import {LazyDfa} from './lazy-dfa.ts'
import {literalChoice, type Literal, type LiteralChoice} from './literal-test.ts'
import type {Node} from './node.ts'
import {parse, type Parsed} from './parse.ts'
import {compile, type Program} from './program.ts'
import {requiredLiterals, type LiteralSet} from './required.ts'
import {runeClasses} from './rune-classes.ts'
import {shareBeginnings} from './share.ts'
import {forTest, isAlways} from './simplify.ts'
import {countMatches, replaceMatches, Subject, type Finder} from './subject.ts'
import {RegexSyntaxError} from './syntax-error.ts'
import {expandTemplate, parseTemplate} from './template.ts'

export type RegexOptions = {
  /** The whole text has to match: as `^(?:…)$`. */
  readonly anchored?: boolean
  /** `.` matches \n: as `(?s:…)`. */
  readonly dotAll?: boolean
  /** Instructions a program may have, repeats counted out, when that shall be fewer than usual. A character is about one. */
  readonly instructionsMax?: number
}

type Spend = (bytes: number) => void

// At most 65,535, as states name instructions in 16 bits. 50,000 is an alternation of some thousand words; a state then costs at most 100 KB.
const INSTRUCTIONS_MAX = 50_000
// The same before words with equal beginnings share them, and for patterns that need no program. No query is so long.
const SIZE_MAX = 200_000
// Distinct ranges of code points in all sets; \pL has about 650. Bounds the time to divide them into classes.
const RANGES_MAX = 30_000
// Classes are the width of a DFA state.
const CLASSES_MAX = 4096
// Registers that finding groups may need, 4 bytes each, twice: instructions × positions noted.
const REGISTERS_MAX = 8 << 20
// How many string comparisons are still faster than one walk through the automaton.
const COMPARISONS_MAX = 8

/**
 * @returns what is wrong with a pattern in Go's words, without the leading "error parsing regexp: "; undefined when it is right.
 */
export function checkRegex(pattern: string): string | undefined {
  try {
    parse(pattern)
    return undefined
  } catch (error) {
    if (error instanceof RegexSyntaxError) return error.message
    throw error
  }
}

/**
 * Compiles a pattern of RE2's dialect with Perl classes.
 *
 * @throws {Failure} BAD_REQUEST: "error parsing regexp: …" as Go words it, or that the pattern is too large.
 */
export function compileRegex(pattern: string, options: RegexOptions = {}): Regex {
  let parsed: Parsed
  try {
    parsed = parse(pattern, {dotAll: options.dotAll ?? false})
  } catch (error) {
    if (error instanceof RegexSyntaxError) throw new Failure('BAD_REQUEST', `error parsing regexp: ${error.message}`)
    throw error
  }
  checkSize(parsed.size, options.instructionsMax ?? SIZE_MAX)
  const {node} = parsed
  const whole: Node = options.anchored
    ? {kind: 'concat', subs: [{kind: 'assert', position: 'beginText'}, node, {kind: 'assert', position: 'endText'}]}
    : node
  return new Regex(pattern, whole, parsed.groupNames, parsed.size)
}

export class Regex {
  readonly pattern: string
  /** Instructions of its program, about. */
  readonly size: number
  /** By group index; [0] is the whole match. */
  readonly groupNames: readonly (string | undefined)[]
  /** Set when the pattern is no more than a test for one of some strings. */
  readonly anyOf: LiteralChoice | undefined
  /** The same when there is one string only. */
  readonly literal: Literal | undefined
  /** True when every text matches. */
  readonly always: boolean
  private readonly node: Node
  private readonly testNode: Node
  private readonly testText: ((text: string) => boolean) | undefined
  private program: Program | undefined
  private dfa: LazyDfa | undefined
  private captures: Captures | undefined
  private tableOrNull: DfaTable | null | undefined
  private sets: readonly LiteralSet[] | undefined

  /** Use {@link compileRegex}. */
  constructor(pattern: string, node: Node, groupNames: readonly (string | undefined)[], size: number) {
    this.pattern = pattern
    this.size = size
    this.groupNames = groupNames
    this.node = node
    this.testNode = forTest(node)
    this.always = isAlways(this.testNode)
    this.anyOf = this.always ? undefined : literalChoice(this.testNode)
    const [value] = this.anyOf?.values ?? []
    if (this.anyOf !== undefined && value !== undefined && this.anyOf.values.length === 1) {
      this.literal = {kind: this.anyOf.kind, value, fold: this.anyOf.fold}
    }
    this.testText = this.always ? () => true : textTest(this.anyOf)
    if (this.testText === undefined) this.testProgram()
  }

  /**
   * Sets of literals of which each must have a hit in every text that matches. Empty when nothing is known. Sound, not complete.
   */
  get required(): readonly LiteralSet[] {
    this.sets ??= this.always ? [] : requiredLiterals(this.testNode)
    return this.sets
  }

  /** The whole automaton for the kernel's walker, which gives what {@link test} gives; undefined when it would be too large. Built once. */
  get table(): DfaTable | undefined {
    if (this.isTextOnly()) return undefined
    if (this.tableOrNull === undefined) this.tableOrNull = dfaTable(this.testProgram()) ?? null
    return this.tableOrNull ?? undefined
  }

  /** Is there a match in bytes [from, to), taken as a text of its own? Linear. */
  test(bytes: Uint8Array, from = 0, to = bytes.length): boolean {
    if (this.always) return true
    // What is no UTF-8 becomes U+FFFD, which is in no literal.
    if (this.isTextOnly()) return this.testText!(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8', from, to))
    return this.lazyDfa().test(bytes, from, to)
  }

  /** The same for a string. */
  testString(text: string): boolean {
    return this.testText === undefined ? this.lazyDfa().testString(text) : this.testText(text)
  }

  /**
   * The leftmost match in bytes [from, to), taken as a text of its own, preferring what the pattern prefers. Linear.
   *
   * @returns positions in `bytes`, [start, end) a group, group 0 first; -1 for a group that took no part. undefined without a match.
   *          Owned by the regex, valid until its next call.
   * @throws {Failure} BAD_REQUEST when the pattern is too large to find groups with.
   */
  find(bytes: Uint8Array, from = 0, to = bytes.length): Int32Array | undefined {
    const finder = this.finder()
    // Most texts that do not match are found out at several times the speed.
    return this.test(bytes, from, to) ? finder.find(bytes, from, to, from) : undefined
  }

  /** The template with the groups of a match of {@link find} filled in, by Go's rules: $1, ${1}, $name, $$. */
  expand(template: string, bytes: Uint8Array, captures: Int32Array): string {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    return expandTemplate(parseTemplate(template, this.groupNames), captures, (from, to) => text.toString('utf8', from, to))
  }

  /**
   * The text with all matches replaced; with `literal` the template is plain text. As Go's ReplaceAllString (…LiteralString).
   *
   * Each search is linear, all of them together are not: in `aaaa…` every match of `a.*b|a` takes a look at the whole rest.
   *
   * @param options.spend told what each search cost, in bytes read, and how long each replacement is. May throw to end it.
   */
  replaceAll(text: string, template: string, {literal = false, spend}: {literal?: boolean; spend?: Spend} = {}): string {
    const subject = new Subject(text)
    const parts = literal ? [template] : parseTemplate(template, this.groupNames)
    return replaceMatches(subject, this.allFinder(spend), captures => {
      const replacement = expandTemplate(parts, captures, (from, to) => subject.slice(from, to))
      spend?.(replacement.length)
      return replacement
    })
  }

  /** Number of matches that do not overlap, as Go's FindAll counts. @param spend as in {@link replaceAll}. */
  countMatches(text: string, spend?: Spend): number {
    return countMatches(new Subject(text), this.allFinder(spend))
  }

  private allFinder(spend?: Spend): Finder {
    const finder = this.finder()
    return (bytes, at) => {
      const found = finder.find(bytes, 0, bytes.length, at)
      spend?.(finder.work)
      return found
    }
  }

  private finder(): Captures {
    if (this.captures === undefined) {
      checkSize(this.size, INSTRUCTIONS_MAX)
      const program = compile(this.node, this.groupNames.length - 1)
      if (program.op.length * program.slots > REGISTERS_MAX) {
        throw new Failure(
          'BAD_REQUEST',
          `regular expression is too large: ${this.groupNames.length - 1} groups in ${program.op.length} instructions`,
        )
      }
      checkSets(program)
      this.captures = new Captures(program)
    }
    return this.captures
  }

  /** Too long a list of words for an automaton, but it takes none to tell whether a text is one of them. */
  private isTextOnly(): boolean {
    return this.size > INSTRUCTIONS_MAX && this.testText !== undefined
  }

  private testProgram(): Program {
    if (this.program === undefined) {
      const program = compile(shareBeginnings(this.testNode))
      checkSize(program.op.length, INSTRUCTIONS_MAX)
      checkSets(program)
      this.program = program
    }
    return this.program
  }

  private lazyDfa(): LazyDfa {
    this.dfa ??= new LazyDfa(this.testProgram())
    return this.dfa
  }
}

function checkSize(size: number, max: number): void {
  if (size > max) throw new Failure('BAD_REQUEST', `regular expression is too large: ${size} instructions, limit ${max}`)
}

function checkSets(program: Program): void {
  const ranges = program.sets.reduce((count, set) => count + set.length / 2, 0)
  if (ranges > RANGES_MAX)
    throw new Failure('BAD_REQUEST', `regular expression is too large: ${ranges} ranges of characters, limit ${RANGES_MAX}`)
  if (program.sets.length <= CLASSES_MAX / 2) return
  const {count} = runeClasses(program)
  if (count > CLASSES_MAX)
    throw new Failure('BAD_REQUEST', `regular expression is too large: ${count} classes of characters, limit ${CLASSES_MAX}`)
}

function textTest(choice: LiteralChoice | undefined): ((text: string) => boolean) | undefined {
  if (choice === undefined || choice.fold) return undefined
  const {kind, values} = choice
  const [value = ''] = values
  if (kind === 'equals') {
    if (values.length === 1) return text => text === value
    const set = new Set(values)
    return text => set.has(text)
  }
  if (values.length > COMPARISONS_MAX) return undefined
  if (kind === 'contains') return values.length === 1 ? text => text.includes(value) : text => values.some(each => text.includes(each))
  if (kind === 'prefix') return values.length === 1 ? text => text.startsWith(value) : text => values.some(each => text.startsWith(each))
  return values.length === 1 ? text => text.endsWith(value) : text => values.some(each => text.endsWith(each))
}
