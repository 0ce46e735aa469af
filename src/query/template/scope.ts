/*
 * The state of one run of a template: where it is, its variables, what it may still spend.
 *
 * Messages name the last place that was looked at, which for a value of the wrong type is often not the function that got it.
 * That is how Go's do it, so every step says where it is: {@link Scope.at}.
 */
import {Failure} from '../../model/index.ts'
import {printPlace, type Place} from './ast.ts'
import {TemplateError} from './error.ts'
import type {ParsedTemplate} from './parse.ts'
import type {Value} from './values.ts'

// Nodes walked and functions called. A template for a line of a log needs some dozens.
const STEPS_MAX = 100_000
// Texts that functions read and made, in characters: what one run may hold and go through.
const WORK_CHARS_MAX = 16 << 20
// Going through so many characters takes about as long as a step.
const CHARS_PER_STEP = 64

/**
 * What the rows of a batch may spend together. One row may take long, but a batch of thousands of such rows would keep a thread
 * from noticing that its query was cancelled.
 */
export type Budget = {steps: number}

/** `boxed`: an element of a list or map, of which messages only say that it may be anything. */
export type Operand = {readonly value: Value; readonly boxed: boolean}
type Variable = {readonly name: string; operand: Operand}

export class Scope {
  readonly #template: ParsedTemplate
  readonly #budget: Budget
  variables: Variable[]
  /** Name of the template that is walked. */
  current: string
  #place: Place | undefined
  #steps = 0
  #work = 0

  constructor(template: ParsedTemplate, data: Value, budget: Budget) {
    this.#template = template
    this.#budget = budget
    this.current = template.name
    this.variables = [{name: '$', operand: {value: data, boxed: false}}]
  }

  at(place: Place): void {
    this.#place = place
  }

  step(): void {
    if (++this.#steps > STEPS_MAX) throw this.error(`more than ${STEPS_MAX} steps`)
    this.#charge(1)
  }

  /** Counts a text that is read or was made. */
  spendText(value: Value): void {
    if (typeof value === 'string') this.spend(value.length)
  }

  /** Counts what takes about as long as going through so many characters. */
  spend(chars: number): void {
    this.#work += chars
    if (this.#work > WORK_CHARS_MAX) throw this.error(`more than ${WORK_CHARS_MAX} characters of work`)
    this.#charge(chars / CHARS_PER_STEP)
  }

  #charge(steps: number): void {
    this.#budget.steps -= steps
    if (this.#budget.steps < 0) throw new Failure('BAD_REQUEST', 'the templates of this query take too many steps for the lines they meet')
  }

  error(message: string): TemplateError {
    const {name, source} = this.#template
    const place = this.#place
    if (place === undefined) return new TemplateError(`template: ${name}: ${message}`)
    const before = source.slice(0, place.at)
    const line = before.split('\n').length
    const column = Buffer.byteLength(before.slice(before.lastIndexOf('\n') + 1))
    return new TemplateError(
      `template: ${name}:${line}:${column}: executing ${JSON.stringify(this.current)} at <${printPlace(place)}>: ${message}`,
    )
  }

  declare(name: string, operand: Operand): void {
    this.variables.push({name, operand})
  }

  assign(name: string, operand: Operand): void {
    this.#find(name).operand = operand
  }

  lookup(name: string): Operand {
    return this.#find(name).operand
  }

  #find(name: string): Variable {
    const found = this.variables.findLast(variable => variable.name === name)
    if (found === undefined) throw this.error(`undefined variable: ${name}`)
    return found
  }
}
