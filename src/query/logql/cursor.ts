/*
 * What the grammar functions share: the current token, the errors about it, and the limits that keep every later recursion safe.
 */
import type {Span} from './ast.ts'
import {parseFailure, parseFailureAt, syntaxMessage} from './errors.ts'
import {Lexer} from './lex/lexer.ts'
import {NESTING_MAX, TREE_HEIGHT_MAX} from './limits.ts'
import type {Token} from './lex/tokens.ts'

/** Undefined: valid. Otherwise Go's words without their prefix, e.g. ``missing closing ]: `[` ``. */
export type CheckRegex = (pattern: string) => string | undefined

export class Cursor {
  /** Faults that Loki reports only once the whole query has been read, by node (static.ts says in which order). */
  readonly problems = new Map<object, string>()
  readonly checkRegex: CheckRegex
  readonly #lexer: Lexer
  readonly #heights = new WeakMap<object, number>()
  #current: Token | undefined
  #end = 0
  #nesting = 0

  constructor(text: string, checkRegex: CheckRegex) {
    this.#lexer = new Lexer(text)
    this.checkRegex = checkRegex
  }

  peek(): Token {
    return (this.#current ??= this.#lexer.next())
  }

  take(): Token {
    const token = this.peek()
    this.#current = undefined
    this.#end = token.end
    return token
  }

  accept(type: string): Token | undefined {
    return this.peek().type === type ? this.take() : undefined
  }

  /** @param expecting  what the error lists; give all candidates of the state in the grammar's token order. */
  expect(type: string, expecting: readonly string[] = [type]): Token {
    return this.accept(type) ?? this.fail(expecting)
  }

  fail(expecting: readonly string[] = []): never {
    const token = this.peek()
    throw this.failureAt(token, syntaxMessage(token.type, expecting))
  }

  failureAt(token: Token, message: string): Error {
    return parseFailureAt(this.#lexer.text, token.start, token.lookahead, message)
  }

  /** From `start` to the end of the last token taken. */
  span(start: number): Span {
    return {start, end: this.#end}
  }

  regex(pattern: string): string {
    const error = this.checkRegex(pattern)
    if (error !== undefined) throw parseFailure(`error parsing regexp: ${error}`)
    return pattern
  }

  /** Runs one level of the grammar's recursion. */
  nested<T>(parse: () => T): T {
    if (++this.#nesting > NESTING_MAX) throw this.failureAt(this.peek(), `query is nested too deeply (limit ${NESTING_MAX})`)
    const result = parse()
    this.#nesting--
    return result
  }

  /** Registers a node that has children; a tree higher than the limit is refused. */
  grow<T extends object>(node: T, ...children: readonly object[]): T {
    const height = 1 + Math.max(...children.map(child => this.#heights.get(child) ?? 1))
    if (height > TREE_HEIGHT_MAX) throw parseFailure(`query is nested too deeply (limit ${TREE_HEIGHT_MAX})`)
    this.#heights.set(node, height)
    return node
  }
}
