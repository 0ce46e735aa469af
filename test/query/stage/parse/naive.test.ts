/*
 * The parsers against a second reading of logql § 3.5 that cares for nothing but being short: regular expressions over lines as
 * characters of one byte.
 */
import {expect, test} from 'vitest'
import {damaged, randomJson, randomLogfmt} from './random-lines.ts'
import {parseLine, pick, seeded, type Random, type RowLabels} from './support.ts'

const RUNE =
  /[\0-\x7f]|[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|\xed[\x80-\x9f][\x80-\xbf]|[\xe1-\xef][\x80-\xbf]{2}|\xf0[\x90-\xbf][\x80-\xbf]{2}|\xf4[\x80-\x8f][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|[^]/g

/** Text of bytes; each byte that is no UTF-8, and each U+FFFD, is `broken`. */
function textOf(bytes: string, broken: string): string {
  return bytes.replace(RUNE, rune => Buffer.from(rune, 'latin1').toString().replace('\ufffd', broken))
}

const ESCAPES: Readonly<Record<string, string>> = {b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', '"': '"', '\\': '\\', '/': '/'}

function unescape(bytes: string, broken: string, logfmt: boolean): string | undefined {
  let valid = true
  const pieces = bytes.match(/\\u[dD][89abAB][\da-fA-F]{2}\\u[dD][c-fC-F][\da-fA-F]{2}|\\u[\da-fA-F]{4}|\\[^]?|[^\\]+/g) ?? []
  const text = pieces.map(piece => {
    if (!piece.startsWith('\\')) {
      if (logfmt && [...piece].some(char => char < ' ')) valid = false
      return textOf(piece, broken)
    }
    const units = piece.match(/[\da-fA-F]{4}/g)
    if (piece.startsWith('\\u') && units !== null) {
      const decoded = String.fromCharCode(...units.map(unit => Number.parseInt(unit, 16)))
      if (decoded === '\ufffd') return broken
      if (!/\p{Cs}/u.test(decoded)) return decoded
      if (!logfmt) valid = false
      return broken
    }
    const plain = ESCAPES[piece.slice(1)] ?? (logfmt && piece === "\\'" ? "'" : undefined)
    if (plain === undefined) valid = false
    return plain ?? ''
  })
  return valid ? text.join('') : undefined
}

function valueOf(bytes: string, logfmt: boolean): string {
  return bytes.includes('\\') ? (unescape(bytes, ' ', logfmt) ?? '') : textOf(bytes, ' ')
}

function nameOf(key: string, prefix: string): string {
  const part = key.replace(/^\s+|\s+$/g, '').replace(/[^A-Za-z0-9_]/gu, '_')
  if (part === '') return prefix
  return prefix === '' ? part.replace(/^(?=\d)/, '_') : `${prefix}_${part}`
}

class Labels {
  readonly found: RowLabels = {}

  note(name: string, value: string): void {
    if (name !== '') this.found[name.startsWith('__error') ? `${name}!` : name] ??= value
  }

  fail(error: string, details: string): RowLabels {
    return {...this.found, __error__: error, __error_details__: details}
  }
}

class Broken extends Error {}
/** What is broken inside of an array or a number, where only brackets are looked at, may close an object at another place than here. */
class Unclear extends Error {}
const NO_OBJECT = "Value looks like object, but can't find closing '}' symbol"
const NO_STRING = "Value is string, but can't find closing '\"' symbol"
const NO_ARRAY = "Value is array, but can't find closing ']' symbol"
const MALFORMED = 'Malformed JSON error'
const BAD_KEY = 'Encountered an invalid escape sequence in a string'

function take(pattern: RegExp, text: string, at: number): string | undefined {
  const sticky = new RegExp(pattern, 'y')
  sticky.lastIndex = at
  return sticky.exec(text)?.[0]
}

const STRING = /"(?:[^"\\]|\\[^])*"/

function block(text: string, at: number, open: string, close: string): string | undefined {
  let depth = 0
  for (let i = at; i < text.length;) {
    const piece = text[i] === '"' ? take(STRING, text, i) : text[i]
    if (piece === undefined) return undefined
    i += piece.length
    if (piece === open) depth++
    if (piece === close && --depth === 0) return text.slice(at, i)
  }
  return undefined
}

function readObject(text: string, prefix: string, labels: Labels): void {
  let at = 0
  const next = (missing: string): string => {
    at += take(/[ \t\r\n]*/, text, at)!.length
    if (at === text.length) throw new Broken(missing)
    return text[at]!
  }
  if (/^[ \t\r\n]*(?!\{)[^ \t\r\n{]/.test(text) || next(NO_OBJECT) !== '{') throw new Broken(NO_OBJECT)
  at++
  next(MALFORMED)
  for (;;) {
    if (text[at] === '}') return
    if (text[at] !== '"') throw new Broken(NO_OBJECT)
    const quoted = take(STRING, text, at)
    if (quoted === undefined) throw new Broken(MALFORMED)
    const key = unescape(quoted.slice(1, -1), '\ufffd', false)
    if (key === undefined) throw new Broken(BAD_KEY)
    at += quoted.length
    if (next(MALFORMED) !== ':') throw new Broken(MALFORMED)
    at++
    next(MALFORMED)
    at += readValue(text, at, nameOf(key, prefix), labels)
    const separator = next(NO_ARRAY)
    if (separator === '}') return
    if (separator !== ',') throw new Broken(NO_OBJECT)
    at++
    next(NO_ARRAY)
  }
}

function readValue(text: string, at: number, name: string, labels: Labels): number {
  const read = (piece: string | undefined, missing: string): string => {
    if (piece === undefined) throw new Broken(missing)
    return piece
  }
  switch (text[at]) {
    case '"': {
      const quoted = read(take(STRING, text, at), NO_STRING)
      labels.note(name, valueOf(quoted.slice(1, -1), false))
      return quoted.length
    }
    case '[': {
      const array = block(text, at, '[', ']')
      if (!isJson(array ?? '')) throw new Unclear()
      return read(array, NO_ARRAY).length
    }
    case '{': {
      const object = read(block(text, at, '{', '}') ?? open(text.slice(at)), NO_OBJECT)
      readObject(object, name, labels)
      return object.length
    }
    default: {
      const token = take(/[^,}\] \t\r\n]*/, text, at)!
      if (/["{[]/.test(token)) throw new Unclear()
      if (/^[-\d]|^true$|^false$/.test(token)) labels.note(name, Buffer.from(token, 'latin1').toString())
      else if (token !== 'null') throw new Broken('Unknown value type')
      return token.length
    }
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** Of an object without an end: throws when that may be for something unclear in it. */
function open(text: string): undefined {
  try {
    readObject(text, '', new Labels())
  } catch (error) {
    if (!(error instanceof Broken)) throw error
  }
}

function naiveJson(line: string): RowLabels | undefined {
  const labels = new Labels()
  try {
    readObject(line, '', labels)
    return labels.found
  } catch (error) {
    if (error instanceof Unclear) return undefined
    if (!(error instanceof Broken)) throw error
    return labels.fail('JSONParserErr', error.message)
  }
}

function naiveLogfmt(line: string, strict: boolean, keepEmpty: boolean): RowLabels {
  const labels = new Labels()
  for (let at = 0; ;) {
    at += take(/[\0-\x20]*/, line, at)!.length
    if (at === line.length) return labels.found
    const key = take(/[^\0-\x20="]*/, line, at)!
    const name = textOf(key, '\ufffd')
    at += key.length
    let fault: string | undefined
    let value = ''
    if (line[at] === '"' || (line[at] === '=' && key === '')) fault = `unexpected '${line[at]}'`
    else if (name.includes('\ufffd')) fault = 'invalid key'
    else if (line[at] === '=') {
      at++
      if (line[at] === '"') {
        const quoted = take(STRING, line, at)
        at = quoted === undefined ? line.length : at + quoted.length
        value = quoted?.slice(1, -1) ?? ''
        if (quoted === undefined) fault = 'unterminated quoted value'
        else if (value.includes('\\') && unescape(value, ' ', true) === undefined) fault = 'invalid quoted value'
      } else {
        value = take(/[^\0-\x20="]*/, line, at)!
        at += value.length
        if (line[at] === '=' || line[at] === '"') fault = `unexpected '${line[at]}'`
      }
      value = fault === undefined && line[at - 1] === '"' ? valueOf(value, true) : textOf(value, ' ')
    }
    if (fault === undefined) {
      if (value !== '' || keepEmpty) labels.note(nameOf(name, ''), value)
    } else if (strict) return labels.fail('LogfmtParserErr', `logfmt syntax error at pos ${at + 1} : ${fault}`)
    else at += take(/[^\0-\x20]*/, line, at)!.length
  }
}

const BYTES = [...Buffer.from('{}[]",:\\= \tau01dnrtfe-._')].concat([0x00, 0x80, 0xc3, 0xa9, 0xff, 0xef, 0xbf, 0xbd])

function randomLine(random: Random, usual: (random: Random) => string): Uint8Array {
  if (random(4) > 0) return damaged(random, usual(random))
  return Uint8Array.from({length: random(40)}, () => pick(random, BYTES))
}

test('json', () => {
  const random = seeded(20)
  for (let round = 0; round < 3000; round++) {
    const line = randomLine(random, randomJson)
    const bytes = Buffer.from(line).toString('latin1')
    const expected = naiveJson(bytes)
    if (expected !== undefined) expect(parseLine('json', line), JSON.stringify(bytes)).toEqual(expected)
  }
})

test.each([
  ['logfmt', false, false],
  ['logfmt --strict', true, false],
  ['logfmt --keep-empty', false, true],
  ['logfmt --strict --keep-empty', true, true],
] as const)('%s', (stage, strict, keepEmpty) => {
  const random = seeded(stage.length)
  for (let round = 0; round < 1500; round++) {
    const line = randomLine(random, randomLogfmt)
    const bytes = Buffer.from(line).toString('latin1')
    expect(parseLine(stage, line), JSON.stringify(bytes)).toEqual(naiveLogfmt(bytes, strict, keepEmpty))
  }
})
