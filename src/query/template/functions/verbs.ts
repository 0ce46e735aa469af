/*
 * One value by one verb of Printf.
 */
import {quote} from '../../../model/index.ts'
import {checkLength} from '../function.ts'
import {formatFloat, goExponent, membersOf, print} from '../print.ts'
import {Integer, isList, isMap, isTime, typeName, wholeOf, type Value} from '../values.ts'
import {exponential, fixed} from './rounding.ts'

export type Spec = {
  readonly minus: boolean
  readonly plus: boolean
  readonly sharp: boolean
  readonly space: boolean
  readonly zero: boolean
  readonly width: number | undefined
  readonly precision: number | undefined
}

/** `signed`: zeros to fill the width go between sign and digits. */
type Formatted = {readonly text: string; readonly signed: boolean; readonly zero?: boolean}

export function pad({text, signed, zero = true}: Formatted, spec: Spec): string {
  const length = spec.width === undefined ? 0 : [...text].length
  if (spec.width === undefined || length >= spec.width) return text
  checkLength(spec.width)
  const missing = spec.width - length
  if (spec.minus) return text + ' '.repeat(missing)
  if (!spec.zero || !zero) return ' '.repeat(missing) + text
  const sign = signed && /^[+\- ]/.test(text) ? text.slice(0, 1) : ''
  return sign + '0'.repeat(missing) + text.slice(sign.length)
}

export function formatVerb(verb: string, value: Value, spec: Spec): Formatted {
  if (verb === 'T') return plain(value === null ? '<nil>' : typeName(value))
  if (verb === 'v') return general(value, spec)
  const whole = value instanceof Integer && value.type.startsWith('time.') && 'svqxX'.includes(verb) ? undefined : wholeOf(value)
  if (whole !== undefined) return 'dbBoOxXcqU'.includes(verb) ? integer(verb, whole, spec) : mismatch(verb, value)
  if (typeof value === 'number') return 'eEfFgG'.includes(verb) ? float(verb, value, spec) : mismatch(verb, value)
  if (typeof value === 'boolean') return verb === 't' ? plain(String(value)) : mismatch(verb, value)
  if (value === null) return mismatch(verb, value)
  if (typeof value === 'string' || isTime(value) || value instanceof Integer) return string(verb, value, spec)
  if (isList(value)) return plain(`[${value.map(item => element(verb, item, spec)).join(' ')}]`)
  const members = isMap(value) ? membersOf(value) : []
  return plain(`map[${members.map(([key, member]) => `${element(verb, key, spec)}:${element(verb, member, spec)}`).join(' ')}]`)
}

function plain(text: string): Formatted {
  return {text, signed: false}
}

function mismatch(verb: string, value: Value): Formatted {
  return plain(value === null ? `%!${verb}(<nil>)` : `%!${verb}(${typeName(value)}=${print(value, true)})`)
}

/** Width and flags are for each element; a nil prints alike whatever the verb. */
function element(verb: string, value: Value, spec: Spec): string {
  return value === null ? '<nil>' : pad(formatVerb(verb, value, spec), spec)
}

/** `%v`. A plus asks for the fields of structs there, not for a sign. */
function general(value: Value, flags: Spec): Formatted {
  const spec = {...flags, plus: false}
  if (typeof value === 'bigint') return integer('d', value, spec)
  if (typeof value === 'number') return float('g', value, spec)
  if (typeof value === 'string' && spec.sharp) return plain(quote(value))
  if (isList(value)) return plain(`[${value.map(item => element('v', item, spec)).join(' ')}]`)
  return plain(print(value, true))
}

function string(verb: string, value: Value, spec: Spec): Formatted {
  const text = print(value)
  const cut = spec.precision === undefined ? text : [...text].slice(0, spec.precision).join('')
  switch (verb) {
    case 's':
      return plain(cut)
    case 'q':
      return plain(spec.sharp && !cut.includes('`') ? `\`${cut}\`` : spec.plus ? asciiOnly(quote(cut)) : quote(cut))
    case 'x':
    case 'X': {
      const hex = Buffer.from(text).subarray(0, spec.precision).toString('hex')
      const prefix = spec.sharp && hex !== '' ? '0x' : ''
      const spaced = prefix + (spec.space ? (hex.match(/../g) ?? []).join(` ${prefix}`) : hex)
      return plain(verb === 'X' ? spaced.toUpperCase() : spaced)
    }
    default:
      return mismatch(verb, value)
  }
}

