/*
 * Parser of RE2's dialect with Go's Perl flags: text -> syntax tree.
 *
 * Groups are kept on a stack of our own, so a hostile pattern cannot exhaust the call stack; the tree is at most
 * HEIGHT_MAX high, so what walks it may recurse. Source of the grammar and of the error texts: Go's regexp/syntax.
 */
import {ANY, ANY_NOT_NEWLINE, isSame, type CharSet} from './charset.ts'
import {Cursor} from './cursor.ts'
import {foldOrbit} from './fold.ts'
import {concat, EMPTY, type Node, type Position} from './node.ts'
import {parseBracket, parseClassEscape, parseEscape, runeSet} from './parse-class.ts'
import {RegexSyntaxError} from './syntax-error.ts'

export type Parsed = {
  readonly node: Node
  /** Names by group index; [0] is the whole match and has none. */
  readonly groupNames: readonly (string | undefined)[]
  /** Instructions a program for it takes, about; repeats are counted out. */
  readonly size: number
}

export type ParseOptions = {readonly dotAll?: boolean}

// Go's limits: a program of 128 MiB at 40 bytes an instruction, classes of 128 MiB at 4 bytes a rune.
const SIZE_MAX = 3_355_443
const CLASS_RUNES_MAX = 33_554_432
const HEIGHT_MAX = 1000
const REPEAT_MAX = 1000

// A node with what the limits need to know about it.
type Item = {readonly node: Node; readonly height: number; readonly copies: number; readonly size: number}

type Flags = {readonly fold: boolean; readonly multiLine: boolean; readonly dotAll: boolean; readonly ungreedy: boolean}

type Frame = {
  items: Item[]
  readonly choices: Item[]
  /** Index of the capture; 0 for (?:…) and for the pattern itself. */
  readonly capture: number
  readonly name: string | undefined
  readonly flagsBefore: Flags
}

/** @throws {RegexSyntaxError} */
export function parse(pattern: string, options: ParseOptions = {}): Parsed {
  return new Parser(pattern, options).parse()
}

class Parser {
  private readonly pattern: string
  private readonly cursor: Cursor
  private flags: Flags
  private frame: Frame
  private readonly outer: Frame[] = []
  private readonly groupNames: (string | undefined)[] = [undefined]
  private classRunes = 0
  // Start of the repetition operator just read: two in a row are an error.
  private lastRepeat = -1

  constructor(pattern: string, options: ParseOptions) {
    this.pattern = pattern
    this.cursor = new Cursor(pattern)
    this.flags = {fold: false, multiLine: false, dotAll: options.dotAll ?? false, ungreedy: false}
    this.frame = {items: [], choices: [], capture: 0, name: undefined, flagsBefore: this.flags}
  }

  parse(): Parsed {
    // A lone surrogate is what is left in a string of bytes that are not UTF-8.
    if (/\p{Cs}/u.test(this.pattern)) throw new RegexSyntaxError('utf8', this.pattern)
    while (this.cursor.left > 0) {
      const isRepeat = this.parseOne()
      if (!isRepeat) this.lastRepeat = -1
    }
    if (this.outer.length > 0) throw new RegexSyntaxError('missingParen', this.pattern)
    const item = this.closeFrame()
    return {node: item.node, groupNames: this.groupNames, size: item.size}
  }

  // Reads one element or operator; true when it was a repetition operator.
  private parseOne(): boolean {
    const {cursor, flags} = this
    switch (cursor.text.charAt(cursor.position)) {
      case '(':
        if (cursor.startsWith('(?')) this.parseGroupFlags()
        else {
          cursor.skip(1)
          this.openCapture(undefined)
        }
        return false
      case '|':
        cursor.skip(1)
        this.frame.choices.push(this.closeItems())
        return false
      case ')':
        this.closeGroup()
        return false
      case '^':
        cursor.skip(1)
        this.pushAssert(flags.multiLine ? 'beginLine' : 'beginText')
        return false
      case '$':
        cursor.skip(1)
        this.pushAssert(flags.multiLine ? 'endLine' : 'endText')
        return false
      case '.':
        cursor.skip(1)
        this.pushSet(flags.dotAll ? ANY : ANY_NOT_NEWLINE)
        return false
      case '[':
        this.pushSet(parseBracket(cursor, flags.fold))
        return false
      case '*':
        return this.repeatFrom(1, 0, Infinity)
      case '+':
        return this.repeatFrom(1, 1, Infinity)
      case '?':
        return this.repeatFrom(1, 0, 1)
      case '{':
        return this.parseCounted()
      case '\\':
        this.parseBackslash()
        return false
      default:
        this.pushChar(cursor.next())
        return false
    }
  }

