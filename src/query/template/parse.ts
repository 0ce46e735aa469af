/*
 * Tokens to a tree. Functions and variables must exist, as in Go's text/template; nesting and size are limited.
 */
import type {Arg, Branch, Command, Node, Pipe} from './ast.ts'
import {TemplateError} from './error.ts'
import {lex, type Token, type TokenKind} from './lex.ts'
import {unquote} from './unquote.ts'

const DEPTH_MAX = 200

export type ParsedTemplate = {
  readonly name: string
  readonly root: readonly Node[]
  /** Templates from define and block. */
  readonly defined: ReadonlyMap<string, readonly Node[]>
}

/** @throws {TemplateError} with Go's message: `template: line:1: unclosed action`. */
export function parseTemplate(source: string, name: string, hasFunction: (name: string) => boolean): ParsedTemplate {
  return new Parser(source, name, hasFunction).run()
}

const KEYWORDS = new Set(['if', 'else', 'end', 'range', 'with', 'define', 'template', 'block', 'break', 'continue'])
type Stop = {readonly word: 'end' | 'else'; readonly token: Token}

class Parser {
  readonly #name: string
  readonly #hasFunction: (name: string) => boolean
  readonly #tokens: Token[]
  readonly #defined = new Map<string, readonly Node[]>()
  #at = 0
  #depth = 0
  #ranges = 0
  #variables: string[] = ['$']

  constructor(source: string, name: string, hasFunction: (name: string) => boolean) {
    this.#name = name
    this.#hasFunction = hasFunction
    this.#tokens = lex(source, name)
  }

  run(): ParsedTemplate {
    const {nodes, stop} = this.#list(true)
    if (stop !== undefined) throw this.#fail(stop.token, `unexpected {{${stop.word}}}`)
    return {name: this.#name, root: nodes, defined: this.#defined}
  }

  #fail(token: Token, message: string): TemplateError {
    return new TemplateError(`template: ${this.#name}:${token.line}: ${message}`)
  }

