/* Text functions. Those that count do so in bytes (trunc, substr, slice, len) or runes (align), as Loki's do. */
import {sliceBytes} from '../bytes.ts'
import {checkLength, int, text, type TemplateFunction} from '../function.ts'

const SPACE = /^[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]$/

function isSpace(char: string | undefined): boolean {
  return char !== undefined && SPACE.test(char)
}

/** All of Unicode's white space is one UTF-16 unit. */
function trimSpace(value: string): string {
  let start = 0
  let end = value.length
  while (start < end && isSpace(value[start])) start++
  while (end > start && isSpace(value[end - 1])) end--
  return value.slice(start, end)
}

function trimSet(value: string, cutset: string, left: boolean, right: boolean): string {
  const set = new Set(cutset)
  const runes = [...value]
  let start = 0
  let end = runes.length
  while (left && start < end && set.has(runes[start] ?? '')) start++
  while (right && end > start && set.has(runes[end - 1] ?? '')) end--
  return runes.slice(start, end).join('')
}

const trimPrefix = (value: string, prefix: string) => (prefix !== '' && value.startsWith(prefix) ? value.slice(prefix.length) : value)
const trimSuffix = (value: string, suffix: string) => (suffix !== '' && value.endsWith(suffix) ? value.slice(0, -suffix.length) : value)

/** strings.Replace: an empty `from` matches before every rune and at the end. */
function replaceN(value: string, from: string, to: string, count: number): string {
  if (count === 0) return value
  const parts = from === '' ? ['', ...value, ''] : value.split(from)
  if (from === '') {
    const runes = [...value]
    const times = count < 0 ? runes.length + 1 : Math.min(count, runes.length + 1)
    checkLength(value.length + times * to.length)
    return runes.map((rune, i) => (i < times ? to : '') + rune).join('') + (times > runes.length ? to : '')
  }
  const times = count < 0 ? parts.length - 1 : Math.min(count, parts.length - 1)
  checkLength(value.length + times * to.length)
  return parts.slice(0, times + 1).join(to) + (times < parts.length - 1 ? from + parts.slice(times + 1).join(from) : '')
}

function title(value: string): string {
  let inWord = false
  let out = ''
  for (const rune of value) {
    // strings.Title: letters, digits, underscore and apostrophe-less words; other runes separate.
    const separator = !/[\p{L}\p{Nd}_]/u.test(rune) && (rune.codePointAt(0)! < 0x80 || /\s/u.test(rune))
    out += inWord || separator ? rune : rune.toUpperCase().length === rune.length ? rune.toUpperCase() : rune
    inWord = !separator
  }
  return out
}

function align(count: bigint, value: string, left: boolean): string {
  if (count < 0n) return value
  const runes = [...value]
  checkLength(Number(count))
  const width = Number(count)
  if (runes.length >= width) return left ? runes.slice(0, width).join('') : runes.slice(runes.length - width).join('')
  const padding = ' '.repeat(width - runes.length)
  return left ? value + padding : padding + value
}

/** Go's slice expressions: s[:end], s[start:] or s[start:end], and their panics. */
function substr(start: bigint, end: bigint, value: string): string {
  const size = BigInt(Buffer.byteLength(value))
  const open = start < 0n
  const from = open ? 0n : start
  const to = !open && (end < 0n || end > size) ? size : end
  if (to < 0n) throw new Error(`runtime error: slice bounds out of range [:${to}]`)
  if (to > size) throw new Error(`runtime error: slice bounds out of range [:${to}] with length ${size}`)
  if (from > to) throw new Error(`runtime error: slice bounds out of range [${from}:${to}]`)
  return sliceBytes(value, Number(from), Number(to))
}

function trunc(count: bigint, value: string): string {
  const size = Buffer.byteLength(value)
  if (count >= 0n) return count >= BigInt(size) ? value : sliceBytes(value, 0, Number(count))
  return -count >= BigInt(size) ? value : sliceBytes(value, size + Number(count), size)
}

function indent(count: bigint, value: string): string {
  const width = Number(count)
  if (width < 0) throw new Error('strings: negative Repeat count')
  checkLength(value.length + (value.split('\n').length + 1) * width)
  const padding = ' '.repeat(width)
  return padding + value.replaceAll('\n', `\n${padding}`)
}

function repeat(count: bigint, value: string): string {
  if (count < 0n) throw new Error('strings: negative Repeat count')
  checkLength(Number(count) * value.length)
  return value.repeat(Number(count))
}

