/* Base64, URLs, HTML, JavaScript and JSON. */
import {text, type TemplateFunction} from '../function.ts'
import {print, type Value} from '../values.ts'

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** Bad input gives the error's text as the result, as the function has no way to fail. */
function b64dec(value: string): string {
  const clean = value.replace(/[\r\n]/g, '')
  let data = clean.length
  while (data > 0 && clean[data - 1] === '=' && clean.length - data < 2) data--
  for (let i = 0; i < data; i++) if (!BASE64.includes(clean[i] ?? '')) return `illegal base64 data at input byte ${i}`
  if (clean.length % 4 !== 0 || data % 4 === 1) return `illegal base64 data at input byte ${clean.length - (clean.length % 4)}`
  return Buffer.from(clean, 'base64').toString('utf8')
}

/** url.QueryEscape. */
function urlencode(value: string): string {
  let out = ''
  for (const byte of Buffer.from(value)) {
    const char = String.fromCharCode(byte)
    if (/[A-Za-z0-9\-_.~]/.test(char)) out += char
    else if (char === ' ') out += '+'
    else out += `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
  }
  return out
}

function urldecode(value: string): string {
  const bad = /%(?![0-9a-fA-F]{2}).{0,2}/s.exec(value)
  if (bad !== null) throw new Error(`invalid URL escape ${JSON.stringify(bad[0])}`)
  const bytes: number[] = []
  for (const m of value.matchAll(/%([0-9a-fA-F]{2})|(\+)|([^%+]+)/g)) {
    if (m[1] !== undefined) bytes.push(Number.parseInt(m[1], 16))
    else if (m[2] !== undefined) bytes.push(0x20)
    else bytes.push(...Buffer.from(m[3] ?? ''))
  }
  return Buffer.from(bytes).toString('utf8')
}

const HTML: Record<string, string> = {'<': '&lt;', '>': '&gt;', '&': '&amp;', '"': '&#34;', "'": '&#39;', '\0': '\uFFFD'}
const JS: Record<string, string> = {'\\': '\\\\', "'": "\\'", '"': '\\"', '<': '\\u003C', '>': '\\u003E', '&': '\\u0026', '=': '\\u003D'}

function js(value: string): string {
  return value.replace(
    /[\\'"<>&=]|[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu,
    c => JS[c] ?? [...Array(c.length).keys()].map(i => `\\u${c.charCodeAt(i).toString(16).toUpperCase().padStart(4, '0')}`).join(''),
  )
}

/** Arguments of html, js and urlquery are printed one behind the other. */
const joined = (args: readonly Value[]) =>
  args.map((a, i) => (i > 0 && typeof a !== 'string' && typeof args[i - 1] !== 'string' ? ' ' : '') + print(a)).join('')

function fromJson(value: string): Value {
  try {
    return toValue(JSON.parse(value))
  } catch {
    return null
  }
}

function toValue(json: unknown): Value {
  if (Array.isArray(json)) return json.map(toValue)
  if (typeof json === 'object' && json !== null) return new Map(Object.entries(json).map(([key, v]) => [key, toValue(v)]))
  return typeof json === 'string' || typeof json === 'number' || typeof json === 'boolean' ? json : null
}

export const ENCODING_FUNCTIONS: Readonly<Record<string, TemplateFunction>> = {
  b64enc: {params: ['string'], call: ([s]) => Buffer.from(text(s)).toString('base64')},
  b64dec: {params: ['string'], call: ([s]) => b64dec(text(s))},
  urlencode: {params: ['string'], call: ([s]) => urlencode(text(s))},
  urldecode: {params: ['string'], call: ([s]) => urldecode(text(s))},
  html: {params: [], rest: 'any', call: args => joined(args).replace(/[<>&"'\0]/g, c => HTML[c] ?? c)},
  js: {params: [], rest: 'any', call: args => js(joined(args))},
  urlquery: {params: [], rest: 'any', call: args => urlencode(joined(args))},
  fromJson: {params: ['string'], call: ([s]) => fromJson(text(s))},
}
