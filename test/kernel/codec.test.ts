import snappy from 'snappy'
import {describe, expect, it} from 'vitest'
import {both, bytes, damage, native, outcome, plain, Random} from './support.ts'

/** Text as compressors meet it: words that repeat, runs of one byte, noise. */
function sample(random: Random, size: number): Uint8Array {
  const out = new Uint8Array(size)
  for (let at = 0; at < size;) {
    const kind = random.below(4)
    let piece: Uint8Array
    if (kind === 0 && at > 0) {
      const from = random.below(at)
      piece = out.slice(from, from + 1 + random.below(400))
    } else if (kind === 1) {
      piece = new Uint8Array(random.below(600)).fill(random.below(256))
    } else if (kind === 2) {
      const unit = random.bytes(1 + random.below(20))
      piece = Uint8Array.from({length: random.below(200)}, (_, i) => unit[i % unit.length] ?? 0)
    } else {
      piece = random.bytes(random.below(80))
    }
    piece = piece.subarray(0, size - at)
    out.set(piece, at)
    at += piece.length
  }
  return out
}

const SIZES = [0, 1, 4, 5, 12, 13, 14, 15, 16, 17, 31, 64, 255, 256, 300, 4096, 65_535, 65_536, 70_000, 200_000]
const SNAPPY_CORRUPT = 'BAD_REQUEST: snappy: corrupt input'
const LZ4_CORRUPT = 'CORRUPTION: lz4: corrupt block'

describe.each(both)('snappy, %s', (_name, kernel) => {
  it('decodes what snappy encodes', () => {
    const random = new Random(1)
    for (const size of SIZES) {
      const raw = sample(random, size)
      const block = snappy.compressSync(Buffer.from(raw))
      expect(kernel.snappyRawLength(block)).toBe(size)
      expect(Buffer.compare(kernel.snappyDecode(block, size), raw)).toBe(0)
    }
  })

  it('decodes every kind of element', () => {
    const literal = (text: string): number[] => [(text.length - 1) << 2, ...bytes(text)]
    const long = Array.from({length: 100}, (_, i) => i)
    const cases: [number[], number[]][] = [
      [[0], []],
      [[11, ...literal('abc'), 0x11, 3], [...bytes('abcabcabcab')]],
      [[5, ...literal('abc'), (2 - 1) * 4 + 2, 3, 0], [...bytes('abcab')]],
      [[5, ...literal('abc'), (2 - 1) * 4 + 3, 2, 0, 0, 0], [...bytes('abcbc')]],
      [
        [67, ...literal('xyz'), 63 * 4 + 2, 1, 0],
        [...bytes('xy'), ...bytes('z'.repeat(65))],
      ],
      [[100, 60 << 2, 99, ...long], long],
      [[100, 61 << 2, 99, 0, ...long], long],
      [[100, 62 << 2, 99, 0, 0, ...long], long],
      [[100, 63 << 2, 99, 0, 0, 0, ...long], long],
    ]
    for (const [block, raw] of cases) expect([...kernel.snappyDecode(Uint8Array.from(block), 1000)]).toEqual(raw)
  })

  it('repeats with every distance', () => {
    const random = new Random(2)
    for (let off = 1; off <= 40; off++) {
      for (const n of [1, 2, 7, 15, 16, 17, 33, 64]) {
        const head = random.bytes(off)
        const expected = [...head]
        for (let i = 0; i < n; i++) expected.push(expected[i] ?? 0)
        const block = [expected.length, (off - 1) << 2, ...head, (n - 1) * 4 + 2, off, 0]
        expect([...kernel.snappyDecode(Uint8Array.from(block), 1000)]).toEqual(expected)
      }
    }
  })

  it.each([
    ['nothing', []],
    ['a length without end', [0x80, 0x80, 0x80, 0x80, 0x80, 0x01]],
    ['a length over 32 bits', [0xff, 0xff, 0xff, 0xff, 0x7f, 0]],
    ['less than declared', [4, 8, 1, 2, 3]],
    ['more than declared', [2, 8, 1, 2, 3]],
    ['a literal beyond the end', [3, 8, 1]],
    ['a literal length cut off', [200, 1, 61 << 2, 1]],
    ['a literal length over all', [10, 63 << 2, 0xff, 0xff, 0xff, 0xff, 1, 2]],
    ['distance 0', [8, 0, 1, 1, 0]],
    ['distance before the start', [8, 0, 1, 1, 2]],
    ['a distance cut off', [8, 0, 1, 2, 1]],
    ['a distance of four bytes cut off', [8, 0, 1, 3, 1, 0, 0]],
    ['a claim no block can keep', [0xff, 0xff, 0xff, 0x7f, 0]],
  ])('refuses %s', (_case, block) => {
    expect(outcome(() => kernel.snappyDecode(Uint8Array.from(block), 0xffff_ffff))).toBe(SNAPPY_CORRUPT)
  })

  it('refuses more than allowed, before decoding', () => {
    const block = snappy.compressSync(Buffer.alloc(1001))
    expect(kernel.snappyDecode(block, 1001)).toHaveLength(1001)
    expect(outcome(() => kernel.snappyDecode(block, 1000))).toMatch(/^TOO_LARGE/)
  })
})

