/*
 * Reads the pairs of a logfmt line and notes those that are asked for (logql § 3.5).
 *
 *   line := { space | pair }      space: bytes ≤ 0x20
 *   pair := key [ "=" [ bare | '"' quoted '"' ] ]
 *
 * A bad pair is left out, up to the next space; in strict mode it ends the line.
 */
import {ESCAPED, FIELDS_MAX, HIGH, VERBATIM, type Fields} from './fields.ts'
import {isKeyAt, type KeyNode, type KeyTree} from './key-tree.ts'
import type {Wanted} from './targets.ts'
import {isClean, unescapeText} from './text.ts'

const QUOTE = 0x22
const EQUALS = 0x3d
const BACKSLASH = 0x5c
const SPACE = 0x20

export type LogfmtOptions = {
  readonly strict: boolean
  /** Note pairs without a value too. */
  readonly keepEmpty: boolean
}

export class LogfmtScan {
  readonly #wanted: Wanted
  readonly #tree: KeyTree
  readonly #fields: Fields
  readonly #options: LogfmtOptions
  #from = 0
  #left = 0
  #met = 0
  #fault: string | undefined

  constructor(wanted: Wanted, tree: KeyTree, fields: Fields, options: LogfmtOptions) {
    this.#wanted = wanted
    this.#tree = tree
    this.#fields = fields
    this.#options = options
  }

  /** Notes the fields of the line [from, to). @returns in strict mode what is wrong with it. */
  line(bytes: Uint8Array, from: number, to: number): string | undefined {
    const wanted = this.#wanted
    this.#from = from
    this.#fields.count = 0
    this.#met = 0
    const whole = wanted.all || (this.#options.strict && (wanted.errors || wanted.live === 0))
    this.#left = whole ? Infinity : wanted.live
    this.#fault = undefined
    wanted.lineNumber++
    this.#tree.renew()
    this.#pairs(bytes, from, to)
    return this.#options.strict ? this.#fault : undefined
  }

  #pairs(bytes: Uint8Array, from: number, to: number): void {
    const {strict, keepEmpty} = this.#options
    const {root} = this.#tree
    let before: KeyNode | undefined
    let i = from
    for (;;) {
      while (i < to && bytes[i]! <= SPACE) i++
      if (i >= to) return
      let node = before === undefined ? root.first : before.next
      if (node !== undefined && isKeyAt(node.raw, bytes, i, to, EQUALS)) {
        i += node.raw.length + 1
        before = node
      } else {
        const start = i
        let high = 0
        let byte = 0
        for (; i < to; i++) {
          byte = bytes[i]!
          if (byte === EQUALS || byte === QUOTE || byte <= SPACE) break
          high |= byte
        }
        const fault = keyFault(bytes, start, i, to, high)
        if (fault !== undefined) {
          this.#bad(i, fault)
          if (strict) return
          i = nextSpace(bytes, i, to)
          continue
        }
        if ((i >= to || byte !== EQUALS) && !keepEmpty) {
          // A word without a value. Text that is no logfmt is full of them: they are not worth remembering.
          if (this.#left === 0) return
          continue
        }
        node = this.#tree.member(root, bytes, start, i)!
        if (before === undefined) root.first = node
        else before.next = node
        before = node
        if (i >= to || byte !== EQUALS) {
          this.#note(node, i, i, VERBATIM)
          if (this.#left === 0) return
          continue
        }
        i++
      }
      if (i >= to || bytes[i]! <= SPACE) {
        if (keepEmpty) this.#note(node, i, i, VERBATIM)
      } else {
        const end = bytes[i] === QUOTE ? this.#quoted(bytes, i + 1, to, node) : this.#bare(bytes, i, to, node)
        if (end < 0) {
          if (strict) return
          i = nextSpace(bytes, -end, to)
          continue
        }
        i = end
      }
      if (this.#left === 0) return
    }
  }

  /** @returns the position behind the value, or that of the fault, negated. */
  #bare(bytes: Uint8Array, start: number, to: number, node: KeyNode): number {
    let high = 0
    let i = start
    for (; i < to; i++) {
      const byte = bytes[i]!
      if (byte <= SPACE) break
      if (byte === EQUALS || byte === QUOTE) return this.#bad(i, unexpected(byte))
      high |= byte
    }
    this.#note(node, start, i, high >= 0x80 ? HIGH : VERBATIM)
    return i
  }

  /** As {@link #bare}; `start` is behind the quote. */
  #quoted(bytes: Uint8Array, start: number, to: number, node: KeyNode): number {
    let high = 0
    let escaped = false
    for (let i = start; i < to; i++) {
      const byte = bytes[i]!
      if (byte === QUOTE) {
        // Only what has escapes is held to the rules of quoted text, so only that can be invalid.
        if (escaped && unescapeText(bytes, start, i, 'logfmt', ' ') === undefined) return this.#bad(i + 1, 'invalid quoted value')
        if (i > start || this.#options.keepEmpty) this.#note(node, start, i, escaped ? ESCAPED : high >= 0x80 ? HIGH : VERBATIM)
        return i + 1
      }
      high |= byte
      if (byte === BACKSLASH) {
        escaped = true
        i++
      }
    }
    return this.#bad(to, 'unterminated quoted value')
  }

  #bad(at: number, cause: string): number {
    this.#fault ??= `logfmt syntax error at pos ${at - this.#from + 1} : ${cause}`
    return -at
  }

  #note(node: KeyNode, start: number, end: number, form: number): void {
    if (++this.#met > FIELDS_MAX || node.slot < 0) return
    const wanted = this.#wanted
    if (!wanted.all) {
      if (wanted.seen[node.slot]! >= wanted.lineNumber) return
      wanted.seen[node.slot] = wanted.lineNumber
      this.#left--
    }
    this.#fields.add(node.slot, start, end, form)
  }
}

/** What is wrong with the key [start, end), before the byte that ended it. */
function keyFault(bytes: Uint8Array, start: number, end: number, to: number, high: number): string | undefined {
  if (end < to && (bytes[end] === QUOTE || (bytes[end] === EQUALS && end === start))) return unexpected(bytes[end])
  return high >= 0x80 && !isClean(bytes, start, end) ? 'invalid key' : undefined
}

function unexpected(byte: number): string {
  return `unexpected '${String.fromCharCode(byte)}'`
}

function nextSpace(bytes: Uint8Array, at: number, to: number): number {
  let i = at
  while (i < to && bytes[i]! > SPACE) i++
  return i
}
