/*
 * Text with actions `{{ … }}` into tokens. Trim markers `{{- ` and ` -}}` cut white space of the text beside them, and
 * comments vanish. What cannot be read is a last token `error`: the parser may find something wrong before it, as Go's does.
 */
import {quote} from '../../model/index.ts'
import {isSpace, lexQuoted, numberEnd, wordEnd} from './lex-words.ts'

export type TokenKind =
  | 'text'
  | 'open'
  | 'close'
  | 'space'
  | 'identifier'
  | 'keyword'
  | 'bool'
  | 'nil'
  | 'field' // .name
  | 'variable' // $name
  | 'dot'
  | 'string'
  | 'number'
  | 'char' // 'x'
  | 'pipe'
  | 'declare' // :=
  | 'assign' // =
  | 'other' // any other ASCII character
  | 'paren-open'
  | 'paren-close'
  | 'error'
  | 'end'

/** `at`: UTF-16 offset in the source. */
export type Token = {readonly kind: TokenKind; readonly text: string; readonly at: number}

const KEYWORDS = new Set(['if', 'else', 'end', 'range', 'with', 'define', 'template', 'block', 'break', 'continue'])
const SINGLE: ReadonlyMap<string, TokenKind> = new Map([
  ['=', 'assign'],
  ['|', 'pipe'],
  ['(', 'paren-open'],
  [')', 'paren-close'],
])

export function lex(source: string): Token[] {
  return new Lexer(source).run()
}

class LexError extends Error {}

class Lexer {
  readonly #source: string
  readonly #tokens: Token[] = []
  #at = 0
  #parens = 0

  constructor(source: string) {
    this.#source = source
  }

  run(): Token[] {
    try {
      this.#texts()
      this.#tokens.push({kind: 'end', text: '', at: this.#at})
    } catch (error) {
      if (!(error instanceof LexError)) throw error
      this.#tokens.push({kind: 'error', text: error.message, at: this.#at})
    }
    return this.#tokens
  }

  #texts(): void {
    const source = this.#source
    let trimsStart = false
    for (;;) {
      const open = source.indexOf('{{', this.#at)
      const end = open < 0 ? source.length : open
      const trimsEnd = open >= 0 && source[open + 2] === '-' && isSpace(source[open + 3])
      let from = this.#at
      let to = end
      if (trimsStart) while (from < to && isSpace(source[from])) from++
      if (trimsEnd) while (to > from && isSpace(source[to - 1])) to--
      if (to > from) this.#tokens.push({kind: 'text', text: source.slice(from, to), at: from})
      this.#at = end
      if (open < 0) return
      this.#at += trimsEnd ? 3 : 2
      trimsStart = this.#action(open, trimsEnd)
    }
  }

  /** Reads one action; true when its end trims the text behind it. */
  #action(open: number, trims: boolean): boolean {
    const source = this.#source
    const comment = this.#at + (trims ? 1 : 0)
    if (source.startsWith('/*', comment)) return this.#comment(comment)
    this.#tokens.push({kind: 'open', text: '{{', at: open})
    this.#parens = 0
    for (;;) {
      const char = source[this.#at]
      if (char === undefined) throw new LexError('unclosed action')
      const trimsNext = isSpace(char) && source.startsWith('-}}', this.#at + 1)
      if (trimsNext || source.startsWith('}}', this.#at)) {
        if (this.#parens > 0) throw new LexError('unclosed left paren')
        this.#take('close', trimsNext ? 4 : 2, '}}')
        return trimsNext
      }
      this.#token(char)
    }
  }

  #comment(start: number): boolean {
    const source = this.#source
    const end = source.indexOf('*/', start + 2)
    if (end < 0) throw new LexError('unclosed comment')
    const trims = isSpace(source[end + 2]) && source.startsWith('-}}', end + 3)
    if (!trims && !source.startsWith('}}', end + 2)) throw new LexError('comment ends before closing delimiter')
    this.#at = end + (trims ? 6 : 4)
    return trims
  }

  #token(char: string): void {
    const source = this.#source
    const start = this.#at
    if (isSpace(char)) {
      let end = start + 1
      while (isSpace(source[end]) && !source.startsWith('-}}', end + 1)) end++
      return this.#take('space', end - start, ' ')
    }
    if (char === ':') {
      if (source[start + 1] !== '=') throw new LexError('expected :=')
      return this.#take('declare', 2)
    }
    const kind = SINGLE.get(char)
    if (kind !== undefined) {
      if (char === '(') this.#parens++
      if (char === ')' && --this.#parens < 0) throw new LexError('unexpected right paren')
      return this.#take(kind, 1)
    }
    if (char === '"' || char === "'" || char === '`') {
      const end = lexQuoted(source, start)
      if (typeof end === 'string') throw new LexError(end)
      return this.#take(char === "'" ? 'char' : 'string', end - start)
    }
    if (char === '$') return this.#word('variable', 1)
    if (char === '.' && !isDigit(source[start + 1])) return this.#word('field', 1)
    if (char === '+' || char === '-' || char === '.' || isDigit(char)) return this.#number()
    if (wordEnd(source, start) > start) return this.#word('identifier', 0)
    if (char < ' ' || char > '~') throw new LexError(`unrecognized character in action: ${describeChar(charAt(source, start))}`)
    this.#take('other', 1)
  }

  #take(kind: TokenKind, length: number, text = this.#source.slice(this.#at, this.#at + length)): void {
    this.#tokens.push({kind, text, at: this.#at})
    this.#at += length
  }

  #number(): void {
    const end = numberEnd(this.#source, this.#at)
    const after = charAt(this.#source, end)
    const hasSign = after === '+' || after === '-'
    if (hasSign || wordEnd(this.#source, end) > end) {
      // What goes on with a sign could only be a complex number, and of those there is none.
      const stop = hasSign ? numberEnd(this.#source, end) : end + after.length
      throw new LexError(`bad number syntax: ${quote(this.#source.slice(this.#at, stop))}`)
    }
    this.#take('number', end - this.#at)
  }

  #word(kind: 'identifier' | 'field' | 'variable', prefix: number): void {
    const source = this.#source
    const end = wordEnd(source, this.#at + prefix)
    const next = charAt(source, end)
    const ends = next === '' || isSpace(next) || '.,|:)('.includes(next) || source.startsWith('}}', end)
    if (!ends) throw new LexError(`bad character ${describeChar(next)}`)
    const text = source.slice(this.#at, end)
    if (text === '.') this.#take('dot', 1)
    else if (text === 'true' || text === 'false') this.#take('bool', text.length)
    else if (text === 'nil') this.#take('nil', 3)
    else this.#take(KEYWORDS.has(text) ? 'keyword' : kind, end - this.#at)
  }
}

function isDigit(char: string | undefined): boolean {
  return char !== undefined && char >= '0' && char <= '9'
}

function charAt(text: string, at: number): string {
  const code = text.codePointAt(at)
  return code === undefined ? '' : String.fromCodePoint(code)
}

/** Go's %#U. */
function describeChar(char: string): string {
  const code = (char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')
  return /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u.test(char) ? `U+${code} '${char}'` : `U+${code}`
}
