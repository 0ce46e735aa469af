/*
 * Text to times by a layout, as Go's time.ParseInLocation.
 */
import {daysIn, timeOf, type Time} from './civil.ts'
import {DAYS, isFraction, MONTHS, piecesOf, shortNames} from './layout.ts'
import {zoneAt} from './zones.ts'

/** Reads text by a layout; undefined when it does not fit. Without a zone in the text it is in `zone`. */
export function parseTime(layout: string, text: string, zone: string): Time | undefined {
  const reader = new Reader(text)
  const pieces = piecesOf(layout)
  for (const [i, {element, text: piece}] of pieces.entries()) {
    if (!(element ? reader.element(piece) : reader.literal(piece))) return undefined
    // A fraction of a second is read also when the layout has none.
    const next = pieces[i + 1]
    const isSeconds = element && (piece === '5' || piece === '05')
    if (isSeconds && !(next?.element && isFraction(next.text))) reader.fraction(/^[.,](\d+)/)
  }
  return reader.time(zone)
}

const SHORT_MONTHS = shortNames(MONTHS)
const SHORT_DAYS = shortNames(DAYS)

type Field = 'month' | 'day' | 'yearDay' | 'hour' | 'minute' | 'second' | 'year'

/** What an element that is a number sets, and how many digits it takes. */
const NUMBERS: ReadonlyMap<string, readonly [Field, RegExp]> = new Map<string, readonly [Field, RegExp]>([
  ['1', ['month', /^\d{1,2}/]],
  ['01', ['month', /^\d{2}/]],
  ['2', ['day', /^\d{1,2}/]],
  ['_2', ['day', /^ ?\d{1,2}/]],
  ['02', ['day', /^\d{2}/]],
  ['__2', ['yearDay', /^ {0,2}\d{1,3}/]],
  ['002', ['yearDay', /^\d{3}/]],
  ['15', ['hour', /^\d{1,2}/]],
  ['3', ['hour', /^\d{1,2}/]],
  ['03', ['hour', /^\d{2}/]],
  ['4', ['minute', /^\d{1,2}/]],
  ['04', ['minute', /^\d{2}/]],
  ['5', ['second', /^\d{1,2}/]],
  ['05', ['second', /^\d{2}/]],
  ['2006', ['year', /^\d{4}/]],
])

class Reader {
  #rest: string
  readonly #fields: Record<Field, number> = {year: 0, month: 1, day: 1, yearDay: 0, hour: 0, minute: 0, second: 0}
  #nanosecond = 0
  #half: 'am' | 'pm' | undefined
  /** Seconds east of UTC. */
  #offset: number | undefined
  #zoneName: string | undefined

  constructor(text: string) {
    this.#rest = text
  }

