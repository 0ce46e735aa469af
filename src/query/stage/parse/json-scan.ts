/*
 * Walks the object of a JSON line once and notes the members that are asked for.
 *
 * Exact about broken lines, whatever is asked for: members before the fault count, those behind it do not, and those in an object
 * that never closes do not either. So a line may be left early only between two members of the outermost object.
 */
import {ESCAPED, FIELDS_MAX, HIGH, VERBATIM, type Fields} from './fields.ts'
import {isKeyAt, type KeyNode, type KeyTree} from './key-tree.ts'
import {
  BACKSLASH,
  BAD_ARRAY,
  BAD_KEY,
  BAD_OBJECT,
  BAD_STRING,
  blockEnd,
  CLOSE_ARRAY,
  CLOSE_OBJECT,
  COLON,
  COMMA,
  MALFORMED,
  OPEN_ARRAY,
  OPEN_OBJECT,
  QUOTE,
  skipSpace,
  tokenEnd,
  tokenKind,
  UNKNOWN_TYPE,
} from './json-tokens.ts'
import type {Wanted} from './targets.ts'
import {unescapeText} from './text.ts'

/** Objects deeper than that are skipped. */
export const DEPTH_MAX = 64

export class JsonScan {
  readonly #wanted: Wanted
  readonly #tree: KeyTree
  readonly #fields: Fields
  #bytes: Uint8Array = new Uint8Array(0)
  #end = 0
  #left = 0
  #met = 0
  #form = VERBATIM

  constructor(wanted: Wanted, tree: KeyTree, fields: Fields) {
    this.#wanted = wanted
    this.#tree = tree
    this.#fields = fields
  }

  /** Notes the fields of the line [from, to). @returns an error, 0 for none. */
  line(bytes: Uint8Array, from: number, to: number): number {
    const wanted = this.#wanted
    this.#bytes = bytes
    this.#end = to
    this.#fields.count = 0
    this.#met = 0
    this.#left = wanted.all || wanted.errors || wanted.live === 0 ? Infinity : wanted.live
    wanted.lineNumber++
    this.#tree.renew()
    const at = skipSpace(bytes, from, to)
    if (at === to || bytes[at] !== OPEN_OBJECT) return BAD_OBJECT
    const end = this.#object(at + 1, this.#tree.root, 0)
    return end < 0 ? -end : 0
  }

  /**
   * @param at     behind the opening bracket.
   * @param parent undefined when nothing in the object is asked for.
   * @returns the position behind the closing bracket, or an error.
   */
  #object(at: number, parent: KeyNode | undefined, depth: number): number {
    const bytes = this.#bytes
    const end = this.#end
    let i = skipSpace(bytes, at, end)
    if (i === end) return -MALFORMED
    let before: KeyNode | undefined
    for (;;) {
      if (bytes[i] !== QUOTE) return bytes[i] === CLOSE_OBJECT ? i + 1 : -BAD_OBJECT
      i++
      let node: KeyNode | undefined
      if (parent !== undefined) {
        node = before === undefined ? parent.first : before.next
        if (node !== undefined && isKeyAt(node.raw, bytes, i, end, QUOTE)) i += node.raw.length + 1
        else {
          const close = this.#string(i)
          if (close < 0) return -MALFORMED
          node = this.#tree.member(parent, bytes, i, close)
          if (node === undefined) return -BAD_KEY
          if (before === undefined) parent.first = node
          else before.next = node
          i = close + 1
        }
        before = node
      } else {
        const close = this.#string(i)
        if (close < 0) return -MALFORMED
        if (this.#form === ESCAPED && unescapeText(bytes, i, close, 'json', ' ') === undefined) return -BAD_KEY
        i = close + 1
      }
      if (bytes[i] !== COLON || i >= end) {
        i = skipSpace(bytes, i, end)
        if (i === end || bytes[i] !== COLON) return -MALFORMED
      }
      i = this.#value(i + 1, node, depth)
      if (i < 0) return i
      if (depth === 0 && this.#left === 0) return i
      i = skipSpace(bytes, i, end)
      if (i === end) return -BAD_ARRAY
      if (bytes[i] === CLOSE_OBJECT) return i + 1
      if (bytes[i] !== COMMA) return -BAD_OBJECT
      i = skipSpace(bytes, i + 1, end)
      if (i === end) return -BAD_ARRAY
    }
  }

  /** @returns the position behind the value, or an error. */
  #value(at: number, node: KeyNode | undefined, depth: number): number {
    const bytes = this.#bytes
    const end = this.#end
    const i = skipSpace(bytes, at, end)
    if (i === end) return -MALFORMED
    const byte = bytes[i]!
    if (byte === QUOTE) {
      const close = this.#string(i + 1)
      if (close < 0) return -BAD_STRING
      this.#note(node, i + 1, close, this.#form)
      return close + 1
    }
    if (byte === OPEN_OBJECT) return this.#nested(i, node, depth + 1)
    if (byte === OPEN_ARRAY) {
      const close = blockEnd(bytes, i, end, OPEN_ARRAY, CLOSE_ARRAY)
      return close < 0 ? -BAD_ARRAY : close
    }
    const close = tokenEnd(bytes, i, end)
    const kind = tokenKind(bytes, i, close)
    if (kind === 'unknown') return -UNKNOWN_TYPE
    if (kind === 'value') this.#note(node, i, close, VERBATIM)
    return close
  }

  #nested(at: number, node: KeyNode | undefined, depth: number): number {
    const bytes = this.#bytes
    if (depth > DEPTH_MAX) {
      const close = blockEnd(bytes, at, this.#end, OPEN_OBJECT, CLOSE_OBJECT)
      return close < 0 ? -BAD_OBJECT : close
    }
    const noted = this.#fields.count
    const end = this.#object(at + 1, node !== undefined && node.below ? node : undefined, depth)
    if (end < 0 && depth === 1 && blockEnd(bytes, at, this.#end, OPEN_OBJECT, CLOSE_OBJECT) < 0) {
      this.#fields.count = noted
      return -BAD_OBJECT
    }
    return end
  }

  /** The position of the quote that ends the string, -1 without; leaves its form in #form. */
  #string(at: number): number {
    const bytes = this.#bytes
    const end = this.#end
    let high = 0
    let escaped = false
    for (let i = at; i < end; i++) {
      const byte = bytes[i]!
      if (byte === QUOTE) {
        this.#form = escaped ? ESCAPED : high >= 0x80 ? HIGH : VERBATIM
        return i
      }
      high |= byte
      if (byte === BACKSLASH) {
        escaped = true
        i++
      }
    }
    return -1
  }

  #note(node: KeyNode | undefined, start: number, end: number, form: number): void {
    if (++this.#met > FIELDS_MAX || node === undefined || node.slot < 0) return
    const wanted = this.#wanted
    if (!wanted.all) {
      if (wanted.seen[node.slot]! >= wanted.lineNumber) return
      wanted.seen[node.slot] = wanted.lineNumber
      this.#left--
    }
    this.#fields.add(node.slot, start, end, form)
  }
}
