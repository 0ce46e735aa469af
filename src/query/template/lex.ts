/*
 * Text with actions `{{ … }}` into tokens. Trim markers `{{- ` and ` -}}` cut white space of the text beside them, and
 * comments vanish.
 */
import {TemplateError} from './error.ts'

export type TokenKind =
  | 'text'
  | 'open'
  | 'close'
  | 'space'
  | 'identifier'
  | 'field' // .name
  | 'variable' // $name
  | 'dot'
  | 'string'
  | 'number'
  | 'char'
  | 'pipe'
  | 'declare' // :=
  | 'assign' // =
  | 'comma'
  | 'paren-open'
  | 'paren-close'
  | 'end'

/** `column`: bytes from the start of the line, as messages count. */
export type Token = {readonly kind: TokenKind; readonly text: string; readonly line: number; readonly column: number}

const SPACES = ' \t\r\n'
const isSpace = (c: string | undefined) => c !== undefined && c !== '' && SPACES.includes(c)
const WORD = /^[\p{L}\p{Nd}_]$/u

export function lex(source: string, name: string): Token[] {
  return new Lexer(source, name).run()
}

class Lexer {
  readonly #source: string
  readonly #name: string
  #at = 0
  #tokens: Token[] = []
  #parens = 0

  constructor(source: string, name: string) {
    this.#source = source
    this.#name = name
  }

  run(): Token[] {
    let trimStart = false
    for (;;) {
      const open = this.#source.indexOf('{{', this.#at)
      const end = open < 0 ? this.#source.length : open
      const trimEnd = open >= 0 && this.#source[open + 2] === '-' && isSpace(this.#source[open + 3])
      let text = this.#source.slice(this.#at, end)
      if (trimStart) text = text.replace(/^[ \t\r\n]+/, '')
      if (trimEnd) text = text.replace(/[ \t\r\n]+$/, '')
      if (text !== '') this.#tokens.push({kind: 'text', text, line: 1, column: 0})
      this.#at = end
      if (open < 0) break
      this.#at += trimEnd ? 3 : 2
      trimStart = this.#action(open)
    }
    this.#push('end', '')
    return this.#tokens
  }