  /** Spaces of the layout take any number of spaces, but at least one unless the text is over. */
  literal(piece: string): boolean {
    for (const part of piece.match(/ +|[^ ]+/g) ?? []) {
      if (part.startsWith(' ')) {
        if (this.#rest !== '' && !this.#rest.startsWith(' ')) return false
        this.#rest = this.#rest.replace(/^ +/, '')
      } else if (this.#rest.startsWith(part)) this.#rest = this.#rest.slice(part.length)
      else return false
    }
    return true
  }

  element(piece: string): boolean {
    const number = NUMBERS.get(piece)
    if (number !== undefined) {
      const [field, pattern] = number
      const digits = this.#take(pattern)
      if (digits === undefined) return false
      this.#fields[field] = Number(digits)
      return !(piece === '3' || piece === '03') || this.#fields.hour <= 12
    }
    switch (piece) {
      case 'January':
      case 'Jan':
        return this.#name(piece === 'Jan' ? SHORT_MONTHS : MONTHS, index => (this.#fields.month = index + 1))
      case 'Monday':
      case 'Mon':
        return this.#name(piece === 'Mon' ? SHORT_DAYS : DAYS, () => undefined)
      case '06': {
        const digits = this.#take(/^\d{2}/)
        if (digits === undefined) return false
        this.#fields.year = Number(digits) + (Number(digits) >= 69 ? 1900 : 2000)
        return true
      }
      case 'PM':
      case 'pm': {
        const half = this.#take(piece === 'PM' ? /^[AP]M/ : /^[ap]m/)
        this.#half = half?.toLowerCase() === 'pm' ? 'pm' : 'am'
        return half !== undefined
      }
      case 'MST':
        this.#zoneName = this.#take(/^(?:UTC|GMT[+-]\d{1,2}|[A-Z]{3,5}|[+-]\d{2}(?!\d))/)
        return this.#zoneName !== undefined
      default:
        return isFraction(piece) ? this.#layoutFraction(piece) : this.#zoneOffset(piece)
    }
  }

  fraction(pattern: RegExp): boolean {
    const digits = pattern.exec(this.#rest)?.[1]
    if (this.#take(pattern) === undefined) return false
    this.#nanosecond = Number((digits ?? '').slice(0, 9).padEnd(9, '0'))
    return true
  }

  #layoutFraction(piece: string): boolean {
    return this.fraction(piece[1] === '0' ? new RegExp(`^[.,](\\d{${Math.min(piece.length - 1, 1000)}})`) : /^(?:[.,](\d+))?/)
  }

  #zoneOffset(piece: string): boolean {
    if (piece.startsWith('Z') && this.#take(/^Z/) !== undefined) {
      this.#offset = 0
      this.#zoneName = 'UTC'
      return true
    }
    const shape = piece.slice(1)
    const colon = shape.includes(':') ? ':' : ''
    const parts = shape.length > 5 ? 2 : shape.length > 2 ? 1 : 0
    const digits = this.#take(new RegExp(`^[+-]\\d\\d(?:${colon}\\d\\d){${parts}}`))
    if (digits === undefined) return false
    const [hours = 0, minutes = 0, seconds = 0] = (digits.match(/\d\d/g) ?? []).map(Number)
    if (hours > 24 || minutes > 59 || seconds > 59) return false
    this.#offset = (digits.startsWith('-') ? -1 : 1) * (hours * 3600 + minutes * 60 + seconds)
    return true
  }

  time(zone: string): Time | undefined {
    if (this.#rest !== '') return undefined
    const {year, month, yearDay, minute, second} = this.#fields
    let {day, hour} = this.#fields
    if (this.#half === 'pm' && hour < 12) hour += 12
    else if (this.#half === 'am' && hour === 12) hour = 0
    if (month < 1 || month > 12 || hour > 23 || minute > 59 || second > 59) return undefined
    if (yearDay > 0) {
      if (yearDay > 366) return undefined
      day = yearDay
    } else if (day < 1 || day > daysIn(year, month)) return undefined
    const date = {year, month: yearDay > 0 ? 1 : month, day, hour, minute, second}
    return timeOf(
      date,
      this.#nanosecond,
      this.#zoneOf(zone, seconds => timeOf(date, 0, seconds).ns),
    )
  }

  /** The zone that the text names: the one it is read in where that fits, else one of a fixed offset. */
  #zoneOf(zone: string, instant: (zone: string) => bigint): string {
    const name = this.#zoneName
    const offset = this.#offset
    if (name === 'UTC' && (offset ?? 0) === 0) return 'UTC'
    if (offset === undefined) {
      if (name === undefined) return zone
      const known = zoneAt(zone, Number(instant(zone) / 1_000_000_000n))
      return known.name === name ? zone : fixedZone(3600 * Number(/^GMT([+-]\d+)/.exec(name)?.[1] ?? 0), name)
    }
    const fixed = fixedZone(offset, name)
    const known = zoneAt(zone, Number(instant(fixed) / 1_000_000_000n))
    return known.offsetSeconds === offset && (name === undefined || name === known.name) ? zone : fixed
  }

  #name(names: readonly string[], set: (index: number) => void): boolean {
    const index = names.findIndex(name => this.#rest.slice(0, name.length).toLowerCase() === name.toLowerCase())
    if (index < 0) return false
    this.#rest = this.#rest.slice(names[index]!.length)
    set(index)
    return true
  }

  #take(pattern: RegExp): string | undefined {
    const found = pattern.exec(this.#rest)?.[0]
    if (found !== undefined) this.#rest = this.#rest.slice(found.length)
    return found
  }
}

function fixedZone(offsetSeconds: number, name: string | undefined): string {
  const minutes = Math.floor(Math.abs(offsetSeconds) / 60)
  const two = (n: number): string => String(n).padStart(2, '0')
  const offset = `${offsetSeconds < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`
  return name !== undefined && /^\w+$/.test(name) ? `${offset} ${name}` : offset
}
