/*
 * The tree of a template, as Go's text/template has it. Every node keeps its place in the source (UTF-16 offset) and can be
 * printed back, because messages quote it: `template: line:1:3: executing "line" at <div 1 0>: …`.
 */

export type Node = Text | Action | If | With | Range | TemplateCall | Break | Continue
export type Text = {readonly kind: 'text'; readonly text: string}
export type Action = {readonly kind: 'action'; readonly pipe: Pipe}
export type Branch = {readonly pipe: Pipe; readonly body: readonly Node[]; readonly otherwise: readonly Node[]}
export type If = {readonly kind: 'if'} & Branch
export type With = {readonly kind: 'with'} & Branch
export type Range = {readonly kind: 'range'} & Branch
export type TemplateCall = {readonly kind: 'template'; readonly name: string; readonly pipe: Pipe | undefined; readonly at: number}
export type Break = {readonly kind: 'break'}
export type Continue = {readonly kind: 'continue'}

/** `$a, $b := cmd | cmd`: declares or assigns variables (two only in range). */
export type Pipe = {
  readonly kind: 'pipe'
  readonly variables: readonly string[]
  readonly assigns: boolean
  readonly commands: readonly Command[]
  readonly at: number
}
export type Command = {readonly kind: 'command'; readonly args: readonly [Arg, ...Arg[]]; readonly at: number}

export type Arg =
  | {readonly kind: 'dot'; readonly at: number}
  | {readonly kind: 'nil'; readonly at: number}
  | {readonly kind: 'field'; readonly path: readonly string[]; readonly at: number}
  | {readonly kind: 'variable'; readonly name: string; readonly path: readonly string[]; readonly at: number}
  | {readonly kind: 'chain'; readonly of: Arg; readonly path: readonly string[]; readonly at: number}
  | {readonly kind: 'function'; readonly name: string; readonly at: number}
  | {readonly kind: 'bool'; readonly value: boolean; readonly at: number}
  | NumberArg
  | {readonly kind: 'string'; readonly value: string; readonly text: string; readonly at: number}
  | Pipe

/** `int` is set when the number is whole; `ideal` is what it is where any type will do. */
export type NumberArg = {
  readonly kind: 'number'
  readonly text: string
  readonly int: bigint | undefined
  readonly float: number
  readonly ideal: 'int' | 'float'
  readonly at: number
}

/** What a message can point at. */
export type Place = Arg | Command | TemplateCall

export function printPlace(place: Place): string {
  switch (place.kind) {
    case 'command':
      return place.args.map(printOperand).join(' ')
    case 'pipe':
      return printPipe(place)
    case 'template':
      return `{{template ${JSON.stringify(place.name)}${place.pipe === undefined ? '' : ` ${printPipe(place.pipe)}`}}}`
    default:
      return printOperand(place)
  }
}

function printPipe({variables, assigns, commands}: Pipe): string {
  const declared = variables.length === 0 ? '' : `${variables.join(', ')} ${assigns ? '=' : ':='} `
  return declared + commands.map(printPlace).join(' | ')
}

function printOperand(arg: Arg): string {
  switch (arg.kind) {
    case 'dot':
      return '.'
    case 'nil':
      return 'nil'
    case 'field':
      return dotted(arg.path)
    case 'variable':
      return arg.name + dotted(arg.path)
    case 'chain':
      return printOperand(arg.of) + dotted(arg.path)
    case 'function':
      return arg.name
    case 'bool':
      return String(arg.value)
    case 'number':
    case 'string':
      return arg.text
    case 'pipe':
      return `(${printPipe(arg)})`
  }
}

function dotted(path: readonly string[]): string {
  return path.map(name => `.${name}`).join('')
}
