import {describe, expect, it} from 'vitest'
import {foldOrbit} from '../../src/regex/fold.ts'
import {compileRegex, type LiteralChoice} from '../../src/regex/index.ts'
import {random, randomPattern, randomText, same, type Random} from './generate.ts'

const decoder = new TextDecoder()
const required = (pattern: string): string[] =>
  compileRegex(pattern).required.map(set => `${set.fold ? '(?i)' : ''}${set.literals.map(literal => decoder.decode(literal)).join('|')}`)

describe('literal', () => {
  it.each([
    ['error', 'contains', 'error'],
    ['.*error.*', 'contains', 'error'],
    ['.*(?:error).*?', 'contains', 'error'],
    ['^error', 'prefix', 'error'],
    ['error$', 'suffix', 'error'],
    ['^error$', 'equals', 'error'],
    ['^$', 'equals', ''],
    ['(?s)^.*error', 'contains', 'error'],
    ['\\.\\*', 'contains', '.*'],
    ['a{3}', 'contains', 'aaa'],
    ['[.]+', 'contains', '.'],
  ] as const)('%s is a test', (pattern, kind, value) => {
    expect(compileRegex(pattern).literal).toEqual({kind, value, fold: false})
  })

  it.each(['^.*error', '(?m)^error', 'err.r', 'error\\b', '(?i:e)RROR', '\\x{FFFD}', '[a-z]'])('%s is not', pattern => {
    expect(compileRegex(pattern).literal).toBeUndefined()
  })

  it('anchored and dot-all, as label matchers are', () => {
    const literal = (pattern: string) => compileRegex(pattern, {anchored: true, dotAll: true}).literal
    expect(literal('api')).toEqual({kind: 'equals', value: 'api', fold: false})
    expect(literal('api-.*')).toEqual({kind: 'prefix', value: 'api-', fold: false})
    expect(literal('.*-api')).toEqual({kind: 'suffix', value: '-api', fold: false})
    expect(literal('.*api.*')).toEqual({kind: 'contains', value: 'api', fold: false})
    expect(literal('.+api')).toBeUndefined()
    expect(literal('')).toEqual({kind: 'equals', value: '', fold: false})
    expect(compileRegex('api|web|db-(1|2)', {anchored: true}).anyOf).toEqual({
      kind: 'equals',
      values: ['api', 'web', 'db-1', 'db-2'],
      fold: false,
    })
    expect(compileRegex('.*', {anchored: true, dotAll: true}).always).toBe(true)
    expect(compileRegex('.+', {anchored: true, dotAll: true}).always).toBe(false)
    expect(compileRegex('.*', {anchored: true}).always).toBe(false)
  })

  it('folded', () => {
    expect(compileRegex('(?i)TimeOut 5').literal).toEqual({kind: 'contains', value: 'timeout 5', fold: true})
    expect(compileRegex('(?i)Über').literal).toEqual({kind: 'contains', value: 'über', fold: true})
    expect(compileRegex('(?i)123').literal).toEqual({kind: 'contains', value: '123', fold: false})
    expect(compileRegex('[Ee][Rr][Rr]').literal).toEqual({kind: 'contains', value: 'err', fold: true})
  })
})

describe('required', () => {
  it.each([
    [
      'error|fail|timeout',
      [
        'error|fail|timeout'
          .split('|')
          .sort((a, b) => a.length - b.length)
          .join('|'),
      ],
    ],
    ['.*level=error.*duration=.*', ['level=error', 'duration=']],
    ['(?i)error', ['(?i)error']],
    ['(?i)task done', ['(?i) done', '(?i)ta']],
    ['GET /api/.*" 50[0-9]', ['GET /api/', '" 50']],
    ['\\w+Exception: .*deadlock', ['Exception: ', 'deadlock']],
    ['status=5\\d\\d', ['status=5']],
    ['^ts=2026.*level=(warn|error)', ['level=warn|level=error', 'ts=2026']],
    ['colou?r', ['color|colour']],
    ['x(abc)+d', ['xabc', 'd']],
    ['x{3}y', ['xxxy']],
    ['(error|.*)', []],
    ['a*', []],
    ['\\d+ms', ['ms']],
    ['(?i:Ü)ber', ['Über|über']],
    ['a\\x{FFFD}b', ['a', 'b']],
  ])('%s', (pattern, sets) => {
    expect(required(pattern)).toEqual(sets)
  })
})

