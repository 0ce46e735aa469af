/*
 * Stream selectors, ready to run.
 */
import type {LabelPredicate, Matcher} from '../../model/index.ts'
import {compileRegex} from '../../regex/index.ts'

/** Regexes are fully anchored and dot-all. */
export function predicateOf({name, op, value}: Matcher): LabelPredicate {
  switch (op) {
    case '=':
      return {name, op, value, matches: actual => actual === value}
    case '!=':
      return {name, op, value, matches: actual => actual !== value}
    case '=~':
    case '!~': {
      const regex = compileRegex(value, {anchored: true, dotAll: true})
      const wanted = op === '=~'
      return {name, op, value, matches: actual => regex.testString(actual) === wanted}
    }
  }
}
