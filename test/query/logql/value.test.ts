/* The little languages: durations, sizes, numbers, strings, paths, patterns, addresses. */
import {describe, expect, test} from 'vitest'
import {
  formatFixed,
  formatGoDuration,
  formatShortest,
  groupNames,
  parse,
  parseGoDuration,
  parseGoFloat,
  parseIpPattern,
  parseJsonPath,
  parseLogfmtKey,
  parsePattern,
} from '../../../src/query/logql/index.ts'
import {parseHumanBytes} from '../../../src/query/values/index.ts'
import {formatPromDuration, parsePromDuration} from '../../../src/model/index.ts'

describe('durations', () => {
  test.each([
    ['0', 0n],
    ['5m', 300_000_000_000n],
    ['1y2w3d', 33_004_800_000_000_000n],
    ['1h30m', 5_400_000_000_000n],
    ['1s500ms', 1_500_000_000n],
  ])('of PromQL: %s', (text, ns) => {
    expect(parsePromDuration(text)).toEqual({ns})
  })
  test.each([
    ['', 'empty duration string'],
    ['5', 'not a valid duration string: "5"'],
    ['-5m', 'not a valid duration string: "-5m"'],
    ['1m1m', 'not a valid duration string: "1m1m"'],
    ['30m1h', 'not a valid duration string: "30m1h"'],
    ['1.5h', 'unknown unit "." in duration "1.5h"'],
    ['1ns', 'unknown unit "ns" in duration "1ns"'],
    ['300y', 'duration out of range'],
    ['99999999999999999999s', 'not a valid duration string: "99999999999999999999s"'],
  ])('not of PromQL: %s', (text, error) => {
    expect(parsePromDuration(text)).toEqual({error})
  })
  test.each([
    ['1.5h', 5_400_000_000_000n],
    ['-5m', -300_000_000_000n],
    ['1s2h', 7_201_000_000_000n],
    ['5µs', 5_000n],
    ['.5s', 500_000_000n],
    ['1.s', 1_000_000_000n],
    ['-0', 0n],
    ['1h1h', 7_200_000_000_000n],
    ['0.000000001s', 1n],
  ])('of Go: %s', (text, ns) => {
    expect(parseGoDuration(text)).toBe(ns)
  })
  test.each(['', '-', '5', '1d', '.s', '1.2.3s', 's', '1h ', '300000000h'])('not of Go: %j', text => {
    expect(parseGoDuration(text)).toBeUndefined()
  })
  test('as text', () => {
    expect(['0', '90m', '1w', '8d', '1y', '36h', '1s1ms'].map(text => formatPromDuration(parsePromDuration(text).ns ?? -1n))).toEqual(
      ['0s', '1h30m', '1w', '8d', '1y', '1d12h', '1s1ms'], //
    )
    expect([0n, 1n, 1_500n, 2_000_000n, 1_500_000_000n, 60_000_000_000n, -3_600_000_000_001n].map(formatGoDuration)).toEqual(
      ['0s', '1ns', '1.5µs', '2ms', '1.5s', '1m0s', '-1h0m0.000000001s'], //
    )
  })
})

describe('numbers', () => {
  test.each([
    ['1_000', 1000],
    ['010', 10],
    ['.5', 0.5],
    ['5.', 5],
    ['1e3', 1000],
    ['0x1p2', 4],
    ['0x1.8p1', 3],
    ['-0x.8p0', -0.5],
    ['+Inf', Infinity],
    ['-inf', -Infinity],
    ['1e-400', 0],
    ['1_0.2_5e1_0', 10.25e10],
    ['0x_1_0p0', 16],
    ['0x10000000000p-1100', 2 ** -1060],
    ['0x0p99999', 0],
    ['NaN', NaN],
    ['-infinity', -Infinity],
  ])('%s', (text, value) => {
    expect(parseGoFloat(text)).toEqual({value})
  })
  test.each([
    '',
    '0x10',
    '0b1',
    '0o7',
    '1__0',
    '_1',
    '1_',
    'abc',
    '1 ',
    '.',
    '1e',
    '0xp1',
    '+nan',
    '-NaN',
    '1_.5',
    '1._5',
    '1_e5',
    '1e_5',
    '0x1_p4',
    'infin',
  ])('not %j', text => {
    expect(parseGoFloat(text).error).toBe(`strconv.ParseFloat: parsing ${JSON.stringify(text)}: invalid syntax`)
  })
  test('long texts that are nearly numbers', () => {
    for (const text of ['1'.repeat(200_000), '1_'.repeat(100_000), `0x${'f'.repeat(200_000)}`]) {
      expect(parseGoFloat(`${text}x`).error).toMatch(/invalid syntax$/)
      expect(parseHumanBytes(`${text}..`)).toBeTypeOf('string')
      expect(() => parse(`{a="b"} | x > ${text}B.`)).toThrow('parse error')
    }
  })
  test('out of range', () => {
    expect(parseGoFloat('1e400').error).toBe('strconv.ParseFloat: parsing "1e400": value out of range')
  })
  test('as text', () => {
    expect([1e21, 1.5e-7, -1e300, 0.1, NaN, -Infinity].map(formatFixed).map(t => t.slice(0, 24))).toEqual(
      ['1000000000000000000000', '0.00000015', '-10000000000000000000000', '0.1', 'NaN', '-Inf'], //
    )
    expect([1e21, 1.5e-7, 1e6, 999_999.5, 0.0001, 0.00001, 12].map(formatShortest)).toEqual(
      ['1e+21', '1.5e-07', '1e+06', '999999.5', '0.0001', '1e-05', '12'], //
    )
  })
})

