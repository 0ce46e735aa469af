/*
 * Regexes of label_replace.
 */
import {Failure} from '../model/index.ts'
import {compileRegex} from '../regex/index.ts'
import type {Expand} from './metric/index.ts'

/** @throws {Failure} UNSUPPORTED for replacements that refer to groups. */
export function compileExpand(pattern: string): Expand {
  const regex = compileRegex(pattern, {anchored: true, dotAll: true})
  return (text, replacement) => {
    if (!regex.testString(text)) return undefined
    if (replacement.includes('$')) throw new Failure('UNSUPPORTED', 'not supported yet: label_replace with $')
    return replacement
  }
}
