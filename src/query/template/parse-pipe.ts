/*
 * The inside of actions: `$x := .a.b | printf "%s" (f 1)`.
 */
import {quote} from '../../model/index.ts'
import type {Arg, Command, Pipe} from './ast.ts'
import {TemplateError} from './error.ts'
import {lex, type Token, type TokenKind} from './lex.ts'
import {parseChar, parseNumber} from './parse-number.ts'
import {unquote} from './unquote.ts'

// Parentheses, branches and the like within each other. Deep enough for people, shallow enough for the stack.
const NESTING_MAX = 200
// Tokens of more bytes are cut in messages, to as many characters.
const SHOWN_MAX = 10

export class PipeParser {
  readonly name: string
  readonly nestingMax = NESTING_MAX
  variables: string[] = ['$']
  /** The beginning of the innermost action that is being read. */
  action: Token | undefined
  readonly #source: string
  readonly #tokens: readonly Token[]
  readonly #hasFunction: (name: string) => boolean
  #at = 0
  #depth = 0

  constructor(source: string, name: string, hasFunction: (name: string) => boolean) {
    this.name = name
    this.#source = source
    this.#hasFunction = hasFunction
    this.#tokens = lex(source)
  }

  line(token: Token): number {
    return this.#source.slice(0, token.at).split('\n').length
  }

  fail(token: Token, message: string): TemplateError {
    return new TemplateError(`template: ${this.name}:${this.line(token)}: ${message}`)
  }

  tooDeep(): TemplateError {
    return this.fail(this.peek(), `nesting is deeper than ${NESTING_MAX}`)
  }

  enter(): void {
    if (++this.#depth > NESTING_MAX) throw this.tooDeep()
  }

  leave(): void {
    this.#depth--
  }

  peek(): Token {
    return this.#tokens[this.#at]!
  }

  /** The last token, `end` or `error`, comes again and again. */
  next(): Token {
    const token = this.peek()
    if (token.kind === 'error') throw this.#unreadable(token)
    if (token.kind !== 'end') this.#at++
    return token
  }

  /** The next token that is not space, not taken yet. */
  peekWord(): Token {
    while (this.peek().kind === 'space') this.#at++
    return this.peek()
  }

  expect(kind: TokenKind, context: string): Token {
    const token = this.peekWord()
    if (token.kind !== kind) throw this.unexpected(token, context)
    return this.next()
  }

  unexpected(token: Token, context: string): TemplateError {
    if (token.kind === 'error') return this.#unreadable(token)
    return this.fail(token, `unexpected ${show(token)} in ${context}`)
  }

  #unreadable(token: Token): TemplateError {
    const began = this.action && this.line(this.action)
    if (began === undefined || began === this.line(token)) return this.fail(token, token.text)
    const text = token.text.endsWith(' action') ? token.text : `${token.text} in action`
    return this.fail(token, `${text} started at ${this.name}:${began}`)
  }

  unquoted(token: Token): string {
    const value = unquote(token.text)
    if (value === undefined) throw this.fail(token, 'invalid syntax')
    return value
  }

  pipe(context: string, end: 'close' | 'paren-close'): Pipe {
    this.enter()
    const {at} = this.peekWord()
    const {variables, assigns} = this.#declaration(context)
    const commands: Command[] = []
    for (;;) {
      const token = this.peekWord()
      if (token.kind === end) break
      if (!STARTS.has(token.kind)) throw this.unexpected(token, context)
      commands.push(this.#command())
    }
    const last = this.next()
    if (commands.length === 0) throw this.fail(last, `missing value for ${context}`)
    for (const [i, {args}] of commands.entries()) {
      if (i > 0 && VALUES.has(args[0].kind)) throw this.fail(last, `non executable command in pipeline stage ${i + 1}`)
    }
    this.leave()
    return {kind: 'pipe', variables, assigns, commands, at}
  }

  /** `$x :=`, `$x =`, and in range `$i, $e :=`; anything else is left where it is. */
  #declaration(context: string): {variables: string[]; assigns: boolean} {
    const variables: string[] = []
    while (this.peekWord().kind === 'variable') {
      const start = this.#at
      const name = this.next().text
      const token = this.peekWord()
      const comma = token.kind === 'other' && token.text === ','
      if (!comma && token.kind !== 'declare' && token.kind !== 'assign') {
        this.#at = start
        break
      }
      this.next()
      variables.push(name)
      this.variables.push(name)
      if (!comma) return {variables, assigns: token.kind === 'assign'}
      if (context !== 'range' || variables.length > 1) throw this.fail(token, `too many declarations in ${context}`)
      const {kind} = this.peekWord()
      if (kind !== 'variable' && kind !== 'close' && kind !== 'paren-close') throw this.fail(token, 'range can only initialize variables')
    }
    return {variables, assigns: false}
  }

