/*
 * What a row of the option table is. A row is everything there is to know about an option: the flag, the environment
 * variable, the YAML key, the help line, the manual's text, the default and the validation all come from it.
 */
import {parseBytes, parseDurationMs, parseInstantNs} from './units.ts'

export type OptionKind = 'text' | 'integer' | 'number' | 'boolean' | 'bytes' | 'duration' | 'instant' | 'choice' | 'list'

/** `parse` gets text from any source and throws an Error whose message completes "--flag: …". */
export type Option<K extends OptionKind = OptionKind, V = unknown> = {
  readonly kind: K
  /** As one would type it. */
  readonly fallback: string
  readonly parse: (text: string) => V
  /** One line, for --help. */
  readonly help: string
  /** More, for the manual only. */
  readonly manual: string | undefined
  /** A second, shorter flag, without dashes. */
  readonly alias: string | undefined
  /** What the manual shows as the form of a value: `<size>`, `on | off`. */
  readonly form: string
}

export type OptionExtras = {readonly manual?: string; readonly alias?: string}
export type NumberExtras = OptionExtras & {readonly min?: number; readonly max?: number}

function option<K extends OptionKind, V>(
  kind: K,
  form: string,
  fallback: string,
  help: string,
  extras: OptionExtras,
  parse: (text: string) => V,
): Option<K, V> {
  return {kind, form, fallback, help, manual: extras.manual, alias: extras.alias, parse}
}

function fail(text: string, expected: string): never {
  throw new Error(`${JSON.stringify(text)} is not ${expected}`)
}

function bounded(value: number, text: string, extras: NumberExtras): number {
  if (extras.min !== undefined && value < extras.min) throw new Error(`${text} is less than ${extras.min}`)
  if (extras.max !== undefined && value > extras.max) throw new Error(`${text} is more than ${extras.max}`)
  return value
}

export function text(fallback: string, help: string, extras: OptionExtras = {}): Option<'text', string> {
  return option('text', '<text>', fallback, help, extras, value => value)
}

export function integer(fallback: string, help: string, extras: NumberExtras = {}): Option<'integer', number> {
  return option('integer', '<count>', fallback, help, extras, value => {
    const n = /^-?\d+$/.test(value.trim()) ? Number(value) : Number.NaN
    if (!Number.isSafeInteger(n)) fail(value, 'a whole number')
    return bounded(n, value, {min: 0, ...extras})
  })
}

export function number(fallback: string, help: string, extras: NumberExtras = {}): Option<'number', number> {
  return option('number', '<number>', fallback, help, extras, value => {
    const n = value.trim() === '' ? Number.NaN : Number(value)
    if (!Number.isFinite(n)) fail(value, 'a number')
    return bounded(n, value, {min: 0, ...extras})
  })
}

/** true, yes, on, 1; false, no, off, 0. */
export function boolean(fallback: 'true' | 'false', help: string, extras: OptionExtras = {}): Option<'boolean', boolean> {
  return option('boolean', 'true | false', fallback, help, extras, value => booleanOf(value) ?? fail(value, 'true or false'))
}

export function booleanOf(value: string): boolean | undefined {
  if (/^(true|yes|on|1)$/i.test(value)) return true
  if (/^(false|no|off|0)$/i.test(value)) return false
  return undefined
}

/** Value: bytes. */
export function bytes(fallback: string, help: string, extras: NumberExtras = {}): Option<'bytes', number> {
  return option('bytes', '<size>', fallback, help, extras, value =>
    bounded(parseBytes(value) ?? fail(value, 'a size such as 256KB or 1GB'), value, extras),
  )
}

/** Value: milliseconds. */
export function duration(fallback: string, help: string, extras: NumberExtras = {}): Option<'duration', number> {
  return option('duration', '<duration>', fallback, help, extras, value =>
    bounded(parseDurationMs(value) ?? fail(value, 'a duration such as 30s, 5m, 1h30m or 30d'), value, extras),
  )
}

/** Value: ns since the epoch, 0 for none. */
export function instant(fallback: string, help: string, extras: OptionExtras = {}): Option<'instant', bigint> {
  return option(
    'instant',
    '<time>',
    fallback,
    help,
    extras,
    value => parseInstantNs(value) ?? fail(value, 'a time such as 2030-01-01T00:00:00Z'),
  )
}

export function choice<const C extends readonly string[]>(
  choices: C,
  fallback: C[number],
  help: string,
  extras: OptionExtras = {},
): Option<'choice', C[number]> {
  return option('choice', choices.join(' | '), fallback, help, extras, value => {
    const found: C[number] | undefined = choices.find(c => c === value)
    return found ?? fail(value, `one of ${choices.join(', ')}`)
  })
}

/** Comma-separated; spaces around items and empty items are dropped. */
export function list(fallback: string, help: string, extras: OptionExtras = {}): Option<'list', readonly string[]> {
  return option('list', '<a,b,…>', fallback, help, extras, value =>
    value
      .split(',')
      .map(item => item.trim())
      .filter(item => item !== ''),
  )
}

type Camel<S extends string> = S extends `${infer A}-${infer B}` ? `${A}${Capitalize<Camel<B>>}` : S
type Unit<K extends OptionKind> = K extends 'duration' ? 'Ms' : K extends 'bytes' ? 'Bytes' : K extends 'instant' ? 'Ns' : ''

/** The TypeScript property of an option: `flush-age` of kind duration is `flushAgeMs`. */
export type PropertyOf<Name extends string, O extends Option> = `${Camel<Name>}${Unit<O['kind']>}`
export type ValueOf<O extends Option> = ReturnType<O['parse']>

const UNIT: Partial<Record<OptionKind, string>> = {duration: 'Ms', bytes: 'Bytes', instant: 'Ns'}

/** The runtime side of {@link PropertyOf}. */
export function propertyOf(name: string, row: Option): string {
  return name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase()) + (UNIT[row.kind] ?? '')
}
