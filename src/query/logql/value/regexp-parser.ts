/*
 * The `regexp` stage wants named groups, each name once (logql.md § 3.5).
 */
import type {CheckRegex} from '../cursor.ts'

/** The cause, or undefined when the stage can be built. */
export function checkRegexpParser(pattern: string, checkRegex: CheckRegex): string | undefined {
  const error = checkRegex(pattern)
  if (error !== undefined) return `error parsing regexp: ${error}`
  const seen = new Set<string>()
  for (const name of groupNames(pattern)) {
    if (seen.has(name)) return `duplicate extracted label name '${name}'`
    seen.add(name)
  }
  return seen.size === 0 ? 'at least one named capture must be supplied' : undefined
}

/** Names of the groups of a valid pattern, in order. Skips escapes, `\Q…\E` and character classes, where `(?P<` means nothing. */
export function groupNames(pattern: string): string[] {
  const names: string[] = []
  const piece = /\\Q[^]*?(?:\\E|$)|\\[^]|\[\^?\]?(?:\\[^]|\[:\^?[a-z]+:\]|[^\]\\])*\]|\(\?P?<([A-Za-z_0-9]+)>|[^]/g
  for (const match of pattern.matchAll(piece)) if (match[1] !== undefined) names.push(match[1])
  return names
}