  #command(): Command {
    const args: Arg[] = []
    const {at} = this.peekWord()
    for (;;) {
      this.peekWord()
      const arg = this.#operand()
      if (arg !== undefined) args.push(arg)
      const token = this.peek()
      if (token.kind === 'space') continue
      if (token.kind === 'pipe') this.next()
      else if (token.kind !== 'close' && token.kind !== 'paren-close') throw this.unexpected(token, 'operand')
      break
    }
    const [first, ...rest] = args
    if (first === undefined) throw this.fail(this.peek(), 'empty command')
    return {kind: 'command', args: [first, ...rest], at}
  }

  #operand(): Arg | undefined {
    const first = this.#term()
    if (first === undefined || this.peek().kind !== 'field') return first
    const {at} = this.peek()
    const path: string[] = []
    while (this.peek().kind === 'field') path.push(this.next().text.slice(1))
    switch (first.kind) {
      case 'field':
      case 'variable':
        return {...first, path: [...first.path, ...path], at}
      case 'bool':
      case 'dot':
      case 'nil':
      case 'number':
      case 'string':
        throw this.fail(this.peek(), `unexpected . after term ${JSON.stringify(this.#source.slice(first.at, at))}`)
      default:
        return {kind: 'chain', of: first, path, at}
    }
  }

  #term(): Arg | undefined {
    const token = this.peek()
    const {at, text} = token
    switch (token.kind) {
      case 'identifier':
        if (!this.#hasFunction(text)) throw this.fail(token, `function ${JSON.stringify(text)} not defined`)
        this.next()
        return {kind: 'function', name: text, at}
      case 'variable':
        if (!this.variables.includes(text)) throw this.fail(token, `undefined variable ${JSON.stringify(text)}`)
        this.next()
        return {kind: 'variable', name: text, path: [], at}
      case 'bool':
        this.next()
        return {kind: 'bool', value: text === 'true', at}
      case 'nil':
      case 'dot':
        this.next()
        return {kind: token.kind, at}
      case 'field':
        this.next()
        return {kind: 'field', path: [text.slice(1)], at}
      case 'number':
      case 'char': {
        const number = token.kind === 'char' ? parseChar(text, at) : parseNumber(text, at)
        if (typeof number === 'string') throw this.fail(token, number)
        this.next()
        return number
      }
      case 'string':
        this.next()
        return {kind: 'string', value: this.unquoted(token), text, at}
      case 'paren-open':
        this.next()
        return this.pipe('parenthesized pipeline', 'paren-close')
      default:
        return undefined
    }
  }
}

const STARTS: ReadonlySet<TokenKind> = new Set([
  'bool',
  'char',
  'dot',
  'field',
  'identifier',
  'number',
  'nil',
  'string',
  'variable',
  'paren-open',
] as const)
const VALUES: ReadonlySet<Arg['kind']> = new Set(['bool', 'dot', 'nil', 'number', 'string'] as const)

function show({kind, text}: Token): string {
  if (kind === 'end') return 'EOF'
  if (kind === 'keyword' || kind === 'nil' || kind === 'dot') return `<${text}>`
  const isLong = Buffer.byteLength(text) > SHOWN_MAX
  return isLong ? `${quote([...text].slice(0, SHOWN_MAX).join(''))}...` : quote(text)
}
