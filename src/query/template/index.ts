/*
 * Go's text/template over the labels of a line, for line_format and label_format.
 *
 *   text ─parse─▶ tree ─execute(labels)─▶ text
 *
 * Owns   syntax, functions, printing of values, limits on steps and output.
 * Leaves what happens with the result or the error to the stages.
 */
import {compileRegex, type Regex} from '../../regex/index.ts'
import type {Arg, Fields, Node, Pipe} from './ast.ts'
import {TemplateError} from './error.ts'
import {execute} from './exec.ts'
import type {TemplateRegex} from './function.ts'
import {FUNCTIONS} from './functions/index.ts'
import {parseTemplate, type ParsedTemplate} from './parse.ts'
import type {Value} from './values.ts'

export {TemplateError} from './error.ts'
export type {Fields} from './ast.ts'

const REGEXES_MAX = 100

export type TemplateInput = {
  /** All labels of the line, as a map of name to value. */
  readonly labels: ReadonlyMap<string, string>
  readonly line: () => string
  readonly timestampNs: () => bigint
}

export interface Template {
  /** What it reads of its labels. */
  readonly fields: Fields
  readonly readsLine: boolean
  /** The label's name when the template is one plain field `{{.x}}`. */
  readonly lone: string | undefined
  /** The text itself when the template has no action. */
  readonly constant: string | undefined
  /** False when {@link run} gives a text for any labels. */
  readonly mayFail: boolean
  /** @throws {TemplateError} with Go's message. */
  run(input: TemplateInput): string
}

/**
 * @param name  `line` or `label`, as messages have it.
 * @throws {TemplateError} when the text does not parse.
 */
export function compileTemplate(text: string, name: string, nowNs: () => bigint): Template {
  const parsed = parseTemplate(text, name, fn => FUNCTIONS.has(fn))
  const regexes = new Map<string, TemplateRegex>()
  const regex = (pattern: string): TemplateRegex => {
    let compiled = regexes.get(pattern)
    if (compiled === undefined) {
      if (regexes.size >= REGEXES_MAX) regexes.clear()
      compiled = asTemplateRegex(compileRegex(pattern))
      regexes.set(pattern, compiled)
    }
    return compiled
  }
  const uses = collect(parsed)
  const lone = loneField(parsed)
  const constant = parsed.root.every(node => node.kind === 'text')
    ? parsed.root.map(node => (node.kind === 'text' ? node.text : '')).join('')
    : undefined
  return {
    fields: {names: uses.names, all: uses.all},
    readsLine: uses.line,
    lone,
    constant,
    mayFail: lone === undefined && constant === undefined,
    run: input =>
      execute(parsed, FUNCTIONS, input.labels as ReadonlyMap<string, Value>, {
        line: input.line,
        timestampNs: input.timestampNs,
        nowNs,
        regex,
      }),
  }
}

/** Undefined when the text parses, else Go's message. */
export function checkTemplate(text: string, name: 'line' | 'label'): string | undefined {
  try {
    parseTemplate(text, name, fn => FUNCTIONS.has(fn))
    return undefined
  } catch (error) {
    if (error instanceof TemplateError) return error.message
    throw error
  }
}

function asTemplateRegex(regex: Regex): TemplateRegex {
  return regex
}

function loneField(parsed: ParsedTemplate): string | undefined {
  const [node, ...more] = parsed.root
  if (node?.kind !== 'action' || more.length > 0) return undefined
  const [command, ...rest] = node.pipe.commands
  const [arg, ...args] = command?.args ?? []
  if (rest.length > 0 || args.length > 0 || node.pipe.variables.length > 0) return undefined
  return arg?.kind === 'field' && arg.path.length === 1 ? arg.path[0] : undefined
}

type Uses = {names: Set<string>; all: boolean; line: boolean}

/**
 * A field of the dot is a label only while the dot is the labels; inside `with`, `range` and other templates it may be anything.
 * There a field is counted as a label too, which is never too few. A dot or `$` by itself may be all labels.
 */
function collect(parsed: ParsedTemplate): Uses {
  const uses: Uses = {names: new Set(), all: false, line: false}
  const arg = (a: Arg): void => {
    if (a.kind === 'field') uses.names.add(a.path[0] ?? '')
    else if (a.kind === 'variable' && a.name === '$') {
      if (a.path[0] === undefined) uses.all = true
      else uses.names.add(a.path[0])
    } else if (a.kind === 'variable' && a.path[0] !== undefined) uses.names.add(a.path[0])
    else if (a.kind === 'dot') uses.all = true
    else if (a.kind === 'function' && a.name === '__line__') uses.line = true
    else if (a.kind === 'chain') {
      uses.names.add(a.path[0] ?? '')
      arg(a.of)
    } else if (a.kind === 'pipe') pipe(a)
  }
  const pipe = (p: Pipe): void => p.commands.forEach(command => command.args.forEach(arg))
  const walk = (nodes: readonly Node[]): void => {
    for (const node of nodes) {
      if (node.kind === 'action') pipe(node.pipe)
      else if (node.kind === 'template') {
        if (node.pipe !== undefined) pipe(node.pipe)
      } else if (node.kind === 'if' || node.kind === 'with' || node.kind === 'range') {
        pipe(node.pipe)
        walk(node.body)
        walk(node.otherwise)
      }
    }
  }
  walk(parsed.root)
  for (const nodes of parsed.defined.values()) walk(nodes)
  return uses
}