const WORDS = ['error', 'task', 'Kafka', 'über', 'ÉTÉ', 'ſ', 'ms', 'a', 'level=', '日本', '\\x{FFFD}', '\\x{212A}'] as const
const GLUE = ['.*', '.', '\\d+', '|', '?', '+', ' ', '(?i)', '(?i:', '(', '[Ee]', '[aeiou]', '$', '^', '\\b', '(?s)'] as const

function wordyPattern(r: Random): string {
  let text = ''
  let open = 0
  for (let count = 1 + r.below(6); count > 0; count--) {
    let part: string = r.pick(r.below(2) === 0 ? WORDS : GLUE)
    if (/^[?+|]$/.test(part) && /(^|[?+|(*:]|\(\?[is]\)|[$^])$/.test(text)) part = 'a'
    if (part === '(' || part === '(?i:') {
      open++
      part += r.pick(WORDS)
    }
    text += part
  }
  return text + ')'.repeat(open)
}

const CHARS = [
  'error',
  'ERROR',
  'taſK',
  'task',
  'kafKa',
  'ÜBER',
  'über',
  'ÉTÉ',
  'été',
  'S',
  's',
  'MS',
  'level=',
  '日本',
  '\u{FFFD}',
  '1',
  ' ',
  '\u212a',
  'K',
  'k',
  '\n',
] as const
const wordyText = (r: Random): string => Array.from({length: r.below(5)}, () => r.pick(CHARS)).join('')

const canonical = (text: string): string =>
  Array.from(text, char => String.fromCodePoint(foldOrbit(char.codePointAt(0) ?? 0)[0] ?? 0)).join('')

function plainTest({kind, values, fold}: LiteralChoice, text: string): boolean {
  const subject = fold ? canonical(text) : text
  return values.some(each => {
    const value = fold ? canonical(each) : each
    if (kind === 'equals') return subject === value
    return kind === 'contains' ? subject.includes(value) : kind === 'prefix' ? subject.startsWith(value) : subject.endsWith(value)
  })
}

describe('properties', () => {
  it.each([
    [
      'wordy patterns',
      (r: Random) => wordyPattern(r),
      (r: Random) => Buffer.concat([Buffer.from(wordyText(r)), Uint8Array.from(r.below(4) === 0 ? [0xff] : []), Buffer.from(wordyText(r))]),
    ],
    ['any patterns', (r: Random) => randomPattern(r), (r: Random) => Buffer.from(randomText(r) + randomText(r))],
  ])('what matches has a hit of every required set: %s', (_, patternOf, textOf) => {
    const r = random(77)
    let hits = 0
    for (let round = 0; round < 1500; round++) {
      const regex = compileRegex(patternOf(r))
      if (regex.required.length === 0) continue
      for (let i = 0; i < 12; i++) {
        const bytes = textOf(r)
        if (!regex.test(bytes)) continue
        hits++
        const lower = Buffer.from(bytes.map(byte => (byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte)))
        for (const {literals, fold} of regex.required) {
          same(
            literals.some(literal => (fold ? lower : bytes).includes(Buffer.from(literal))),
            true,
            regex.pattern,
            bytes.toString(),
          )
        }
      }
    }
    expect(hits).toBeGreaterThan(500)
  })

  it('anyOf says what the automaton says', () => {
    const r = random(78)
    let tested = 0
    for (let round = 0; round < 4000; round++) {
      const regex = compileRegex(wordyPattern(r), {anchored: r.below(3) === 0, dotAll: r.below(2) === 0})
      if (regex.anyOf === undefined) continue
      tested++
      for (let i = 0; i < 8; i++) {
        const text = wordyText(r)
        const expected = plainTest(regex.anyOf, text)
        same(regex.test(Buffer.from(text)), expected, regex.pattern, text)
        same(regex.testString(text), expected, regex.pattern, text)
      }
    }
    expect(tested).toBeGreaterThan(500)
  })
})
