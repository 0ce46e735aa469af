import {expect, test} from 'vitest'
import {byValue, orderByValue} from '../../../src/query/metric/range/rank.ts'

const SPECIAL = [NaN, -Infinity, Infinity, 0, -0, 5e-324, -5e-324, 1.7e308, -1.7e308, 1, -1]

test.each([0, 1, 10, 9000, 20_000])('orders %i doubles as comparing does', size => {
  const bits = new DataView(new ArrayBuffer(8))
  let state = 7
  const next = (): number => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0)
  const values = Float64Array.from({length: size + 3}, (_, i) => {
    if (i % 3 === 0) return SPECIAL[next() % SPECIAL.length]!
    bits.setUint32(0, next())
    bits.setUint32(4, next())
    return i % 3 === 1 ? (next() % 2000) - 1000 : bits.getFloat64(0)
  })
  const order = orderByValue(values, 2, size + 2)
  const expected = Uint32Array.from({length: size}, (_, i) => i).sort((a, b) => byValue(values[2 + a]!, values[2 + b]!))
  expect(order).toEqual(expected)
})
