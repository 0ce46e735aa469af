import {compress, decompress} from '@cloudpss/zstd/wasm'
import {describe, expect, it} from 'vitest'
import {instantiate} from '../../src/kernel/module.ts'
import {both, bytes, damage, native, outcome, plain, Random} from './support.ts'
import {features, KINDS, logText, mixture} from './zstd-support.ts'

const CORRUPT = 'CORRUPTION: zstd: corrupt frame'
const LEVELS = [-5, 1, 3, 9, 19]
const SIZES = [0, 1, 2, 5, 6, 7, 31, 32, 63, 64, 255, 256, 1023, 1024, 4096, 16_383, 65_536, 131_071, 131_072, 131_073]
const MAGIC = [0x28, 0xb5, 0x2f, 0xfd]
/** A frame with a window of 1 KiB and a declared size. */
const frame = (size: number, ...blocks: number[][]): number[] => [...MAGIC, 0x80, 0, size, 0, 0, 0, ...blocks.flat()]
const block = (kind: number, size: number, content: readonly number[], last = true): number[] => {
  const head = (size << 3) | (kind << 1) | (last ? 1 : 0)
  return [head & 255, (head >> 8) & 255, head >> 16, ...content]
}
const raw = (text: string, last = true): number[] => block(0, text.length, [...bytes(text)], last)
const packed = (content: number[], last = true): number[] => block(2, content.length, content, last)

const BY_HAND: [number[], string][] = [
  [[], ''],
  [frame(0, raw('')), ''],
  [frame(5, raw('hello')), 'hello'],
  [frame(8, raw('abc', false), block(1, 5, [120])), 'abcxxxxx'],
  [[...frame(2, raw('ab')), 0x5a, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 9, 9, 9, ...frame(1, raw('c'))], 'abc'],
  // The size not told; told in 1, 2, 4 and 8 bytes, as the window too.
  [[...MAGIC, 0, 0, ...raw('abc')], 'abc'],
  [[...MAGIC, 0x20, 3, ...raw('abc')], 'abc'],
  [[...MAGIC, 0x60, 1, 0, ...block(1, 257, [97])], 'a'.repeat(257)],
  [[...MAGIC, 0xa0, 3, 0, 0, 0, ...raw('abc')], 'abc'],
  [[...MAGIC, 0xe0, 3, 0, 0, 0, 0, 0, 0, 0, ...raw('abc')], 'abc'],
  // Literals only: raw, and one byte repeated, in headers of 1, 2 and 3 bytes.
  [frame(3, packed([3 << 3, 97, 98, 99, 0])), 'abc'],
  [frame(3, packed([0x34, 0, 97, 98, 99, 0])), 'abc'],
  [frame(9, packed([0x19, 97, 0], false), packed([0x35, 0, 98, 0], false), packed([0x3d, 0, 0, 99, 0])), 'aaabbbccc'],
  // One sequence of tables of one symbol each: 2 literals, distance 2 (value 5: code 2, bits 01), 7 more; 1 literal left.
  [frame(10, packed([3 << 3, 97, 98, 99, 1, 0b01010100, 2, 2, 4, 0b101])), 'ababababac'],
]

