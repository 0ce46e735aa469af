/*
 * What stages are built with: each thread has its own.
 */
import type {LineSearch} from './line-test.ts'

/** A compiled regex, linear in the text; made by regex/. */
export interface TextRegex {
  /** Bytes [from, to) are the text. */
  test(bytes: Uint8Array, from: number, to: number): boolean
  testString(text: string): boolean
}

export type RegexOptions = {
  /** The whole text must match. */
  readonly anchored?: boolean
  /** `.` matches a newline, as in stream selectors. */
  readonly dotAll?: boolean
}

export interface Tools {
  readonly kernel: LineSearch
  /** @throws {Failure} BAD_REQUEST with RE2's text. */
  compileRegex(pattern: string, options?: RegexOptions): TextRegex
}