describe('paths', () => {
  test.each([
    ['a', ['a']],
    ['a.b', ['a', 'b']],
    ['a["x y"][3].c', ['a', 'x y', 3, 'c']],
    ['["a-b.c"]', ['a-b.c']],
    ['[0]', [0]],
    [' a . b ', ['a', 'b']],
    ['["q\\"q"]', ['q"q']],
  ])('of json: %s', (text, value) => {
    expect(parseJsonPath(text)).toEqual({value})
  })
  test.each([
    ['', 'syntax error: unexpected $end, expecting LSB or FIELD'],
    ['.a', 'syntax error: unexpected DOT, expecting LSB or FIELD'],
    ['a-b', 'unexpected char -'],
    ['a[-1]', 'syntax error: unexpected $end, expecting STRING or INDEX'],
    ['a[b]', 'syntax error: unexpected FIELD, expecting STRING or INDEX'],
    ['a["b"', 'syntax error: unexpected $end, expecting RSB'],
    ['a b', 'syntax error: unexpected FIELD'],
  ])('not of json: %s', (text, cause) => {
    expect(parseJsonPath(text)).toEqual({error: `cannot parse expression [${text}]: ${cause}`})
  })
  test('of logfmt', () => {
    expect(parseLogfmtKey('level')).toEqual({value: 'level'})
    expect(parseLogfmtKey('"a b"')).toEqual({value: 'a b'})
    expect(parseLogfmtKey('a.b').error).toBe('cannot parse expression [a.b]: syntax error: unexpected DOT')
    expect(parseLogfmtKey('a-b').error).toBe('cannot parse expression [a-b]: unexpected char -')
  })
})

describe('patterns', () => {
  test('parts', () => {
    expect(parsePattern('<ip> - <_> "<1>" <a b>')).toEqual([
      {kind: 'capture', name: 'ip'},
      {kind: 'literal', text: ' - '},
      {kind: 'capture', name: undefined},
      {kind: 'literal', text: ' "<1>" <a b>'},
    ])
    expect(parsePattern('')).toEqual([])
  })
  test('group names of a regex', () => {
    expect(groupNames('(?P<a>x)(?<b_1>y)(z)\\(?P<c>[(?P<d>]\\Q(?P<e>x)\\E[]](?P<f>[[:alpha:]]])')).toEqual(['a', 'b_1', 'f'])
  })
})

describe('addresses', () => {
  const v6 = (text: string): bigint => BigInt(`0x${text}`)
  test.each([
    ['10.0.0.1', 4, 0x0a000001n, 0x0a000001n],
    ['10.1.2.3/8', 4, 0x0a000000n, 0x0affffffn],
    ['10.0.0.1-10.0.1.0', 4, 0x0a000001n, 0x0a000100n],
    ['0.0.0.0/0', 4, 0n, 0xffffffffn],
    ['::', 6, 0n, 0n],
    ['::1', 6, 1n, 1n],
    ['2001:db8::/32', 6, v6('20010db8000000000000000000000000'), v6('20010db8ffffffffffffffffffffffff')],
    ['1:2:3:4:5:6:7::', 6, v6('00010002000300040005000600070000'), v6('00010002000300040005000600070000')],
    ['::ffff:1.2.3.4', 6, v6('ffff01020304'), v6('ffff01020304')],
  ] as const)('%s', (text, version, low, high) => {
    expect(parseIpPattern(text)).toEqual({version, low, high})
  })
  test.each([
    '',
    'bad',
    '1.2.3',
    '1.2.3.4.5',
    '256.1.1.1',
    '01.2.3.4',
    '1.2.3.4/33',
    '1.2.3.4/',
    '1.2.3.4/8/8',
    '1.1.1.2-1.1.1.1',
    '1.1.1.1-::1',
    ':::',
    '1:2',
    '::1::',
    '12345::',
    '1:2:3:4:5:6:7:8::',
    '1.2.3.4::',
  ])('not %j', text => {
    expect(parseIpPattern(text)).toBeUndefined()
  })
})
