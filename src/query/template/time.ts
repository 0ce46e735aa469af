/*
 * Go's time.Time as far as templates see it: an instant with a zone, formatted and parsed by layouts (the reference time
 * Mon Jan 2 15:04:05 MST 2006). Zones come from the platform's own database.
 */

/** `zone`: 'UTC', 'Local' (the server's), an IANA name, or a fixed offset `+02:00`. */
export type Time = {readonly ns: bigint; readonly zone: string}

const NS = 1_000_000_000n
/** 0001-01-01T00:00:00Z, Go's zero time. */
export const ZERO_TIME: Time = {ns: -62_135_596_800n * NS, zone: 'UTC'}

const MONTHS = 'January February March April May June July August September October November December'.split(' ')
const DAYS = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ')

export type Civil = {
  year: number
  month: number
  day: number
  hour: number
  minute: number
  second: number
  nanosecond: number
  weekday: number
  yearDay: number
  offsetSeconds: number
  zoneName: string
}

const floorDiv = (a: bigint, b: bigint) => a / b - (a % b !== 0n && a % b < 0n !== b < 0n ? 1n : 0n)

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
    yearDay: Math.floor((date.getTime() - utcMs(year, 0, 1)) / 86_400_000) + 1,
    offsetSeconds,
    zoneName: name,
  }
}

/** Date.UTC without its rule that years 0..99 are in the 20th century. */
function utcMs(year: number, month: number, day: number, hour = 0, minute = 0, second = 0): number {
  const date = new Date(0)
  date.setUTCFullYear(year, month, day)
  date.setUTCHours(hour, minute, second)
  return date.getTime()
}

const formats = new Map<string, Intl.DateTimeFormat>()

/** True when the platform knows the zone. */
export function isZone(name: string): boolean {
  if (name === 'UTC' || name === 'Local' || name === '') return true
  try {
    new Intl.DateTimeFormat('en-US', {timeZone: name})
    return /^[A-Za-z]/.test(name)
  } catch {
    return false
  }
}

function zoneAt(zone: string, seconds: number): {offsetSeconds: number; name: string} {
  if (zone === 'UTC' || zone === '') return {offsetSeconds: 0, name: 'UTC'}
  const fixed = /^([+-])(\d\d):(\d\d)(?: (\w+))?$/.exec(zone)
  if (fixed !== null) {
    const offset = (fixed[1] === '-' ? -1 : 1) * (Number(fixed[2]) * 3600 + Number(fixed[3]) * 60)
    return {offsetSeconds: offset, name: fixed[4] ?? `${fixed[1]}${fixed[2]}${fixed[3] === '00' ? '' : fixed[3]}`}
  }
  const timeZone = zone === 'Local' ? Intl.DateTimeFormat().resolvedOptions().timeZone : zone
  let format = formats.get(timeZone)
  if (format === undefined) {
    const options = {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
      timeZoneName: 'short',
    } as const
    format = new Intl.DateTimeFormat('en-US', options)
    formats.set(timeZone, format)
  }
  const parts = Object.fromEntries(format.formatToParts(new Date(seconds * 1000)).map(p => [p.type, p.value]))
  const n = (key: string) => Number(parts[key] ?? 0)
  const local = utcMs(n('year'), n('month') - 1, n('day'), n('hour'), n('minute'), n('second')) / 1000
  const name = parts['timeZoneName'] ?? 'UTC'
  return {
    offsetSeconds: local - seconds,
    name: /^GMT[+-]/.test(name) ? name.slice(3).padStart(3, '0') : name === 'GMT' && timeZone === 'UTC' ? 'UTC' : name,
  }
}

/** The instant of a civil time in a zone; days and months may overflow, as Go's time.Date allows. */
export function timeOf(
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
  nanosecond: number,
  zone: string,
): Time {
  const local = utcMs(year, month - 1, day, hour, minute, second) / 1000
  // Twice, because the offset is that of the result, not of the guess.
  let seconds = local - zoneAt(zone, local).offsetSeconds
  seconds = local - zoneAt(zone, seconds).offsetSeconds
  return {ns: BigInt(seconds) * NS + BigInt(nanosecond), zone}
}

// Longest first where one element is the beginning of another.
const ELEMENTS =
  /January|Jan|Monday|Mon|MST|01|02|03|04|05|06|002|2006|15|_2006|__2|_2|-07:00:00|-07:00|-070000|-0700|-07|Z07:00:00|Z07:00|Z070000|Z0700|Z07|PM|pm|[.,]0+(?!\d)|[.,]9+(?!\d)|1|2|3|4|5/g

type Piece = {readonly element: boolean; readonly text: string}

