/** Seeded patterns and texts for comparing engines: small alphabets, so that matches are common and ties matter. */

import {expect} from 'vitest'

export type Random = {
  /** 0 ≤ result < bound. */
  below(bound: number): number
  pick<T>(values: readonly T[]): T
}

export function random(seed: number): Random {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = state
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return (mixed ^ (mixed >>> 14)) >>> 0
  }
  const below = (bound: number): number => next() % bound
  return {
    below,
    pick: values => {
      const value = values[below(values.length)]
      if (value === undefined) throw new Error('pick from nothing')
      return value
    },
  }
}

const ATOMS = [
  'a',
  'b',
  'a',
  'b',
  'c',
  'k',
  's',
  'K',
  ' ',
  '\\n',
  '.',
  '.',
  '\\.',
  'é',
  'É',
  '日',
  '\\x{1F600}',
  'µ',
  'ſ',
  '\\x{FFFD}',
] as const
const CLASSES = [
  '[ab]',
  '[^a]',
  '[a-k]',
  '\\d',
  '\\D',
  '\\w',
  '\\W',
  '\\s',
  '\\S',
  '[[:alpha:]]',
  '[^[:space:]b]',
  '\\pL',
  '\\PL',
  '\\p{Greek}',
] as const
const MORE_CLASSES = ['[Aa]', '[Kk]', '[é-ö]', '[^é]', '[\\w.-]', '[\\x{80}-\\x{10FFFF}]', '[^\\n]', '[\\d\\D]', '[日本]'] as const
const ASSERTS = ['^', '$', '\\A', '\\z', '\\b', '\\B'] as const
const REPEATS = ['*', '+', '?', '*?', '+?', '??', '{2}', '{0,2}', '{1,}', '{1,3}?', '{0}'] as const
const FLAGS = ['(?i)', '(?s)', '(?m)', '(?U)', '(?i:', '(?s:', '(?m:', '(?-s:', '(?is-m:'] as const

/** A pattern that is valid, of limited depth. */
export function randomPattern(r: Random, depth = 3): string {
  const branches = r.below(4) === 0 ? 2 + r.below(2) : 1
  return Array.from({length: branches}, () => sequence(r, depth)).join('|')
}

function sequence(r: Random, depth: number): string {
  let text = ''
  for (let count = r.below(4) + (depth === 3 ? 1 : 0); count > 0; count--) {
    const kind = r.below(20)
    if (kind === 0) {
      const flags = r.pick(FLAGS)
      text += flags.endsWith(':') ? `${flags}${randomPattern(r, Math.max(depth - 1, 0))})` : flags
      continue
    }
    if (kind < 3) {
      text += r.pick(ASSERTS)
      continue
    }
    let atom: string
    if (kind < 7 && depth > 0) atom = `${r.pick(['(', '(', '(?:'])}${randomPattern(r, depth - 1)})`
    else if (kind < 10) atom = r.pick(r.below(2) === 0 ? CLASSES : MORE_CLASSES)
    else if (kind === 10) atom = '.*'
    else atom = r.pick(ATOMS)
    text += atom
    if (atom !== '.*' && r.below(3) === 0) text += r.pick(REPEATS)
  }
  return text
}

const TEXT_ATOMS = [
  'a',
  'b',
  'a',
  'b',
  'c',
  'k',
  'S',
  'K',
  'A',
  ' ',
  '.',
  '-',
  '1',
  '\n',
  'é',
  'É',
  '日',
  '本',
  '😀',
  'µ',
  'μ',
  'K',
  '\u212a',
  'ſ',
  '\u2126',
  'ω',
  '\u{FFFD}',
] as const

export function randomText(r: Random): string {
  return Array.from({length: r.below(9)}, () => r.pick(TEXT_ATOMS)).join('')
}

/** Bytes that are often not UTF-8: cut sequences, lone bytes, overlong forms, surrogates. */
export function randomBytes(r: Random): Uint8Array {
  const parts: number[] = []
  for (let count = r.below(7); count > 0; count--) {
    const whole = new TextEncoder().encode(r.pick(TEXT_ATOMS))
    const kind = r.below(6)
    if (kind === 0) parts.push(...whole.subarray(0, r.below(whole.length) + 1))
    else if (kind === 1)
      parts.push(...r.pick([[0xff], [0x80], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xe2, 0x82], [0xf0, 0x9f, 0x98], [0xf4, 0x90, 0x80, 0x80]]))
    else parts.push(...whole)
  }
  return Uint8Array.from(parts)
}

/** An assertion for hot loops: cheap while it holds. */
export function same(actual: unknown, expected: unknown, ...context: unknown[]): void {
  if (JSON.stringify(actual) !== JSON.stringify(expected)) expect({context, actual}).toEqual({context, actual: expected})
}