describe.each(both)('zstd, %s', (name, kernel) => {
  it.each(Object.keys(KINDS))('decodes what the library encodes: %s', kind => {
    const random = new Random(1)
    for (const size of SIZES) {
      const content = KINDS[kind]!(random, size)
      for (const level of LEVELS) {
        const got = kernel.zstdDecompress(compress(content, level), size)
        if (Buffer.compare(got, content) !== 0) throw new Error(`${size} bytes at level ${level}`)
      }
    }
  })

  it('decodes frames of many blocks', () => {
    const random = new Random(2)
    for (const [make, level] of [
      [logText, 1],
      [mixture, 1],
      [logText, 3],
      [mixture, 3],
      [mixture, -5],
      [logText, 19],
    ] as const) {
      const content = make(random, name === 'native' ? 1 << 20 : 300_000)
      expect(Buffer.compare(kernel.zstdDecompress(compress(content, level), content.length), content)).toBe(0)
    }
  })

  it('decodes into an array that is given, and no farther', () => {
    const content = logText(new Random(3), 5000)
    const out = new Uint8Array(5020).fill(7)
    const got = kernel.zstdDecompress(compress(content, 1), 5000, out)
    expect(got.buffer).toBe(out.buffer)
    expect(Buffer.compare(got, content)).toBe(0)
    expect([...out.subarray(5000)]).toEqual(Array.from({length: 20}, () => 7))
    expect(() => kernel.zstdDecompress(compress(content, 1), 5000, new Uint8Array(4999))).toThrow(RangeError)
  })

  it('decodes its own result where it lies', () => {
    const content = logText(new Random(4), 40_000)
    const once = compress(content, 3)
    const twice = compress(once, 3)
    expect(Buffer.compare(kernel.zstdDecompress(kernel.zstdDecompress(twice, once.length), content.length), content)).toBe(0)
  })

  it('decodes frames written by hand', () => {
    for (const [source, text] of BY_HAND) {
      const bytes = Uint8Array.from(source)
      expect(Buffer.from(kernel.zstdDecompress(bytes, text.length)).toString()).toBe(text)
      expect(Buffer.from(decompress(bytes)).toString()).toBe(text)
    }
  })

  it.each<[string, number[], number]>([
    ['nothing where something is asked for', [], 1],
    ['less than asked for', frame(3, raw('abc')), 4],
    ['more than asked for', frame(3, raw('abc')), 2],
    ['another magic', [0x27, 0xb5, 0x2f, 0xfd, ...frame(3, raw('abc')).slice(4)], 3],
    ['bytes after the frame', [...frame(3, raw('abc')), 0], 3],
    ['a skippable frame cut off', [...frame(3, raw('abc')), 0x50, 0x2a, 0x4d, 0x18, 1, 0, 0, 0], 3],
    ['a skippable frame of 4 GiB', [...frame(3, raw('abc')), 0x50, 0x2a, 0x4d, 0x18, 255, 255, 255, 255], 3],
    ['the reserved flag', [...MAGIC, 0x28, 3, ...raw('abc')], 3],
    ['a dictionary', [...MAGIC, 0x21, 1, 3, ...raw('abc')], 3],
    ['a content checksum', [...MAGIC, 0x24, 3, ...raw('abc'), 1, 2, 3, 4], 3],
    ['a window of 2 GiB', [...MAGIC, 0, 21 << 3, ...raw('abc')], 3],
    ['a declared size that is less', frame(2, raw('abc')), 3],
    ['a declared size that is more', frame(4, raw('abc')), 3],
    ['a declared size of 2^64 - 1', [...MAGIC, 0xe0, 255, 255, 255, 255, 255, 255, 255, 255, ...raw('abc')], 3],
    ['a block larger than the window', [...MAGIC, 0, 0, ...block(1, 1025, [97])], 1025],
    ['a block larger than 128 KiB', [...MAGIC, 0xa0, 1, 0, 2, 0, ...block(1, 131_073, [97])], 131_073],
    ['a block of the reserved kind', frame(3, block(3, 3, [1, 2, 3])), 3],
    ['no last block', frame(3, raw('abc', false)), 3],
    ['a compressed block of nothing', frame(0, packed([])), 0],
    ['literals more than the block holds', frame(3, packed([4 << 3, 97, 98, 99, 0])), 3],
    ['literals without sequences', frame(3, packed([3 << 3, 97, 98, 99])), 3],
    ['no sequences, but more bytes', frame(3, packed([3 << 3, 97, 98, 99, 0, 0])), 3],
    ['a tree of no block before', frame(6, packed([3 | (6 << 4), (1 << 6) | 0, 0, 1, 0])), 6],
    ['tables of no block before', frame(9, packed([2 << 3, 97, 98, 1, 0b11111100, 1])), 9],
    ['reserved modes', frame(10, packed([3 << 3, 97, 98, 99, 1, 0b01010101, 2, 2, 4, 0b101])), 10],
    ['a code that does not exist', frame(10, packed([3 << 3, 97, 98, 99, 1, 0b01010100, 36, 2, 4, 0b101])), 10],
    ['bits that are left over', frame(10, packed([3 << 3, 97, 98, 99, 1, 0b01010100, 2, 2, 4, 0b1011])), 10],
    ['too few bits', frame(10, packed([3 << 3, 97, 98, 99, 1, 0b01010100, 2, 2, 4, 0b11])), 10],
    ['no mark after the bits', frame(10, packed([3 << 3, 97, 98, 99, 1, 0b01010100, 2, 2, 4, 0])), 10],
    ['more literals than there are', frame(10, packed([1 << 3, 97, 1, 0b01010100, 2, 2, 4, 0b101])), 10],
    ['a distance before the start', frame(10, packed([3 << 3, 97, 98, 99, 1, 0b01010100, 2, 2, 4, 0b110])), 10],
    // Value 3 without literals: the last distance less one, which is none.
    ['distance 0', frame(7, raw('abc', false), packed([0, 1, 0b01010100, 0, 1, 1, 0b11])), 7],
    [
      'a distance into the frame before',
      [...frame(5, raw('hello')), ...frame(8, packed([3 << 3, 97, 98, 99, 1, 0b01010100, 2, 2, 2, 0b110]))],
      13,
    ],
    ['a match beyond the end', frame(9, packed([3 << 3, 97, 98, 99, 1, 0b01010100, 2, 2, 4, 0b101])), 9],
    ['a claim no frame can keep', frame(3, raw('abc')), 2 ** 40],
    ['a negative length', frame(3, raw('abc')), -1],
  ])('refuses %s', (_case, source, size) => {
    expect(outcome(() => kernel.zstdDecompress(Uint8Array.from(source), size))).toBe(CORRUPT)
  })

  it('refuses every truncation', () => {
    for (const [content, level] of [
      [logText(new Random(5), 3000), 1],
      [mixture(new Random(6), 3000), 19],
      [new Random(7).bytes(900, 4), 3],
      [new Uint8Array(500), 3],
    ] as const) {
      const whole = compress(content, level)
      for (let end = 0; end < whole.length; end++)
        expect(outcome(() => kernel.zstdDecompress(whole.subarray(0, end), content.length))).toBe(CORRUPT)
    }
  })
})