  private parseBackslash(): void {
    const {cursor} = this
    switch (cursor.text.charAt(cursor.position + 1)) {
      case 'A':
        return this.skipAssert('beginText')
      case 'z':
        return this.skipAssert('endText')
      case 'b':
        return this.skipAssert('wordBoundary')
      case 'B':
        return this.skipAssert('noWordBoundary')
      case 'C': // one byte of a character: RE2 in C++ knows it, Go does not
        throw new RegexSyntaxError('escape', '\\C')
      case 'Q': {
        cursor.skip(2)
        const end = cursor.find('\\E', 0)
        const stop = end < 0 ? cursor.text.length : end
        while (cursor.position < stop) this.pushChar(cursor.next())
        if (end >= 0) cursor.skip(2)
        return
      }
      default: {
        const set = parseClassEscape(cursor, this.flags.fold)
        if (set === undefined) this.pushChar(parseEscape(cursor))
        else this.pushSet(set)
      }
    }
  }

  private skipAssert(position: Position): void {
    this.cursor.skip(2)
    this.pushAssert(position)
  }

  // {2} {2,} {2,3}; what does not look so is text.
  private parseCounted(): boolean {
    const match = /^\{(0|[1-9]\d*)(?:(,)(0|[1-9]\d*)?)?\}/.exec(this.cursor.text.slice(this.cursor.position, this.cursor.position + 2100))
    if (match === null) {
      this.pushChar(this.cursor.next())
      return false
    }
    const min = Number(match[1])
    const max = match[3] !== undefined ? Number(match[3]) : match[2] === undefined ? min : Infinity
    if (min > REPEAT_MAX || (max > REPEAT_MAX && max !== Infinity) || min > max) throw new RegexSyntaxError('repeatSize', match[0])
    return this.repeatFrom(match[0].length, min, max)
  }

  private repeatFrom(operatorLength: number, min: number, max: number): true {
    const {cursor} = this
    const from = cursor.position
    cursor.skip(operatorLength)
    const greedy = cursor.take('?') === this.flags.ungreedy
    if (this.lastRepeat >= 0) throw new RegexSyntaxError('repeatOp', cursor.since(this.lastRepeat))
    this.lastRepeat = from
    const item = this.frame.items.pop()
    if (item === undefined) throw new RegexSyntaxError('repeatArgument', cursor.since(from))
    const repeats = max === Infinity ? min : max
    const copies = item.copies * Math.max(repeats, 1)
    if (repeats >= 2 && copies > REPEAT_MAX) throw new RegexSyntaxError('repeatSize', cursor.since(from))
    this.push({kind: 'repeat', min, max, greedy, sub: item.node}, item, repeatSize(item.size, min, max), max === 0 ? 1 : copies)
    return true
  }

