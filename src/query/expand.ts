/*
 * Regexes of label_replace: fully anchored, a dot is no line feed, `$1` and `$name` in the replacement are groups.
 */
import {compileRegex} from '../regex/index.ts'
import {encodeText} from './bytes.ts'
import type {Expand} from './metric/index.ts'

/** @throws {Failure} BAD_REQUEST with RE2's text. */
export function compileExpand(pattern: string): Expand {
  const regex = compileRegex(pattern, {anchored: true})
  return (text, replacement) => {
    if (!replacement.includes('$')) return regex.testString(text) ? replacement : undefined
    const bytes = encodeText(text)
    const groups = regex.find(bytes)
    return groups && regex.expand(replacement, bytes, groups)
  }
}
