/* Exact decimal arithmetic: a whole number times a power of ten. Division keeps 16 digits behind the point. */

/** value = units · 10^-scale. */
export type Decimal = {readonly units: bigint; readonly scale: number}

export const ZERO: Decimal = {units: 0n, scale: 0}
const DIVISION_DIGITS = 16

export function fromNumber(value: number): Decimal {
  if (!Number.isFinite(value)) throw new Error(`Cannot create a Decimal from ${Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf'}`)
  const [mantissa = '0', exponentText = '0'] = value.toExponential().split('e')
  const digits = mantissa.replace('.', '')
  const fraction = mantissa.includes('.') ? mantissa.length - mantissa.indexOf('.') - 1 : 0
  const scale = fraction - Number(exponentText)
  return scale >= 0 ? {units: BigInt(digits), scale} : {units: BigInt(digits) * 10n ** BigInt(-scale), scale: 0}
}

export function toNumber(d: Decimal): number {
  return Number(`${d.units}e-${d.scale}`)
}

function align(a: Decimal, b: Decimal): [bigint, bigint, number] {
  const scale = Math.max(a.scale, b.scale)
  return [a.units * 10n ** BigInt(scale - a.scale), b.units * 10n ** BigInt(scale - b.scale), scale]
}

export function add(a: Decimal, b: Decimal): Decimal {
  const [x, y, scale] = align(a, b)
  return {units: x + y, scale}
}

export function subtract(a: Decimal, b: Decimal): Decimal {
  const [x, y, scale] = align(a, b)
  return {units: x - y, scale}
}

export function multiply(a: Decimal, b: Decimal): Decimal {
  return {units: a.units * b.units, scale: a.scale + b.scale}
}

/** Rounded half away from zero. */
export function divide(a: Decimal, b: Decimal): Decimal {
  if (b.units === 0n) throw new Error('decimal division by 0')
  const [x, y] = align(a, b)
  const scaled = x * 10n ** BigInt(DIVISION_DIGITS + 1)
  const quotient = scaled / y
  const last = quotient % 10n
  return {units: quotient / 10n + (last >= 5n ? 1n : last <= -5n ? -1n : 0n), scale: DIVISION_DIGITS}
}
