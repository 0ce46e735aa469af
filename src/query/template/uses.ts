/*
 * What a template can read, so that only that is looked up.
 */
import type {Arg, Node, Pipe} from './ast.ts'
import type {ParsedTemplate} from './parse.ts'

/** Names of the labels a template can read, and whether it may read any of them (a bare dot that is not a field). */
export type Fields = {readonly names: ReadonlySet<string>; readonly all: boolean}

export type Uses = Fields & {readonly line: boolean}

/**
 * A field of the dot is a label only while the dot is the labels; inside `with`, `range` and other templates it may be anything.
 * There a field is counted as a label too, which is never too few. A dot or `$` by itself may be all labels, but not where the
 * dot is something else: the labels only get there through a dot that is counted.
 */
export function usesOf(parsed: ParsedTemplate): Uses {
  const collector = new Collector()
  collector.walk(parsed.root, true)
  for (const nodes of parsed.defined.values()) collector.walk(nodes, false)
  return collector
}

class Collector {
  readonly names = new Set<string>()
  all = false
  line = false

  #dotIsLabels = true

  walk(nodes: readonly Node[], dotIsLabels: boolean): void {
    for (const node of nodes) {
      this.#dotIsLabels = dotIsLabels
      if ('pipe' in node && node.pipe !== undefined) this.#pipe(node.pipe)
      if ('body' in node) {
        this.walk(node.body, dotIsLabels && node.kind === 'if')
        this.walk(node.otherwise, dotIsLabels)
      }
    }
  }

  #pipe(pipe: Pipe): void {
    for (const command of pipe.commands) for (const arg of command.args) this.#arg(arg)
  }

  #arg(arg: Arg): void {
    switch (arg.kind) {
      case 'dot':
        this.all ||= this.#dotIsLabels
        break
      case 'field':
      case 'variable':
        if (arg.path[0] !== undefined) this.names.add(arg.path[0])
        else if (arg.kind === 'variable' && arg.name === '$') this.all = true
        break
      case 'chain':
        if (arg.path[0] !== undefined) this.names.add(arg.path[0])
        this.#arg(arg.of)
        break
      case 'function':
        if (arg.name === '__line__') this.line = true
        break
      case 'pipe':
        this.#pipe(arg)
        break
      default:
    }
  }
}
