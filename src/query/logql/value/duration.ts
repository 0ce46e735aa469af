/*
 * Durations as Go writes them: `-1.5h30s`, decimals, units h m s ms us µs ns in any order. In nanoseconds, as bigint, within int64.
 */

const NS_MAX = 2n ** 63n - 1n

const GO_UNITS = new Map<string, bigint>([
  ['ns', 1n],
  ['us', 1_000n],
  ['µs', 1_000n],
  ['μs', 1_000n],
  ['ms', 1_000_000n],
  ['s', 1_000_000_000n],
  ['m', 60_000_000_000n],
  ['h', 3_600_000_000_000n],
])

/** time.ParseDuration; undefined where that fails (the lexer then reads something else). */
export function parseGoDuration(text: string): bigint | undefined {
  const sign = /^[+-]/.exec(text)?.[0] ?? ''
  const rest = text.slice(sign.length)
  if (rest === '0') return 0n
  const part = /(\d*)(?:\.(\d*))?([^\d.]+)/y
  let total = 0n
  if (rest === '') return undefined
  while (part.lastIndex < rest.length) {
    const match = part.exec(rest)
    if (!match) return undefined
    const whole = match[1] ?? ''
    const fraction = (match[2] ?? '').slice(0, 18)
    const unit = GO_UNITS.get(match[3] ?? '')
    if (unit === undefined || whole + fraction === '') return undefined
    total += BigInt(whole || 0) * unit + (BigInt(fraction || 0) * unit) / 10n ** BigInt(fraction.length)
    if (total > NS_MAX) return undefined
  }
  return sign === '-' ? -total : total
}

/** time.Duration's text: `1h0m5.5s`, `250ms`, `1.5µs`, `0s`. */
export function formatGoDuration(ns: bigint): string {
  if (ns === 0n) return '0s'
  const sign = ns < 0n ? '-' : ''
  const size = ns < 0n ? -ns : ns
  if (size < 1_000n) return `${sign}${size}ns`
  if (size < 1_000_000n) return `${sign}${decimal(size, 1_000n)}µs`
  if (size < 1_000_000_000n) return `${sign}${decimal(size, 1_000_000n)}ms`
  const minutes = size / 60_000_000_000n
  const seconds = `${decimal(size % 60_000_000_000n, 1_000_000_000n)}s`
  if (minutes === 0n) return sign + seconds
  if (minutes < 60n) return `${sign}${minutes}m${seconds}`
  return `${sign}${minutes / 60n}h${minutes % 60n}m${seconds}`
}

function decimal(value: bigint, unit: bigint): string {
  const fraction = (value % unit)
    .toString()
    .padStart(unit.toString().length - 1, '0')
    .replace(/0+$/, '')
  return fraction === '' ? `${value / unit}` : `${value / unit}.${fraction}`
}
