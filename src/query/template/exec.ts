/*
 * Runs a parsed template over the labels of one line. Bounded: steps, output and nesting of template calls have limits,
 * so no template can hold a thread or fill the memory.
 */
import {printArg, printCommand, type Arg, type Command, type Node, type Pipe} from './ast.ts'
import {TemplateError} from './error.ts'
import {OUTPUT_CHARS_MAX, type CallContext, type ParamType, type TemplateFunction} from './function.ts'
import type {ParsedTemplate} from './parse.ts'
import {callTimeMethod} from './time-methods.ts'
import {isList, isMap, isTime, print, truth, typeName, type Value} from './values.ts'

const STEPS_MAX = 100_000
const CALL_DEPTH_MAX = 100

/** A value that is there, or the constant it was written as: constants take the type that is wanted. */
type Operand = {readonly value: Value; readonly constant?: Extract<Arg, {kind: 'number'}>}
type Variable = {readonly name: string; value: Value}

const BREAK = Symbol('break')
const CONTINUE = Symbol('continue')
type Flow = typeof BREAK | typeof CONTINUE | undefined

/** @throws {TemplateError} `template: line:1:3: executing "line" at <…>: …` */
export function execute(
  template: ParsedTemplate,
  functions: ReadonlyMap<string, TemplateFunction>,
  data: Value,
  context: CallContext,
): string {
  return new Execution(template, functions, context).run(data)
}

class Execution {
  readonly #template: ParsedTemplate
  readonly #functions: ReadonlyMap<string, TemplateFunction>
  readonly #context: CallContext
  #current: string
  #out = ''
  #steps = 0
  #depth = 0
  #variables: Variable[] = []

  constructor(template: ParsedTemplate, functions: ReadonlyMap<string, TemplateFunction>, context: CallContext) {
    this.#template = template
    this.#functions = functions
    this.#context = context
    this.#current = template.name
  }

  run(data: Value): string {
    this.#variables = [{name: '$', value: data}]
    this.#walkAll(this.#template.root, data)
    return this.#out
  }

