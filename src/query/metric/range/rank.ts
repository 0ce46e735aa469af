/*
 * Sorting many doubles by value while remembering where they came from.
 */

// Below this, the histograms of the radix sort cost more than comparing.
const RADIX_FROM = 8192
const DIGITS = 65_536

/** Ascending, NaN before all numbers. */
export function byValue(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(b)) - Number(Number.isNaN(a))
  return a < b ? -1 : a > b ? 1 : 0
}

/** Indexes of values[from..to), relative to `from`, in ascending order of value, NaN first. Equal values keep their order. */
export function orderByValue(values: Float64Array, from: number, to: number): Uint32Array {
  const size = to - from
  const order = new Uint32Array(size)
  for (let i = 0; i < size; i++) order[i] = i
  if (size < RADIX_FROM) return order.sort((a, b) => byValue(values[from + a]!, values[from + b]!))
  return radixSort(sortableKeys(values, from, to), order)
}

/** Doubles as 64-bit numbers in the same order, 16 bits a column, lowest first: sign flipped, negatives inverted, NaN 0. */
function sortableKeys(values: Float64Array, from: number, to: number): Uint16Array[] {
  const keys = Array.from({length: 4}, () => new Uint16Array(to - from))
  const one = new DataView(new ArrayBuffer(8))
  for (let i = from; i < to; i++) {
    const value = values[i]!
    if (Number.isNaN(value)) continue
    one.setFloat64(0, value === 0 ? 0 : value, true) // -0 equals 0
    const flip = value < 0 ? 0xffff : 0
    keys[0]![i - from] = one.getUint16(0, true) ^ flip
    keys[1]![i - from] = one.getUint16(2, true) ^ flip
    keys[2]![i - from] = one.getUint16(4, true) ^ flip
    keys[3]![i - from] = one.getUint16(6, true) ^ (flip | 0x8000)
  }
  return keys
}

function radixSort(keys: readonly Uint16Array[], order: Uint32Array): Uint32Array {
  let source: Uint32Array = order
  let target: Uint32Array = new Uint32Array(order.length)
  for (const digits of keys) {
    const next = new Uint32Array(DIGITS + 1)
    for (const digit of digits) next[digit + 1]!++
    if (next[digits[0]! + 1] === digits.length) continue
    for (let digit = 0; digit < DIGITS; digit++) next[digit + 1]! += next[digit]!
    for (const index of source) target[next[digits[index]!]!++] = index
    ;[source, target] = [target, source]
  }
  return source
}
