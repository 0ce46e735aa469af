/*
 * Regular expressions of RE2's dialect in linear time.
 *
 *   pattern ─parse─▶ tree ─compile─▶ program ─┬─▶ lazy automaton      yes or no, any pattern
 *               │                             ├─▶ table for the kernel  yes or no, many lines at once
 *               ├─▶ literal, anyOf, required  └─▶ captures              positions, replace
 *
 * Matches as Go's regexp does: over UTF-8, an invalid byte is U+FFFD; leftmost, and preferring what the pattern prefers.
 * No pattern, whatever it is, takes more than time (text × program), and memory is bounded.
 */
export type {Literal, LiteralChoice, LiteralKind} from './literal-test.ts'
export type {LiteralSet} from './required.ts'
export {checkRegex, compileRegex, type Regex, type RegexOptions} from './regex.ts'
