/*
 * Evaluates pipelines: operands, fields, methods of times, functions with arguments of the right types.
 */
import {printPlace, type Arg, type Command, type Pipe} from './ast.ts'
import {TemplateError} from './error.ts'
import type {CallContext, ParamType, TemplateFunction} from './function.ts'
import type {Operand, Scope} from './scope.ts'
import {TIME_METHODS} from './time/methods.ts'
import {isMap, isTime, truth, typeName, type Value} from './values.ts'

export type Functions = ReadonlyMap<string, TemplateFunction>

const NIL: Operand = {value: null, boxed: false}

const GO_TYPES = {string: 'string', int: 'int', float: 'float64', time: 'time.Time'} as const
const CONSTANT_NAMES = {string: 'string', int: 'integer', float: 'float'} as const

export class Evaluator {
  readonly #scope: Scope
  readonly #functions: Functions
  readonly #context: CallContext

  constructor(scope: Scope, functions: Functions, context: CallContext) {
    this.#scope = scope
    this.#functions = functions
    this.#context = context
  }

  pipe(pipe: Pipe, dot: Operand): Operand {
    this.#scope.at(pipe)
    let last: Operand | undefined
    // What comes out of a command is no longer an element of something.
    for (const command of pipe.commands) last = {value: this.#command(command, dot, last).value, boxed: false}
    const result = last ?? NIL
    for (const name of pipe.variables) {
      if (pipe.assigns) this.#scope.assign(name, result)
      else this.#scope.declare(name, result)
    }
    return result
  }

  #command(command: Command, dot: Operand, piped: Operand | undefined): Operand {
    const [first, ...rest] = command.args
    switch (first.kind) {
      case 'function':
        return this.#named(first, command, rest, dot, piped)
      case 'field':
      case 'variable':
      case 'chain':
        return this.#fields(first, rest, dot, piped)
      case 'pipe':
        this.#refuseArguments(command, piped)
        return this.pipe(first, dot)
      default:
        this.#scope.at(first)
        this.#refuseArguments(command, piped)
        if (first.kind === 'nil') throw this.#scope.error('nil is not a command')
        return this.#operand(first, dot)
    }
  }

