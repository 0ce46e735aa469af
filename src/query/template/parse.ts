/*
 * Tokens to a tree. Functions and variables must exist, as in Go's text/template; nesting is limited.
 */
import type {Branch, Node, Pipe} from './ast.ts'
import {TemplateError} from './error.ts'
import {PipeParser} from './parse-pipe.ts'
import type {Token} from './lex.ts'

export type ParsedTemplate = {
  readonly name: string
  readonly source: string
  readonly root: readonly Node[]
  /** Templates from define and block. */
  readonly defined: ReadonlyMap<string, readonly Node[]>
}

/** @throws {TemplateError} with Go's message: `template: line:1: unclosed action`. */
export function parseTemplate(source: string, name: string, hasFunction: (name: string) => boolean): ParsedTemplate {
  return new Parser(source, name, hasFunction).run()
}

type Stop = {readonly word: 'end' | 'else'; readonly token: Token}
type Keyword = 'if' | 'with' | 'range'

class Parser extends PipeParser {
  readonly #source: string
  readonly #defined = new Map<string, readonly Node[]>()
  #ranges = 0
  #nesting = 0

  constructor(source: string, name: string, hasFunction: (name: string) => boolean) {
    super(source, name, hasFunction)
    this.#source = source
  }

  run(): ParsedTemplate {
    const {nodes, stop} = this.#list(true)
    if (stop !== undefined) throw this.fail(stop.token, `unexpected {{${stop.word}}}`)
    // The whole is a template like others: it can be called by its name, and defined when there is nothing else.
    this.#add(this.name, nodes, this.peek())
    return {name: this.name, source: this.#source, root: this.#defined.get(this.name) ?? nodes, defined: this.#defined}
  }

  /** @param top not inside any action: the end of the text ends it, and templates may be defined. */
  #list(top: boolean): {nodes: Node[]; stop: Stop | undefined} {
    this.enter()
    const nodes: Node[] = []
    for (;;) {
      const token = this.next()
      if (token.kind === 'end') {
        if (!top) throw this.fail(token, 'unexpected EOF')
        return {nodes, stop: undefined}
      }
      if (token.kind === 'text') {
        nodes.push({kind: 'text', text: token.text})
        continue
      }
      if (token.kind !== 'open') throw this.unexpected(token, 'input')
      this.action = token
      const stop = this.#action(nodes, top)
      this.action = undefined
      if (stop === undefined) continue
      this.leave()
      return {nodes, stop}
    }
  }

  /** After `{{`: adds a node, or reports `end` and `else` to whoever is waiting for them. */
  #action(nodes: Node[], top: boolean): Stop | undefined {
    const token = this.peekWord()
    if (token.kind !== 'keyword' || (token.text === 'define' && !top)) {
      nodes.push({kind: 'action', pipe: this.pipe('command', 'close')})
      return undefined
    }
    this.next()
    switch (token.text) {
      case 'end':
        this.expect('close', 'end')
        return {word: 'end', token}
      case 'else': {
        // `else if` and `else with` leave the word for the branch that takes it.
        const {kind, text} = this.peekWord()
        if (kind !== 'keyword' || (text !== 'if' && text !== 'with')) this.expect('close', 'else')
        return {word: 'else', token}
      }
      case 'if':
      case 'with':
      case 'range':
        nodes.push({kind: token.text, ...this.#branch(token.text)})
        return undefined
      case 'break':
      case 'continue':
        if (this.peekWord().kind !== 'close') throw this.unexpected(this.peekWord(), `{{${token.text}}}`)
        this.next()
        if (this.#ranges === 0) throw this.fail(token, `{{${token.text}}} outside {{range}}`)
        nodes.push({kind: token.text})
        return undefined
      case 'template':
        nodes.push(this.#template())
        return undefined
      case 'block':
        nodes.push(this.#block())
        return undefined
      default:
        this.#define(token)
        return undefined
    }
  }

  #branch(keyword: Keyword): Branch {
    if (++this.#nesting > this.nestingMax) throw this.tooDeep()
    const scope = this.variables.length
    const pipe = this.pipe(keyword, 'close')
    if (keyword === 'range') this.#ranges++
    const {nodes: body, stop} = this.#list(false)
    if (keyword === 'range') this.#ranges--
    let otherwise: Node[] = []
    if (stop?.word === 'else') {
      const token = this.peek()
      if (token.kind === 'keyword' && token.text === keyword && keyword !== 'range') {
        // `else if x` is `else` with an `if` inside that shares the end.
        this.next()
        otherwise = [{kind: keyword, ...this.#branch(keyword)}]
      } else {
        const rest = this.#list(false)
        if (rest.stop?.word === 'else') throw this.fail(rest.stop.token, 'expected end; found {{else}}')
        otherwise = rest.nodes
      }
    }
    this.variables.length = scope
    this.#nesting--
    return {pipe, body, otherwise}
  }

  #template(): Node {
    const {at} = this.peekWord()
    const name = this.#name('template clause')
    let pipe: Pipe | undefined
    if (this.peekWord().kind === 'close') this.next()
    else pipe = this.pipe('template clause', 'close')
    return {kind: 'template', name, pipe, at}
  }

  #block(): Node {
    const {at} = this.peekWord()
    const name = this.#name('block clause')
    const pipe = this.pipe('block clause', 'close')
    this.#body(name, 'block clause')
    return {kind: 'template', name, pipe, at}
  }

  #define(token: Token): void {
    const name = this.#name('define clause')
    this.expect('close', 'define clause')
    this.#body(name, 'define clause', token)
  }

  #name(context: string): string {
    const token = this.peekWord()
    if (token.kind !== 'string') throw this.unexpected(token, context)
    this.next()
    return this.unquoted(token)
  }

  /** A template of its own: variables and ranges around it do not reach in. */
  #body(name: string, context: string, token = this.peek()): void {
    const {variables} = this
    const ranges = this.#ranges
    this.variables = ['$']
    this.#ranges = 0
    const {nodes, stop} = this.#list(false)
    this.variables = variables
    this.#ranges = ranges
    if (stop?.word !== 'end') throw this.fail(token, `unexpected {{else}} in ${context}`)
    this.#add(name, nodes, token)
  }

  #add(name: string, nodes: readonly Node[], token: Token): void {
    const before = this.#defined.get(name)
    const isEmpty = (list: readonly Node[]): boolean => list.every(node => node.kind === 'text' && node.text.trim() === '')
    if (before === undefined || isEmpty(before)) this.#defined.set(name, nodes)
    else if (!isEmpty(nodes))
      throw new TemplateError(
        `template: ${this.name}:${this.line(token)}: template: multiple definition of template ${JSON.stringify(name)}`,
      )
  }
}
