/*
 * Where words, numbers and quoted texts of a template end.
 */

export function isSpace(char: string | undefined): boolean {
  return char === ' ' || char === '\t' || char === '\r' || char === '\n'
}

const WORD = /[\p{L}\p{Nd}_]*/uy

/** Behind the letters, digits and underscores from `at` on. */
export function wordEnd(source: string, at: number): number {
  WORD.lastIndex = at
  WORD.test(source)
  return WORD.lastIndex
}

const NUMBER =
  /[+-]?(?:0[xX][0-9a-fA-F_]*(?:\.[0-9a-fA-F_]*)?(?:[pP][+-]?[0-9_]*)?|0[bB][01_]*|0[oO][0-7_]*|[0-9_]*(?:\.[0-9_]*)?(?:[eE][+-]?[0-9_]*)?)/y

/** Behind what looks like a number; it may still be none. */
export function numberEnd(source: string, at: number): number {
  NUMBER.lastIndex = at
  NUMBER.test(source)
  return NUMBER.lastIndex
}

/** Behind the quoted text that begins at `start` with ", ' or `; or what is wrong with it. */
export function lexQuoted(source: string, start: number): number | string {
  const delimiter = source[start]!
  if (delimiter === '`') {
    const end = source.indexOf('`', start + 1)
    return end < 0 ? 'unterminated raw quoted string' : end + 1
  }
  const unterminated = delimiter === '"' ? 'unterminated quoted string' : 'unterminated character constant'
  for (let at = start + 1; ; at++) {
    if (source[at] === '\\') at++
    else if (source[at] === delimiter) return at + 1
    const char = source[at]
    if (char === undefined || char === '\n') return unterminated
  }
}