describe.each(both)('LZ4, %s', (_name, kernel) => {
  it('decodes what it encodes', () => {
    const random = new Random(3)
    for (const size of SIZES) {
      const raw = sample(random, size)
      const packed = Uint8Array.from(kernel.lz4Compress(raw))
      expect(Buffer.compare(kernel.lz4Decompress(packed, size), raw)).toBe(0)
      const out = new Uint8Array(size + 20).fill(7)
      expect(kernel.lz4Decompress(packed, size, out)).toHaveLength(size)
      expect(Buffer.compare(out.subarray(0, size), raw)).toBe(0)
      expect([...out.subarray(size)]).toEqual(Array.from({length: 20}, () => 7))
    }
  })

  it('decodes its own result where it lies', () => {
    const raw = bytes('abcabcabc '.repeat(1000))
    expect(Buffer.compare(kernel.lz4Decompress(kernel.lz4Compress(raw), raw.length), raw)).toBe(0)
    const once = Uint8Array.from(kernel.lz4Compress(raw))
    const twice = Uint8Array.from(kernel.lz4Compress(once))
    expect(Buffer.compare(kernel.lz4Decompress(kernel.lz4Decompress(twice, once.length), raw.length), raw)).toBe(0)
  })

  it('compresses', () => {
    expect(kernel.lz4Compress(bytes('level=info msg="x" '.repeat(1000))).length).toBeLessThan(200)
    expect(kernel.lz4Compress(new Random(4).bytes(100_000)).length).toBeLessThan(100_500)
  })

  it.each([
    ['nothing', [], 1],
    ['less than asked for', [0x30, 1, 2, 3], 4],
    ['more than asked for', [0x30, 1, 2, 3], 2],
    ['literals beyond the end', [0x40, 1, 2, 3], 4],
    ['a run without end', [0xf0, 255, 255], 500],
    ['a distance cut off', [0x10, 1, 1], 5],
    ['distance 0', [0x10, 1, 0, 0], 5],
    ['distance before the start', [0x10, 1, 2, 0], 5],
    ['a match beyond the end', [0x14, 1, 1, 0], 6],
    ['a claim no block can keep', [0x10, 1], 2 ** 40],
    ['a negative length', [0x10, 1], -1],
  ])('refuses %s', (_case, block, rawLength) => {
    expect(outcome(() => kernel.lz4Decompress(Uint8Array.from(block), rawLength))).toBe(LZ4_CORRUPT)
  })

  it('decodes a known block', () => {
    // 3 literals, 10 bytes from 3 back, 5 literals: written by hand from the format.
    const block = Uint8Array.from([0x36, ...bytes('abc'), 3, 0, 0x50, ...bytes('12345')])
    expect(Buffer.from(kernel.lz4Decompress(block, 18)).toString()).toBe('abcabcabcabca12345')
  })
})

describe('both kernels agree', () => {
  it('on LZ4 encoding, byte for byte', () => {
    const random = new Random(5)
    for (let round = 0; round < 200; round++) {
      const raw = sample(random, random.below(random.pick([20, 300, 5000, 100_000])))
      expect(Buffer.compare(native.lz4Compress(raw), plain.lz4Compress(raw))).toBe(0)
    }
  })

  it('on damaged blocks', () => {
    const random = new Random(6)
    let refused = 0
    for (let round = 0; round < 4000; round++) {
      const raw = sample(random, random.below(300))
      const lz4 = damage(random, plain.lz4Compress(raw))
      const block = damage(random, snappy.compressSync(Buffer.from(raw)))
      const a = outcome(() => Buffer.from(native.lz4Decompress(lz4, raw.length)))
      expect(a).toEqual(outcome(() => Buffer.from(plain.lz4Decompress(lz4, raw.length))))
      const b = outcome(() => Buffer.from(native.snappyDecode(block, 1000)))
      expect(b).toEqual(outcome(() => Buffer.from(plain.snappyDecode(block, 1000))))
      if (typeof a === 'string') refused++
      if (typeof b === 'string') refused++
    }
    expect(refused).toBeGreaterThan(1000)
  })

  it('on noise', () => {
    const random = new Random(7)
    for (let round = 0; round < 4000; round++) {
      const noise = random.bytes(random.below(30), random.pick([256, 20]))
      const size = random.below(100)
      expect(outcome(() => Buffer.from(native.lz4Decompress(noise, size)))).toEqual(
        outcome(() => Buffer.from(plain.lz4Decompress(noise, size))),
      )
      const block = Buffer.concat([Buffer.from([size]), noise])
      expect(outcome(() => Buffer.from(native.snappyDecode(block, 1000)))).toEqual(
        outcome(() => Buffer.from(plain.snappyDecode(block, 1000))),
      )
    }
  })
})
