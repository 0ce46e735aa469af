/*
 * The label text of a stream, `{app="api", env="prod"}`, as agents send it.
 *
 *   labels := '' | '{' [pair {',' pair} [',']] '}'
 *   pair   := identifier '=' string             string: "…" '…' with Go's escapes, `…` raw
 *
 * Errors are worded and placed as Prometheus does: `1:3: parse error: unexpected character inside braces: '-'`.
 */
import {Failure, quote, type Label} from '../model/index.ts'

type Token = {kind: 'identifier' | 'string' | 'operator' | '{' | '}' | ',' | 'end'; text: string; at: number}

/**
 * Pairs in the order given: empty values and duplicates included.
 * @throws {Failure} BAD_REQUEST `couldn't parse labels: <line>:<column>: parse error: …`
 */
export function parseLabelText(bytes: Uint8Array): Label[] {
  return new LabelParser(bytes).parse()
}

const utf8 = new TextDecoder('utf-8', {fatal: true, ignoreBOM: true})

class LabelParser {
  readonly #text: string
  #at = 0

  constructor(bytes: Uint8Array) {
    try {
      this.#text = utf8.decode(bytes)
    } catch {
      this.#text = new TextDecoder().decode(bytes.subarray(0, validPrefix(bytes)), {stream: true})
      this.#fail(this.#text.length, 'invalid UTF-8 rune')
    }
  }

