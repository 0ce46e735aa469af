import {expect, test} from 'vitest'
import {createKernel} from '../../../src/kernel/index.ts'
import {regexTests} from '../../../src/query/stage/regex-test.ts'

const LINES = [
  'error code=500',
  'ERROR',
  'Kelvin \u212a',
  'warn',
  '',
  'x\ny',
  'status=503 é',
  ...Array.from({length: 200}, (_, i) => `error status=${i}`),
]

/** Ways to search: literals, prefiltered, a table, line by line; each must agree with every other way. */
test.each([
  'error',
  '(?i)error',
  '(?i)warn|code',
  '(?i)k',
  'error|warn|a|b|c|d|e',
  'status=5\\d\\d',
  'status=\\d+$',
  '^$',
  '.*',
  '.+',
  'x.y',
  '(?s)x.y',
  '[^\\x00-\\x7f]',
  'status=1.|timeout',
])('%s finds the same rows in a buffer and line by line', pattern => {
  const encoder = new TextEncoder()
  const lines = LINES.map(line => encoder.encode(line))
  const offsets = new Uint32Array(lines.length + 1)
  lines.forEach((line, i) => (offsets[i + 1] = offsets[i]! + line.length))
  const buffer = new Uint8Array(Buffer.concat(lines))
  const tests = regexTests(pattern, createKernel({plain: true}))
  const single = lines.flatMap((line, row) => (tests.some(one => one.test(line, 0, line.length)) ? [row] : []))
  const found = new Set<number>()
  for (const one of tests) {
    const out = new Uint32Array(lines.length)
    const count = one.findRows?.(buffer, offsets, out) ?? 0
    for (const row of out.subarray(0, count)) found.add(row)
  }
  expect([...found].toSorted((a, b) => a - b)).toEqual(single)
  // Of lines that do not matter it may say either.
  const among = Uint32Array.from(lines.keys()).filter(row => row % 3 === 1)
  const some = new Set<number>()
  for (const one of tests) {
    const out = new Uint32Array(lines.length)
    const count = one.findRows?.(buffer, offsets, out, among) ?? 0
    for (const row of out.subarray(0, count)) if (among.includes(row)) some.add(row)
  }
  expect([...some].toSorted((a, b) => a - b)).toEqual(single.filter(row => among.includes(row)))
})