it('the frames of these tests use all of the format', () => {
  const random = new Random(1)
  const found = new Set(BY_HAND.slice(1).flatMap(([source]) => features(Uint8Array.from(source))))
  for (const kind of Object.values(KINDS)) {
    for (const size of [...SIZES, 300_000])
      for (const level of LEVELS) features(compress(kind(random, size), level)).forEach(name => found.add(name))
  }
  const expected = [0, 1, 2].map(kind => `block ${kind}`)
  expected.push('no sequences', 'weights direct', 'weights FSE')
  for (const table of ['literal', 'distance', 'match']) expected.push(...[0, 1, 2, 3].map(mode => `${table} table ${mode}`))
  for (const kind of [0, 1]) expected.push(`literals ${kind} format 0`, `literals ${kind} format 1`)
  for (const kind of [2, 3]) expected.push(...[0, 1, 2, 3].map(format => `literals ${kind} format ${format}`))
  expect(expected.filter(name => !found.has(name))).toEqual([])
})

describe('damaged frames', () => {
  /** As the library answers, or refused: never something else. */
  function check(source: Uint8Array, size: number): boolean {
    const got = outcome(() => Buffer.from(native.zstdDecompress(source, size)))
    expect(outcome(() => Buffer.from(plain.zstdDecompress(source, size)))).toEqual(got)
    if (typeof got === 'string') {
      expect(got).toBe(CORRUPT)
      return false
    }
    expect(Buffer.compare(got, decompress(source))).toBe(0)
    return true
  }

  it('every bit flipped', () => {
    let accepted = 0
    for (const [content, level] of [
      [logText(new Random(8), 600), 1],
      [mixture(new Random(9), 700), 19],
      [new Random(10).bytes(300, 3), 3],
    ] as const) {
      const whole = compress(content, level)
      for (let bit = 0; bit < whole.length * 8; bit++) {
        const copy = Uint8Array.from(whole)
        copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7))
        if (check(copy, content.length)) accepted++
      }
    }
    expect(accepted).toBeGreaterThan(100)
  })

  it('bits flipped, cut, put in', () => {
    const random = new Random(11)
    for (let round = 0; round < 1500; round++) {
      const content = random.pick([logText, mixture])(random, random.below(random.pick([50, 1000, 10_000])))
      check(damage(random, compress(content, random.pick(LEVELS))), content.length)
    }
  })

  it('heads and tables of noise', () => {
    const random = new Random(12)
    for (let round = 0; round < 4000; round++) {
      const content = [...random.bytes(1 + random.below(60), random.pick([256, 20]))]
      content[0] = (content[0] ?? 0) & random.pick([255, 0x0f, 0x1f])
      const size = random.below(100)
      check(Uint8Array.from([...MAGIC, 0, 0x38, ...packed(content)]), size)
    }
  })

  it('nothing is written beside the output', () => {
    const instance = instantiate()
    if (instance === null) throw new Error('no kernel')
    const {memory, exports} = instance
    const random = new Random(13)
    const size = 3000
    const src = memory.reserve('src', 8000)
    memory.reserve('guard before', 4096)
    const dst = memory.reserve('dst', size)
    memory.reserve('guard after', 4096)
    const end = memory.bytes.length
    const rule = (at: number): number => (at * 31) & 255
    for (let at = src + 8000; at < end; at++) memory.bytes[at] = rule(at)
    for (let round = 0; round < 1500; round++) {
      const content = random.pick([logText, mixture])(random, size + random.below(3) * random.below(50))
      const source = damage(random, compress(content, random.pick(LEVELS)))
      memory.bytes.set(source, src)
      exports.zstdDecode(src, source.length, dst, size)
      for (let at = dst - 64; at < dst; at++) expect(memory.bytes[at]).toBe(rule(at))
      if (round % 50 !== 49) continue
      for (let at = src + 8000; at < end; at++) {
        if ((at < dst || at >= dst + size + 32) && memory.bytes[at] !== rule(at)) throw new Error(`byte ${at - dst} was written`)
      }
    }
    // Its own tables are whole, too.
    const content = mixture(random, size)
    const source = compress(content, 3)
    memory.bytes.set(source, src)
    expect(exports.zstdDecode(src, source.length, dst, size)).toBe(0)
    expect(Buffer.compare(memory.view(dst, size), content)).toBe(0)
  })
})
