/*
 * Query text to tree: lexer → grammar (parse-*.ts) → static checks (static.ts).
 */
import {checkRegex, compileRegex} from '../../regex/index.ts'
import type {Query} from './ast.ts'
import {type CheckRegex, Cursor} from './cursor.ts'
import {parseFailure} from './errors.ts'
import {QUERY_BYTES_MAX} from './limits.ts'
import {parseExpr} from './parse-metrics.ts'
import {reportProblems} from './static.ts'

export type ParseOptions = {
  /** Default: the regex module's. */
  readonly checkRegex?: CheckRegex
  /** Accept selectors that select every stream, such as `{}`; some endpoints do. Default false. */
  readonly anySelector?: boolean
}

/**
 * Parses and checks a query. What needs a pipeline to be built (regexes of line filters, templates, paths) is left to
 * check-stages.ts, as Loki does: `format_query` must accept `|~ "("`.
 *
 * @throws {Failure} BAD_REQUEST with Loki's text, `parse error at line 1, col 9: syntax error: unexpected $end, expecting } or ,`
 */
export function parse(text: string, options: ParseOptions = {}): Query {
  const size = Buffer.byteLength(text)
  if (size >= QUERY_BYTES_MAX) throw parseFailure(`input size too long (${size} > ${QUERY_BYTES_MAX})`)
  if (/\p{Surrogate}/u.test(text)) throw parseFailure('invalid UTF-8 rune')
  const cursor = new Cursor(text, options.checkRegex ?? checkRegex)
  const query = parseExpr(cursor)
  cursor.expect('$end', [])
  reportProblems(query, cursor.problems, options.anySelector ? undefined : matchesEmpty)
  return query
}

/** As a selector reads the pattern: fully anchored and dot-all. */
function matchesEmpty(pattern: string): boolean {
  return compileRegex(pattern, {anchored: true, dotAll: true}).testString('')
}
