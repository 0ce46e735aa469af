/*
 * Go's time layouts: text in which the parts of the reference time Mon Jan 2 15:04:05 MST 2006 stand for themselves.
 */

export const MONTHS = 'January February March April May June July August September October November December'.split(' ')
export const DAYS = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ')

export function shortNames(names: readonly string[]): string[] {
  return names.map(name => name.slice(0, 3))
}

export type Piece = {readonly element: boolean; readonly text: string}

// Longest first where one element is the beginning of another.
const ELEMENTS =
  /January|Jan|Monday|Mon|MST|01|02|03|04|05|06|002|2006|15|_2006|__2|_2|-07:00:00|-07:00|-070000|-0700|-07|Z07:00:00|Z07:00|Z070000|Z0700|Z07|PM|pm|[.,]0+(?!\d)|[.,]9+(?!\d)|1|2|3|4|5/g

// A template uses a layout or two, and the same ones for every line.
const LAYOUTS_MAX = 100
const known = new Map<string, readonly Piece[]>()

export function piecesOf(layout: string): readonly Piece[] {
  let pieces = known.get(layout)
  if (pieces === undefined) {
    pieces = cut(layout)
    if (known.size >= LAYOUTS_MAX) known.clear()
    known.set(layout, pieces)
  }
  return pieces
}

function cut(layout: string): Piece[] {
  const pieces: Piece[] = []
  let at = 0
  for (const match of layout.matchAll(ELEMENTS)) {
    const [text] = match
    // "Jan" and "Mon" are elements only when no lower-case letter follows.
    if ((text === 'Jan' || text === 'Mon') && /[a-z]/.test(layout[match.index + 3] ?? '')) continue
    if (match.index > at) pieces.push({element: false, text: layout.slice(at, match.index)})
    if (text === '_2006') pieces.push({element: false, text: '_'}, {element: true, text: '2006'})
    else pieces.push({element: true, text})
    at = match.index + text.length
  }
  if (at < layout.length) pieces.push({element: false, text: layout.slice(at)})
  return pieces
}

/** `.000` or `,999` and the like. */
export function isFraction(element: string): boolean {
  return element.startsWith('.') || element.startsWith(',')
}