  parse(): Label[] {
    const labels: Label[] = []
    this.#skipSpace()
    if (this.#at === this.#text.length) return labels
    const open = this.#next(false)
    if (open.kind !== '{') this.#fail(open.at, `unexpected ${describe(open)}`)
    let token = this.#next(true)
    while (token.kind !== '}') {
      if (token.kind !== 'identifier') this.#unexpected(token, 'identifier or "}"')
      const equals = this.#next(true)
      if (equals.kind !== 'operator' || equals.text !== '=') this.#unexpected(equals, '"="')
      const value = this.#next(true)
      if (value.kind !== 'string') this.#unexpected(value, 'string')
      labels.push({name: token.text, value: this.#unquote(value)})
      token = this.#next(true)
      if (token.kind === ',') token = this.#next(true)
      else if (token.kind !== '}') this.#unexpected(token, '"," or "}"')
    }
    const rest = this.#next(false)
    if (rest.kind !== 'end') this.#fail(rest.at, `unexpected ${describe(rest)}`)
    return labels
  }

  #next(inside: boolean): Token {
    this.#skipSpace()
    const at = this.#at
    const text = this.#text
    const char = text[at]
    if (char === undefined) {
      if (inside) this.#fail(at, 'unexpected end of input inside braces')
      return {kind: 'end', text: '', at}
    }
    const identifier = /^[A-Za-z_][A-Za-z0-9_]*/.exec(text.slice(at, at + 4096))
    if (identifier !== null) return this.#take('identifier', at, this.#identifierEnd(at))
    if (char === '{' && inside) this.#fail(at, "unexpected left brace '{'")
    if (char === '{' || char === '}' || char === ',') return this.#take(char, at, at + 1)
    if (char === '"' || char === "'" || char === '`') return this.#take('string', at, this.#stringEnd(at, char))
    if (char === '=') return this.#take('operator', at, at + (text[at + 1] === '~' ? 2 : 1))
    if (char === '!' && (text[at + 1] === '=' || text[at + 1] === '~')) return this.#take('operator', at, at + 2)
    const shown = goRune(String.fromCodePoint(text.codePointAt(at) ?? 0))
    if (char === '!') this.#fail(at, `unexpected character after '!' inside braces: ${goRune(text[at + 1] ?? '')}`)
    return this.#fail(at, inside ? `unexpected character inside braces: ${shown}` : `unexpected character: ${shown}`)
  }

  #take(kind: Token['kind'], at: number, end: number): Token {
    this.#at = end
    return {kind, text: this.#text.slice(at, end), at}
  }

  #identifierEnd(at: number): number {
    let end = at + 1
    while (/[A-Za-z0-9_]/.test(this.#text[end] ?? '')) end++
    return end
  }

  #stringEnd(at: number, mark: string): number {
    for (let i = at + 1; ; i++) {
      const char = this.#text[i]
      if (char === mark) return i + 1
      if (char === undefined || (char === '\n' && mark !== '`'))
        this.#fail(at, mark === '`' ? 'unterminated raw string' : 'unterminated quoted string')
      if (char === '\\' && mark !== '`') i++
    }
  }

  #unquote(token: Token): string {
    const body = token.text.slice(1, -1)
    if (token.text.startsWith('`') || !body.includes('\\')) return body
    // What an escape stands for is never longer than it.
    const bytes = Buffer.allocUnsafe(Buffer.byteLength(body))
    let end = 0
    let from = 0
    for (let i = body.indexOf('\\'); i >= 0; i = body.indexOf('\\', from)) {
      end += bytes.write(body.slice(from, i), end)
      const escape = /^(?:x([0-9a-fA-F]{2})|([0-7]{3})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([abfnrtv\\'"]))/.exec(body.slice(i + 1, i + 10))
      const code = escape === null ? Number.NaN : escapeCode(escape)
      const rune = escape?.[3] !== undefined || escape?.[4] !== undefined
      if (escape === null || code > 0x10ffff || (rune && code >= 0xd800 && code < 0xe000) || (!rune && code > 0xff)) {
        const char = body[i + 1] ?? ''
        return this.#fail(token.at, `unknown escape sequence ${goUnicode(char)}`)
      }
      if (rune) end += bytes.write(String.fromCodePoint(code), end)
      else bytes[end++] = code
      from = i + 1 + escape[0].length
    }
    end += bytes.write(body.slice(from), end)
    try {
      return utf8.decode(bytes.subarray(0, end))
    } catch {
      return this.#fail(token.at, 'invalid UTF-8 in label value')
    }
  }

  #skipSpace(): void {
    while (/[ \t\n\r]/.test(this.#text[this.#at] ?? '')) this.#at++
  }

  #unexpected(token: Token, expected: string): never {
    this.#fail(token.at, `unexpected ${describe(token)} in label set, expected ${expected}`)
  }

  /** @param at  in UTF-16 units; the message counts bytes, from 1. */
  #fail(at: number, message: string): never {
    const before = this.#text.slice(0, at)
    const line = before.split('\n').length
    const column = Buffer.byteLength(before.slice(before.lastIndexOf('\n') + 1)) + 1
    throw new Failure('BAD_REQUEST', `couldn't parse labels: ${line}:${column}: parse error: ${message}`)
  }
}

const SHORT: Record<string, number> = {a: 7, b: 8, f: 12, n: 10, r: 13, t: 9, v: 11, '\\': 92, "'": 39, '"': 34}

function escapeCode(escape: RegExpExecArray): number {
  if (escape[2] !== undefined) return Number.parseInt(escape[2], 8)
  const hex = escape[1] ?? escape[3] ?? escape[4]
  return hex === undefined ? (SHORT[escape[5] ?? ''] ?? Number.NaN) : Number.parseInt(hex, 16)
}

function describe(token: Token): string {
  if (token.kind === 'end') return 'end of input'
  if (token.kind === 'operator') return `<op:${token.text}>`
  if (token.kind === 'identifier' || token.kind === 'string') {
    const shown = token.text.length > 10 ? `${quote(token.text.slice(0, 10))}...` : quote(token.text)
    return `${token.kind} ${shown}`
  }
  return quote(token.text)
}

function goRune(char: string): string {
  if (char === '') return "'\\x00'"
  if (char === "'") return "'\\''"
  const quoted = quote(char).slice(1, -1)
  return `'${quoted === '\\"' ? '"' : quoted}'`
}

function goUnicode(char: string): string {
  const code = (char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')
  return `U+${code} ${goRune(char)}`
}

/** Bytes before the first that is not UTF-8. */
function validPrefix(bytes: Uint8Array): number {
  let low = 0
  let high = bytes.length
  // Streaming decode tolerates a cut-off tail, so "decodes" is monotonic in the length.
  while (low < high) {
    const middle = (low + high + 1) >> 1
    try {
      new TextDecoder('utf-8', {fatal: true}).decode(bytes.subarray(0, middle), {stream: true})
      low = middle
    } catch {
      high = middle - 1
    }
  }
  return low
}
