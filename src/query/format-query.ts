/* A query as its author would have written it with more care: the text of format_query and `skald fmt`. */
import {format, parse} from './logql/index.ts'

/** @throws {Failure} BAD_REQUEST with Loki's text when it does not parse. */
export function formatQuery(text: string): string {
  return format(parse(text))
}