  #refuseArguments({args}: Command, piped: Operand | undefined): void {
    if (args.length > 1 || piped !== undefined) {
      throw this.#scope.error(`can't give argument to non-function ${printPlace(args[0])}`)
    }
  }

  #operand(arg: Arg, dot: Operand): Operand {
    switch (arg.kind) {
      case 'dot':
        return dot
      case 'nil':
        return NIL
      case 'bool':
      case 'string':
        return {value: arg.value, boxed: false}
      case 'number':
        return {value: arg.ideal === 'int' ? (arg.int ?? 0n) : arg.float, boxed: false}
      case 'field':
      case 'variable':
      case 'chain':
        return this.#fields(arg, [], dot, undefined)
      case 'function':
        return this.#named(arg, arg, [], dot, undefined)
      case 'pipe':
        return this.pipe(arg, dot)
    }
  }

  // ── fields ─────────────────────────────────────────────────────────────────────────────────────────────────────

  #fields(arg: FieldArg, rest: readonly Arg[], dot: Operand, piped: Operand | undefined): Operand {
    this.#scope.at(arg)
    const hasArgs = rest.length > 0 || piped !== undefined
    let operand: Operand
    if (arg.kind === 'field') operand = dot
    else if (arg.kind === 'variable') operand = this.#scope.lookup(arg.name)
    else {
      if (arg.of.kind === 'nil') throw this.#scope.error(`indirection through explicit nil in ${printPlace(arg)}`)
      this.#scope.at(arg.of)
      operand = {value: this.#operand(arg.of, dot).value, boxed: false}
    }
    if (arg.path.length === 0 && hasArgs) throw this.#scope.error(`can't give argument to non-function ${printPlace(arg)}`)
    for (const [i, name] of arg.path.entries()) {
      const last = i === arg.path.length - 1
      operand = this.#field(operand, name, last ? rest : [], dot, last ? piped : undefined)
    }
    return operand
  }

  #field(of: Operand, name: string, rest: readonly Arg[], dot: Operand, piped: Operand | undefined): Operand {
    const {value, boxed} = of
    const hasArgs = rest.length > 0 || piped !== undefined
    if (isTime(value)) {
      const method = TIME_METHODS.get(name)
      if (method !== undefined) {
        const time = value
        return this.#call(name, {params: method.params, call: args => method.call(time, args)}, rest, dot, piped, undefined)
      }
    } else if (isMap(value)) {
      if (hasArgs) throw this.#scope.error(`${name} is not a method but has arguments`)
      // Labels are a map of strings: what is missing is "". Decoded JSON is a map of anything: what is missing is nil.
      const isLabels = value === this.#context.labels
      return {value: value.get(name) ?? (isLabels ? '' : null), boxed: !isLabels}
    } else if (value === null) {
      if (boxed) throw this.#scope.error(`nil pointer evaluating interface {}.${name}`)
      return NIL
    }
    throw this.#scope.error(`can't evaluate field ${name} in type ${boxed ? 'interface {}' : typeName(value)}`)
  }

  // ── functions ──────────────────────────────────────────────────────────────────────────────────────────────────

  #named(fn: FunctionArg, place: Command | FunctionArg, rest: readonly Arg[], dot: Operand, piped: Operand | undefined): Operand {
    this.#scope.at(fn)
    const found = this.#functions.get(fn.name)
    if (found === undefined) throw this.#scope.error(`${JSON.stringify(fn.name)} is not a defined function`)
    return this.#call(fn.name, found, rest, dot, piped, place)
  }

  /** @param place what a failure of the function itself points at; undefined leaves it where it is. */
  #call(
    name: string,
    fn: TemplateFunction,
    args: readonly Arg[],
    dot: Operand,
    piped: Operand | undefined,
    place: Command | FunctionArg | undefined,
  ): Operand {
    const scope = this.#scope
    scope.step()
    const given = args.length + (piped === undefined ? 0 : 1)
    const wanted = fn.params.length
    if (fn.rest === undefined ? given !== wanted : given < wanted) {
      const [least, got] = fn.rest === undefined ? ['', given] : ['at least ', args.length]
      throw scope.error(`wrong number of args for ${name}: want ${least}${wanted} got ${got}`)
    }
    if (name === 'and' || name === 'or') return this.#shortCircuit(name, args, dot, piped)
    const typeAt = (i: number): ParamType => fn.params[i] ?? fn.rest ?? 'any'
    const values = args.map((arg, i) => this.#typed(arg, typeAt(i), dot))
    if (piped !== undefined) values.push(this.#checked(piped.value, typeAt(args.length)))
    for (const value of values) scope.spendText(value)
    let value: Value
    try {
      value = fn.call(values, this.#context)
    } catch (error) {
      if (error instanceof TemplateError || !(error instanceof Error)) throw error
      if (place !== undefined) scope.at(place)
      throw scope.error(`error calling ${name}: ${error.message}`)
    }
    scope.spendText(value)
    return {value, boxed: false}
  }

  #shortCircuit(name: 'and' | 'or', args: readonly Arg[], dot: Operand, piped: Operand | undefined): Operand {
    let operand = NIL
    for (const arg of args) {
      operand = {value: this.#typed(arg, 'any', dot), boxed: false}
      if (truth(operand.value) === (name === 'or')) return operand
    }
    return piped ?? operand
  }

  /** An argument as a parameter wants it. Constants are read as its type, other values must have it. */
  #typed(arg: Arg, type: ParamType, dot: Operand): Value {
    const scope = this.#scope
    scope.at(arg)
    switch (arg.kind) {
      case 'nil':
        if (type !== 'any') throw scope.error(`cannot assign nil to ${GO_TYPES[type]}`)
        return null
      case 'bool':
      case 'number':
      case 'string':
        if (type === 'any') return this.#operand(arg, dot).value
        if (type === 'time') throw scope.error(`can't handle ${printPlace(arg)} for arg of type time.Time`)
        if (type === 'string' && arg.kind === 'string') return arg.value
        if (type === 'float' && arg.kind === 'number') return arg.float
        if (type === 'int' && arg.kind === 'number' && arg.int !== undefined) return arg.int
        throw scope.error(`expected ${CONSTANT_NAMES[type]}; found ${printPlace(arg)}`)
      default:
        return this.#checked(this.#operand(arg, dot).value, type)
    }
  }

  #checked(value: Value, type: ParamType): Value {
    if (type === 'any' || hasType(value, type)) return value
    const wanted = GO_TYPES[type]
    if (value === null) throw this.#scope.error(`invalid value; expected ${wanted}`)
    // Labels are the one map of strings.
    const got = value === this.#context.labels ? 'map[string]string' : typeName(value)
    throw this.#scope.error(`wrong type for value; expected ${wanted}; got ${got}`)
  }
}

type FieldArg = Extract<Arg, {kind: 'field' | 'variable' | 'chain'}>
type FunctionArg = Extract<Arg, {kind: 'function'}>

function hasType(value: Value, type: Exclude<ParamType, 'any'>): boolean {
  switch (type) {
    case 'string':
      return typeof value === 'string'
    case 'int':
      return typeof value === 'bigint'
    case 'float':
      return typeof value === 'number'
    case 'time':
      return isTime(value)
  }
}
