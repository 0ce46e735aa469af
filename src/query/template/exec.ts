/*
 * Runs a parsed template over the labels of one line. Bounded: steps, output and nesting of template calls have limits,
 * so no template can hold a thread or fill the memory.
 */
import type {Node, Range, TemplateCall} from './ast.ts'
import {Evaluator, type Functions} from './evaluate.ts'
import {OUTPUT_CHARS_MAX, type CallContext} from './function.ts'
import type {ParsedTemplate} from './parse.ts'
import {membersOf, print} from './print.ts'
import {Scope, type Budget, type Operand} from './scope.ts'
import {isList, isMap, truth, wholeOf} from './values.ts'

// Templates that call each other; the stack holds some thousand.
const CALL_DEPTH_MAX = 100

// What it costs to put a member of a map in its place.
const SORT_CHARS = 16

type Flow = 'break' | 'continue' | undefined

/** @throws {TemplateError} `template: line:1:3: executing "line" at <…>: …` */
export function execute(template: ParsedTemplate, functions: Functions, context: Omit<CallContext, 'spend'>, budget: Budget): string {
  return new Execution(template, functions, context, budget).run()
}

class Execution {
  readonly #template: ParsedTemplate
  readonly #scope: Scope
  readonly #evaluator: Evaluator
  readonly #data: Operand
  #out = ''
  #depth = 0

  constructor(template: ParsedTemplate, functions: Functions, context: Omit<CallContext, 'spend'>, budget: Budget) {
    this.#template = template
    const scope = new Scope(template, context.labels, budget)
    this.#scope = scope
    // Named one by one: a run is short, and a spread would take as long as all the rest of it.
    const {labels, line, timestampNs, nowNs, regex} = context
    this.#evaluator = new Evaluator(scope, functions, {labels, line, timestampNs, nowNs, regex, spend: chars => scope.spend(chars)})
    this.#data = {value: context.labels, boxed: false}
  }

  run(): string {
    this.#walkAll(this.#template.root, this.#data)
    return this.#out
  }

  #write(text: string): void {
    this.#out += text
    if (this.#out.length > OUTPUT_CHARS_MAX) throw this.#scope.error(`output is longer than ${OUTPUT_CHARS_MAX} characters`)
  }

  #walkAll(nodes: readonly Node[], dot: Operand): Flow {
    for (const node of nodes) {
      this.#scope.step()
      const flow = this.#walk(node, dot)
      if (flow !== undefined) return flow
    }
    return undefined
  }

  #walk(node: Node, dot: Operand): Flow {
    switch (node.kind) {
      case 'text':
        this.#write(node.text)
        return undefined
      case 'action': {
        const {value} = this.#evaluator.pipe(node.pipe, dot)
        if (node.pipe.variables.length === 0) this.#write(print(value))
        return undefined
      }
      case 'if':
      case 'with': {
        const {variables} = this.#scope
        const scope = variables.length
        const operand = this.#evaluator.pipe(node.pipe, dot)
        const flow = truth(operand.value)
          ? this.#walkAll(node.body, node.kind === 'with' ? operand : dot)
          : this.#walkAll(node.otherwise, dot)
        variables.length = scope
        return flow
      }
      case 'range':
        return this.#range(node, dot)
      case 'template':
        this.#call(node, dot)
        return undefined
      case 'break':
      case 'continue':
        return node.kind
    }
  }

  #call(node: TemplateCall, dot: Operand): void {
    const scope = this.#scope
    scope.at(node)
    const nodes = this.#template.defined.get(node.name)
    if (nodes === undefined) throw scope.error(`template ${JSON.stringify(node.name)} not defined`)
    if (this.#depth === CALL_DEPTH_MAX) throw scope.error(`exceeded maximum template depth (${CALL_DEPTH_MAX})`)
    const operand: Operand = node.pipe === undefined ? {value: null, boxed: false} : this.#evaluator.pipe(node.pipe, dot)
    const {variables, current} = scope
    scope.variables = [{name: '$', operand}]
    scope.current = node.name
    this.#depth++
    this.#walkAll(nodes, operand)
    this.#depth--
    scope.variables = variables
    scope.current = current
  }

  #range(node: Range, dot: Operand): Flow {
    const scope = this.#scope
    const {variables} = scope
    const before = variables.length
    const {pipe} = node
    const [first, second] = pipe.variables
    const {value} = this.#evaluator.pipe(pipe, dot)
    const inside = variables.length
    let ran = false
    let flow: Flow
    const iterate = (key: Operand, item: Operand): boolean => {
      ran = true
      scope.step()
      if (first !== undefined) scope.assign(first, second === undefined ? item : key)
      if (second !== undefined) scope.assign(second, item)
      flow = this.#walkAll(node.body, item)
      variables.length = inside
      return flow !== 'break'
    }
    const whole = wholeOf(value)
    if (isList(value)) value.every((item, i) => iterate({value: BigInt(i), boxed: false}, {value: item, boxed: true}))
    else if (isMap(value)) {
      const boxed = value !== this.#data.value
      scope.spend(value.size * SORT_CHARS)
      membersOf(value).every(([key, member]) => iterate({value: key, boxed: false}, {value: member, boxed}))
    } else if (whole !== undefined) {
      if (second !== undefined) throw scope.error(`can't use ${whole} to iterate over more than one variable`)
      for (let i = 0n; i < whole; i++) {
        const item = {value: i, boxed: false}
        if (!iterate(item, item)) break
      }
    } else if (value !== null) throw scope.error(`range can't iterate over ${print(value)}`)
    // A break or continue of this loop ends here; in the else branch they belong to a loop around it.
    const outer = ran ? undefined : this.#walkAll(node.otherwise, dot)
    variables.length = before
    return outer
  }
}