  #peek(): Token {
    return this.#tokens[this.#at]!
  }

  #next(): Token {
    const token = this.#peek()
    if (token.kind !== 'end') this.#at++
    return token
  }

  #skipSpace(): void {
    while (this.#peek().kind === 'space') this.#at++
  }

  #expect(kind: TokenKind, context: string): Token {
    const token = this.#next()
    if (token.kind !== kind) throw this.#unexpected(token, context)
    return token
  }

  #unexpected(token: Token, context: string): TemplateError {
    const shown =
      token.kind === 'end'
        ? 'EOF'
        : KEYWORDS.has(token.text) && token.kind === 'identifier'
          ? `<${token.text}>`
          : JSON.stringify(token.kind === 'close' ? '}}' : token.text)
    return this.#fail(token, `unexpected ${shown} in ${context}`)
  }

  #list(top: boolean): {nodes: Node[]; stop: Stop | undefined} {
    if (++this.#depth > DEPTH_MAX) throw this.#fail(this.#peek(), 'template nests too deeply')
    const nodes: Node[] = []
    try {
      for (;;) {
        const token = this.#next()
        if (token.kind === 'end') {
          if (!top) throw this.#fail(token, 'unexpected EOF')
          return {nodes, stop: undefined}
        }
        if (token.kind === 'text') {
          nodes.push({kind: 'text', text: token.text})
          continue
        }
        const stop = this.#action(nodes)
        if (stop !== undefined) return {nodes, stop}
      }
    } finally {
      this.#depth--
    }
  }

  /** After `{{`: adds a node, or reports `end` and `else` to whoever is waiting for them. */
  #action(nodes: Node[]): Stop | undefined {
    this.#skipSpace()
    const token = this.#peek()
    if (token.kind !== 'identifier' || !KEYWORDS.has(token.text)) {
      const pipe = this.#pipe('command', 'close')
      nodes.push({kind: 'action', pipe})
      return undefined
    }
    this.#at++
    switch (token.text) {
      case 'end':
        this.#skipSpace()
        this.#expect('close', 'end')
        return {word: 'end', token}
      case 'else':
        this.#skipSpace()
        // `else if` and `else with` leave the action open for the branch that takes them.
        if (this.#peek().kind === 'identifier' && ['if', 'with'].includes(this.#peek().text)) return {word: 'else', token}
        this.#expect('close', 'else')
        return {word: 'else', token}
      case 'if':
      case 'with':
        nodes.push({kind: token.text, ...this.#branch(token.text)})
        return undefined
      case 'range':
        this.#ranges++
        nodes.push({kind: 'range', ...this.#branch('range')})
        return undefined
      case 'break':
      case 'continue':
        this.#skipSpace()
        this.#expect('close', `{{${token.text}}}`)
        if (this.#ranges === 0) throw this.#fail(token, `{{${token.text}}} outside {{range}}`)
        nodes.push({kind: token.text})
        return undefined
      case 'template':
        nodes.push(this.#template(token))
        return undefined
      default:
        this.#define(token, nodes)
        return undefined
    }
  }

  #branch(keyword: 'if' | 'with' | 'range'): Branch {
    const scope = this.#variables.length
    const pipe = this.#pipe(keyword, 'close')
    const {nodes: body, stop} = this.#list(false)
    if (keyword === 'range') this.#ranges--
    let otherwise: Node[] = []
    if (stop?.word === 'else') {
      const token = this.#peek()
      if (token.kind === 'identifier') {
        // `else if x` is `else` with an `if` inside that shares the end.
        if (token.text !== keyword) throw this.#unexpected(token, 'else')
        this.#at++
        if (++this.#depth > DEPTH_MAX) throw this.#fail(token, 'template nests too deeply')
        otherwise = [{kind: token.text as 'if' | 'with', ...this.#branch(token.text as 'if' | 'with')}]
        this.#depth--
      } else {
        const rest = this.#list(false)
        if (rest.stop?.word === 'else') throw this.#fail(rest.stop.token, 'expected end; found {{else}}')
        otherwise = rest.nodes
      }
    }
    this.#variables.length = scope
    return {pipe, body, otherwise}
  }

  #templateName(context: string): string {
    this.#skipSpace()
    const token = this.#next()
    if (token.kind !== 'string') throw this.#unexpected(token, context)
    return this.#unquote(token)
  }

  #template(token: Token): Node {
    const name = this.#templateName('template clause')
    this.#skipSpace()
    let pipe: Pipe | undefined
    if (this.#peek().kind === 'close') this.#at++
    else pipe = this.#pipe('template clause', 'close')
    return {kind: 'template', name, pipe, column: token.column}
  }

  #define(token: Token, nodes: Node[]): void {
    const isBlock = token.text === 'block'
    const name = this.#templateName(isBlock ? 'block clause' : 'define clause')
    let pipe: Pipe | undefined
    this.#skipSpace()
    if (isBlock) pipe = this.#pipe('block clause', 'close')
    else this.#expect('close', 'define clause')
    const variables = this.#variables
    const ranges = this.#ranges
    this.#variables = ['$']
    this.#ranges = 0
    const {nodes: body, stop} = this.#list(false)
    this.#variables = variables
    this.#ranges = ranges
    if (stop?.word !== 'end') throw this.#fail(token, `unexpected {{else}} in ${isBlock ? 'block' : 'define'} clause`)
    this.#defined.set(name, body)
    if (isBlock) nodes.push({kind: 'template', name, pipe, column: token.column})
  }

  #pipe(context: string, end: 'close' | 'paren-close'): Pipe {
    if (++this.#depth > DEPTH_MAX) throw this.#fail(this.#peek(), 'template nests too deeply')
    this.#skipSpace()
    const column = this.#peek().column
    const {variables, assigns} = this.#declaration(context)
    const commands: Command[] = []
    for (;;) {
      this.#skipSpace()
      const token = this.#peek()
      if (token.kind === end) {
        this.#at++
        if (commands.length === 0) throw this.#fail(token, `missing value for ${context}`)
        break
      }
      commands.push(this.#command(context, end))
    }
    for (const [i, c] of commands.entries()) {
      const kind = c.args[0].kind
      if (i > 0 && (kind === 'bool' || kind === 'dot' || kind === 'nil' || kind === 'number' || kind === 'string')) {
        throw this.#fail(this.#peek(), `non executable command in pipeline stage ${i + 1}`)
      }
    }
    if (!assigns) this.#variables.push(...variables)
    this.#depth--
    return {kind: 'pipe', variables, assigns, commands, column}
  }

  /** `$x :=`, `$x =`, and in range `$i, $e :=`; anything else is left where it is. */
  #declaration(context: string): {variables: string[]; assigns: boolean} {
    const start = this.#at
    const variables: string[] = []
    while (this.#peek().kind === 'variable' && variables.length < 2) {
      variables.push(this.#next().text)
      this.#skipSpace()
      const token = this.#next()
      this.#skipSpace()
      if (token.kind === 'declare') return {variables, assigns: false}
      if (token.kind === 'assign') {
        for (const name of variables) this.#useVariable(token, name)
        return {variables, assigns: true}
      }
      if (token.kind !== 'comma' || context !== 'range') break
    }
    this.#at = start
    return {variables: [], assigns: false}
  }

  #command(context: string, end: 'close' | 'paren-close'): Command {
    const args: Arg[] = []
    const column = this.#peek().column
    for (;;) {
      this.#skipSpace()
      const arg = this.#operand()
      if (arg !== undefined) args.push(arg)
      const token = this.#peek()
      if (token.kind === 'space' && arg !== undefined) continue
      if (token.kind === 'pipe') {
        this.#at++
        this.#skipSpace()
        if (this.#peek().kind === end) throw this.#fail(token, `missing value for ${context}`)
        break
      }
      if (token.kind === end) break
      throw arg === undefined ? this.#unexpected(token, context === 'command' ? 'command' : context) : this.#unexpected(token, 'operand')
    }
    const [first, ...rest] = args
    if (first === undefined) throw this.#fail(this.#peek(), 'empty command')
    return {args: [first, ...rest], column}
  }

  #operand(): Arg | undefined {
    const first = this.#term()
    if (first === undefined) return undefined
    const path: string[] = []
    while (this.#peek().kind === 'field') path.push(this.#next().text.slice(1))
    if (path.length === 0) return first
    if (first.kind === 'field' || first.kind === 'variable') return {...first, path: [...first.path, ...path]}
    if (first.kind === 'bool' || first.kind === 'string' || first.kind === 'number' || first.kind === 'nil' || first.kind === 'dot') {
      throw this.#fail(this.#peek(), `unexpected . after term ${JSON.stringify(first.kind === 'string' ? first.value : first.kind)}`)
    }
    return {kind: 'chain', of: first, path, column: first.column}
  }

  #term(): Arg | undefined {
    const token = this.#peek()
    const {column} = token
    switch (token.kind) {
      case 'identifier':
        this.#at++
        if (token.text === 'true' || token.text === 'false') return {kind: 'bool', value: token.text === 'true', column}
        if (token.text === 'nil') return {kind: 'nil', column}
        if (KEYWORDS.has(token.text)) throw this.#unexpected(token, 'operand')
        if (!this.#hasFunction(token.text)) throw this.#fail(token, `function ${JSON.stringify(token.text)} not defined`)
        return {kind: 'function', name: token.text, column}
      case 'dot':
        this.#at++
        return {kind: 'dot', column}
      case 'variable':
        this.#at++
        this.#useVariable(token, token.text)
        return {kind: 'variable', name: token.text, path: [], column}
      case 'field':
        this.#at++
        return {kind: 'field', path: [token.text.slice(1)], column}
      case 'number':
      case 'char':
        this.#at++
        return this.#number(token)
      case 'string':
        this.#at++
        return {kind: 'string', value: this.#unquote(token), column}
      case 'paren-open':
        this.#at++
        return this.#pipe('parenthesized pipeline', 'paren-close')
      default:
        return undefined
    }
  }

  #useVariable(token: Token, name: string): void {
    if (!this.#variables.includes(name)) throw this.#fail(token, `undefined variable ${JSON.stringify(name)}`)
  }

  #unquote(token: Token): string {
    const value = unquote(token.text)
    if (value === undefined) throw this.#fail(token, 'invalid syntax')
    return value
  }

  #number(token: Token): Arg {
    const {column, text} = token
    if (token.kind === 'char') {
      const value = unquote(`"${text.slice(1, -1).replace(/^\\'$/, "'").replace(/^"$/, '\\"')}"`)
      const code = value?.codePointAt(0)
      if (value === undefined || code === undefined || value.length > (code > 0xffff ? 2 : 1))
        throw this.#fail(token, `malformed character constant: ${text}`)
      return {kind: 'number', text, int: BigInt(code), float: code, ideal: 'int', column}
    }
    const clean = text.replace(/^\+/, '').replaceAll('_', '')
    const negative = clean.startsWith('-')
    const digits = negative ? clean.slice(1) : clean
    const octal = /^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits
    const isInt = /^(?:0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO][0-7]+|[0-9]+)$/.test(octal)
    if (isInt) {
      const value = BigInt(octal) * (negative ? -1n : 1n)
      if (BigInt.asIntN(64, value) !== value) throw this.#fail(token, `integer overflow: ${JSON.stringify(text)}`)
      return {kind: 'number', text, int: value, float: Number(value), ideal: 'int', column}
    }
    const value = Number(clean)
    if (Number.isNaN(value) || !Number.isFinite(value)) throw this.#fail(token, `illegal number syntax: ${JSON.stringify(text)}`)
    // A whole float may stand where an int is wanted, but is a float where any type is.
    const int = Number.isInteger(value) && Math.abs(value) < 2 ** 63 ? BigInt(value) : undefined
    return {kind: 'number', text, int, float: value, ideal: 'float', column}
  }
}