function pieces(layout: string): Piece[] {
  const list: Piece[] = []
  let at = 0
  for (const m of layout.matchAll(ELEMENTS)) {
    // "Jan" and "Mon" are elements only when no lower-case letter follows; a fraction only behind seconds.
    if ((m[0] === 'Jan' || m[0] === 'Mon') && /[a-z]/.test(layout[m.index + 3] ?? '')) continue
    if (m.index > at) list.push({element: false, text: layout.slice(at, m.index)})
    if (m[0] === '_2006') list.push({element: false, text: '_'}, {element: true, text: '2006'})
    else list.push({element: true, text: m[0]})
    at = m.index + m[0].length
  }
  if (at < layout.length) list.push({element: false, text: layout.slice(at)})
  return list
}

const pad = (n: number, width: number, fill = '0') => String(n).padStart(width, fill)

export function formatTime(time: Time, layout: string): string {
  const c = civilOf(time)
  let out = ''
  for (const {element, text} of pieces(layout)) {
    if (!element) {
      out += text
      continue
    }
    const hour12 = c.hour % 12 === 0 ? 12 : c.hour % 12
    switch (text) {
      case 'January':
        out += MONTHS[c.month - 1]
        break
      case 'Jan':
        out += MONTHS[c.month - 1]?.slice(0, 3)
        break
      case '1':
        out += c.month
        break
      case '01':
        out += pad(c.month, 2)
        break
      case 'Monday':
        out += DAYS[c.weekday]
        break
      case 'Mon':
        out += DAYS[c.weekday]?.slice(0, 3)
        break
      case '2':
        out += c.day
        break
      case '_2':
        out += pad(c.day, 2, ' ')
        break
      case '02':
        out += pad(c.day, 2)
        break
      case '__2':
        out += pad(c.yearDay, 3, ' ')
        break
      case '002':
        out += pad(c.yearDay, 3)
        break
      case '15':
        out += pad(c.hour, 2)
        break
      case '3':
        out += hour12
        break
      case '03':
        out += pad(hour12, 2)
        break
      case '4':
        out += c.minute
        break
      case '04':
        out += pad(c.minute, 2)
        break
      case '5':
        out += c.second
        break
      case '05':
        out += pad(c.second, 2)
        break
      case '2006':
        out += c.year < 0 ? `-${pad(-c.year, 4)}` : pad(c.year, 4)
        break
      case '06':
        out += pad(((c.year % 100) + 100) % 100, 2)
        break
      case 'PM':
        out += c.hour >= 12 ? 'PM' : 'AM'
        break
      case 'pm':
        out += c.hour >= 12 ? 'pm' : 'am'
        break
      case 'MST':
        out += c.zoneName
        break
      default:
        out += text.startsWith('.') || text.startsWith(',') ? fraction(text, c.nanosecond) : offset(text, c.offsetSeconds)
    }
  }
  return out
}

function fraction(element: string, nanosecond: number): string {
  const digits = pad(nanosecond, 9).slice(0, element.length - 1)
  if (element[1] === '0') return element[0] + digits.padEnd(element.length - 1, '0')
  const trimmed = digits.replace(/0+$/, '')
  return trimmed === '' ? '' : element[0] + trimmed
}

function offset(element: string, seconds: number): string {
  if (element.startsWith('Z') && seconds === 0) return 'Z'
  const shape = element.slice(1)
  const total = Math.abs(seconds)
  const colon = shape.includes(':') ? ':' : ''
  let text = (seconds < 0 ? '-' : '+') + pad(Math.floor(total / 3600), 2)
  if (shape.length > 2) text += colon + pad(Math.floor(total / 60) % 60, 2)
  if (shape.length > 5) text += colon + pad(total % 60, 2)
  return text
}

