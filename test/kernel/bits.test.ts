import {describe, expect, it} from 'vitest'
import {bitPack, bitWidth, crc32} from '../../src/kernel/index.ts'
import {both, bytes, native, outcome, plain, Random} from './support.ts'

describe.each(both)('bit packing, %s', (_name, kernel) => {
  it('gives back what was packed, at every width', () => {
    const random = new Random(1)
    for (let width = 0; width <= 52; width++) {
      for (const count of [0, 1, 2, 7, 8, 100]) {
        const values = Float64Array.from({length: count}, (_, i) => (i === 1 ? 2 ** width - 1 : Math.floor(random.next() * 2 ** width)))
        const packed = bitPack(values, width)
        expect(packed).toHaveLength(Math.ceil((count * width) / 8))
        const out = new Float64Array(count)
        kernel.bitUnpack(packed, width, count, out)
        expect([...out]).toEqual([...values])
      }
    }
  })

  it('adds up deltas', () => {
    const out = new Float64Array(6).fill(-1)
    kernel.unpackDeltas(bitPack([0, 3, 0, 7, 1], 3), 3, 5, 1000, 10, out)
    expect([...out]).toEqual([1000, 1030, 1030, 1100, 1110, -1])
  })

  it('refuses what does not fit', () => {
    const out = new Float64Array(4)
    expect(outcome(() => kernel.bitUnpack(new Uint8Array(1), 3, 3, out))).toMatch(/^CORRUPTION/)
    expect(outcome(() => kernel.bitUnpack(new Uint8Array(99), 53, 3, out))).toMatch(/^CORRUPTION/)
    expect(outcome(() => kernel.bitUnpack(new Uint8Array(99), -1, 3, out))).toMatch(/^CORRUPTION/)
    expect(outcome(() => kernel.bitUnpack(new Uint8Array(99), 3, 5, out))).toMatch(/output/)
  })
})

describe('bits', () => {
  it('agree on random bytes', () => {
    const random = new Random(2)
    for (let round = 0; round < 500; round++) {
      const src = random.bytes(random.below(100))
      const width = random.below(53)
      const count = width === 0 ? 5 : Math.floor((src.length * 8) / width)
      const a = new Float64Array(count)
      const b = new Float64Array(count)
      native.bitUnpack(src, width, count, a)
      plain.bitUnpack(src, width, count, b)
      expect(a).toEqual(b)
      native.unpackDeltas(src, width, count, 123_456_789, 1000, a)
      plain.unpackDeltas(src, width, count, 123_456_789, 1000, b)
      expect(a).toEqual(b)
    }
  })

  it('have the width of the largest value', () => {
    expect([0, 1, 2, 3, 4, 255, 256, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 52 - 1].map(bitWidth)).toEqual([
      0, 1, 2, 2, 3, 8, 9, 32, 32, 33, 52,
    ])
  })

  it('have a checksum', () => {
    expect(crc32(bytes('123456789'))).toBe(0xcbf43926)
    expect(crc32(bytes('6789'), crc32(bytes('12345')))).toBe(0xcbf43926)
  })
})
