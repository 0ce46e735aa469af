/*
 * `|~ "pattern"`: the line has a match of the regex.
 */
import {quote} from '../../model/index.ts'
import type {LineTest} from './line-test.ts'
import type {Tools} from './tools.ts'

const REGEX_COST = 16

export function regexTest(pattern: string, tools: Tools): LineTest {
  const regex = tools.compileRegex(pattern)
  return {
    text: quote(pattern),
    cost: REGEX_COST,
    test: (bytes, from, to) => regex.test(bytes, from, to),
    findRows(lines, offsets, out) {
      const rows = offsets.length - 1
      let count = 0
      for (let row = 0; row < rows; row++) if (regex.test(lines, offsets[row]!, offsets[row + 1]!)) out[count++] = row
      return count
    },
  }
}