  #fail(message: string, at = this.#at): TemplateError {
    return new TemplateError(`template: ${this.#name}:${lineOf(this.#source, at)}: ${message}`)
  }

  #push(kind: TokenKind, text: string, at = this.#at): void {
    const lineStart = this.#source.lastIndexOf('\n', at - 1) + 1
    this.#tokens.push({kind, text, line: lineOf(this.#source, at), column: Buffer.byteLength(this.#source.slice(lineStart, at))})
  }

  /** Reads one action; true when its end trims the text behind it. */
  #action(open: number): boolean {
    const source = this.#source
    let at = this.#at
    while (isSpace(source[at])) at++
    if (source.startsWith('/*', this.#at) || source.startsWith('/*', at))
      return this.#comment(source.startsWith('/*', this.#at) ? this.#at : at)
    this.#push('open', '{{', open)
    this.#parens = 0
    for (;;) {
      const c = source[this.#at]
      if (c === undefined) throw this.#fail('unclosed action')
      const trims = isSpace(c) && /^[ \t\r\n]+-\}\}/.exec(source.slice(this.#at, this.#at + 64))
      if (trims || source.startsWith('}}', this.#at)) {
        if (this.#parens > 0) throw this.#fail('unclosed left paren')
        this.#push('close', '}}')
        this.#at += trims ? trims[0].length : 2
        return Boolean(trims)
      }
      this.#token(c)
    }
  }

  #comment(start: number): boolean {
    const end = this.#source.indexOf('*/', start)
    if (end < 0) throw this.#fail('unclosed comment')
    const close = /^(\s+-)?\}\}/.exec(this.#source.slice(end + 2))
    if (close === null) throw this.#fail('comment ends before closing delimiter')
    this.#at = end + 2 + close[0].length
    return close[1] !== undefined
  }

  #token(c: string): void {
    const source = this.#source
    const start = this.#at
    const single: Record<string, TokenKind> = {'=': 'assign', ',': 'comma', '|': 'pipe', '(': 'paren-open', ')': 'paren-close'}
    if (isSpace(c)) {
      while (isSpace(source[this.#at])) {
        if (/^[ \t\r\n]+-\}\}/.test(source.slice(this.#at, this.#at + 64)) && this.#at > start) break
        this.#at++
      }
      this.#push('space', ' ', start)
      return
    }
    if (source.startsWith(':=', start)) return this.#take('declare', 2)
    if (c === ':') throw this.#fail('expected :=')
    const kind = single[c]
    if (kind !== undefined) {
      if (c === '(') this.#parens++
      if (c === ')' && --this.#parens < 0) throw this.#fail('unexpected right paren')
      return this.#take(kind, 1)
    }
    if (c === '"') return this.#quoted()
    if (c === '`') {
      const end = source.indexOf('`', start + 1)
      if (end < 0) throw this.#fail('unterminated raw quoted string')
      return this.#take('string', end + 1 - start)
    }
    if (c === "'") {
      const m = /^'(?:[^'\\\n]|\\.[^']*)'/u.exec(source.slice(start))
      if (m === null) throw this.#fail('unterminated character constant')
      return this.#take('char', m[0].length)
    }
    if (c === '$') return this.#word('variable', 1)
    if (c === '.' && !/[0-9]/.test(source[start + 1] ?? '')) {
      if (!WORD.test(charAt(source, start + 1))) return this.#take('dot', 1)
      return this.#word('field', 1)
    }
    if (/[0-9+\-.]/.test(c)) {
      const m = /^[+-]?(?:0[xX][0-9a-fA-F_]*|0[bB][01_]*|0[oO][0-7_]*|[0-9_]*(?:\.[0-9_]*)?(?:[eEpP][+-]?[0-9_]+)?)i?/.exec(
        source.slice(start),
      )
      const text = m?.[0] ?? ''
      if (text === '' || text === '+' || text === '-' || WORD.test(charAt(source, start + text.length))) {
        throw this.#fail(`bad number syntax: ${JSON.stringify(source.slice(start, start + text.length + 1))}`)
      }
      return this.#take('number', text.length)
    }
    if (WORD.test(charAt(source, start))) return this.#word('identifier', 0)
    throw this.#fail(
      `unexpected ${describeChar(charAt(source, start))} in ${this.#tokens.at(-1)?.kind === 'identifier' ? 'operand' : 'command'}`,
    )
  }

  #take(kind: TokenKind, length: number): void {
    const text = this.#source.slice(this.#at, this.#at + length)
    this.#push(kind, text)
    this.#at += length
  }

  #word(kind: TokenKind, prefix: number): void {
    let end = this.#at + prefix
    for (let c = charAt(this.#source, end); WORD.test(c); c = charAt(this.#source, end)) end += c.length
    const next = charAt(this.#source, end)
    const terminates = next === '' || isSpace(next) || '.,|:)(=}'.includes(next)
    if (!terminates) throw this.#fail(`bad character ${describeChar(next)}`)
    this.#take(kind, end - this.#at)
  }

  #quoted(): void {
    let end = this.#at + 1
    for (;;) {
      const c = this.#source[end]
      if (c === undefined || c === '\n') throw this.#fail('unterminated quoted string')
      if (c === '"') break
      end += c === '\\' ? 2 : 1
    }
    this.#take('string', end + 1 - this.#at)
  }
}

function lineOf(source: string, at: number): number {
  let line = 1
  for (let i = source.indexOf('\n'); i >= 0 && i < at; i = source.indexOf('\n', i + 1)) line++
  return line
}

function charAt(text: string, at: number): string {
  const code = text.codePointAt(at)
  return code === undefined ? '' : String.fromCodePoint(code)
}

function describeChar(c: string): string {
  const code = (c.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')
  return `U+${code} '${c}'`
}