  private parseGroupFlags(): void {
    const {cursor} = this
    const from = cursor.position
    const nameAt = cursor.startsWith('(?P<') && cursor.left > 4 ? 4 : cursor.startsWith('(?<') && cursor.left > 3 ? 3 : 0
    if (nameAt > 0) {
      const end = cursor.find('>', 0)
      if (end < 0) throw new RegexSyntaxError('namedCapture', cursor.since(from, true))
      const name = cursor.text.slice(from + nameAt, end)
      cursor.moveTo(end + 1)
      if (!/^\w+$/.test(name)) throw new RegexSyntaxError('namedCapture', cursor.since(from))
      this.openCapture(name)
      return
    }
    cursor.skip(2)
    const flags = {...this.flags}
    let value = true
    let sawFlag = false
    while (cursor.left > 0) {
      const char = String.fromCodePoint(cursor.next())
      if (char === 'i') flags.fold = value
      else if (char === 'm') flags.multiLine = value
      else if (char === 's') flags.dotAll = value
      else if (char === 'U') flags.ungreedy = value
      else if (char === '-' && value) value = false
      else if ((char === ':' || char === ')') && (value || sawFlag)) {
        if (char === ':') this.openFrame(0, undefined)
        this.flags = flags
        return
      } else break
      sawFlag = char !== '-'
    }
    throw new RegexSyntaxError('perlOp', cursor.since(from))
  }

  private openCapture(name: string | undefined): void {
    const index = this.groupNames.push(name) - 1
    this.openFrame(index, name)
  }

  private openFrame(capture: number, name: string | undefined): void {
    this.outer.push(this.frame)
    this.frame = {items: [], choices: [], capture, name, flagsBefore: this.flags}
  }

  private closeGroup(): void {
    const {capture, name, flagsBefore} = this.frame
    const outer = this.outer.pop()
    if (outer === undefined) throw new RegexSyntaxError('unexpectedParen', this.pattern)
    const item = this.closeFrame()
    this.cursor.skip(1)
    this.frame = outer
    this.flags = flagsBefore
    if (capture === 0) this.frame.items.push(item)
    else this.push({kind: 'capture', index: capture, name, sub: item.node}, item, item.size + 2, item.copies)
  }

  private closeFrame(): Item {
    const last = this.closeItems()
    const {choices} = this.frame
    if (choices.length === 0) return last
    choices.push(last)
    return this.limited(combine({kind: 'choice', subs: choices.map(item => item.node)}, choices, choices.length - 1))
  }

  private closeItems(): Item {
    const {items} = this.frame
    this.frame.items = []
    const [first] = items
    if (first === undefined) return {node: EMPTY, height: 1, copies: 1, size: 1}
    if (items.length === 1) return first
    return this.limited(combine(concat(items.map(item => item.node)), items, 0))
  }

  private pushChar(rune: number): void {
    this.push({kind: 'char', rune, fold: this.flags.fold && foldOrbit(rune).length > 1})
  }

  private pushAssert(position: Position): void {
    this.push({kind: 'assert', position})
  }

  private pushSet(set: CharSet): void {
    this.classRunes += set.length
    if (this.classRunes > CLASS_RUNES_MAX) throw new RegexSyntaxError('large', this.pattern)
    this.push(asChar(set) ?? {kind: 'set', set})
  }

  private push(node: Node, sub?: Item, size = 1, copies = 1): void {
    this.frame.items.push(this.limited({node, height: (sub?.height ?? 0) + 1, copies, size}))
  }

  private limited(item: Item): Item {
    if (item.height > HEIGHT_MAX) throw new RegexSyntaxError('nesting', this.pattern)
    if (item.size > SIZE_MAX) throw new RegexSyntaxError('large', this.pattern)
    return item
  }
}

function combine(node: Node, items: readonly Item[], extraSize: number): Item {
  let height = 0
  let copies = 1
  let size = extraSize
  for (const item of items) {
    height = Math.max(height, item.height)
    copies = Math.max(copies, item.copies)
    size += item.size
  }
  return {node, height: height + 1, copies, size}
}

function repeatSize(size: number, min: number, max: number): number {
  if (max === 0) return 1
  if (max === Infinity) return min === 0 ? size + 2 : min * size + 1
  return max * size + (max - min)
}

// [a] is a, and [Aa] is (?i:a), so that literal searches see through them.
function asChar(set: CharSet): Node | undefined {
  const rune = set[0]
  if (rune === undefined || set.length > 8) return undefined
  if (set.length === 2 && set[1] === rune) return {kind: 'char', rune, fold: false}
  return isSame(set, runeSet(rune, true)) ? {kind: 'char', rune, fold: true} : undefined
}
