/*
 * Go's time.Time as far as templates see it: an instant with a zone, and its civil date and time there.
 */
import {zoneAt} from './zones.ts'

/** `zone`: 'UTC', 'Local' (the server's), an IANA name, or a fixed offset `+02:00`, perhaps with a name: `+02:00 CEST`. */
export type Time = {readonly ns: bigint; readonly zone: string}

const NS = 1_000_000_000n

/** 0001-01-01T00:00:00Z, Go's zero time. */
export const ZERO_TIME: Time = {ns: -62_135_596_800n * NS, zone: 'UTC'}

export type Date6 = {
  readonly year: number
  /** 1 is January. Month, day and the rest may be out of range, and then carry. */
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
  readonly second: number
}

export type Civil = Date6 & {
  readonly nanosecond: number
  /** 0 is Sunday. */
  readonly weekday: number
  /** 1 is January 1st. */
  readonly yearDay: number
  readonly offsetSeconds: number
  readonly zoneName: string
}

export function floorDiv(a: bigint, b: bigint): bigint {
  return a / b - (a % b < 0n ? 1n : 0n)
}

export function civilOf(time: Time): Civil {
  const seconds = floorDiv(time.ns, NS)
  const {offsetSeconds, name} = zoneAt(time.zone, Number(seconds))
  const date = new Date((Number(seconds) + offsetSeconds) * 1000)
  const year = date.getUTCFullYear()
  return {
    year,
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    nanosecond: Number(time.ns - seconds * NS),
    weekday: date.getUTCDay(),
    yearDay: Math.floor((date.getTime() - utcMs({year, month: 1, day: 1, hour: 0, minute: 0, second: 0})) / 86_400_000) + 1,
    offsetSeconds,
    zoneName: name,
  }
}

/** The instant of a civil time in a zone. @throws {Error} when it is farther away than the calendar reaches. */
export function timeOf(date: Date6, nanosecond: number, zone: string): Time {
  const local = utcMs(date) / 1000
  if (!Number.isFinite(local)) throw new Error('time is out of range')
  // Twice, because the offset is that of the result, not of the guess.
  let seconds = local - zoneAt(zone, local).offsetSeconds
  seconds = local - zoneAt(zone, seconds).offsetSeconds
  return {ns: BigInt(seconds) * NS + BigInt(nanosecond), zone}
}

/** Date.UTC without its rule that years 0 to 99 are in the 20th century. */
function utcMs({year, month, day, hour, minute, second}: Date6): number {
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  date.setUTCHours(hour, minute, second)
  return date.getTime()
}

export function daysIn(year: number, month: number): number {
  return new Date(utcMs({year, month: month + 1, day: 0, hour: 0, minute: 0, second: 0})).getUTCDate()
}