  #fail(column: number, shown: string, message: string): TemplateError {
    const quoted = shown.length > 60 ? `${shown.slice(0, 57)}...` : shown
    return new TemplateError(
      `template: ${this.#template.name}:1:${column}: executing ${JSON.stringify(this.#current)} at <${quoted}>: ${message}`,
    )
  }

  #write(text: string): void {
    this.#out += text
    if (this.#out.length > OUTPUT_CHARS_MAX)
      throw new TemplateError(`template: ${this.#template.name}: output is longer than ${OUTPUT_CHARS_MAX} characters`)
  }

  #walkAll(nodes: readonly Node[], dot: Value): Flow {
    for (const node of nodes) {
      if (++this.#steps > STEPS_MAX) throw new TemplateError(`template: ${this.#template.name}: more than ${STEPS_MAX} steps`)
      const flow = this.#walk(node, dot)
      if (flow !== undefined) return flow
    }
    return undefined
  }

  #walk(node: Node, dot: Value): Flow {
    switch (node.kind) {
      case 'text':
        this.#write(node.text)
        return undefined
      case 'action': {
        const value = this.#pipe(node.pipe, dot)
        if (node.pipe.variables.length === 0) this.#write(print(value))
        return undefined
      }
      case 'if':
      case 'with': {
        const scope = this.#variables.length
        const value = this.#pipe(node.pipe, dot)
        const flow = truth(value) ? this.#walkAll(node.body, node.kind === 'with' ? value : dot) : this.#walkAll(node.otherwise, dot)
        this.#variables.length = scope
        return flow
      }
      case 'range':
        return this.#range(node, dot)
      case 'template':
        this.#call(node.name, node.column, node.pipe === undefined ? null : this.#pipe(node.pipe, dot))
        return undefined
      case 'break':
        return BREAK
      case 'continue':
        return CONTINUE
    }
  }

  #call(name: string, column: number, dot: Value): void {
    const nodes = this.#template.defined.get(name)
    if (nodes === undefined)
      throw this.#fail(column, `{{template ${JSON.stringify(name)}}}`, `template ${JSON.stringify(name)} not defined`)
    if (++this.#depth > CALL_DEPTH_MAX)
      throw this.#fail(column, `{{template ${JSON.stringify(name)}}}`, `exceeded maximum template depth (${CALL_DEPTH_MAX})`)
    const variables = this.#variables
    const current = this.#current
    this.#variables = [{name: '$', value: dot}]
    this.#current = name
    this.#walkAll(nodes, dot)
    this.#variables = variables
    this.#current = current
    this.#depth--
  }

  #range(node: Extract<Node, {kind: 'range'}>, dot: Value): Flow {
    const scope = this.#variables.length
    const {pipe} = node
    const value = this.#pipe({...pipe, variables: []}, dot)
    const items = this.#items(value, pipe)
    for (const [key, item] of items) {
      if (pipe.assigns) {
        const [first, second] = pipe.variables
        if (second !== undefined) this.#assign(second, item)
        if (first !== undefined) this.#assign(first, second === undefined ? item : key)
      } else if (pipe.variables.length === 1) {
        this.#variables.push({name: pipe.variables[0] ?? '', value: item})
      } else if (pipe.variables.length === 2) {
        this.#variables.push({name: pipe.variables[0] ?? '', value: key}, {name: pipe.variables[1] ?? '', value: item})
      }
      const flow = this.#walkAll(node.body, item)
      this.#variables.length = scope
      if (flow === BREAK) return undefined
    }
    if (items.length > 0) return undefined
    const flow = this.#walkAll(node.otherwise, dot)
    this.#variables.length = scope
    return flow
  }

  #items(value: Value, pipe: Pipe): [Value, Value][] {
    if (isList(value)) return value.map((item, i) => [BigInt(i), item])
    if (isMap(value)) return [...value].sort(([a], [b]) => (a < b ? -1 : 1))
    if (typeof value === 'bigint') {
      if (value > BigInt(STEPS_MAX)) throw this.#fail(pipe.column, printArg(pipe), `range over more than ${STEPS_MAX}`)
      return Array.from({length: Math.max(0, Number(value))}, (_, i) => [BigInt(i), BigInt(i)])
    }
    if (value === null) return []
    throw this.#fail(pipe.column, printArg(pipe), `range can't iterate over ${print(value)}`)
  }

  #assign(name: string, value: Value): void {
    for (let i = this.#variables.length - 1; i >= 0; i--) {
      const variable = this.#variables[i]
      if (variable?.name === name) {
        variable.value = value
        return
      }
    }
  }

  #pipe(pipe: Pipe, dot: Value): Value {
    let last: Operand | undefined
    for (const command of pipe.commands) last = this.#command(command, dot, last)
    const value = last?.value ?? null
    for (const name of pipe.variables) {
      if (pipe.assigns) this.#assign(name, value)
      else this.#variables.push({name, value})
    }
    return value
  }

  #command(command: Command, dot: Value, piped: Operand | undefined): Operand {
    const [first, ...rest] = command.args
    if (first.kind === 'function') return {value: this.#function(first.name, first.column, command, rest, dot, piped)}
    const hasArgs = rest.length > 0 || piped !== undefined
    const path = first.kind === 'field' || first.kind === 'variable' || first.kind === 'chain' ? first.path : []
    if (hasArgs && path.length > 0) {
      // Only methods take arguments, and only times have methods.
      const owner = this.#argValue({...first, path: path.slice(0, -1)} as Arg, dot)
      if (isTime(owner)) {
        const args = rest.map(arg => this.#operand(arg, dot).value)
        if (piped !== undefined) args.push(piped.value)
        return {value: this.#method(owner, path.at(-1) ?? '', args, first)}
      }
      throw this.#fail(first.column, printArg(first), `${path.at(-1)} is not a method but has arguments`)
    }
    if (hasArgs) throw this.#fail(first.column, printArg(first), `can't give argument to non-function ${printArg(first)}`)
    if (first.kind === 'nil') throw this.#fail(first.column, 'nil', 'nil is not a command')
    return this.#operand(first, dot)
  }

  #operand(arg: Arg, dot: Value): Operand {
    if (arg.kind === 'number') return {value: arg.ideal === 'int' ? (arg.int ?? 0n) : arg.float, constant: arg}
    return {value: this.#argValue(arg, dot)}
  }

  #argValue(arg: Arg, dot: Value): Value {
    switch (arg.kind) {
      case 'dot':
        return dot
      case 'nil':
        return null
      case 'bool':
      case 'string':
        return arg.value
      case 'number':
        return arg.ideal === 'int' ? (arg.int ?? 0n) : arg.float
      case 'field':
        return this.#fields(dot, arg.path, arg)
      case 'variable': {
        const found = this.#variables.findLast(v => v.name === arg.name)
        return this.#fields(found?.value ?? null, arg.path, arg)
      }
      case 'chain':
        return this.#fields(this.#argValue(arg.of, dot), arg.path, arg)
      case 'function':
        return this.#function(arg.name, arg.column, {args: [arg], column: arg.column}, [], dot, undefined)
      case 'pipe':
        return this.#pipe(arg, dot)
    }
  }

  #fields(start: Value, path: readonly string[], arg: Arg): Value {
    let value = start
    for (const [i, name] of path.entries()) {
      if (isMap(value)) {
        const member = value.get(name)
        // Labels are a map of strings: what is missing is "". Decoded JSON is a map of anything: what is missing is nil.
        value = member ?? (value === this.#variables[0]?.value && i === 0 ? '' : null)
      } else if (isTime(value)) value = this.#method(value, name, [], arg)
      else if (value === null) throw this.#fail(arg.column, printArg(arg), `nil pointer evaluating interface {}.${name}`)
      else throw this.#fail(arg.column, printArg(arg), `can't evaluate field ${name} in type ${typeName(value)}`)
    }
    return value
  }

  #method(time: Extract<Value, {zone: string}>, name: string, args: readonly Value[], arg: Arg): Value {
    try {
      const result = callTimeMethod(time, name, args)
      if (result !== undefined) return result
    } catch (error) {
      throw this.#fail(arg.column, printArg(arg), `error calling ${name}: ${error instanceof Error ? error.message : String(error)}`)
    }
    throw this.#fail(arg.column, printArg(arg), `can't evaluate field ${name} in type time.Time`)
  }

  #function(name: string, column: number, command: Command, args: readonly Arg[], dot: Value, piped: Operand | undefined): Value {
    if (++this.#steps > STEPS_MAX) throw new TemplateError(`template: ${this.#template.name}: more than ${STEPS_MAX} steps`)
    const shown = printCommand(command)
    if (name === 'and' || name === 'or') return this.#shortCircuit(name, column, args, dot, piped, shown)
    const fn = this.#functions.get(name)
    if (fn === undefined) throw this.#fail(column, shown, `${JSON.stringify(name)} is not a defined function`)
    const given = args.length + (piped === undefined ? 0 : 1)
    if (given < fn.params.length)
      throw this.#fail(
        column,
        name,
        `wrong number of args for ${name}: want ${fn.rest === undefined ? '' : 'at least '}${fn.params.length} got ${given}`,
      )
    if (given > fn.params.length && fn.rest === undefined)
      throw this.#fail(column, name, `wrong number of args for ${name}: want ${fn.params.length} got ${given}`)
    const typeAt = (i: number): ParamType => fn.params[i] ?? fn.rest ?? 'any'
    const values = args.map((arg, i) => this.#typed(this.#operand(arg, dot), typeAt(i), arg.column, printArg(arg)))
    if (piped !== undefined) values.push(this.#typed({value: piped.value}, typeAt(args.length), column, shown))
    try {
      return fn.call(values, this.#context)
    } catch (error) {
      if (error instanceof TemplateError) throw error
      throw this.#fail(column, shown, `error calling ${name}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }

  #shortCircuit(name: 'and' | 'or', column: number, args: readonly Arg[], dot: Value, piped: Operand | undefined, shown: string): Value {
    if (args.length + (piped === undefined ? 0 : 1) === 0)
      throw this.#fail(column, shown, `wrong number of args for ${name}: want at least 1 got 0`)
    let value: Value = null
    for (const arg of args) {
      value = this.#operand(arg, dot).value
      if (truth(value) === (name === 'or')) return value
    }
    return piped === undefined ? value : piped.value
  }

  #typed(operand: Operand, type: ParamType, column: number, shown: string): Value {
    const {value, constant} = operand
    if (type === 'any') return value
    const wanted = {string: 'string', int: 'int', float: 'float64', time: 'time.Time'}[type]
    if (constant !== undefined) {
      if (type === 'float') return constant.float
      if (type === 'int' && constant.int !== undefined) return constant.int
      throw this.#fail(column, shown, `expected ${type === 'int' ? 'integer' : wanted}; found ${constant.text}`)
    }
    const ok =
      type === 'string'
        ? typeof value === 'string'
        : type === 'int'
          ? typeof value === 'bigint'
          : type === 'float'
            ? typeof value === 'number'
            : isTime(value)
    if (!ok)
      throw this.#fail(
        column,
        shown,
        value === null ? `invalid value; expected ${wanted}` : `wrong type for value; expected ${wanted}; got ${typeName(value)}`,
      )
    return value
  }
}
