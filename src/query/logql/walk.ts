/*
 * Walking a tree without naming every kind of node.
 */
import type {LogRange, Node, Query, Selector} from './ast.ts'

/** The nodes directly below, in the order of the text. */
export function children(node: Node): readonly Node[] {
  switch (node.kind) {
    case 'logs':
      return [node.selector, ...node.stages]
    case 'log-range':
      return [node.selector, ...node.stages, ...(node.unwrap ? [node.unwrap] : [])]
    case 'unwrap':
      return node.filters
    case 'label-filter':
      return [node.filter]
    case 'and':
    case 'or':
    case 'binary':
      return [node.left, node.right]
    case 'range-aggregation':
      return [node.range]
    case 'vector-aggregation':
    case 'label-replace':
      return [node.inner]
    case 'variants':
      return [...node.variants, node.of]
    default:
      return []
  }
}

/** Parents first, left to right. A visitor that returns false keeps the walk out of the node's children. */
export function walk(node: Node, visit: (node: Node) => false | void): void {
  if (visit(node) === false) return
  for (const child of children(node)) walk(child, visit)
}

/** Every selector, left to right. */
export function selectorsOf(query: Query): Selector[] {
  const found: Selector[] = []
  walk(query, node => {
    if (node.kind === 'selector') found.push(node)
  })
  return found
}

/** Every range of logs a metric query reads, left to right. */
export function logRangesOf(query: Query): LogRange[] {
  const found: LogRange[] = []
  walk(query, node => {
    if (node.kind === 'log-range') found.push(node)
  })
  return found
}
