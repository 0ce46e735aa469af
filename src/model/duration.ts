/*
 * Durations as Prometheus writes them: `30s`, `1h30m`, `1w`; each unit at most once, largest first, no fraction.
 */

const UNITS: readonly (readonly [string, number])[] = [
  ['y', 365 * 86_400e9],
  ['w', 7 * 86_400e9],
  ['d', 86_400e9],
  ['h', 3_600e9],
  ['m', 60e9],
  ['s', 1e9],
  ['ms', 1e6],
]

const SHAPE = /^(?:(\d+)y)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/

/** ns; a whole number, exact below 2^53. Throws Error with the text of Prometheus' parser. */
export function parsePromDuration(text: string): number {
  if (text === '') throw new Error('empty duration string')
  if (text === '0') return 0
  const match = SHAPE.exec(text)
  if (match === null) {
    const unit = /^(?:\d+(?:ms|[ywdhms]))*\d+([^\d]+)/.exec(text)?.[1]
    if (unit !== undefined && !UNITS.some(([name]) => name === unit)) {
      throw new Error(`unknown unit ${JSON.stringify(unit)} in duration ${JSON.stringify(text)}`)
    }
    throw new Error(`not a valid duration string: ${JSON.stringify(text)}`)
  }
  let ns = 0
  UNITS.forEach(([, size], i) => {
    ns += Number(match[i + 1] ?? 0) * size
  })
  if (ns > 9.223372036854775e18) throw new Error('duration out of range')
  return ns
}

/** `1h30m`, `1w`; the shortest exact form, zero is `0s`. */
export function formatPromDuration(ns: number): string {
  if (ns === 0) return '0s'
  let rest = ns
  let text = ''
  for (const [name, size] of UNITS) {
    // Years and weeks only where they divide the rest: 90d reads better than 12w6d.
    const exactOnly = name === 'y' || name === 'w'
    if (exactOnly && rest % size !== 0) continue
    const count = Math.floor(rest / size)
    if (count > 0) {
      text += `${count}${name}`
      rest -= count * size
    }
  }
  return text === '' ? '0s' : text
}
