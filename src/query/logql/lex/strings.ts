/*
 * String and number literals as Go's scanner takes them (logql.md § 1.4, 1.5): where one ends, and what is wrong with it.
 */

export type Literal = {readonly end: number; readonly error?: string | undefined}

/** @param start  at the opening quote. `chars` counts what is between the quotes, escapes as one. */
export function scanQuoted(text: string, start: number): Literal & {readonly chars: number} {
  const quote = text[start]
  let at = start + 1
  let chars = 0
  for (;;) {
    const char = text[at]
    if (char === quote) return {end: at + 1, chars}
    if (char === undefined || char === '\n') return {end: at, chars, error: 'literal not terminated'}
    if (char === '\\') {
      ESCAPE.lastIndex = at + 1
      const escape = text[at + 1] === quote ? quote : ESCAPE.exec(text)?.[0]
      if (escape === undefined) return {end: at, chars, error: 'invalid char escape'}
      at += 1 + escape.length
    } else at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1
    chars++
  }
}
const ESCAPE = /[abfnrtv\\]|[0-7]{3}|x[\da-fA-F]{2}|u[\da-fA-F]{4}|U[\da-fA-F]{8}/y

const SHORT: Record<string, string> = {a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v', '\\': '\\', '"': '"'}

/**
 * The value of a double-quoted literal without its quotes; undefined when an escape names no byte or no character.
 * `\xNN` and octal escapes are bytes: a string with such bytes is put together as UTF-8, and what is not UTF-8 becomes U+FFFD.
 */
export function unquote(body: string): string | undefined {
  if (!body.includes('\\')) return body
  let valid = true
  const bytes: number[] = []
  const plain = body.replace(
    /\\(?:([0-7]{3})|x(..)|u(....)|U(.{8})|(.))/g,
    (_, octal?: string, hex?: string, u4?: string, u8?: string, short?: string) => {
      if (short !== undefined) return SHORT[short] ?? ''
      const wide = u4 ?? u8
      if (wide !== undefined) {
        const code = parseInt(wide, 16)
        if (code > 0x10ffff) valid = false
        return code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff) ? '\ufffd' : String.fromCodePoint(code)
      }
      const byte = octal === undefined ? parseInt(hex ?? '', 16) : parseInt(octal, 8)
      if (byte > 0xff) valid = false
      if (byte < 0x80) return String.fromCharCode(byte)
      bytes.push(byte)
      return BYTE_MARK
    },
  )
  if (!valid) return undefined
  if (bytes.length === 0) return plain
  const pieces = plain.split(BYTE_MARK).flatMap((piece, i) => [Buffer.from(piece), Buffer.from(bytes.slice(i, i + 1))])
  return Buffer.concat(pieces).toString()
}
/** Stands for one escaped byte while a literal is put together; lone, so no well-formed text contains it. */
const BYTE_MARK = '\udfff'

// Beyond Go's numbers, `0B`, `5P` and `5PB` are left to become byte sizes: no digits follow the B, no exponent the P.
const NUMBER_FORMS = [
  {
    prefix: 'x',
    name: 'hexadecimal',
    form: /0[xX]([\da-fA-F_]*)(\.[\da-fA-F_]*)?(?:([pP])([+-]?)([\d_]*))?/y,
    digit: /[\da-fA-F]/,
    invalid: undefined,
  },
  {prefix: 'o', name: 'octal', form: /0[oO]([\d_]*)(\.[\d_]*)?(?:([eE]|[pP](?=[+-]?\d))([+-]?)([\d_]*))?/y, digit: /\d/, invalid: /[89]/},
  {
    prefix: 'b',
    name: 'binary',
    form: /0(?:b|B(?=[\d_]))([\d_]*)(\.[\d_]*)?(?:([eE]|[pP](?=[+-]?\d))([+-]?)([\d_]*))?/y,
    digit: /\d/,
    invalid: /[2-9]/,
  },
  {prefix: '0', name: 'octal', form: /(0[\d_]*)(\.[\d_]*)?(?:([eE]|[pP](?=[+-]?\d))([+-]?)([\d_]*))?/y, digit: /\d/, invalid: /[89]/},
  {prefix: '', name: 'decimal', form: /([\d_]*)(\.[\d_]*)?(?:([eE]|[pP](?=[+-]?\d))([+-]?)([\d_]*))?/y, digit: /\d/, invalid: undefined},
] as const

/** @param start  at a digit, or at a `.` before a digit. */
export function scanNumber(text: string, start: number): Literal {
  for (const {prefix, name, form, digit, invalid} of NUMBER_FORMS) {
    if (prefix === '' ? text[start] === '0' : text[start] !== '0') continue
    form.lastIndex = start
    const match = form.exec(text)
    if (!match) continue
    const [whole, integer = '', fraction, exponent, , power = ''] = match
    const end = start + whole.length
    const wrong = invalid?.exec(integer)?.[0]
    const fail = (error: string): Literal => ({end, error})
    if (fraction !== undefined && (prefix === 'o' || prefix === 'b')) return fail(`invalid radix point in ${name} literal`)
    if (!digit.test(integer + (fraction ?? ''))) return fail(`${name} literal has no digits`)
    if (exponent !== undefined) {
      const isP = exponent.toLowerCase() === 'p'
      if (!isP && (prefix === 'o' || prefix === 'b')) return fail(`'${exponent}' exponent requires decimal mantissa`)
      if (isP && prefix !== 'x') return fail(`'${exponent}' exponent requires hexadecimal mantissa`)
      if (!/\d/.test(power)) return fail('exponent has no digits')
    } else if (prefix === 'x' && fraction !== undefined) return fail("hexadecimal mantissa requires a 'p' exponent")
    if (wrong !== undefined && fraction === undefined && exponent === undefined) return fail(`invalid digit '${wrong}' in ${name} literal`)
    if (misplacedUnderscore(whole, prefix === 'x')) return fail("'_' must separate successive digits")
    return {end}
  }
  return {end: start + 1, error: 'decimal literal has no digits'}
}

function misplacedUnderscore(text: string, hex: boolean): boolean {
  if (!text.includes('_')) return false
  const body = text.replace(/^0[xXoObB]_?/, '0')
  return hex ? /_(?![\da-fA-F])|(?<![\da-fA-F])_/.test(body) : /_(?!\d)|(?<!\d)_/.test(body)
}
