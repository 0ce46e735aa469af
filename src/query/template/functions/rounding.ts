/*
 * Floats to a number of digits, halves to even as Go rounds them; the language's own functions round them up.
 */
import {plainDecimal} from '../print.ts'

/** `places` digits behind the point, 0..100. @param value not negative. */
export function fixed(value: number, places: number): string {
  if (value >= 1e21) return plainDecimal(value) + (places > 0 ? `.${'0'.repeat(places)}` : '')
  const up = value.toFixed(places)
  return isHalf(value, places) && isOdd(up) ? stepDown(up) : up
}

/** d.ddde±x with `places` digits behind the point, 0..100. @param value not negative. */
export function exponential(value: number, places: number): string {
  const up = value.toExponential(places)
  const [mantissa = '', exponent = ''] = up.split('e')
  // How many digits behind the point the unscaled number keeps.
  return isHalf(value, places - Number(exponent)) && isOdd(mantissa) ? `${stepDown(mantissa)}e${exponent}` : up
}

/** The value lies exactly between two decimals of so many places. */
function isHalf(value: number, places: number): boolean {
  if (value === 0) return false
  const [mantissa = '', exponent = ''] = value.toExponential().split('e')
  const digits = mantissa.replace('.', '')
  const scale = digits.length - 1 - Number(exponent)
  if (scale !== places + 1 || !digits.endsWith('5')) return false
  // The shortest digits are exact only when 5^scale divides them, as the value is a fraction of a power of 2.
  return scale <= 0 || BigInt(digits) % 5n ** BigInt(scale) === 0n
}

function isOdd(text: string): boolean {
  return Number(text.at(-1)) % 2 === 1
}

/** An odd last digit, one less. */
function stepDown(text: string): string {
  return text.slice(0, -1) + String(Number(text.at(-1)) - 1)
}
