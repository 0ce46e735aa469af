/*
 * Durations as Prometheus writes them (`30s`, `1d12h`): whole numbers, units y w d h m s ms, each at most once, largest first.
 * Nanoseconds as bigint, within int64.
 */

const NS_MAX = 2n ** 63n - 1n

const PROM_UNITS = new Map<string, {readonly rank: number; readonly ns: bigint}>([
  ['ms', {rank: 7, ns: 1_000_000n}],
  ['s', {rank: 6, ns: 1_000_000_000n}],
  ['m', {rank: 5, ns: 60_000_000_000n}],
  ['h', {rank: 4, ns: 3_600_000_000_000n}],
  ['d', {rank: 3, ns: 86_400_000_000_000n}],
  ['w', {rank: 2, ns: 604_800_000_000_000n}],
  ['y', {rank: 1, ns: 31_536_000_000_000_000n}],
])

export type DurationResult = {readonly ns: bigint; readonly error?: undefined} | {readonly ns?: undefined; readonly error: string}

/** The text between the brackets of a range, a `since` or a `step`; errors are the texts Loki's users know. */
export function parsePromDuration(text: string): DurationResult {
  if (text === '0') return {ns: 0n}
  if (text === '') return {error: 'empty duration string'}
  const invalid = {error: `not a valid duration string: ${JSON.stringify(text)}`}
  const part = /(\d+)(\D+)/y
  let total = 0n
  let rank = 0
  while (part.lastIndex < text.length) {
    const match = part.exec(text)
    if (!match) return invalid
    const count = BigInt(match[1] ?? '')
    if (count >= 2n ** 64n) return invalid
    const unit = PROM_UNITS.get(match[2] ?? '')
    if (!unit) return {error: `unknown unit ${JSON.stringify(match[2])} in duration ${JSON.stringify(text)}`}
    if (unit.rank <= rank) return invalid
    rank = unit.rank
    total += count * unit.ns
    if (total > NS_MAX) return {error: 'duration out of range'}
  }
  return {ns: total}
}

/** `1d12h`: what a range prints as, with the largest units that divide it. Weeks and years only when they stand alone. */
export function formatPromDuration(ns: bigint): string {
  let ms = ns / 1_000_000n
  if (ms === 0n) return '0s'
  let text = ''
  const take = (unit: string, size: bigint, exact: boolean): void => {
    if (exact && ms % size !== 0n) return
    const count = ms / size
    if (count === 0n) return
    text += `${count}${unit}`
    ms -= count * size
  }
  take('y', 31_536_000_000n, true)
  take('w', 604_800_000n, true)
  take('d', 86_400_000n, false)
  take('h', 3_600_000n, false)
  take('m', 60_000n, false)
  take('s', 1_000n, false)
  take('ms', 1n, false)
  return text
}
