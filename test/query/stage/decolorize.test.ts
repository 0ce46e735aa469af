import {expect, test} from 'vitest'
import {stripSequences} from '../../../src/query/stage/decolorize.ts'
import {compileRegex} from '../../../src/regex/index.ts'

// The grammar as a regex, read by an engine that prefers as Perl's does.
const GRAMMAR = compileRegex(
  String.raw`[\x{1B}\x{9B}][\[\]()#;?]*(?:(?:(?:[a-zA-Z\d]*(?:;[a-zA-Z\d]*)*)?\x07)|(?:(?:\d{1,4}(?:;\d{0,4})*)?[\dA-PRZcf-nqrty=><~]))`,
)

function strip(text: string): string {
  const bytes = Buffer.from(`<${text}>`)
  const plain = stripSequences(bytes, 1, bytes.length - 1)
  return plain === undefined ? text : Buffer.from(plain).toString()
}

test.each([
  ['\x1b[31mred\x1b[0m text', 'red text'],
  ['no colours', 'no colours'],
  ['\x1b[38;5;208mWARN\x1b[0m', 'WARN'],
  ['\u009b1mC1\u009b0m', 'C1'],
  ['\x1b]0;title\x07rest', 'rest'],
  ['a\x1b[2Kb\x1b[1;1Hc', 'abc'],
  ['\x1b[123456m', '6m'],
  ['\x1b[31 x', ' x'],
  ['\x1b[1; x', '; x'],
  ['\x1b[ x', '\x1b[ x'],
  ['\x1b', '\x1b'],
  ['\x1b[', '\x1b['],
  ['\u009b', '\u009b'],
])('%j', (text, plain) => {
  expect(strip(text)).toBe(plain)
})

test('as the grammar reads it, on texts made of its pieces', () => {
  const pieces = [
    '\x1b',
    '\u009b',
    '[',
    ']',
    '(',
    '#',
    ';',
    ';',
    '?',
    '0',
    '1',
    '2',
    '3',
    '4',
    '5',
    'm',
    'K',
    'Q',
    'S',
    'z',
    'a',
    '\x07',
    ' ',
    'é',
  ]
  let state = 1
  const random = (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
  for (let i = 0; i < 5000; i++) {
    const text = Array.from({length: random(16)}, () => pieces[random(pieces.length)]).join('')
    expect(strip(text), JSON.stringify(text)).toBe(GRAMMAR.replaceAll(text, ''))
  }
})
