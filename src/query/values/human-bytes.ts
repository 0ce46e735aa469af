/*
 * Byte sizes as people write them: `12`, `1.5MB`, `5 kb`, `1,024`, `3GiB`. Units by powers of 1000, with `i` of 1024.
 */

import {quote} from '../../model/index.ts'

const SHAPE = /^([\d.,]*)(.*)$/s
// One way to read each text: values can be long.
const NUMBER = /^(?:\d+(?:\.\d*)?|\.\d+)$/
const PREFIXES = 'kmgtpe'

/** Whole bytes, or the error text. */
export function parseHumanBytes(text: string): number | string {
  const [, digits = '', rest = ''] = SHAPE.exec(text) ?? []
  const number = digits.replaceAll(',', '')
  if (!NUMBER.test(number)) return `strconv.ParseFloat: parsing ${quote(number)}: invalid syntax`
  const unit = rest.trim().toLowerCase()
  const scale = unitScale(unit)
  if (scale === undefined) return `unhandled size name: ${unit}`
  const bytes = Number(number) * scale
  if (bytes >= 2 ** 64) return `too large: ${text}`
  return Math.trunc(bytes)
}

function unitScale(unit: string): number | undefined {
  if (unit === '' || unit === 'b') return 1
  const power = PREFIXES.indexOf(unit[0]!) + 1
  if (power === 0) return undefined
  const tail = unit.slice(1)
  if (tail === '' || tail === 'b') return 1000 ** power
  return tail === 'i' || tail === 'ib' ? 1024 ** power : undefined
}
