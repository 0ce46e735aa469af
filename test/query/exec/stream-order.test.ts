import {describe, expect, test} from 'vitest'
import {StreamOrder, xxh64} from '../../../src/query/exec/stream-order.ts'

describe('xxh64', () => {
  // From the specification's test vectors and the reference implementation.
  test.each([
    ['', 0xef46db3751d8e999n],
    ['a', 0xd24ec4f1a98c6e5bn],
    ['abc', 0x44bc2cf5ad770999n],
    ['Nobody inspects the spammish repetition', 0xfbcea83c8a378bf1n],
  ])('%j', (text, hash) => {
    expect(xxh64(new TextEncoder().encode(text))).toBe(hash)
  })
})

test('streams at the same time are ordered by hash', () => {
  const order = new StreamOrder()
  const streams = [1, 2, 3, 4].map(i => [
    {name: 'app', value: 'ties'},
    {name: 'i', value: `${i}`},
    {name: 'service_name', value: 'ties'},
  ])
  expect(streams.toSorted((a, b) => order.compare(a, b)).map(labels => labels[1]!.value)).toEqual(['3', '2', '1', '4'])
})
