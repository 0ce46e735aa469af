/* The fast readers of durations and sizes say what the full ones say, or nothing. */
import {expect, test} from 'vitest'
import {parseGoDuration, parseHumanBytes, parseShortBytes, parseShortDuration} from '../../../src/query/values/index.ts'
import {Random} from '../../support/random.ts'

function read(parse: (bytes: Uint8Array, from: number, to: number) => number, text: string): number {
  const bytes = new TextEncoder().encode(`12${text}34h`)
  return parse(bytes, 2, bytes.length - 3)
}

test.each([
  ['12ms', 12e6],
  ['1.5s', 1.5e9],
  ['1h30m', 5400e9],
  ['-2us', -2000],
  ['7ns', 7],
  ['0.123456789s', 123_456_789],
  ['3m', 180e9],
  ['0.29h', 1044e9],
  ['3.57m', 214_200e6],
  ['1.290h', 4644e9],
])('%s', (text, ns) => {
  expect(read(parseShortDuration, text)).toBe(ns)
  expect(parseGoDuration(text)).toBe(ns)
})

test.each([
  ['12', 12],
  ['10KB', 10_000],
  ['1.5 MiB', 1_572_864],
  ['7b', 7],
  ['2g', 2e9],
])('%s', (text, size) => {
  expect(read(parseShortBytes, text)).toBe(size)
  expect(parseHumanBytes(text)).toBe(size)
})

test.each(['', '-', '1', '1x', '1.2.3s', 's', '.s', '1d', '1m2', '99999999999999999s', '5h99999999h', 'ms', '1 s', '1sm'])(
  'no duration: %s',
  text => {
    expect(read(parseShortDuration, text)).toBeNaN()
  },
)

test.each(['', '-1', '1,000', 'kb', '1kbb', '1 k b', '1..2', '99999999999999999', '9e', '1x'])('no plain size: %s', text => {
  const size = read(parseShortBytes, text)
  if (!Number.isNaN(size)) expect(size).toBe(parseHumanBytes(text))
})

test('random texts', () => {
  const random = new Random(7)
  const pieces = [
    '1',
    '0',
    '25',
    '999',
    '1234567',
    '.',
    '.5',
    '.125',
    '.000000001',
    'h',
    'm',
    's',
    'ms',
    'us',
    'ns',
    'k',
    'K',
    'Mi',
    'B',
    'b',
    'ib',
    ' ',
    '-',
    'g',
    'e',
  ]
  let plain = 0
  for (let round = 0; round < 20_000; round++) {
    let text = ''
    for (let n = 1 + random.below(6); n > 0; n--) text += pieces[random.below(pieces.length)]!
    const ns = read(parseShortDuration, text)
    if (!Number.isNaN(ns)) expect(ns, text).toBe(parseGoDuration(text))
    const size = read(parseShortBytes, text)
    if (!Number.isNaN(size)) expect(size, text).toBe(parseHumanBytes(text))
    if (!Number.isNaN(ns) || !Number.isNaN(size)) plain++
  }
  expect(plain).toBeGreaterThan(1000)
})
