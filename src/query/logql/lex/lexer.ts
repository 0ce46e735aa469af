/*
 * Text to tokens, one at a time and only when asked: the parser must see an error of its own before one of the lexer
 * further right (logql.md § 1; the first error wins).
 *
 * Three layers, as in Go's scanner with a keyword layer on top: raw pieces (names, numbers, strings, single characters),
 * then look-ahead that makes durations, sizes, flags, ranges and two-character symbols, then reserved words and functions.
 */
import {parseByteSize} from '../value/byte-size.ts'
import {parsePromDuration} from '../../../model/index.ts'
import {parseGoDuration} from '../value/duration.ts'
import {parseFailureAt} from '../errors.ts'
import {scanNumber, scanQuoted, unquote} from './strings.ts'
import {FUNCTIONS, RESERVED, SYMBOLS_OF_ONE, SYMBOLS_OF_TWO, type Token} from './tokens.ts'

const SPACE = /[ \t\r\n]*/y
const NAME = /[\p{L}_][\p{L}\p{Nd}_]*/uy
const DURATION_TAIL = /[nuµmshdwy\d.]+/y
const BYTES_TAIL = /[BikKMGTP\d.]+/y
const FLAG = /--(?:strict|keep-empty)(?![\p{L}\p{Nd}_-])/uy
const CALL_AHEAD = /\s*(?:\(|(?:by|without)\s*\()/iuy

export class Lexer {
  readonly text: string
  #at: number

  constructor(text: string) {
    this.text = text
    this.#at = text.startsWith('\ufeff') ? 1 : 0
  }

  /** At the end, type `$end`, again and again. @throws {Failure} BAD_REQUEST */
  next(): Token {
    const {text} = this
    this.#skip()
    const start = this.#at
    const char = text[start]
    if (char === undefined) return this.#token('$end', start)
    if (isDigit(char) || (char === '.' && isDigit(text[start + 1]))) return this.#number(start)
    NAME.lastIndex = start
    const name = NAME.exec(text)?.[0]
    if (name !== undefined) return this.#name(start, name)
    if (char === '"' || char === '`' || char === "'") return this.#quoted(start, char)
    if (char === '[') return this.#range(start)
    if (char === '\0') throw parseFailureAt(text, start, false, 'invalid character NUL')
    if (char === '-') {
      const signed = this.#flag(start) ?? this.#duration(start, start + 1)
      if (signed) return signed
    }
    const two = text.slice(start, start + 2)
    if (SYMBOLS_OF_TWO.has(two)) return this.#token(two, start, start + 2, {lookahead: true})
    if (SYMBOLS_OF_ONE.has(char)) return this.#token(char, start, start + 1)
    // Any other character is a name of its own, for better or worse: `{$="x"}` parses.
    const one = String.fromCodePoint(text.codePointAt(start) ?? 0)
    return this.#token('IDENTIFIER', start, start + one.length, {text: one})
  }

  #skip(): void {
    const {text} = this
    for (;;) {
      SPACE.lastIndex = this.#at
      SPACE.exec(text)
      this.#at = SPACE.lastIndex
      const two = text.slice(this.#at, this.#at + 2)
      if (two.startsWith('#') || two === '//') {
        const newline = text.indexOf('\n', this.#at)
        this.#at = newline < 0 ? text.length : newline + 1
      } else if (two === '/*') {
        const close = text.indexOf('*/', this.#at + 2)
        if (close < 0) throw parseFailureAt(text, this.#at, false, 'comment not terminated')
        this.#at = close + 2
      } else return
    }
  }

  #name(start: number, name: string): Token {
    const end = start + name.length
    const lower = name.toLowerCase()
    if (RESERVED.has(lower)) return this.#token(lower, start, end)
    const call = FUNCTIONS.get(lower)
    if (call !== undefined) {
      CALL_AHEAD.lastIndex = end
      if (CALL_AHEAD.test(this.text)) return this.#token(call, start, end)
    }
    return this.#token('IDENTIFIER', start, end, {text: name})
  }

  #quoted(start: number, quote: string): Token {
    const {text} = this
    const fail = (message: string): never => {
      throw parseFailureAt(text, start, false, message)
    }
    if (quote === '`') {
      const close = text.indexOf('`', start + 1)
      if (close < 0) return fail('literal not terminated')
      return this.#token('STRING', start, close + 1, {text: text.slice(start + 1, close)})
    }
    const {end, chars, error} = scanQuoted(text, start)
    if (error !== undefined) return fail(error)
    if (quote === "'") {
      if (chars !== 1) return fail('invalid char literal')
      return this.#token('IDENTIFIER', start, end, {text: text.slice(start, end)})
    }
    const value = unquote(text.slice(start + 1, end - 1))
    if (value === undefined) return fail('invalid syntax')
    return this.#token('STRING', start, end, {text: value})
  }

  #number(start: number): Token {
    const {text} = this
    const {end, error} = scanNumber(text, start)
    if (error !== undefined) throw parseFailureAt(text, start, false, error)
    const duration = this.#duration(start, end)
    if (duration) return duration
    BYTES_TAIL.lastIndex = end
    const tail = BYTES_TAIL.exec(text)
    const bytes = tail ? parseByteSize(text.slice(start, BYTES_TAIL.lastIndex)) : undefined
    if (bytes !== undefined) return this.#token('BYTES', start, BYTES_TAIL.lastIndex, {bytes, lookahead: true})
    return this.#token('NUMBER', start, end, {text: text.slice(start, end)})
  }

  /** A number, or `-`, that goes on as a duration. */
  #duration(start: number, end: number): Token | undefined {
    DURATION_TAIL.lastIndex = end
    if (!DURATION_TAIL.test(this.text)) return undefined
    const stop = DURATION_TAIL.lastIndex
    const written = this.text.slice(start, stop)
    const ns = parsePromDuration(written).ns ?? parseGoDuration(written)
    return ns === undefined ? undefined : this.#token('DURATION', start, stop, {ns, lookahead: true})
  }

  #flag(start: number): Token | undefined {
    FLAG.lastIndex = start
    const flag = FLAG.exec(this.text)?.[0]
    return flag === undefined ? undefined : this.#token('FUNCTION_FLAG', start, start + flag.length, {text: flag, lookahead: true})
  }

  #range(start: number): Token {
    const {text} = this
    const close = text.indexOf(']', start)
    if (close < 0) throw parseFailureAt(text, start, true, "missing closing ']' in duration")
    const {ns, error} = parsePromDuration(text.slice(start + 1, close))
    if (ns === undefined) throw parseFailureAt(text, start, true, error)
    return this.#token('RANGE', start, close + 1, {ns, lookahead: true})
  }

  #token(type: string, start: number, end = start, rest: {text?: string; ns?: bigint; bytes?: number; lookahead?: boolean} = {}): Token {
    this.#at = end
    return {type, start, end, text: rest.text ?? '', ns: rest.ns ?? 0n, bytes: rest.bytes ?? 0, lookahead: rest.lookahead ?? false}
  }
}

function isDigit(char: string | undefined): boolean {
  return char !== undefined && char >= '0' && char <= '9'
}
