/*
 * Time zones, from the platform's own database. What was looked up is kept: there are some hundred zones, and asking is slow.
 */

export type Offset = {readonly offsetSeconds: number; readonly name: string}

const UTC: Offset = {offsetSeconds: 0, name: 'UTC'}
// How far the platform's calendar reaches.
const CALENDAR_SECONDS = 8.64e12
const FIXED = /^([+-])(\d\d):(\d\d)(?: (\w+))?$/

const formats = new Map<string, Intl.DateTimeFormat | undefined>()
// Names that are no zone count, too, and anybody can make them up.
const FORMATS_MAX = 1000

/** True when the platform knows the zone. */
export function isZone(name: string): boolean {
  return name === 'UTC' || name === 'Local' || name === '' || formatOf(name) !== undefined
}

/** @param seconds since the epoch. */
export function zoneAt(zone: string, seconds: number): Offset {
  if (zone === 'UTC' || zone === '') return UTC
  const fixed = FIXED.exec(zone)
  if (fixed !== null) {
    const [, sign = '+', hours = '', minutes = '', name] = fixed
    const offset = Number(hours) * 3600 + Number(minutes) * 60
    return {offsetSeconds: sign === '-' ? -offset : offset, name: name ?? sign + hours + minutes}
  }
  const name = zone === 'Local' ? localZone() : zone
  const format = name === 'UTC' ? undefined : formatOf(name)
  return format === undefined || Math.abs(seconds) > CALENDAR_SECONDS ? UTC : offsetIn(format, seconds)
}

let local: string | undefined

function localZone(): string {
  local ??= Intl.DateTimeFormat().resolvedOptions().timeZone
  return local === 'Etc/UTC' || local === 'Etc/GMT' || local === 'GMT' ? 'UTC' : local
}

function formatOf(timeZone: string): Intl.DateTimeFormat | undefined {
  if (formats.has(timeZone)) return formats.get(timeZone)
  let format: Intl.DateTimeFormat | undefined
  try {
    // An offset such as +02:00 is a zone for the platform, but not for Go.
    if (/^[A-Za-z]/.test(timeZone)) {
      format = new Intl.DateTimeFormat('en-US', {
        timeZone,
        hourCycle: 'h23',
        era: 'short',
        year: 'numeric',
        month: 'numeric',
        day: 'numeric',
        hour: 'numeric',
        minute: 'numeric',
        second: 'numeric',
        timeZoneName: 'short',
      })
    }
  } catch {
    // No such zone.
  }
  if (formats.size >= FORMATS_MAX) formats.clear()
  formats.set(timeZone, format)
  return format
}

function offsetIn(format: Intl.DateTimeFormat, seconds: number): Offset {
  const parts = Object.fromEntries(format.formatToParts(new Date(seconds * 1000)).map(part => [part.type, part.value]))
  const number = (key: string): number => Number(parts[key] ?? 0)
  const year = parts['era'] === 'BC' ? 1 - number('year') : number('year')
  const date = new Date(0)
  date.setUTCFullYear(year, number('month') - 1, number('day'))
  date.setUTCHours(number('hour'), number('minute'), number('second'))
  const offsetSeconds = date.getTime() / 1000 - Math.floor(seconds)
  return {offsetSeconds, name: abbreviation(parts['timeZoneName'] ?? 'UTC')}
}

/** Zones without letters of their own are named by their offset: GMT+5:30 is +0530, GMT-3 is -03. */
function abbreviation(name: string): string {
  const offset = /^GMT([+-])(\d{1,2})(?::(\d\d))?$/.exec(name)
  if (offset === null) return name
  const [, sign = '', hours = '', minutes = ''] = offset
  return sign + hours.padStart(2, '0') + minutes
}
