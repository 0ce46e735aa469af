/*
 * The tree of a template, as Go's text/template has it. Every node keeps its byte column for error messages, and can be
 * printed back, because messages quote it: `executing "line" at <div 1 0>: …`.
 */
import {quote} from '../../model/index.ts'

export type Node = Text | Action | If | With | Range | TemplateCall | Break | Continue
export type Text = {readonly kind: 'text'; readonly text: string}
export type Action = {readonly kind: 'action'; readonly pipe: Pipe}
export type Branch = {readonly pipe: Pipe; readonly body: readonly Node[]; readonly otherwise: readonly Node[]}
export type If = {readonly kind: 'if'} & Branch
export type With = {readonly kind: 'with'} & Branch
export type Range = {readonly kind: 'range'} & Branch
export type TemplateCall = {readonly kind: 'template'; readonly name: string; readonly pipe: Pipe | undefined; readonly column: number}
export type Break = {readonly kind: 'break'}
export type Continue = {readonly kind: 'continue'}

/** `$a, $b := cmd | cmd`: declares or assigns variables (two only in range). */
export type Pipe = {
  readonly kind: 'pipe'
  readonly variables: readonly string[]
  readonly assigns: boolean
  readonly commands: readonly Command[]
  readonly column: number
}
export type Command = {readonly args: readonly [Arg, ...Arg[]]; readonly column: number}

export type Arg =
  | {readonly kind: 'dot'; readonly column: number}
  | {readonly kind: 'nil'; readonly column: number}
  | {readonly kind: 'field'; readonly path: readonly string[]; readonly column: number}
  | {readonly kind: 'variable'; readonly name: string; readonly path: readonly string[]; readonly column: number}
  | {readonly kind: 'chain'; readonly of: Arg; readonly path: readonly string[]; readonly column: number}
  | {readonly kind: 'function'; readonly name: string; readonly column: number}
  | {readonly kind: 'bool'; readonly value: boolean; readonly column: number}
  | {
      readonly kind: 'number'
      readonly text: string
      readonly int: bigint | undefined
      readonly float: number
      readonly ideal: 'int' | 'float'
      readonly column: number
    }
  | {readonly kind: 'string'; readonly value: string; readonly column: number}
  | (Pipe & {readonly kind: 'pipe'})

export function printArg(arg: Arg): string {
  switch (arg.kind) {
    case 'dot':
      return '.'
    case 'nil':
      return 'nil'
    case 'field':
      return arg.path.map(name => `.${name}`).join('')
    case 'variable':
      return [arg.name, ...arg.path].join('.')
    case 'chain':
      return `${arg.of.kind === 'pipe' ? `(${printPipe(arg.of)})` : printArg(arg.of)}${arg.path.map(name => `.${name}`).join('')}`
    case 'function':
      return arg.name
    case 'bool':
      return String(arg.value)
    case 'number':
      return arg.text
    case 'string':
      return quote(arg.value)
    case 'pipe':
      return `(${printPipe(arg)})`
  }
}

export function printCommand(command: Command): string {
  return command.args.map(printArg).join(' ')
}

export function printPipe(pipe: Pipe): string {
  const variables = pipe.variables.length === 0 ? '' : `${pipe.variables.join(', ')} ${pipe.assigns ? '=' : ':='} `
  return variables + pipe.commands.map(printCommand).join(' | ')
}

/** Names of the labels a template can read, and whether it may read any of them (a bare dot that is not a field). */
export type Fields = {readonly names: ReadonlySet<string>; readonly all: boolean}
