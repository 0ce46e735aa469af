import {describe, expect, it} from 'vitest'
import {cleanValue, normalName} from '../../src/ingest/metadata-names.ts'
import {isCleanText, isNormalName} from '../../src/kernel/index.ts'
import {bench, entry, type Pair} from './push-helpers.ts'

const off = {'discover-log-levels': 'false'}
const latin1 = (text: string) => Buffer.from(text, 'latin1')

async function stored(metadata: Pair[]): Promise<Record<string, string> | undefined> {
  const b = bench(off)
  expect(await b.push([{labels: '{a="b"}', entries: [entry('x', metadata)]}])).toEqual({status: 204})
  return b.database.rows[0]?.metadata
}

describe('names', () => {
  it.each([
    ['a', 'a'],
    ['a.b', 'a_b'],
    ['a..b', 'a_b'],
    ['a_-_b', 'a_b'],
    ['__y', '_y'],
    ['y__', 'y_'],
    ['__x__', '__x__'],
    ['__a..b__', '__a_b__'],
    ['___x___', '__x__'],
    ['1abc', 'key_1abc'],
    ['é', '_'],
    ['é1', '_1'],
    ['_x', '_x'],
    ['a😀b', 'a_b'],
    ['__', '_'],
    ['', ''],
  ])('%s → %s', (name, normal) => {
    expect(normalName(name)).toBe(normal)
    expect(normalName(normal)).toBe(normal)
  })

  it('long names', () => {
    const long = 'a'.repeat(200_000)
    expect(normalName(`__${long}`)).toBe(`_${long}`)
    expect(normalName(`__${long}__`)).toBe(`__${long}__`)
  })

  it('what the kernel calls normal is what normalisation leaves as it is', () => {
    for (const name of [
      'a',
      'a_b',
      '_a',
      '__a__',
      '__a',
      'a__',
      '__a_b__',
      '1a',
      '',
      '_',
      '__',
      '____',
      '___a___',
      '__a__b__',
      'A9',
      'a.b',
      'é',
      '__1__',
    ]) {
      const normal = normalName(name)
      const good = normal === name && !/^_*$/.test(name)
      expect([name, isNormalName(name)]).toEqual([name, good])
    }
  })
})

describe('values', () => {
  it.each([
    ['plain', 'plain'],
    ['é', 'é'],
  ])('%s stays', (value, clean) => expect(cleanValue(Buffer.from(value))).toBe(clean))
  it.each([
    ['a\xffb', 'a b'],
    ['\xe2\x82', '  '],
    ['\xe2\x82x', '  x'],
    ['\xf0\x9f\x98\x80', '😀'],
    ['\xed\xa0\x80', '   '],
    ['\xc0\x80', '  '],
    ['\xef\xbf\xbd!', ' !'],
    ['\xe2\x82\xac\xff', '€ '],
  ])('bytes %j are %j', (value, clean) => {
    expect(cleanValue(latin1(value))).toBe(clean)
    expect(isCleanText(latin1(value))).toBe(value === '\xf0\x9f\x98\x80')
  })
})

describe('of a push', () => {
  it.each<[string, Pair[], Record<string, string>]>([
    [
      'names are normalised',
      [
        ['a.b', '1'],
        ['2c', '2'],
        ['__d__', '3'],
      ],
      {a_b: '1', key_2c: '2', __d__: '3'},
    ],
    [
      'empty values are dropped',
      [
        ['a', ''],
        ['b', '1'],
        ['c', ''],
      ],
      {b: '1'},
    ],
    ['nothing may be left', [['a', '']], {}],
    [
      'an empty value does not save its name',
      [
        ['é', ''],
        ['b', '1'],
      ],
      {b: '1'},
    ],
    [
      'one of a name survives',
      [
        ['a', '1'],
        ['a', '2'],
      ],
      {a: '2'},
    ],
    [
      'one of colliding names survives',
      [
        ['a.b', '1'],
        ['a_b', '2'],
      ],
      {a_b: '2'},
    ],
    [
      'U+FFFD and invalid bytes become spaces',
      [
        ['a', 'x\ufffdy'],
        ['b', latin1('x\xffy')],
        ['c', 'ok'],
      ],
      {a: 'x y', b: 'x y', c: 'ok'},
    ],
    ['names that are not UTF-8', [[latin1('a\xffb'), '1']], {a_b: '1'}],
  ])('%s', async (_, metadata, expected) => expect(await stored(metadata)).toEqual(expected))

  it('a name without letters refuses its row with 400, the others are stored', async () => {
    const b = bench()
    const entries = [entry('bad', [['é', '1']]), entry('none', [['', '1']]), entry('good', [['é1', '1']])]
    expect(await b.push([{labels: '{a="b"}', entries}])).toEqual({
      status: 400,
      message: 'normalization for label name "é" resulted in invalid name "_"; label name is empty',
    })
    expect(b.database.rows).toMatchObject([{line: 'good', metadata: {_1: '1'}}])
  })

  it('more pairs than the kernel checks, when the limit allows', async () => {
    const b = bench({'max-structured-metadata-entries-count': '0', 'max-structured-metadata-size': '0', ...off})
    const metadata: Pair[] = Array.from({length: 500}, (_, i) => [`k${i % 400}`, `${i}`])
    expect(await b.push([{labels: '{a="b"}', entries: [entry('x', metadata)]}])).toEqual({status: 204})
    expect(Object.keys(b.database.rows[0]?.metadata ?? {})).toHaveLength(400)
    expect(b.database.rows[0]?.metadata['k5']).toBe('405')
  })
})

describe('lines', () => {
  it('are kept byte for byte', async () => {
    const b = bench()
    const lines = ['\xff\xfe', '\x00\x01', 'é', '\xe2\x82', 'a\r\nb\n', '']
    expect(
      await b.push([{labels: '{a="b"}', entries: lines.map((line, i) => entry(latin1(line), i % 2 === 0 ? [] : [['a.b', 'c']]))}]),
    ).toEqual({status: 204})
    expect(b.database.rows.map(row => row.line)).toEqual(lines)
  })
})
