/*
 * Go's text/template over the labels of a line, for line_format and label_format.
 *
 *   text ─parse─▶ tree ─execute(labels)─▶ text
 *
 * Owns   syntax, functions, printing of values, limits on steps and output.
 * Leaves what happens with the result or the error to the stages.
 */
import {compileRegex} from '../../regex/index.ts'
import {TemplateError} from './error.ts'
import {execute} from './exec.ts'
import type {Spend, TemplateRegex} from './function.ts'
import {FUNCTIONS} from './functions/index.ts'
import {parseTemplate, type ParsedTemplate} from './parse.ts'
import type {Budget} from './scope.ts'
import {usesOf, type Fields} from './uses.ts'

export {TemplateError} from './error.ts'
export type {Fields} from './uses.ts'

// A pattern may come from the line, so that each row has another one.
const REGEXES_MAX = 100
const REGEX_INSTRUCTIONS_MAX = 10_000
// What it costs to compile one, in characters gone through, and each of its instructions.
const REGEX_CHARS = 50_000
const INSTRUCTION_CHARS = 300

export type TemplateInput = {
  /** All labels of the line, as a map of name to value. */
  readonly labels: ReadonlyMap<string, string>
  readonly line: () => string
  readonly timestampNs: () => bigint
  /** Shared by the rows that are run together. */
  readonly budget: Budget
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
  /** @throws {TemplateError} with Go's message; {Failure} BAD_REQUEST when the budget is spent. */
  run(input: TemplateInput): string
}

/**
 * @param name  `line` or `label`, as messages have it.
 * @throws {TemplateError} when the text does not parse.
 */
export function compileTemplate(text: string, name: string, nowNs: () => bigint): Template {
  const parsed = parseTemplate(text, name, fn => FUNCTIONS.has(fn))
  const regexes = new Map<string, TemplateRegex>()
  const regex = (pattern: string, spend: Spend): TemplateRegex => {
    let compiled = regexes.get(pattern)
    if (compiled === undefined) {
      if (regexes.size >= REGEXES_MAX) regexes.clear()
      const fresh = compileRegex(pattern, {instructionsMax: REGEX_INSTRUCTIONS_MAX})
      regexes.set(pattern, fresh)
      spend(REGEX_CHARS + INSTRUCTION_CHARS * fresh.size)
      compiled = fresh
    }
    return compiled
  }
  const {names, all, line} = usesOf(parsed)
  const lone = loneField(parsed)
  const constant = parsed.root.every(node => node.kind === 'text')
    ? parsed.root.map(node => (node.kind === 'text' ? node.text : '')).join('')
    : undefined
  return {
    fields: {names, all},
    readsLine: line,
    lone,
    constant,
    mayFail: lone === undefined && constant === undefined,
    run: ({labels, line, timestampNs, budget}) => execute(parsed, FUNCTIONS, {labels, line, timestampNs, nowNs, regex}, budget),
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

function loneField(parsed: ParsedTemplate): string | undefined {
  const [node, ...more] = parsed.root
  if (node?.kind !== 'action' || more.length > 0) return undefined
  const [command, ...rest] = node.pipe.commands
  const [arg, ...args] = command?.args ?? []
  if (rest.length > 0 || args.length > 0 || node.pipe.variables.length > 0) return undefined
  return arg?.kind === 'field' && arg.path.length === 1 ? arg.path[0] : undefined
}
