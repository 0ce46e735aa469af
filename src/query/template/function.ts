/*
 * How a function of the template language is described: parameter types, so that arguments are checked and converted as
 * Go's reflection does, and the code itself.
 */
import type {Value} from './values.ts'

/** `any` of Go's own functions takes an explicit nil; so do ours. */
export type ParamType = 'string' | 'int' | 'float' | 'any' | 'time'

export type TemplateFunction = {
  readonly params: readonly ParamType[]
  /** Type of further arguments; undefined: exactly `params`. */
  readonly rest?: ParamType
  /** Arguments have the declared types. Throws Error with the cause, which is put behind `error calling <name>: `. */
  readonly call: (args: readonly Value[], context: CallContext) => Value
}

/** Counts work that takes about as long as going through so many characters. @throws {TemplateError} when it is too much. */
export type Spend = (chars: number) => void

export type CallContext = {
  /** The labels, as a map: in it, what is missing is "". */
  readonly labels: Value
  readonly line: () => string
  readonly timestampNs: () => bigint
  readonly nowNs: () => bigint
  readonly regex: (pattern: string, spend: Spend) => TemplateRegex
  readonly spend: Spend
}

/** What the functions take of the regex engine. */
export type TemplateRegex = {
  replaceAll(text: string, replacement: string, options: {literal?: boolean; spend: Spend}): string
  countMatches(text: string, spend: Spend): number
}

/** Output of one template for one line; a template that writes more fails. Also of what a function may return. */
export const OUTPUT_CHARS_MAX = 1024 * 1024

/** For functions that multiply their input. */
export function checkLength(length: number): void {
  if (length > OUTPUT_CHARS_MAX) throw new Error(`result is longer than ${OUTPUT_CHARS_MAX} characters`)
}

export const text = (value: Value | undefined): string => value as string
export const int = (value: Value | undefined): bigint => value as bigint
export const float = (value: Value | undefined): number => value as number
export const int64 = (value: bigint): bigint => BigInt.asIntN(64, value)
