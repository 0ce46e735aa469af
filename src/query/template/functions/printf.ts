/* fmt.Sprint and fmt.Sprintf for the values templates have. */
import {quote} from '../../../model/index.ts'
import {checkLength} from '../function.ts'
import {formatFloat, isList, isMap, plainDecimal, print, typeName, type Value} from '../values.ts'

/** A space goes between operands when neither is a string. */
export function sprint(args: readonly Value[]): string {
  let out = ''
  args.forEach((arg, i) => {
    if (i > 0 && typeof arg !== 'string' && typeof args[i - 1] !== 'string') out += ' '
    out += print(arg, true)
  })
  return out
}

type Spec = {
  minus: boolean
  plus: boolean
  sharp: boolean
  space: boolean
  zero: boolean
  width: number | undefined
  precision: number | undefined
}

const VERB = /%([-+# 0]*)(\*|\d+)?(?:\.(\*|\d+)?)?(.)|%$/gsu
const WIDTH_MAX = 1_000_000

export function sprintf(format: string, args: readonly Value[]): string {
  let next = 0
  let out = ''
  let at = 0
  for (const m of format.matchAll(VERB)) {
    out += format.slice(at, m.index)
    at = m.index + m[0].length
    const [whole, flags = '', widthText, precisionText, verb] = m
    if (verb === undefined) {
      out += '%!(NOVERB)'
      continue
    }
    if (verb === '%') {
      out += '%'
      continue
    }
    const star = (text: string | undefined) => {
      if (text !== '*') return text === undefined ? undefined : Math.min(Number(text), WIDTH_MAX)
      const value = args[next++]
      return typeof value === 'bigint' ? Number(value) : undefined
    }
    const width = star(widthText)
    const precision = /\./.test(whole) ? (star(precisionText) ?? 0) : undefined
    const spec: Spec = {
      minus: flags.includes('-') || (width ?? 0) < 0,
      plus: flags.includes('+'),
      sharp: flags.includes('#'),
      space: flags.includes(' '),
      zero: flags.includes('0') && !flags.includes('-'),
      width: width === undefined ? undefined : Math.abs(width),
      precision,
    }
    if (next >= args.length) {
      out += `%!${verb}(MISSING)`
      continue
    }
    checkLength(spec.width ?? 0)
    out += pad(formatVerb(verb, args[next++] ?? null, spec), spec)
    checkLength(out.length)
  }
  out += format.slice(at)
  if (next < args.length)
    out += `%!(EXTRA ${args
      .slice(next)
      .map(a => (a === null ? '<nil>' : `${typeName(a)}=${print(a, true)}`))
      .join(', ')})`
  return out
}

type Formatted = {text: string; numeric: boolean}

function pad({text, numeric}: Formatted, spec: Spec): string {
  const length = [...text].length
  if (spec.width === undefined || length >= spec.width) return text
  const missing = spec.width - length
  if (spec.minus) return text + ' '.repeat(missing)
  if (!spec.zero) return ' '.repeat(missing) + text
  const sign = numeric && /^[+-]/.test(text) ? text.slice(0, 1) : ''
  return sign + '0'.repeat(missing) + text.slice(sign.length)
}

function formatVerb(verb: string, value: Value, spec: Spec): Formatted {
  const bad = (): Formatted => ({
    text: value === null ? `%!${verb}(<nil>)` : `%!${verb}(${typeName(value)}=${print(value, true)})`,
    numeric: false,
  })
  if (verb === 'T') return {text: value === null ? '<nil>' : typeName(value), numeric: false}
  if (verb === 'v') {
    if (typeof value === 'bigint') return integer('d', value, spec)
    if (typeof value === 'number')
      return spec.precision === undefined ? {text: signed(formatFloat(value), spec), numeric: true} : float('g', value, spec)
    if (typeof value === 'string' && spec.sharp) return {text: quote(value), numeric: false}
    return {text: print(value, true), numeric: false}
  }
  if (typeof value === 'boolean') return verb === 't' ? {text: String(value), numeric: false} : bad()
  if (typeof value === 'bigint') return 'dbBoOxXcqU'.includes(verb) ? integer(verb, value, spec) : 'eEfFgG'.includes(verb) ? bad() : bad()
  if (typeof value === 'number') return 'eEfFgG'.includes(verb) ? float(verb, value, spec) : bad()
  if (typeof value === 'string') {
    const cut = spec.precision === undefined ? value : [...value].slice(0, spec.precision).join('')
    if (verb === 's') return {text: cut, numeric: false}
    if (verb === 'q') return {text: spec.sharp && !cut.includes('`') ? `\`${cut}\`` : quote(cut), numeric: false}
    if (verb === 'x' || verb === 'X') {
      const hex = Buffer.from(value).subarray(0, spec.precision).toString('hex')
      return {text: verb === 'X' ? hex.toUpperCase() : hex, numeric: false}
    }
    return bad()
  }
  if (isList(value)) return {text: `[${value.map(v => formatVerb(verb, v, spec).text).join(' ')}]`, numeric: false}
  if (isMap(value)) {
    const members = [...value]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([k, v]) => `${formatVerb(verb, k, spec).text}:${formatVerb(verb, v, spec).text}`)
    return {text: `map[${members.join(' ')}]`, numeric: false}
  }
  if (value !== null && verb === 's') return {text: print(value), numeric: false}
  return bad()
}

function signed(text: string, spec: Spec): string {
  if (text.startsWith('-') || text.startsWith('+')) return text
  return spec.plus ? `+${text}` : spec.space ? ` ${text}` : text
}

function integer(verb: string, value: bigint, spec: Spec): Formatted {
  if (verb === 'c') return {text: String.fromCodePoint(Number(value) >= 0 && value <= 0x10ffffn ? Number(value) : 0xfffd), numeric: false}
  if (verb === 'q')
    return {text: `'${String.fromCodePoint(Number(value) >= 0 && value <= 0x10ffffn ? Number(value) : 0xfffd)}'`, numeric: false}
  if (verb === 'U') return {text: `U+${value.toString(16).toUpperCase().padStart(4, '0')}`, numeric: false}
  const base = {b: 2, B: 2, o: 8, O: 8, x: 16, X: 16}[verb] ?? 10
  const magnitude = value < 0n ? -value : value
  let digits = magnitude.toString(base)
  if (verb === 'X') digits = digits.toUpperCase()
  if (spec.precision !== undefined) digits = digits.padStart(spec.precision, '0')
  const prefix = verb === 'O' ? '0o' : spec.sharp ? ({b: '0b', o: '0', x: '0x', X: '0X'}[verb] ?? '') : ''
  return {text: signed((value < 0n ? '-' : '') + prefix + digits, spec), numeric: true}
}

function float(verb: string, value: number, spec: Spec): Formatted {
  if (!Number.isFinite(value)) return {text: signed(formatFloat(value), spec).replace('NaN', spec.plus ? '+NaN' : 'NaN'), numeric: true}
  const precision = Math.min(spec.precision ?? 6, 100)
  let text: string
  switch (verb) {
    case 'f':
    case 'F':
      text = Math.abs(value) < 1e21 ? value.toFixed(precision) : `${plainDecimal(value)}${precision > 0 ? `.${'0'.repeat(precision)}` : ''}`
      break
    case 'e':
    case 'E':
      text = exponent(value.toExponential(precision))
      break
    default: {
      if (spec.precision === undefined) {
        text = formatFloat(value)
        break
      }
      const digits = Math.max(1, precision)
      const e = Number(value.toExponential(digits - 1).split('e')[1])
      text =
        e < -4 || e >= digits
          ? exponent(trimZeros(value.toExponential(digits - 1)))
          : trimZeros(value.toFixed(Math.min(100, Math.max(0, digits - 1 - e))))
    }
  }
  return {text: signed(verb === 'E' || verb === 'G' ? text.toUpperCase() : text, spec), numeric: true}
}

/** Go writes at least two digits of exponent. */
const exponent = (text: string) => text.replace(/e([+-])(\d)$/, 'e$10$2')
const trimZeros = (text: string) => (text.includes('.') ? text.replace(/\.?0+(?=e|$)/, '') : text)
