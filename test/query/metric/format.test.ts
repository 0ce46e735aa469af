import {describe, expect, test} from 'vitest'
import {formatInstants, formatSeconds, formatValue, toMatrix, toVector} from '../../../src/query/metric/index.ts'
import {INSTANT, matrix} from './tree.ts'

describe('formatValue', () => {
  test.each([
    [1e21, '1000000000000000000000'],
    [-1.5e21, '-1500000000000000000000'],
    [1.7976931348623157e308, `17976931348623157${'0'.repeat(292)}`],
    [123456789012345680000, '123456789012345680000'],
    [1e-7, '0.0000001'],
    [-1.25e-7, '-0.000000125'],
    [5e-324, `0.${'0'.repeat(323)}5`],
    [0.1 + 0.2, '0.30000000000000004'],
    [6, '6'],
    [0, '0'],
    [-0, '-0'],
    [NaN, 'NaN'],
    [Infinity, '+Inf'],
    [-Infinity, '-Inf'],
  ])('%d', (value, text) => {
    expect(formatValue(value)).toBe(text)
  })

  test('reads back as the same number, for any bits', () => {
    const bits = new DataView(new ArrayBuffer(8))
    let state = 1
    for (let i = 0; i < 5000; i++) {
      for (const at of [0, 4]) bits.setUint32(at, (state = (Math.imul(state, 1664525) + 1013904223) >>> 0))
      const value = bits.getFloat64(0)
      if (!Number.isFinite(value)) continue
      const text = formatValue(value)
      expect(text).toMatch(/^-?\d+(\.\d+)?$/)
      expect(Number(text)).toBe(value)
    }
  })
})

test.each([
  [1_795_333_020_000_000_000n, '1795333020'],
  [1_795_333_185_310_000_000n, '1795333185.31'],
  [1_795_333_185_001_999_999n, '1795333185.001'],
  [0n, '0'],
  [-1n, '-0.001'],
  [-1_500_000_000n, '-1.5'],
])('formatSeconds(%d)', (ns, text) => {
  expect(formatSeconds(ns)).toBe(text)
})

const THREE = {...INSTANT, startNs: 1_500_000_000n, count: 3}

test('instants of a grid', () => {
  expect(formatInstants(THREE)).toEqual(['1.5', '2.5', '3.5'])
})

test('a matrix drops absent points and empty series, and is ordered by labels', () => {
  const result = matrix(THREE, {
    'b=1': [1, undefined, 3],
    'a=2': [undefined, 2, undefined],
    c: [undefined, undefined, undefined],
    'a=1,b=1': [4, 5, 6],
  })
  const shaped = toMatrix(result, THREE).map(s => [s.labels.map(l => l.name + l.value).join(), [...s.steps], [...s.values]])
  expect(shaped).toEqual([
    ['a1,b1', [0, 1, 2], [4, 5, 6]],
    ['a2', [1], [2]],
    ['b1', [0, 2], [1, 3]],
  ])
  expect(toMatrix({scalar: 2}, THREE)).toEqual([{labels: [], steps: Uint32Array.of(0, 1, 2), values: Float64Array.of(2, 2, 2)}])
})

test('a vector is ordered by labels, or as evaluated', () => {
  const result = matrix(INSTANT, {'b=1': 1, 'a=2': 2, 'a=1': [undefined]})
  expect(toVector(result, false).map(s => s.value)).toEqual([2, 1])
  expect(toVector(result, true).map(s => s.value)).toEqual([1, 2])
})
