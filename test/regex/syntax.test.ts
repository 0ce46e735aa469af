import {RE2JS} from 're2js'
import {describe, expect, it} from 'vitest'
import {checkRegex, compileRegex} from '../../src/regex/index.ts'
import {random, same} from './generate.ts'

describe('checkRegex', () => {
  it.each([
    ['[', 'missing closing ]: `[`'],
    ['x[a-z', 'missing closing ]: `[a-z`'],
    ['[[:alpha:]', 'missing closing ]: `[[:alpha:]`'],
    ['[]', 'missing closing ]: `[]`'],
    ['(', 'missing closing ): `(`'],
    ['^(?:()$', 'missing closing ): `^(?:()$`'],
    ['(abc', 'missing closing ): `(abc`'],
    ['abc)', 'unexpected ): `abc)`'],
    ['*', 'missing argument to repetition operator: `*`'],
    ['(+)', 'missing argument to repetition operator: `+`'],
    ['a|??', 'missing argument to repetition operator: `??`'],
    ['(?i)*', 'missing argument to repetition operator: `*`'],
    ['\\Q\\E*', 'missing argument to repetition operator: `*`'],
    ['a**', 'invalid nested repetition operator: `**`'],
    ['a*+', 'invalid nested repetition operator: `*+`'],
    ['a*??b', 'invalid nested repetition operator: `*??`'],
    ['a{2}{3}', 'invalid nested repetition operator: `{2}{3}`'],
    ['(?=', 'invalid or unsupported Perl syntax: `(?=`'],
    ['a(?!b)', 'invalid or unsupported Perl syntax: `(?!`'],
    ['(?>a)', 'invalid or unsupported Perl syntax: `(?>`'],
    ['(?#x)', 'invalid or unsupported Perl syntax: `(?#`'],
    ['(?i-)a', 'invalid or unsupported Perl syntax: `(?i-)`'],
    ['(?', 'invalid or unsupported Perl syntax: `(?`'],
    ['(?<=a)', 'invalid named capture: `(?<=a)`'],
    ['(?P<x y>a)', 'invalid named capture: `(?P<x y>`'],
    ['(?P<>a)', 'invalid named capture: `(?P<>`'],
    ['(?P<n', 'invalid named capture: `(?P<n`'],
    ['(a)\\1', 'invalid escape sequence: `\\1`'],
    ['\\Z', 'invalid escape sequence: `\\Z`'],
    ['\\h', 'invalid escape sequence: `\\h`'],
    ['\\C', 'invalid escape sequence: `\\C`'],
    ['\\x', 'invalid escape sequence: `\\x`'],
    ['\\x{110000}', 'invalid escape sequence: `\\x{110000`'],
    ['\\xag', 'invalid escape sequence: `\\xag`'],
    ['\\é', 'invalid escape sequence: `\\é`'],
    ['abc\\', 'trailing backslash at end of expression: ``'],
    ['[z-a]', 'invalid character class range: `z-a`'],
    ['[a-\\d]', 'invalid escape sequence: `\\d`'],
    ['[[:foo:]]', 'invalid character class range: `[:foo:]`'],
    ['\\p{Foo}', 'invalid character class range: `\\p{Foo}`'],
    ['\\p{Grek}', 'invalid character class range: `\\p{Grek}`'],
    ['\\pX', 'invalid character class range: `\\pX`'],
    ['\\p{L', 'invalid character class range: `\\p{L`'],
    ['x{1001}', 'invalid repeat count: `{1001}`'],
    ['x{2,1}', 'invalid repeat count: `{2,1}`'],
    ['x{1,9876543210}', 'invalid repeat count: `{1,9876543210}`'],
    ['(x{30}){40}', 'invalid repeat count: `{40}`'],
    ['a\ud800', 'invalid UTF-8: `a\ud800`'],
    ['('.repeat(1000) + ')'.repeat(1000), `expression nests too deeply: \`${'('.repeat(1000)}${')'.repeat(1000)}\``],
    ['\\pL'.repeat(27_000), `expression too large: \`${'\\pL'.repeat(27_000)}\``],
    ['(?:x{1000}y{1000}){1}'.repeat(2000), `expression too large: \`${'(?:x{1000}y{1000}){1}'.repeat(2000)}\``],
  ])('refuses %.30s', (pattern, message) => {
    expect(checkRegex(pattern)).toBe(message)
    expect(() => compileRegex(pattern)).toThrow(expect.objectContaining({code: 'BAD_REQUEST', message: `error parsing regexp: ${message}`}))
  })

  it.each([
    '',
    '()',
    'a|',
    '|',
    'a{,2}',
    'a{01}',
    'a{',
    '{',
    '^*',
    '(?)a',
    '[]a]',
    '[a-]',
    '[-a]',
    '[^^]',
    '[\\w-z]',
    '\\_',
    '\\_\\-',
    '\\08',
    '[[:^alpha:]\\PL]',
    '\\p{^Greek}',
  ])('accepts %s', pattern => {
    expect(checkRegex(pattern)).toBeUndefined()
  })

  it('accepts a name twice, as Go does', () => {
    expect(compileRegex('(?P<n>a)(?<n>b)').groupNames).toEqual([undefined, 'n', 'n'])
  })

  it('says what re2js says about any text', () => {
    const r = random(5)
    const parts = [
      '(',
      ')',
      '[',
      ']',
      '{',
      '}',
      '*',
      '+',
      '?',
      '|',
      '^',
      '$',
      '\\',
      '.',
      '-',
      ':',
      'a',
      'b',
      'z',
      '1',
      '2',
      '0',
      ',',
      'P',
      '>',
      'i',
      's',
    ]
    const more = [
      'x',
      'Q',
      'E',
      'p',
      'L',
      '[:',
      ':]',
      'alpha',
      '(?',
      '(?P<n>',
      '\\x{',
      '\\p{',
      'Greek',
      '\\',
      'é',
      '😀',
      '1001',
      '\\8',
      '=',
      '!',
      '#',
      '_',
    ]
    const all = [...parts, ...more]
    for (let round = 0; round < 10_000; round++) {
      const pattern = Array.from({length: 1 + r.below(8)}, () => r.pick(all)).join('')
      // Where re2js is not Go: names must differ, [:] is a class name, no fragment after a trailing backslash.
      if (pattern.split('(?P<n>').length > 2 || pattern.includes('[:]') || pattern.endsWith('\\')) continue
      let expected: string | undefined
      try {
        RE2JS.compile(pattern)
      } catch (error) {
        expected = (error as Error).message.replace('error parsing regexp: ', '')
      }
      same(checkRegex(pattern), expected, pattern)
    }
  })
})

