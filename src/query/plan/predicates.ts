/*
 * Stream selectors, ready to run.
 */
import type {LabelPredicate, Matcher} from '../../model/index.ts'
import type {Tools} from '../stage/tools.ts'

/** Regexes are fully anchored and dot-all. */
export function predicateOf({name, op, value}: Matcher, tools: Tools): LabelPredicate {
  switch (op) {
    case '=':
      return {name, op, value, matches: actual => actual === value}
    case '!=':
      return {name, op, value, matches: actual => actual !== value}
    case '=~':
    case '!~': {
      const regex = tools.compileRegex(value, {anchored: true, dotAll: true})
      const wanted = op === '=~'
      return {name, op, value, matches: actual => regex.testString(actual) === wanted}
    }
  }
}
