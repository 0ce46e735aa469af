/** Random patterns over random texts, compared with re2js, an independent port of RE2. */
import {RE2JS} from 're2js'
import {describe, it} from 'vitest'
import {compileRegex} from '../../src/regex/index.ts'
import {random, randomBytes, randomPattern, randomText, same} from './generate.ts'

const encoder = new TextEncoder()
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

describe('against re2js', () => {
  it('tests strings and bytes alike', () => {
    const r = random(20261122)
    for (let round = 0; round < 2500; round++) {
      const pattern = randomPattern(r)
      const regex = compileRegex(pattern)
      const oracle = RE2JS.compile(pattern)
      for (let i = 0; i < 6; i++) {
        const text = randomText(r)
        const bytes = encoder.encode(text)
        const expected = oracle.matcher(bytes).find()
        same(regex.testString(text), expected, pattern, text)
        same(regex.test(bytes), expected, pattern, text, 'bytes')
      }
    }
  })

  it('anchored and dot-all, as label matchers are', () => {
    const r = random(7)
    for (let round = 0; round < 1500; round++) {
      const pattern = randomPattern(r)
      const regex = compileRegex(pattern, {anchored: true, dotAll: true})
      const oracle = RE2JS.compile(`^(?s:${pattern})$`)
      for (let i = 0; i < 6; i++) {
        const text = randomText(r)
        same(regex.testString(text), oracle.matcher(encoder.encode(text)).find(), pattern, text)
      }
    }
  })

  it('bytes that are not UTF-8', () => {
    const r = random(99)
    for (let round = 0; round < 1500; round++) {
      const pattern = randomPattern(r)
      const regex = compileRegex(pattern)
      const oracle = RE2JS.compile(pattern)
      for (let i = 0; i < 6; i++) {
        const bytes = randomBytes(r)
        same(regex.test(bytes), oracle.matcher(bytes).find(), pattern, hex(bytes))
      }
    }
  })

  it('finds the same groups, everywhere in the text', () => {
    const r = random(31)
    for (let round = 0; round < 1500; round++) {
      const pattern = randomPattern(r)
      const regex = compileRegex(pattern)
      const oracle = RE2JS.compile(pattern)
      for (let i = 0; i < 5; i++) {
        const bytes = i === 4 ? randomBytes(r) : encoder.encode(randomText(r) + randomText(r))
        const matcher = oracle.matcher(bytes)
        const expected = matcher.find()
          ? Array.from(regex.groupNames, (_, group) => [matcher.start(group), matcher.end(group)]).flat()
          : undefined
        const found = regex.find(bytes)
        same(found && [...found], expected, pattern, hex(bytes))
      }
    }
  })

  it('choices among many', () => {
    const r = random(16)
    const pieces = ['a', 'b', 'c', 'ab', 'k', '(?i:k)', 'é', '.', '[ab]', 'a*', '^', '$', '\\b']
    for (let round = 0; round < 400; round++) {
      const word = (): string => Array.from({length: r.below(5)}, () => r.pick(pieces)).join('')
      const choice = `(?:${Array.from({length: 16 + r.below(10)}, word).join('|')})`
      const pattern = `${r.pick(['', '^', 'b'])}${choice}${r.pick(['', '$', 'b', '.c', `{2}${choice}`])}`
      const regex = compileRegex(pattern)
      const oracle = RE2JS.compile(pattern)
      for (let i = 0; i < 6; i++) {
        const bytes = randomBytes(r)
        same(regex.test(bytes), oracle.matcher(bytes).find(), pattern, hex(bytes))
      }
    }
  })
})
