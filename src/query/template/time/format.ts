/*
 * Times to text by a layout, as Go's Time.Format.
 */
import {civilOf, type Civil, type Time} from './civil.ts'
import {DAYS, isFraction, MONTHS, piecesOf, shortNames} from './layout.ts'

export function formatTime(time: Time, layout: string): string {
  const civil = civilOf(time)
  let out = ''
  for (const {element, text} of piecesOf(layout)) out += element ? formatElement(text, civil) : text
  return out
}

const SHORT_MONTHS = shortNames(MONTHS)
const SHORT_DAYS = shortNames(DAYS)

type Formatter = (civil: Civil) => string | number | undefined

const FORMATTERS: ReadonlyMap<string, Formatter> = new Map<string, Formatter>([
  ['January', c => MONTHS[c.month - 1]],
  ['Jan', c => SHORT_MONTHS[c.month - 1]],
  ['1', c => c.month],
  ['01', c => pad(c.month, 2)],
  ['Monday', c => DAYS[c.weekday]],
  ['Mon', c => SHORT_DAYS[c.weekday]],
  ['2', c => c.day],
  ['_2', c => pad(c.day, 2, ' ')],
  ['02', c => pad(c.day, 2)],
  ['__2', c => pad(c.yearDay, 3, ' ')],
  ['002', c => pad(c.yearDay, 3)],
  ['15', c => pad(c.hour, 2)],
  ['3', c => hour12(c)],
  ['03', c => pad(hour12(c), 2)],
  ['4', c => c.minute],
  ['04', c => pad(c.minute, 2)],
  ['5', c => c.second],
  ['05', c => pad(c.second, 2)],
  ['2006', c => (c.year < 0 ? `-${pad(-c.year, 4)}` : pad(c.year, 4))],
  ['06', c => pad(((c.year % 100) + 100) % 100, 2)],
  ['PM', c => (c.hour >= 12 ? 'PM' : 'AM')],
  ['pm', c => (c.hour >= 12 ? 'pm' : 'am')],
  ['MST', c => c.zoneName],
])

function formatElement(element: string, civil: Civil): string {
  const formatter = FORMATTERS.get(element)
  if (formatter !== undefined) return String(formatter(civil) ?? '')
  return isFraction(element) ? fraction(element, civil.nanosecond) : offset(element, civil.offsetSeconds)
}

function hour12({hour}: Civil): number {
  return hour % 12 === 0 ? 12 : hour % 12
}

function pad(value: number, width: number, fill = '0'): string {
  return String(value).padStart(width, fill)
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
