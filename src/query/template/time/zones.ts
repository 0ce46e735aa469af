/*
 * Time zones, from the platform's own database. What was looked up is kept: there are some hundred zones, and asking is slow.
 */

export type Offset = {readonly offsetSeconds: number; readonly name: string}

const UTC: Offset = {offsetSeconds: 0, name: 'UTC'}
// How far the platform's calendar reaches.
const CALENDAR_SECONDS = 8.64e12
const FIXED = /^([+-])(\d\d):(\d\d)(?: (\w+))?$/

// Each locale has letters only for zones near by: CET is that in British English, IST in Indian English.
const LOCALES = ['en-US', 'en-GB', 'en-AU', 'en-IN', 'en-ZA', 'ja', 'en-HK']
const WINTER = new Date(Date.UTC(2026, 0, 1))
const SUMMER = new Date(Date.UTC(2026, 6, 1))

/** `names` where the letters of another locale are used. */
type Formats = {readonly date: Intl.DateTimeFormat; readonly names: Intl.DateTimeFormat | undefined}

const formats = new Map<string, Formats | undefined>()
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
  const known = name === 'UTC' ? undefined : formatOf(name)
  return known === undefined || Math.abs(seconds) > CALENDAR_SECONDS ? UTC : offsetIn(known, seconds)
}

let local: string | undefined

function localZone(): string {
  local ??= Intl.DateTimeFormat().resolvedOptions().timeZone
  return local === 'Etc/UTC' || local === 'Etc/GMT' || local === 'GMT' ? 'UTC' : local
}

function formatOf(timeZone: string): Formats | undefined {
  if (formats.has(timeZone)) return formats.get(timeZone)
  let known: Formats | undefined
  try {
    // An offset such as +02:00 is a zone for the platform, but not for Go.
    if (/^[A-Za-z]/.test(timeZone)) known = makeFormats(timeZone)
  } catch {
    // No such zone.
  }
  if (formats.size >= FORMATS_MAX) formats.clear()
  formats.set(timeZone, known)
  return known
}

function makeFormats(timeZone: string): Formats {
  const date = new Intl.DateTimeFormat('en-US', {
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
  for (const [i, locale] of LOCALES.entries()) {
    const names = i === 0 ? date : new Intl.DateTimeFormat(locale, {timeZone, timeZoneName: 'short'})
    if ([WINTER, SUMMER].every(day => !/^GMT[+-]/.test(nameIn(names, day)))) return {date, names: i === 0 ? undefined : names}
  }
  return {date, names: undefined}
}

function nameIn(format: Intl.DateTimeFormat, date: Date): string {
  return format.formatToParts(date).find(part => part.type === 'timeZoneName')?.value ?? 'UTC'
}

function offsetIn({date: format, names}: Formats, seconds: number): Offset {
  const instant = new Date(seconds * 1000)
  const parts = Object.fromEntries(format.formatToParts(instant).map(part => [part.type, part.value]))
  const number = (key: string): number => Number(parts[key] ?? 0)
  const year = parts['era'] === 'BC' ? 1 - number('year') : number('year')
  const date = new Date(0)
  date.setUTCFullYear(year, number('month') - 1, number('day'))
  date.setUTCHours(number('hour'), number('minute'), number('second'))
  const offsetSeconds = date.getTime() / 1000 - Math.floor(seconds)
  return {offsetSeconds, name: abbreviation(names === undefined ? (parts['timeZoneName'] ?? 'UTC') : nameIn(names, instant))}
}

/** Zones without letters of their own are named by their offset: GMT+5:30 is +0530, GMT-3 is -03. */
function abbreviation(name: string): string {
  const offset = /^GMT([+-])(\d{1,2})(?::(\d\d))?$/.exec(name)
  if (offset === null) return name
  const [, sign = '', hours = '', minutes = ''] = offset
  return sign + hours.padStart(2, '0') + minutes
}
