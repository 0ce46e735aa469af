/* Base64, URLs, HTML, JavaScript and JSON. */
import {quote} from '../../../model/index.ts'
import {checkLength, text, type TemplateFunction} from '../function.ts'
import {print, printAll} from '../print.ts'
import type {Value} from '../values.ts'

const BASE64 = /^[A-Za-z0-9+/]$/

/** Bad input gives the error's text as the result, as the function has no way to fail. */
function b64dec(value: string): string {
  const corrupt = corruptAt(Buffer.from(value))
  return corrupt < 0 ? Buffer.from(value, 'base64').toString('utf8') : `illegal base64 data at input byte ${corrupt}`
}

/** Which byte Go's decoder stumbles over, -1 when none. Line ends count nowhere. */
function corruptAt(bytes: Uint8Array): number {
  let quantum = 0
  for (let at = 0; at < bytes.length; at++) {
    const char = String.fromCharCode(bytes[at]!)
    if (char === '\n' || char === '\r') continue
    if (char === '=') return paddingFault(bytes, at, quantum)
    if (!BASE64.test(char)) return at
    quantum = (quantum + 1) % 4
  }
  return quantum === 0 ? -1 : bytes.length - quantum
}

function paddingFault(bytes: Uint8Array, at: number, quantum: number): number {
  const skip = (from: number): number => {
    let next = from
    while (bytes[next] === 0x0a || bytes[next] === 0x0d) next++
    return next
  }
  if (quantum < 2) return at
  let next = skip(at + 1)
  if (quantum === 2) {
    if (next === bytes.length) return bytes.length
    if (bytes[next] !== 0x3d) return next
    next = skip(next + 1)
  }
  return next < bytes.length ? next : -1
}

// What JavaScript escapes in another way, or not at all.
const URL_CHANGED: Readonly<Record<string, string>> = {'%20': '+', '!': '%21', "'": '%27', '(': '%28', ')': '%29', '*': '%2A'}

/** url.QueryEscape. */
function urlencode(value: string): string {
  const out = encodeURIComponent(Buffer.from(value).toString()).replace(/%20|[!'()*]/g, text => URL_CHANGED[text] ?? text)
  checkLength(out.length)
  return out
}

function urldecode(value: string): string {
  const bad = /%(?![0-9a-fA-F]{2}).{0,2}/su.exec(value)
  if (bad !== null) throw new Error(`invalid URL escape ${quote(bad[0])}`)
  const source = Buffer.from(value)
  const bytes = Buffer.alloc(source.length)
  let length = 0
  for (let at = 0; at < source.length; at++) {
    const byte = source[at]!
    if (byte === 0x25) {
      bytes[length++] = Number.parseInt(source.toString('latin1', at + 1, at + 3), 16)
      at += 2
    } else bytes[length++] = byte === 0x2b ? 0x20 : byte
  }
  return bytes.toString('utf8', 0, length)
}

const HTML: Readonly<Record<string, string>> = {'<': '&lt;', '>': '&gt;', '&': '&amp;', '"': '&#34;', "'": '&#39;', '\0': '\uFFFD'}
const JS: Readonly<Record<string, string>> = {'\\': '\\\\', "'": "\\'", '"': '\\"'}

function html(value: string): string {
  // eslint-disable-next-line no-control-regex -- NUL is one of the characters that HTML cannot hold.
  return value.replace(/[<>&"'\0]/g, char => HTML[char] ?? char)
}

function js(value: string): string {
  return value.replace(/[\\'"<>&=]|[^\p{L}\p{M}\p{N}\p{P}\p{S} \u007f]/gu, char => {
    return JS[char] ?? `\\u${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
  })
}

/** What html, js and urlquery work on. */
function joined(args: readonly Value[]): string {
  const [only] = args
  const out = args.length === 1 && only !== undefined ? print(only) : printAll(args, false)
  checkLength(out.length)
  return out
}

// Go stops at 10,000; here what is made of it has to be printed by recursion.
const JSON_DEPTH_MAX = 1000

function fromJson(value: string): Value {
  try {
    return toValue(JSON.parse(value), 0)
  } catch {
    return null
  }
}

function toValue(json: unknown, depth: number): Value {
  if (typeof json === 'number') return Number.isFinite(json) ? json : null
  if (typeof json === 'string' || typeof json === 'boolean') return json
  if (typeof json !== 'object' || json === null) return null
  if (depth === JSON_DEPTH_MAX) throw new Error('nested too deeply')
  if (Array.isArray(json)) return json.map(item => toValue(item, depth + 1))
  return new Map(Object.entries(json).map(([key, member]) => [key, toValue(member, depth + 1)]))
}

export const ENCODING_FUNCTIONS: Readonly<Record<string, TemplateFunction>> = {
  b64enc: {params: ['string'], call: ([s]) => Buffer.from(text(s)).toString('base64')},
  b64dec: {params: ['string'], call: ([s]) => b64dec(text(s))},
  urlencode: {params: ['string'], call: ([s]) => urlencode(text(s))},
  urldecode: {params: ['string'], call: ([s]) => urldecode(text(s))},
  html: {params: [], rest: 'any', call: args => html(joined(args))},
  js: {params: [], rest: 'any', call: args => js(joined(args))},
  urlquery: {params: [], rest: 'any', call: args => urlencode(joined(args))},
  fromJson: {params: ['string'], call: ([s]) => fromJson(text(s))},
}
