/*
 * The error texts of the parser. `parse error at line L, col C: <message>` where the position is known,
 * `parse error : <message>` where it is not (logql.md § 5.1).
 */
import {Failure} from '../../model/index.ts'

/** An error about the query as a whole, or one that Loki reports without a position. */
export function parseFailure(message: string): Failure {
  return new Failure('BAD_REQUEST', `parse error : ${message}`)
}

/**
 * @param offset     UTF-16 offset of the token at fault.
 * @param lookahead  the token was completed with look-ahead (`==`, `[5m]`, `5m`, …), whose line Loki reports as 0.
 */
export function parseFailureAt(text: string, offset: number, lookahead: boolean, message: string): Failure {
  if (text === '') return parseFailure(message)
  let line = 1
  let column = 1
  for (const char of text.slice(0, offset)) {
    if (char === '\n') {
      line++
      column = 1
    } else column++
  }
  return new Failure('BAD_REQUEST', `parse error at line ${lookahead ? 0 : line}, col ${column}: ${message}`)
}

/** `unexpected X, expecting A or B`; the list is left out when there is nothing short to say. */
export function syntaxMessage(unexpected: string, expecting: readonly string[]): string {
  const list = expecting.length > 0 && expecting.length <= 4 ? `, expecting ${expecting.join(' or ')}` : ''
  return `syntax error: unexpected ${unexpected}${list}`
}

export const NO_NARROWING_MATCHER =
  'queries require at least one regexp or equality matcher that does not have an empty-compatible value. ' +
  'For instance, app=~".*" does not meet this requirement, but app=~".+" will'
