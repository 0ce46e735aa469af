import {describe, expect, test} from 'vitest'
import {batchOf, parsedLabels, parseLine, planOf} from './support.ts'

const failed = (cause: string, at: number, labels = {}): Record<string, string> => ({
  ...labels,
  __error__: 'LogfmtParserErr',
  __error_details__: `logfmt syntax error at pos ${at} : ${cause}`,
})

describe('logfmt', () => {
  test.each([
    ['pairs', ' a=1  b="x y"\tc=é ', {a: '1', b: 'x y', c: 'é'}],
    ['empty values are left out', 'a= b="" c d=1', {d: '1'}],
    ['an empty value does not count as the first', 'a= a=1 a=2', {a: '1'}],
    ['keys', 'x-y=1 2nd=2 é=3 a.b=4', {x_y: '1', _2nd: '2', _: '3', a_b: '4'}],
    ['escapes', 'a="\\"\\\\\\/\\\'\\n\\t\\u00e9\\ud83d\\ude00"', {a: '"\\/\'\n\té😀'}],
    ['lone surrogates and U+FFFD become spaces', 'a="\\ud83dx" b=\ufffd c="\\ufffd"', {a: ' x', b: ' ', c: ' '}],
    ['no space behind a quote', 'a="x"b=2', {a: 'x', b: '2'}],
    ['bad pairs are left out', '=1 "q"=2 a=b=c d=e"f g="\\q"x=1 h=1 i="open j=2', {h: '1'}],
    ['control characters in escaped text', 'a="\\n\u0001" b="\u0001"', {b: '\u0001'}],
    ['the first wins', 'a=1 a=2 A=3', {a: '1', A: '3'}],
  ])('%s', (_, line, labels) => {
    expect(parseLine('logfmt', line)).toEqual(labels)
  })

  test('--keep-empty', () => {
    expect(parseLine('logfmt --keep-empty', 'a= b="" c d=1 d=')).toEqual({a: '', b: '', c: '', d: '1'})
  })

  test('bytes that are not UTF-8', () => {
    const line = Buffer.concat([
      Buffer.from('a=x'),
      Buffer.from([0xff, 0xc3]),
      Buffer.from(' k'),
      Buffer.from([0xff]),
      Buffer.from('=1 b=2'),
    ])
    expect(parseLine('logfmt', line)).toEqual({a: 'x  ', b: '2'})
    expect(parseLine('logfmt --strict', line)).toEqual(failed('invalid key', 9, {a: 'x  '}))
    expect(parseLine('logfmt a, b', line)).toEqual({a: '', b: '2'})
  })

  test.each([
    ['a=1 =2 b=3', failed("unexpected '='", 5, {a: '1'})],
    ['a=1 b"c', failed("unexpected '\"'", 6, {a: '1'})],
    ['a=b=c', failed("unexpected '='", 4)],
    ['a=b"c', failed("unexpected '\"'", 4)],
    ['a="x', failed('unterminated quoted value', 5)],
    ['a="x\\', failed('unterminated quoted value', 6)],
    ['a="\\q" b=1', failed('invalid quoted value', 7)],
    ['\ufffd b=1', failed('invalid key', 4)],
    ['a b c=', {}],
    ['', {}],
  ])('--strict %s', (line, labels) => {
    expect(parseLine('logfmt --strict', line)).toEqual(labels)
  })

  test('collisions', () => {
    expect(parseLine('logfmt', 'app=1 app_extracted=2 lvl=3', {app: 's'}, {lvl: 'm'})).toEqual({app_extracted: '1', lvl_extracted: '3'})
  })
})

describe('logfmt with expressions', () => {
  test.each([
    ['a, b', 'a=1 a=2 c=3', {a: '2', b: ''}],
    ['x="a", y="a"', 'a=1', {x: '1', y: '1'}],
    ['x="x_y"', 'x-y=1', {x: '1'}],
    ['x="\\"x-y\\""', 'x-y=1 x_y=2', {x: '1'}],
    ['a', 'a=1 a=', {a: ''}],
    ['a', 'a=1 a', {a: ''}],
    ['a', 'a="\\ud83d"', {a: ''}],
    ['a', 'a="q \\"x\\""', {a: 'q "x"'}],
    ['--strict a, b', 'a=1 = b=2', failed("unexpected '='", 5, {a: '1', b: ''})],
  ])('%s of %s', (expressions, line, labels) => {
    expect(parseLine(`logfmt ${expressions}`, line)).toEqual(labels)
  })

  test('collisions, and overwriting what an earlier parser found', () => {
    expect(parseLine('logfmt app, lvl, q', 'app=1', {app: 's'}, {lvl: 'm'})).toEqual({app_extracted: '1', q: ''})
    const batch = batchOf(['a=1 b=2'])
    for (const stage of ['logfmt', 'logfmt a="b", b="nope"']) planOf(stage).create('all').apply(batch)
    expect(parsedLabels(batch, 0)).toEqual({a: '2', b: ''})
  })
})
