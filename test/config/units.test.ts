import {describe, expect, it} from 'vitest'
import {parseBytes, parseDurationMs} from '../../src/config/index.ts'
import {parseInstantNs} from '../../src/config/units.ts'

describe('sizes', () => {
  it.each([
    ['256KB', 262_144],
    ['1.5 MiB', 1_572_864],
    ['4096', 4096],
    ['2g', 2 ** 31],
    ['10B', 10],
    ['1tb', 2 ** 40],
    ['0', 0],
  ])('%s', (text, value) => expect(parseBytes(text)).toBe(value))
  it.each(['', 'KB', '-1', '1XB', '1 KB x', '99999999999TB', '1e3'])('%j is none', text => expect(parseBytes(text)).toBeUndefined())
})

describe('durations', () => {
  const hour = 3_600_000
  it.each([
    ['1w', 168 * hour],
    ['721h', 721 * hour],
    ['30d1h', 721 * hour],
    ['1h30m', 1.5 * hour],
    ['250ms', 250],
    ['1y', 365 * 24 * hour],
    ['0', 0],
    ['0s', 0],
  ])('%s', (text, value) => expect(parseDurationMs(text)).toBe(value))
  it.each(['', '5', '1.5h', '1h1d', '-1h', '1 h', '293y', 'ms'])('%j is none', text => expect(parseDurationMs(text)).toBeUndefined())
})

describe('instants', () => {
  it.each([
    ['2030-01-01T00:00:00Z', 1_893_456_000_000_000_000n],
    ['2030-01-01', 1_893_456_000_000_000_000n],
    ['2030-01-01T01:00:00+01:00', 1_893_456_000_000_000_000n],
    ['0', 0n],
    ['', 0n],
  ])('%s', (text, value) => expect(parseInstantNs(text)).toBe(value))
  it.each(['soon', '2030', '2030-13-01', '1893456000'])('%j is none', text => expect(parseInstantNs(text)).toBeUndefined())
})
