import {expect, test} from 'vitest'
import {parseInstant} from '../../src/api/params.ts'

test('instants', () => {
  expect(parseInstant('1795255200')).toBe(1_795_255_200_000_000_000n)
  expect(parseInstant('1795255200.5')).toBe(1_795_255_200_500_000_000n)
  expect(parseInstant('1795255200.')).toBe(1_795_255_200_000_000_000n)
  expect(parseInstant('.5')).toBe(500_000_000n)
})

test('long texts that are nearly numbers', () => {
  expect(() => parseInstant(`${'1'.repeat(200_000)}..`)).toThrow('invalid syntax')
})
