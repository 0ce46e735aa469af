/*
 * From text to a tree in which nothing is wrong any more: everything that can be wrong with a query's text is found here.
 */
import {checkRegex, compileRegex} from '../regex/index.ts'
import {checkQuery, parse, walk, type Query} from './logql/index.ts'
import {planStages} from './plan/stages.ts'
import type {Tools} from './stage/tools.ts'
import {checkTemplate} from './template/index.ts'

/** For plans that are made to be looked at, not to be run. */
export const PLANNING: Tools = {kernel: {findRows: refuse, dfaRows: refuse}, nowNs: () => 0n}

/**
 * @param limit told of what parses, before its stages are checked: refuses what is not allowed.
 * @throws {Failure} BAD_REQUEST, UNSUPPORTED; what `limit` throws.
 */
export function checkedQuery(text: string, limit: (query: Query) => void = () => {}): Query {
  const options = {checkRegex, matchesEmpty, checkTemplate}
  const query = parse(text, options)
  limit(query)
  checkQuery(query, options)
  walk(query, node => {
    if (node.kind === 'logs' || node.kind === 'log-range') planStages(node.stages, PLANNING)
  })
  return query
}

function matchesEmpty(pattern: string): boolean {
  return compileRegex(pattern, {anchored: true, dotAll: true}).testString('')
}

function refuse(): never {
  throw new Error('planned to be looked at, not to be run')
}
