import {describe, expect, it} from 'vitest'
import {both, bytes, native, outcome, plain, Random} from './support.ts'

function pack(lines: readonly (string | Uint8Array)[], base = 0): {data: Uint8Array; offsets: Uint32Array} {
  const parts = lines.map(line => (typeof line === 'string' ? bytes(line) : line))
  const offsets = new Uint32Array(lines.length + 1).fill(base)
  for (const [i, part] of parts.entries()) offsets[i + 1] = (offsets[i] ?? 0) + part.length
  return {data: Buffer.concat(parts), offsets}
}

describe.each(both)('findRows, %s', (_name, kernel) => {
  const find = (lines: string[], needle: string, fold = false, base = 0): number[] => {
    const {data, offsets} = pack(lines, base)
    const out = new Uint32Array(lines.length)
    return [...out.subarray(0, kernel.findRows(data, offsets, bytes(needle), fold, out))]
  }

  it('finds rows, each once', () => {
    expect(find(['an error', 'fine', '', 'error error', 'err'], 'error')).toEqual([0, 3])
    expect(find(['an error', 'fine', '', 'error error', 'err'], 'error', false, 1000)).toEqual([0, 3])
    expect(find(['a', 'b', 'a'], 'a')).toEqual([0, 2])
    expect(find(['a', 'b', 'a'], 'x')).toEqual([])
    expect(find([], 'x')).toEqual([])
    expect(find(['short'], 'longer than all lines')).toEqual([])
  })

  it('does not find across the border of rows', () => {
    expect(find(['xer', 'rory', 'error'], 'error')).toEqual([2])
    expect(find(['er', '', 'ror'], 'error')).toEqual([])
  })

  it('has an empty needle in every row', () => {
    expect(find(['a', '', 'b'], '')).toEqual([0, 1, 2])
  })

  it('folds ASCII letters only', () => {
    expect(find(['ERROR 1', 'ErRoR 2', 'error', 'e\u0012ror', '[x]', '{x}'], 'eRRor', true)).toEqual([0, 1, 2])
    expect(find(['[x]', '{x}', '[X]'], '[x', true)).toEqual([0, 2])
    expect(find(['@a', '`a', '`A'], '`a', true)).toEqual([1, 2])
    expect(find(['É', 'é'], 'é', true)).toEqual([1])
    expect(find(['ERROR 1', 'error'], 'error')).toEqual([1])
  })

  it('finds at every position', () => {
    for (let at = 0; at < 140; at++) {
      for (const needle of ['~', '~!', '~needle~', 'a needle longer than sixteen bytes']) {
        const line = '.'.repeat(at) + needle
        expect(find(['x', line, line, 'x'], needle)).toEqual([1, 2])
        expect(find([line], needle, true)).toEqual([0])
        expect(find([line.slice(0, -1)], needle)).toEqual([])
      }
    }
  })

  it('reads a decompressed block where it lies', () => {
    const {data, offsets} = pack(['first line', 'second error line', 'third'])
    const packed = Uint8Array.from(kernel.lz4Compress(data))
    const out = new Uint32Array(3)
    expect(kernel.findRows(kernel.lz4Decompress(packed, data.length), offsets, bytes('error'), false, out)).toBe(1)
    expect(out[0]).toBe(1)
  })

  it('refuses offsets that do not fit and an output that is too small', () => {
    const out = new Uint32Array(2)
    expect(outcome(() => kernel.findRows(bytes('abc'), Uint32Array.of(0, 4), bytes('a'), false, out))).toMatch(/offsets/)
    expect(outcome(() => kernel.findRows(bytes('abc'), Uint32Array.of(2, 0), bytes('a'), false, out))).toMatch(/offsets/)
    expect(outcome(() => kernel.findRows(bytes('abc'), new Uint32Array(0), bytes('a'), false, out))).toMatch(/offsets/)
    expect(outcome(() => kernel.findRows(bytes('abc'), Uint32Array.of(0, 1, 2, 3), bytes('a'), false, out))).toMatch(/output/)
  })
})

describe.each(both)('lines, %s', (_name, kernel) => {
  it('indexes newlines', () => {
    const index = (text: string | Uint8Array, room: number): number[] => {
      const out = new Uint32Array(room)
      return [...out.subarray(0, kernel.newlineIndex(typeof text === 'string' ? bytes(text) : text, out))]
    }
    expect(index('', 3)).toEqual([])
    expect(index('a\nb\n\n', 5)).toEqual([1, 3, 4])
    expect(index('a\nb\n\n', 2)).toEqual([1, 3])
    for (let at = 0; at < 140; at++) {
      expect(index(`${'x'.repeat(at)}\n`, 1000)).toEqual([at])
      expect(index(bytes(`${'x'.repeat(at)}\n`).subarray(0, at), 1000)).toEqual([])
    }
  })

  it('gathers rows', () => {
    const {data, offsets} = pack(['ab', '', 'cde', 'f'], 500)
    expect(Buffer.from(kernel.gather(data, offsets, Uint32Array.of(0, 2, 3))).toString()).toBe('abcdef')
    expect(Buffer.from(kernel.gather(data, offsets, Uint32Array.of(3, 1, 0))).toString()).toBe('fab')
    expect(kernel.gather(data, offsets, new Uint32Array(0))).toHaveLength(0)
  })
})

describe('both kernels agree', () => {
  it('on random lines and needles', () => {
    const random = new Random(1)
    for (let round = 0; round < 5000; round++) {
      const alphabet = random.pick([2, 4, 256])
      const make = (n: number): Uint8Array => random.bytes(n, alphabet).map(b => (alphabet === 256 ? b : (b & 1 ? 0x41 : 0x61) + (b >> 1)))
      const lines = Array.from({length: random.below(20)}, () => make(random.below(random.pick([3, 30, 200]))))
      const {data, offsets} = pack(lines, random.below(2) * 77)
      const needle = make(1 + random.below(random.pick([3, 8, 25])))
      const fold = random.below(2) === 0
      const a = new Uint32Array(lines.length)
      const b = new Uint32Array(lines.length)
      const count = native.findRows(data, offsets, needle, fold, a)
      expect(count).toBe(plain.findRows(data, offsets, needle, fold, b))
      expect(a).toEqual(b)
      if (!fold) {
        const expected = lines.flatMap((line, i) => (Buffer.from(line).includes(Buffer.from(needle)) ? [i] : []))
        expect([...a.subarray(0, count)]).toEqual(expected)
      }
      const c = new Uint32Array(10)
      const d = new Uint32Array(10)
      expect(native.newlineIndex(data, c)).toBe(plain.newlineIndex(data, d))
      expect(c).toEqual(d)
    }
  })

  it('without harm from offsets in disorder', () => {
    const random = new Random(2)
    for (let round = 0; round < 2000; round++) {
      const data = random.bytes(200, 3)
      const offsets = Uint32Array.from({length: 12}, () => random.below(random.pick([300, 2 ** 32])))
      offsets[0] = 5
      offsets[11] = 200
      const out = new Uint32Array(11)
      expect(native.findRows(data, offsets, random.bytes(1 + random.below(3), 3), false, out)).toBeLessThanOrEqual(11)
    }
  })
})