/** Full case mapping of one rune only where it stays one rune, as Go's per-rune mapping. */
function mapRunes(value: string, map: (rune: string) => string): string {
  let out = ''
  for (const rune of value) {
    const mapped = map(rune)
    out += [...mapped].length === 1 ? mapped : (SINGLE_LOWER[rune] ?? rune)
  }
  return out
}
/** İ lowers to one rune in Go, to two in JavaScript. */
const SINGLE_LOWER: Record<string, string> = {'\u0130': 'i'}

const NOT_ASCII = /[^\0-\x7f]/

function lower(value: string): string {
  return NOT_ASCII.test(value) ? mapRunes(value, rune => rune.toLowerCase()) : value.toLowerCase()
}

function upper(value: string): string {
  return NOT_ASCII.test(value) ? mapRunes(value, rune => rune.toUpperCase()) : value.toUpperCase()
}

const ONE = ['string'] as const
const TWO = ['string', 'string'] as const

export const STRING_FUNCTIONS: Readonly<Record<string, TemplateFunction>> = {
  lower: {params: ONE, call: ([s]) => lower(text(s))},
  upper: {params: ONE, call: ([s]) => upper(text(s))},
  title: {params: ONE, call: ([s]) => title(text(s))},
  trim: {params: ONE, call: ([s]) => trimSpace(text(s))},
  trimAll: {params: TWO, call: ([cut, s]) => trimSet(text(s), text(cut), true, true)},
  trimPrefix: {params: TWO, call: ([prefix, s]) => trimPrefix(text(s), text(prefix))},
  trimSuffix: {params: TWO, call: ([suffix, s]) => trimSuffix(text(s), text(suffix))},
  replace: {params: ['string', 'string', 'string'], call: ([from, to, s]) => replaceN(text(s), text(from), text(to), -1)},
  contains: {params: TWO, call: ([part, s]) => text(s).includes(text(part))},
  hasPrefix: {params: TWO, call: ([prefix, s]) => text(s).startsWith(text(prefix))},
  hasSuffix: {params: TWO, call: ([suffix, s]) => text(s).endsWith(text(suffix))},
  ToLower: {params: ONE, call: ([s]) => lower(text(s))},
  ToUpper: {params: ONE, call: ([s]) => upper(text(s))},
  TrimSpace: {params: ONE, call: ([s]) => trimSpace(text(s))},
  Trim: {params: TWO, call: ([s, cut]) => trimSet(text(s), text(cut), true, true)},
  TrimLeft: {params: TWO, call: ([s, cut]) => trimSet(text(s), text(cut), true, false)},
  TrimRight: {params: TWO, call: ([s, cut]) => trimSet(text(s), text(cut), false, true)},
  TrimPrefix: {params: TWO, call: ([s, prefix]) => trimPrefix(text(s), text(prefix))},
  TrimSuffix: {params: TWO, call: ([s, suffix]) => trimSuffix(text(s), text(suffix))},
  Replace: {
    params: ['string', 'string', 'string', 'int'],
    call: ([s, from, to, n]) => replaceN(text(s), text(from), text(to), Number(int(n))),
  },
  trunc: {params: ['int', 'string'], call: ([n, s]) => trunc(int(n), text(s))},
  substr: {params: ['int', 'int', 'string'], call: ([start, end, s]) => substr(int(start), int(end), text(s))},
  alignLeft: {params: ['int', 'string'], call: ([n, s]) => align(int(n), text(s), true)},
  alignRight: {params: ['int', 'string'], call: ([n, s]) => align(int(n), text(s), false)},
  repeat: {params: ['int', 'string'], call: ([n, s]) => repeat(int(n), text(s))},
  indent: {params: ['int', 'string'], call: ([n, s]) => indent(int(n), text(s))},
  nindent: {params: ['int', 'string'], call: ([n, s]) => `\n${indent(int(n), text(s))}`},
  regexReplaceAll: {
    params: ['string', 'string', 'string'],
    call: ([re, s, to], {regex, spend}) => regex(text(re), spend).replaceAll(text(s), text(to), {spend}),
  },
  regexReplaceAllLiteral: {
    params: ['string', 'string', 'string'],
    call: ([re, s, to], {regex, spend}) => regex(text(re), spend).replaceAll(text(s), text(to), {literal: true, spend}),
  },
  count: {params: TWO, call: ([re, s], {regex, spend}) => BigInt(regex(text(re), spend).countMatches(text(s), spend))},
}
