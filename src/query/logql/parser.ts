/*
 * Query text to tree: lexer → grammar (parse-*.ts) → static checks (static.ts).
 */
import type {Query} from './ast.ts'
import {type CheckRegex, Cursor} from './cursor.ts'
import {parseFailure} from './errors.ts'
import {QUERY_BYTES_MAX} from './limits.ts'
import {parseExpr} from './parse-metrics.ts'
import {type MatchesEmpty, reportProblems} from './static.ts'

/** The regex dialect is not this module's business. */
export type ParseOptions = {
  readonly checkRegex: CheckRegex
  /** Default: asks the host's regex engine, and takes a pattern that it does not understand for one that matches nothing empty. */
  readonly matchesEmpty?: MatchesEmpty
  /** Accept selectors that select every stream, such as `{}`; some endpoints do. Default false. */
  readonly anySelector?: boolean
}

/**
 * Parses and checks a query. What needs a pipeline to be built (regexes of line filters, templates, paths) is left to
 * check-stages.ts, as Loki does: `format_query` must accept `|~ "("`.
 *
 * @throws {Failure} BAD_REQUEST with Loki's text, `parse error at line 1, col 9: syntax error: unexpected $end, expecting } or ,`
 */
export function parse(text: string, options: ParseOptions): Query {
  const size = Buffer.byteLength(text)
  if (size >= QUERY_BYTES_MAX) throw parseFailure(`input size too long (${size} > ${QUERY_BYTES_MAX})`)
  if (/\p{Surrogate}/u.test(text)) throw parseFailure('invalid UTF-8 rune')
  const cursor = new Cursor(text, options.checkRegex)
  const query = parseExpr(cursor)
  cursor.expect('$end', [])
  reportProblems(query, cursor.problems, options.anySelector ? undefined : (options.matchesEmpty ?? hostMatchesEmpty))
  return query
}

function hostMatchesEmpty(pattern: string): boolean {
  try {
    return new RegExp(`^(?:${pattern.replaceAll('(?P<', '(?<').replace(/^\(\?[imsU]+\)/, '')})$`, 's').test('')
  } catch {
    return false
  }
}
