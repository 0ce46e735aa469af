/*
 * Patterns: literal text and captures, `<ip> - - <_> "<method> <path> <_>"`. The `pattern` stage extracts its named captures;
 * the line filters `|>` and `!>` only take unnamed ones. `<…>` around anything but a name is literal text.
 */

export type PatternPart =
  | {readonly kind: 'literal'; readonly text: string}
  /** `name` is undefined for `<_>`. */
  | {readonly kind: 'capture'; readonly name: string | undefined}

/** Adjacent literals are one part. Never fails. */
export function parsePattern(pattern: string): readonly PatternPart[] {
  const parts: PatternPart[] = []
  let at = 0
  for (const match of pattern.matchAll(/<([A-Za-z_][A-Za-z0-9_]*)>/g)) {
    if (match.index > at) parts.push({kind: 'literal', text: pattern.slice(at, match.index)})
    parts.push({kind: 'capture', name: match[1] === '_' ? undefined : match[1]})
    at = match.index + match[0].length
  }
  if (at < pattern.length) parts.push({kind: 'literal', text: pattern.slice(at)})
  return parts
}

/** Why the `pattern` stage cannot be built, or undefined. */
export function checkPatternParser(pattern: string): string | undefined {
  const parts = parsePattern(pattern)
  if (parts.length === 0) return 'parse error at line 1, col 1: syntax error: unexpected $end, expecting IDENTIFIER or LITERAL'
  const names = parts.flatMap(part => (part.kind === 'capture' && part.name !== undefined ? [part.name] : []))
  if (names.length === 0) return 'at least one capture is required'
  const adjacent = consecutiveCaptures(parts)
  if (adjacent !== undefined) return adjacent
  const twice = names.find((name, i) => names.indexOf(name) < i)
  return twice === undefined ? undefined : `duplicate capture name (${twice}): invalid expression`
}

/** Why a `|>` or `!>` filter cannot be built, or undefined. The empty pattern is fine. */
export function checkPatternFilter(pattern: string): string | undefined {
  const parts = parsePattern(pattern)
  const named = parts.find(part => part.kind === 'capture' && part.name !== undefined)
  return consecutiveCaptures(parts) ?? (named && `named captures are not allowed: found '${show(named)}'`)
}

function consecutiveCaptures(parts: readonly PatternPart[]): string | undefined {
  for (const [i, part] of parts.entries()) {
    const next = parts[i + 1]
    if (part.kind === 'capture' && next?.kind === 'capture') {
      return `found consecutive capture '${show(part)}${show(next)}': invalid expression`
    }
  }
  return undefined
}

function show(part: PatternPart): string {
  return part.kind === 'literal' ? part.text : `<${part.name ?? '_'}>`
}
