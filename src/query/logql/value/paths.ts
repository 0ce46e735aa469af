/*
 * The little languages inside `json name="path"` and `logfmt name="key"` (logql.md § 3.5).
 *
 *   path := (field | "[" access "]") { "." field | "[" access "]" }      access := string | index
 *   key  := field | string
 *
 * A character that belongs to neither ends the text; it is an error of its own only where the text could have ended.
 */

export type JsonPath = readonly (string | number)[]
export type PathResult<T> = {readonly value: T; readonly error?: undefined} | {readonly value?: undefined; readonly error: string}

type Piece = {readonly type: string; readonly text: string; readonly stray?: string}

const PIECE = /[ \t\r\n]*(?:([A-Za-z_][A-Za-z0-9_]*)|(\d+)|"((?:[^"\\]|\\[^])*)(?:"|$)|([[\].])|([^])|$)/y

function pieces(text: string, nameType: string): Piece[] {
  const found: Piece[] = []
  PIECE.lastIndex = 0
  for (;;) {
    const [, name, index, string, symbol, stray] = PIECE.exec(text) ?? []
    if (name !== undefined) found.push({type: nameType, text: name})
    else if (index !== undefined) found.push({type: 'INDEX', text: index})
    else if (string !== undefined) found.push({type: 'STRING', text: string.replace(/\\([^])/g, '$1')})
    else if (symbol !== undefined) found.push({type: symbol === '[' ? 'LSB' : symbol === ']' ? 'RSB' : 'DOT', text: symbol})
    else {
      found.push({type: '$end', text: '', ...(stray === undefined ? {} : {stray})})
      return found
    }
  }
}

/** Object keys and array indexes from the outside in. The error is the cause that a stage check shows. */
export function parseJsonPath(text: string): PathResult<JsonPath> {
  const path: (string | number)[] = []
  const rest = pieces(text, 'FIELD')
  let at = 0
  const next = (): Piece => rest[at] ?? {type: '$end', text: ''}
  const fail = (...expecting: string[]): PathResult<JsonPath> => cannotParse(text, unexpected(next(), expecting))
  for (;;) {
    const {type, text: word, stray} = next()
    if (type === 'LSB') {
      at++
      const access = next()
      if (access.type !== 'STRING' && access.type !== 'INDEX') return fail('STRING', 'INDEX')
      path.push(access.type === 'INDEX' ? Number(access.text) : access.text)
      at++
      if (next().type !== 'RSB') return fail('RSB')
    } else if (path.length === 0) {
      if (type !== 'FIELD') return fail('LSB', 'FIELD')
      path.push(word)
    } else if (type === 'DOT') {
      at++
      if (next().type !== 'FIELD') return fail('FIELD')
      path.push(next().text)
    } else if (type !== '$end') return fail()
    else if (stray !== undefined) return cannotParse(text, `unexpected char ${stray}`)
    else return {value: path}
    at++
  }
}

/** The key to look for. */
export function parseLogfmtKey(text: string): PathResult<string> {
  const [first, second] = pieces(text, 'KEY')
  if (!first || !second) return cannotParse(text, unexpected({type: '$end', text: ''}, ['STRING', 'KEY']))
  if (first.type !== 'KEY' && first.type !== 'STRING') return cannotParse(text, unexpected(first, ['STRING', 'KEY']))
  if (second.type !== '$end') return cannotParse(text, unexpected(second, []))
  if (second.stray !== undefined) return cannotParse(text, `unexpected char ${second.stray}`)
  return {value: first.text}
}

function unexpected(piece: Piece, expecting: readonly string[]): string {
  return `syntax error: unexpected ${piece.type}${expecting.length > 0 ? `, expecting ${expecting.join(' or ')}` : ''}`
}

function cannotParse<T>(text: string, cause: string): PathResult<T> {
  return {error: `cannot parse expression [${text}]: ${cause}`}
}
