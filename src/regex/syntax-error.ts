/** What can be wrong with a pattern, in the words of Go's regexp/syntax. */
export const SYNTAX_ERRORS = {
  charRange: 'invalid character class range',
  escape: 'invalid escape sequence',
  namedCapture: 'invalid named capture',
  perlOp: 'invalid or unsupported Perl syntax',
  repeatOp: 'invalid nested repetition operator',
  repeatSize: 'invalid repeat count',
  utf8: 'invalid UTF-8',
  missingBracket: 'missing closing ]',
  missingParen: 'missing closing )',
  repeatArgument: 'missing argument to repetition operator',
  trailingBackslash: 'trailing backslash at end of expression',
  unexpectedParen: 'unexpected )',
  nesting: 'expression nests too deeply',
  large: 'expression too large',
} as const

/** A pattern that is not RE2. Stays inside this module; users see a Failure. */
export class RegexSyntaxError extends Error {
  /** @param fragment the part of the pattern that is to blame. */
  constructor(code: keyof typeof SYNTAX_ERRORS, fragment: string) {
    super(`${SYNTAX_ERRORS[code]}: \`${fragment}\``)
    this.name = 'RegexSyntaxError'
  }
}
