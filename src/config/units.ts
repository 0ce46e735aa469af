/*
 * Sizes, durations and instants as people write them. Loki's dialect: sizes are binary (256KB = 262144),
 * durations are Prometheus' (`1w`, `721h`, `30d1h`), largest unit first and without fractions.
 *
 * Each parser returns undefined for text it does not understand; whoever calls knows where the text came from.
 */
import {parsePromDuration} from '../model/index.ts'

const BYTES = /^(\d+(?:\.\d+)?)\s*(?:([kmgt])i?b?|b)?$/i
const BYTE_FACTOR: Record<string, number> = {k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40}

/** `256KB`, `1.5 MiB`, `4096` → bytes. */
export function parseBytes(text: string): number | undefined {
  const match = BYTES.exec(text.trim())
  if (match === null) return undefined
  const factor = match[2] === undefined ? 1 : (BYTE_FACTOR[match[2].toLowerCase()] ?? 1)
  const size = Math.round(Number(match[1]) * factor)
  return Number.isSafeInteger(size) ? size : undefined
}

/** `30d1h` → milliseconds; a bare `0` is allowed. */
export function parseDurationMs(text: string): number | undefined {
  const {ns} = parsePromDuration(text.trim())
  return ns === undefined ? undefined : Number(ns / 1_000_000n)
}

const INSTANT = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)?)?$/

/** RFC 3339, or a date alone (midnight UTC), to milliseconds; → ns since the epoch. `0` and the empty text are 0: no instant. */
export function parseInstantNs(text: string): bigint | undefined {
  const trimmed = text.trim()
  if (trimmed === '' || trimmed === '0') return 0n
  if (!INSTANT.test(trimmed)) return undefined
  const ms = Date.parse(trimmed.replace(' ', 'T'))
  return Number.isNaN(ms) ? undefined : BigInt(ms) * 1_000_000n
}