describe('limits', () => {
  const tooLarge = expect.objectContaining({code: 'BAD_REQUEST', message: expect.stringContaining('regular expression is too large')})

  it('refuses programs that are too large', () => {
    expect(checkRegex('(a{1000}b{1000}){1}'.repeat(30))).toBeUndefined()
    expect(() => compileRegex('(a{1000}b{1000}){1}'.repeat(30))).toThrow(tooLarge)
    expect(() => compileRegex('a{500}', {instructionsMax: 100})).toThrow(tooLarge)
    expect(() => compileRegex('(a)(b)'.repeat(2000)).find(new Uint8Array(3))).toThrow(tooLarge)
  })

  it('takes long lists of words', () => {
    const pods = Array.from({length: 8000}, (_, i) => `pod-${i * 7919}`).join('|')
    for (const regex of [compileRegex(pods), compileRegex(pods, {anchored: true}), compileRegex(`(?i)${pods}`)]) {
      for (const [text, expected] of [
        ['pod-7919', true],
        ['pod-9', false],
      ] as const) {
        expect(regex.testString(text)).toBe(expected)
        expect(regex.test(Buffer.from(text))).toBe(expected)
      }
    }
    expect(() => compileRegex(pods).find(Buffer.from('pod-7919'))).toThrow(tooLarge)
    // Without anything in common an automaton is too large, but a set will do where the whole text is asked for.
    const r = random(3)
    const letters = [...'abcdefghijklmnopqrstuvwxyz']
    const words = Array.from({length: 8000}, () => Array.from({length: 14}, () => r.pick(letters)).join(''))
    expect(() => compileRegex(words.join('|'))).toThrow(tooLarge)
    const whole = compileRegex(words.join('|'), {anchored: true})
    const bytes = Buffer.from(`x${words[4711]!}x`)
    expect(whole.test(bytes, 1, 15)).toBe(true)
    expect(whole.test(bytes, 1, 16)).toBe(false)
    expect(whole.table).toBeUndefined()
  })

  it('refuses sets that are too many', () => {
    const cjk = Array.from({length: 5000}, (_, i) => `.${String.fromCodePoint(0x4e00 + i)}.*`).join('')
    expect(() => compileRegex(cjk)).toThrow(tooLarge)
    expect(() => compileRegex(Array.from({length: 100}, (_, i) => `[\\pL\\x{${(0x1f300 + i).toString(16)}}].*`).join(''))).toThrow(tooLarge)
  })

  it('has no table when the automaton is large, and tests all the same', () => {
    const regex = compileRegex('(a|b)*a(a|b){18}c')
    expect(regex.table).toBeUndefined()
    const r = random(1)
    const text = Array.from({length: 20_000}, () => r.pick(['a', 'b'])).join('')
    expect(regex.testString(text)).toBe(false)
    expect(regex.testString(`${text}a${'b'.repeat(18)}c`)).toBe(true)
  })

  it.each([
    '(a+)+$',
    '(a|aa)+$',
    '(a*)*b',
    '(.*)(.*)(.*)(.*)(.*)b',
    '(x+x+)+y',
    '(?:a?){500}a{500}b',
    '((a{0,5}){0,5}){0,5}b',
    '(.*a){25}b',
  ])('%s over 100 KB is answered in time', pattern => {
    const text = 'a'.repeat(100_000)
    const regex = compileRegex(pattern)
    const expected = pattern.endsWith('$')
    expect(regex.testString(text)).toBe(expected)
    expect(regex.test(Buffer.from(text))).toBe(expected)
    expect(regex.find(Buffer.from(text))?.[1]).toBe(expected ? 100_000 : undefined)
  })
})
