/* Times and durations as people type them after a flag. */
import {parsePromDuration} from '../model/index.ts'
import {UsageError} from './command.ts'

/** RFC 3339, a date or date and time without zone (UTC), Unix seconds (≤ 10 digits) or ns, `now`; ns since the epoch. */
export function parseTimeArg(flag: string, text: string, nowNs: bigint): bigint {
  if (text === 'now') return nowNs
  if (/^\d+$/.test(text)) return text.length <= 10 ? BigInt(text) * 1_000_000_000n : BigInt(text)
  const m = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?)(?:\.(\d{1,9})\d*)?(Z|[+-]\d\d:\d\d)?)?$/.exec(text)
  const ms = m === null ? Number.NaN : Date.parse(`${m[1]}T${m[2] ?? '00:00'}${m[4] ?? 'Z'}`)
  if (Number.isNaN(ms)) throw new UsageError(`--${flag}: ${JSON.stringify(text)} is not a time such as 2026-01-31T12:00:00Z`)
  return BigInt(ms) * 1_000_000n + BigInt((m?.[3] ?? '').padEnd(9, '0'))
}

export function parseDurationArg(flag: string, text: string): bigint {
  const {ns} = parsePromDuration(text)
  if (ns === undefined) throw new UsageError(`--${flag}: ${JSON.stringify(text)} is not a duration such as 15m, 1h30m or 7d`)
  return ns
}

export function parseArgsTime(
  from: string | undefined,
  to: string | undefined,
  since: string,
  nowNs: bigint,
): {startNs: bigint; endNs: bigint} {
  const endNs = to === undefined ? nowNs : parseTimeArg('to', to, nowNs)
  const startNs = from === undefined ? endNs - parseDurationArg('since', since) : parseTimeArg('from', from, nowNs)
  if (startNs > endNs) throw new UsageError('the start is after the end')
  return {startNs, endNs}
}

/** RFC 3339 in UTC or local time, with the fraction's trailing zeros cut. */
export function formatInstant(ns: bigint, zone: 'utc' | 'local'): string {
  const fraction = String(((ns % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n)
    .padStart(9, '0')
    .replace(/0+$/, '')
  const seconds = Number((ns - (((ns % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n)) / 1_000_000_000n)
  const offsetMinutes = zone === 'utc' ? 0 : -new Date(seconds * 1000).getTimezoneOffset()
  const text = new Date((seconds + offsetMinutes * 60) * 1000).toISOString().slice(0, 19)
  const pad = (n: number) => String(n).padStart(2, '0')
  const offset = Math.abs(offsetMinutes)
  const suffix = zone === 'utc' ? 'Z' : `${offsetMinutes < 0 ? '-' : '+'}${pad(Math.floor(offset / 60))}:${pad(offset % 60)}`
  return `${text}${fraction === '' ? '' : `.${fraction}`}${suffix}`
}
