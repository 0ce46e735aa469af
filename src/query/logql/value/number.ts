/*
 * Numbers as Go reads and writes them: the syntax of strconv.ParseFloat, the texts of strconv.FormatFloat and %v.
 */

const DECIMAL = /^[+-]?(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?[\d_]+)?$/
const HEX = /^([+-]?)0[xX]_?([\da-fA-F_]*)(?:\.([\da-fA-F_]*))?[pP]([+-]?\d+)$/
const SPECIAL = /^([+-]?)(?:(inf|infinity)|(nan))$/i

export type FloatResult = {readonly value: number; readonly error?: undefined} | {readonly value?: undefined; readonly error: string}

/**
 * Reads a float as strconv.ParseFloat does: decimal with exponent and `_`, hexadecimal only with a `p` exponent, NaN and Inf.
 * The error is Go's full text, `strconv.ParseFloat: parsing "x": invalid syntax`.
 */
export function parseGoFloat(text: string): FloatResult {
  const special = SPECIAL.exec(text)
  if (special) return {value: special[3] ? NaN : special[1] === '-' ? -Infinity : Infinity}
  const hex = HEX.exec(text)
  let value: number
  if (hex && (hex[2] || hex[3])) {
    const digits = (hex[2] ?? '').replaceAll('_', '')
    const fraction = (hex[3] ?? '').replaceAll('_', '')
    const mantissa = Number(BigInt(`0x0${digits}${fraction}`))
    value = mantissa * 2 ** (Number(hex[4]) - 4 * fraction.length) * (hex[1] === '-' ? -1 : 1)
  } else if (DECIMAL.test(text) && !/__|_$|_\D|(?:^|\D)_/.test(text)) {
    value = Number(text.replaceAll('_', ''))
  } else return {error: `strconv.ParseFloat: parsing ${goQuote(text)}: invalid syntax`}
  if (!Number.isFinite(value)) return {error: `strconv.ParseFloat: parsing ${goQuote(text)}: value out of range`}
  return {value}
}

function goQuote(text: string): string {
  return JSON.stringify(text)
}

/** FormatFloat(value, 'f', -1, 64): shortest digits, never an exponent. `NaN`, `+Inf`, `-Inf`. */
export function formatFixed(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf'
  const text = Object.is(value, -0) ? '-0' : String(value)
  const parts = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(text)
  if (!parts) return text
  const digits = `${parts[2]}${parts[3] ?? ''}`
  const point = 1 + Number(parts[4])
  const sign = parts[1] ?? ''
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`
  return `${sign}${digits.padEnd(point, '0')}`
}

/** %v: shortest digits, an exponent of at least two digits when it is below -4 or above 20. */
export function formatShortest(value: number): string {
  const magnitude = Math.abs(value)
  if (!Number.isFinite(value) || value === 0 || (magnitude >= 1e-4 && magnitude < 1e21)) return formatFixed(value)
  return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2')
}