function signed(text: string, spec: Spec): string {
  if (text.startsWith('-') || text.startsWith('+')) return text
  return spec.plus ? `+${text}` : spec.space ? ` ${text}` : text
}

const PRINTABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u

/** Quoted text with escapes for all that is not ASCII. */
function asciiOnly(quoted: string): string {
  return quoted.replace(/[^\0-\x7f]/gu, char => {
    const code = char.codePointAt(0)!.toString(16)
    return code.length > 4 ? `\\U${code.padStart(8, '0')}` : `\\u${code.padStart(4, '0')}`
  })
}

const BASES: Readonly<Record<string, number>> = {b: 2, B: 2, o: 8, O: 8, x: 16, X: 16}
const PREFIXES: Readonly<Record<string, string>> = {b: '0b', o: '0', x: '0x', X: '0X'}

function integer(verb: string, value: bigint, spec: Spec): Formatted {
  const char = value >= 0n && value <= 0x10ffffn ? String.fromCodePoint(Number(value)) : '\uFFFD'
  if (verb === 'c') return plain(char)
  if (verb === 'q') return plain(char === "'" ? "'\\''" : `'${char === '"' ? '"' : quote(char).slice(1, -1)}'`)
  if (verb === 'U') {
    const code = `U+${BigInt.asUintN(64, value).toString(16).toUpperCase().padStart(4, '0')}`
    return plain(spec.sharp && PRINTABLE.test(char) && char !== '\uFFFD' ? `${code} '${char}'` : code)
  }
  // No digits at all are asked for.
  if (spec.precision === 0 && value === 0n) return plain('')
  let digits = (value < 0n ? -value : value).toString(BASES[verb] ?? 10)
  if (verb === 'X') digits = digits.toUpperCase()
  const hasSign = value < 0n || spec.plus || spec.space
  // Zeros up to the width are digits: they go behind the prefix, which comes on top.
  const least = spec.precision ?? (spec.zero ? (spec.width ?? 0) - (hasSign ? 1 : 0) : 0)
  checkLength(least)
  digits = digits.padStart(least, '0')
  const prefix = verb === 'O' ? '0o' : spec.sharp ? (PREFIXES[verb] ?? '') : ''
  return {text: signed((value < 0n ? '-' : '') + prefix + digits, spec), signed: true, zero: false}
}

// The most that a float's text may be rounded to, in digits.
const PRECISION_MAX = 100

function float(verb: string, value: number, spec: Spec): Formatted {
  if (!Number.isFinite(value)) {
    const text = formatFloat(value)
    return {text: spec.plus && Number.isNaN(value) ? '+NaN' : text === '+Inf' && !spec.plus ? '+Inf' : text, signed: true, zero: false}
  }
  const lower = verb.toLowerCase()
  const precision = Math.min(spec.precision ?? 6, PRECISION_MAX)
  const magnitude = Math.abs(value)
  let text: string
  if (lower === 'f') text = fixed(magnitude, precision)
  else if (lower === 'e') text = goExponent(exponential(magnitude, precision))
  else text = spec.precision === undefined ? formatFloat(magnitude) : shortest(magnitude, Math.max(1, precision))
  const minus = value < 0 || Object.is(value, -0) ? '-' : ''
  return {text: signed(minus + (verb === lower ? text : text.toUpperCase()), spec), signed: true}
}

/** %.<digits>g */
function shortest(value: number, digits: number): string {
  const scientific = exponential(value, digits - 1)
  const exponent = Number(scientific.slice(scientific.indexOf('e') + 1))
  if (exponent < -4 || exponent >= digits) return goExponent(trimZeros(scientific))
  return trimZeros(fixed(value, digits - 1 - exponent))
}

function trimZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+(?=e|$)/, '') : text
}
