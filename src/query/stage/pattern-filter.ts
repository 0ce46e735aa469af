/*
 * `|> "<_>GET <_> 500<_>"`: the line has the literals of a pattern in this order (logql § 3.3).
 *
 *   Each literal is taken where it is found first, behind the one before; `<_>` between stands for one byte or more.
 *   A pattern that begins with a literal may begin anywhere in the line, one that ends with a literal ends with the line.
 *   The empty pattern stands for the empty line, which no other pattern does.
 */
import {quote} from '../../model/index.ts'
import {decodeText, encodeText, indexOfBytes} from '../bytes.ts'
import {parsePattern} from '../logql/index.ts'
import {keepCommon} from './selection.ts'
import type {LineSearch, LineTest} from './line-test.ts'

const PATTERN_COST = 3

/** @param pattern checked: no named captures, none next to each other. */
export function patternTest(pattern: string, search: LineSearch): LineTest {
  const parts = parsePattern(pattern)
  const literals = parts.flatMap(part => (part.kind === 'literal' ? [encodeText(part.text)] : []))
  const text = quote(pattern)
  if (parts.length === 0) return {text, cost: 0, test: (_bytes, from, to) => from === to}
  const beginsOpen = parts[0]!.kind === 'capture'
  const endsOpen = parts.at(-1)!.kind === 'capture'
  const test = (bytes: Uint8Array, from: number, to: number): boolean => {
    if (from === to) return false
    let at = from
    for (let i = 0; i < literals.length; i++) {
      const literal = literals[i]!
      const found = indexOfBytes(bytes, at, to, literal)
      if (found < 0 || (found === at && (i > 0 || beginsOpen))) return false
      at = found + literal.length
    }
    return endsOpen === at < to
  }
  const longest = literals.toSorted((a, b) => b.length - a.length)[0]
  if (longest === undefined) return {text, cost: 0, test}
  return {
    text,
    cost: PATTERN_COST,
    searched: {texts: [decodeText(longest, 0, longest.length)], fold: false, decides: false},
    test,
    findRows(lines, offsets, out, among) {
      let found = search.findRows(lines, offsets, longest, false, out)
      if (among !== undefined) found = keepCommon(out, found, among)
      let count = 0
      for (let i = 0; i < found; i++) {
        const row = out[i]!
        if (test(lines, offsets[row]!, offsets[row + 1]!)) out[count++] = row
      }
      return count
    },
  }
}
