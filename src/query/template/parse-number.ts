/*
 * Numbers and character constants of a template, as Go reads them.
 */
import {parseGoFloat} from '../values/index.ts'
import type {NumberArg} from './ast.ts'
import {unquote} from './unquote.ts'

const INT64_MAX = (1n << 63n) - 1n

/** The number, or what is wrong with it. */
export function parseNumber(text: string, at: number): NumberArg | string {
  const int = parseGoInt(text)
  if (int !== undefined) return {kind: 'number', text, int, float: Number(int), ideal: 'int', at}
  const float = parseGoFloat(text)
  if (typeof float === 'string') return `illegal number syntax: ${JSON.stringify(text)}`
  if (!/[.eEpP]/.test(text)) return `integer overflow: ${JSON.stringify(text)}`
  // A whole float may stand where an int is wanted, but is a float where any type will do.
  const whole = Number.isInteger(float) && Math.abs(float) < 2 ** 63 ? BigInt(float) : undefined
  return {kind: 'number', text, int: whole, float, ideal: 'float', at}
}

/** 'x' is the number of its code point. */
export function parseChar(text: string, at: number): NumberArg | string {
  const body = text.slice(1, -1)
  const value = body === "\\'" ? "'" : body === '"' ? '"' : unquote(`"${body}"`)
  const code = value?.codePointAt(0)
  if (value === undefined || code === undefined) return 'invalid syntax'
  if (value.length !== (code > 0xffff ? 2 : 1)) return `malformed character constant: ${text}`
  return {kind: 'number', text, int: BigInt(code), float: code, ideal: 'int', at}
}

const PREFIXED = /^0(?:[xX]_?[0-9a-fA-F]+(?:_[0-9a-fA-F]+)*|[bB]_?[01]+(?:_[01]+)*|[oO]?_?[0-7]+(?:_[0-7]+)*)$/
const DECIMAL = /^(?:0|[1-9][0-9]*(?:_[0-9]+)*)$/

/** strconv.ParseInt with base 0: 0x, 0o, 0b, a leading 0 is octal, `_` between digits. undefined: no int64. */
export function parseGoInt(text: string): bigint | undefined {
  const negative = text.startsWith('-')
  const digits = negative || text.startsWith('+') ? text.slice(1) : text
  if (!DECIMAL.test(digits) && !PREFIXED.test(digits)) return undefined
  // More digits than 64 bits have.
  if (digits.length > 100) return undefined
  const value = BigInt(digits.replaceAll('_', '').replace(/^0(?=[0-7])/, '0o')) * (negative ? -1n : 1n)
  return value > INT64_MAX || value < -INT64_MAX - 1n ? undefined : value
}
