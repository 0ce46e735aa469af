import {describe, expect, test} from 'vitest'
import {createKernel} from '../../../src/kernel/index.ts'
import {parseIpAddress} from '../../../src/query/logql/index.ts'
import {ipLineTest} from '../../../src/query/stage/ip-filter.ts'
import {patternTest} from '../../../src/query/stage/pattern-filter.ts'

const kernel = createKernel({plain: true})

function holds(line: string, pattern: string): boolean {
  const bytes = Buffer.from(`<${line}>`)
  const filter = ipLineTest(pattern, kernel)
  const held = filter.test(bytes, 1, bytes.length - 1)
  // The line is the second of three.
  const found = filter.findRows?.(bytes, Uint32Array.of(0, 1, bytes.length - 1, bytes.length), new Uint32Array(3))
  if (found !== undefined) expect(found).toBe(held ? 1 : 0)
  return held
}

describe('ip', () => {
  test.each([
    ['10.0.0.1', '10.0.0.1', true],
    ['src=10.0.0.255 dst=10.0.1.0', '10.0.0.0/24', true],
    ['src=10.0.2.255 dst=10.0.1.0', '10.0.0.0/24', false],
    ['a 10.0.0.7 b', '10.0.0.5-10.0.0.9', true],
    ['10.0.0.77', '10.0.0.7', false],
    ['1.1.1.1.', '1.1.1.1', false],
    ['1.1.1.1:80', '1.1.1.1', true],
    ['[2001:db8::1]:443', '2001:db8::/32', true],
    ['::1', '::1', false],
    ['x ::1 y', '::1', true],
    ['fe80::1', 'fe80::/10', true],
    ['::ffff:1.2.3.4', '1.2.3.4', false],
    ['1.2.3.4', '::ffff:1.2.3.4', false],
    ['at 10:00:00 from 10.0.0.1', '10.0.0.1', true],
    ['300.1.1.1', '0.0.0.0/0', false],
    ['v1.2.3', '0.0.0.0/0', false],
    ['deadbeef: 10.0.0.1', '10.0.0.1', true],
    [`${'1.'.repeat(500)} 10.0.0.1`, '10.0.0.1', true],
    ['', '0.0.0.0/0', false],
  ])('%s has an address of %s: %s', (line, pattern, expected) => {
    expect(holds(line, pattern)).toBe(expected)
  })

  test('a pattern that is none is refused', () => {
    expect(() => ipLineTest('10.0.0', kernel)).toThrow('ip: invalid pattern: "10.0.0"')
  })
})

function matches(line: string, pattern: string): boolean {
  const bytes = Buffer.from(`<${line}>`)
  return patternTest(pattern, kernel).test(bytes, 1, bytes.length - 1)
}

/** Addresses as the search takes them, one by one, with the parser of patterns. */
test('finds what the parser of patterns takes for an address', () => {
  let state = 1
  const random = (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
  const pieces = ['1', '0', '25', '255', '256', '10', '.', '.', '.', ':', '::', ':', 'ab', 'f', '00']
  for (let i = 0; i < 20_000; i++) {
    const text = `${Array.from({length: 2 + random(14)}, () => pieces[random(pieces.length)]).join('')} `
    const isDotted = /^[0-9.]+ $/.test(text) && /^[0-9].{0,2}\./.test(text)
    const isHex = /^[0-9a-f:.]+ $/.test(text) && /^(?:[0-9a-f]{1,4}:|::[0-9a-f])/.test(text) && !/^[0-9].{0,2}\./.test(text)
    if (!isDotted && !isHex) continue
    for (const [pattern, version] of [
      ['0.0.0.0/0', 4],
      ['::/0', 6],
    ] as const) {
      expect(holds(text, pattern), text).toBe(text.length > 4 && parseIpAddress(text.trim())?.version === version)
    }
  }
})

describe('pattern', () => {
  test.each([
    ['10.0.0.1 - - "GET /a HTTP/1.1" 200 512', '<_>GET<_>', true],
    ['garbage', 'garb', false],
    ['garbage', 'garb<_>', true],
    ['garbage', 'age', true],
    ['garbage', 'arba<_>', true],
    ['garbage', '<_>garbage', false],
    ['garbage', '<_>age', true],
    ['garbage', 'g<_>g<_>', true],
    ['aab', 'a<_>b', true],
    ['ab', 'a<_>b', false],
    ['abab', '<_>ab', false],
    ['', '', true],
    ['x', '', false],
    ['x', '<_>', true],
    ['', '<_>', false],
    ['<ip>', '<_>ip<_>', true],
    ['héllo', 'h<_>llo', true],
  ])('%s matches %s: %s', (line, pattern, expected) => {
    expect(matches(line, pattern)).toBe(expected)
  })

  test('a whole buffer at once gives what line by line gives', () => {
    const lines = ['garbage', '', 'a b c', 'garb', 'abcabc', 'age', 'b']
    const bytes = Buffer.from(lines.join(''))
    const offsets = new Uint32Array(lines.length + 1)
    lines.forEach((line, i) => (offsets[i + 1] = offsets[i]! + line.length))
    for (const pattern of ['garb<_>', 'age', '<_>b<_>', 'a<_>c', 'b']) {
      const filter = patternTest(pattern, kernel)
      const out = new Uint32Array(lines.length)
      const count = filter.findRows!(bytes, offsets, out)
      expect([...out.subarray(0, count)], pattern).toEqual([...lines.keys()].filter(i => matches(lines[i]!, pattern)))
    }
  })
})