/** Reads text by a layout; undefined when it does not fit. Without a zone in the text it is in `zone`. */
export function parseTime(layout: string, text: string, zone: string): Time | undefined {
  let rest = text
  let year = 0,
    month = 1,
    day = 1,
    hour = 0,
    minute = 0,
    second = 0,
    nanosecond = 0
  let yearDay: number | undefined
  let pm: boolean | undefined
  let found: string | undefined
  const take = (pattern: RegExp): string | undefined => {
    const m = pattern.exec(rest)
    if (m === null) return undefined
    rest = rest.slice(m[0].length)
    return m[0]
  }
  const number = (pattern: RegExp, set: (n: number) => void): boolean => {
    const digits = take(pattern)?.trim()
    if (digits === undefined || digits === '') return false
    set(Number(digits))
    return true
  }
  const named = (names: readonly string[], set: (index: number) => void): boolean => {
    const index = names.findIndex(name => rest.toLowerCase().startsWith(name.toLowerCase()))
    if (index < 0) return false
    rest = rest.slice(names[index]?.length ?? 0)
    set(index)
    return true
  }
  const short = (names: readonly string[]) => names.map(n => n.slice(0, 3))
  let afterSeconds = false
  for (const {element, text: piece} of pieces(layout)) {
    let ok = true
    const wasSeconds = afterSeconds
    afterSeconds = false
    if (!element) {
      // A space of the layout takes any number of spaces, as Go allows.
      for (const c of piece) {
        if (c === ' ') rest = rest.replace(/^ +/, '')
        else if (rest.startsWith(c)) rest = rest.slice(c.length)
        else return undefined
      }
      continue
    }
    switch (piece) {
      case 'January':
        ok = named(MONTHS, i => (month = i + 1))
        break
      case 'Jan':
        ok = named(short(MONTHS), i => (month = i + 1))
        break
      case 'Monday':
        ok = named(DAYS, () => undefined)
        break
      case 'Mon':
        ok = named(short(DAYS), () => undefined)
        break
      case '1':
        ok = number(/^\d{1,2}/, n => (month = n))
        break
      case '01':
        ok = number(/^\d{2}/, n => (month = n))
        break
      case '2':
        ok = number(/^\d{1,2}/, n => (day = n))
        break
      case '_2':
        ok = number(/^ ?\d{1,2}/, n => (day = n))
        break
      case '02':
        ok = number(/^\d{1,2}/, n => (day = n))
        break
      case '002':
      case '__2':
        ok = number(/^ {0,2}\d{1,3}/, n => (yearDay = n))
        break
      case '15':
        ok = number(/^\d{1,2}/, n => (hour = n))
        break
      case '3':
        ok = number(/^\d{1,2}/, n => (hour = n))
        break
      case '03':
        ok = number(/^\d{2}/, n => (hour = n))
        break
      case '4':
        ok = number(/^\d{1,2}/, n => (minute = n))
        break
      case '04':
        ok = number(/^\d{2}/, n => (minute = n))
        break
      case '5':
      case '05':
        ok = number(piece === '5' ? /^\d{1,2}/ : /^\d{2}/, n => (second = n))
        afterSeconds = true
        break
      case '2006':
        ok = number(/^\d{4}/, n => (year = n))
        break
      case '06':
        ok = number(/^\d{2}/, n => (year = n >= 69 ? 1900 + n : 2000 + n))
        break
      case 'PM':
      case 'pm': {
        const half = take(piece === 'PM' ? /^(AM|PM)/ : /^(am|pm)/)
        ok = half !== undefined
        pm = half?.toLowerCase() === 'pm'
        break
      }
      case 'MST': {
        const name = take(/^(UTC|[A-Z]{3,5}|[+-]\d{2}(?:\d{2})?)/)
        ok = name !== undefined
        if (name === 'UTC') found = 'UTC'
        else if (name !== undefined) found ??= `+00:00 ${name}`
        break
      }
      default:
        if (/^[.,]/.test(piece)) {
          const digits = take(piece[1] === '0' ? new RegExp(`^[.,]\\d{${piece.length - 1}}`) : /^(?:[.,]\d+)?/)
          ok = digits !== undefined
          nanosecond = Number((digits ?? '').slice(1, 10).padEnd(9, '0'))
        } else {
          const zoned = take(piece.startsWith('Z') ? /^(?:Z|[+-]\d\d:?(?:\d\d)?(?::?\d\d)?)/ : /^[+-]\d\d:?(?:\d\d)?(?::?\d\d)?/)
          ok = zoned !== undefined
          if (zoned === 'Z') found = 'UTC'
          else if (zoned !== undefined) {
            const digits = zoned.slice(1).replaceAll(':', '')
            found = /^0+$/.test(digits) ? 'UTC' : `${zoned[0]}${digits.slice(0, 2)}:${digits.slice(2, 4).padEnd(2, '0')}`
          }
        }
    }
    if (!ok) return undefined
    // Fractions of a second are read behind the seconds also when the layout has none.
    if (afterSeconds && !wasSeconds && !/[.,][09]/.test(layout)) {
      const digits = take(/^[.,]\d+/)
      if (digits !== undefined) nanosecond = Number(digits.slice(1, 10).padEnd(9, '0'))
    }
  }
  if (rest !== '') return undefined
  if (pm === true && hour < 12) hour += 12
  else if (pm === false && hour === 12) hour = 0
  if (month < 1 || month > 12 || hour > 23 || minute > 59 || second > 59) return undefined
  if (yearDay !== undefined) return timeOf(year, 1, yearDay, hour, minute, second, nanosecond, found ?? zone)
  const last = new Date(utcMs(year, month, 0)).getUTCDate()
  if (day < 1 || day > last) return undefined
  return timeOf(year, month, day, hour, minute, second, nanosecond, found ?? zone)
}
