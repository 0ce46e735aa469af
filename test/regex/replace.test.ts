import {RE2JS} from 're2js'
import {describe, expect, it} from 'vitest'
import {compileRegex} from '../../src/regex/index.ts'
import {random, randomPattern, same, type Random} from './generate.ts'

describe('replaceAll', () => {
  it.each([
    ['a(x*)b', '-ab-axxb-', 'T', '-T-T-'],
    ['a(x*)b', '-ab-axxb-', '$1', '--xx-'],
    ['a(x*)b', '-ab-axxb-', '$1W', '---'],
    ['a(x*)b', '-ab-axxb-', '${1}W', '-W-xxW-'],
    ['a(?P<n>x*)b', '-axb-', '<$n>', '-<x>-'],
    ['a(?P<n>x*)b', '-axb-', '${n}n$nn.', '-xn.-'],
    ['b', 'abc', '$$1$', 'a$1$c'],
    ['b', 'abc', '${', 'a${c'],
    ['b', 'abc', '$-${-}', 'a$-${-}c'],
    ['(b)', 'abc', '$01$9$1', 'abc'],
    ['(?P<n>a)|(?P<n>b)', 'ab', '[$n]', '[a][b]'],
    ['a*', 'baac', 'x', 'xbxcx'],
    ['', 'abc', '-', '-a-b-c-'],
    ['', 'é日', '-', '-é-日-'],
    ['\\b', 'ab cd', '|', '|ab| |cd|'],
    ['^', 'a\nb', '>', '>a\nb'],
    ['(?m)^', 'a\nb', '>', '>a\n>b'],
    ['(é+)', 'caféé!', '<$1>', 'caf<éé>!'],
    ['x', 'abc', 'y', 'abc'],
    ['.', '', 'y', ''],
  ])('%s in %s by %s', (pattern, text, template, expected) => {
    expect(compileRegex(pattern).replaceAll(text, template)).toBe(expected)
  })

  it('literal templates', () => {
    expect(compileRegex('(b)').replaceAll('abc', '$1$$', {literal: true})).toBe('a$1$$c')
  })
})

it('expand fills a template with the groups found', () => {
  const regex = compileRegex('(?P<key>\\w+)=(?P<value>\\S+)')
  const bytes = Buffer.from('ünï key=wért x')
  const captures = regex.find(bytes)
  expect(captures && regex.expand('$value <- ${key} ($0) $2x', bytes, captures)).toBe('wért <- key (key=wért) ')
})

it('find sees a part of the bytes as a text of its own', () => {
  const regex = compileRegex('^(\\w+)$')
  const bytes = Buffer.from('one two three')
  expect(regex.find(bytes)).toBeUndefined()
  expect([...(regex.find(bytes, 4, 7) ?? [])]).toEqual([4, 7, 4, 7])
  expect(regex.test(bytes, 4, 7)).toBe(true)
  expect(regex.test(bytes, 4, 8)).toBe(false)
})

it.each([
  ['a', 'banana', 3],
  ['a*', 'baac', 3],
  ['', 'abc', 4],
  ['', '日', 2],
  ['\\b', 'ab cd', 4],
  ['x', '', 0],
  ['$', 'ab', 1],
])('countMatches of %s in %s', (pattern, text, count) => {
  expect(compileRegex(pattern).countMatches(text)).toBe(count)
})

const asciiText = (r: Random): string => Array.from({length: r.below(12)}, () => r.pick(['a', 'b', 'k', 'S', ' ', '.', '1', '\n'])).join('')

it('walks over all matches as re2js does', () => {
  const r = random(12)
  for (let round = 0; round < 1000; round++) {
    const pattern = randomPattern(r)
    const regex = compileRegex(pattern)
    const oracle = RE2JS.compile(pattern)
    const text = asciiText(r)
    let expected = 0
    let previousEnd = -1
    for (const matcher = oracle.matcher(Buffer.from(text)); matcher.find(); previousEnd = matcher.end()) {
      // Java's rule counts an empty match right behind another; Go's does not.
      if (matcher.start() !== matcher.end() || matcher.start() !== previousEnd) expected++
    }
    same(regex.countMatches(text), expected, pattern, text)
    same(regex.replaceAll(text, '$0'), text, pattern)
  }
})
