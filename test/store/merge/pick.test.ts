import {describe, expect, test} from 'vitest'
import type {ManifestPart} from '../../../src/store/manifest/index.ts'
import {MERGE_LIMITS, pickMerge} from '../../../src/store/merge/index.ts'
import {MANIFEST} from '../manifest/support.ts'

const LIMITS = {inputsMax: 4, partBytesMax: 1000, gainMin: 3}

function parts(...sizes: (number | [number, 'zstd'])[]): ManifestPart[] {
  return sizes.map((size, index) => ({
    firstGeneration: index + 1,
    lastGeneration: index + 1,
    part: {...MANIFEST.parts[0]!.part, size: typeof size === 'number' ? size : size[0], codec: typeof size === 'number' ? 'lz4' : 'zstd'},
  }))
}

const sizes = (picked: ManifestPart[] | undefined) => picked?.map(({part}) => part.size)

describe('pickMerge', () => {
  test('a day that still gets parts', () => {
    expect(sizes(pickMerge([], false, LIMITS))).toBe(undefined)
    expect(sizes(pickMerge(parts(10, 10), false, LIMITS))).toBe(undefined)
    expect(sizes(pickMerge(parts(10, 10, 10), false, LIMITS))).toEqual([10, 10, 10])
    // Never more than allowed, never too large, never past a large neighbour.
    expect(sizes(pickMerge(parts(10, 10, 10, 10, 10, 10), false, LIMITS))).toEqual([10, 10, 10, 10])
    expect(sizes(pickMerge(parts(400, 400, 400, 400), false, LIMITS))).toBe(undefined)
    expect(sizes(pickMerge(parts(10, 900, 10, 10), false, LIMITS))).toBe(undefined)
    expect(sizes(pickMerge(parts(100, 10, 11, 12), false, LIMITS))).toBe(undefined)
    expect(sizes(pickMerge(parts(100, 10, 10, 10, 11), false, LIMITS))).toEqual([10, 10, 10, 11])
  })

  test('a quiet day: the rest is merged, then what is compressed for speed rewritten, then nothing', () => {
    expect(sizes(pickMerge(parts(500, 10), true, LIMITS))).toEqual([500, 10])
    expect(sizes(pickMerge(parts([900, 'zstd'], 200), true, LIMITS))).toEqual([200])
    expect(sizes(pickMerge(parts(700), true, LIMITS))).toEqual([700])
    expect(sizes(pickMerge(parts([900, 'zstd'], [200, 'zstd']), true, LIMITS))).toBe(undefined)
  })

  test('every byte is rewritten a few times only', () => {
    let live = parts()
    let written = 0
    for (let flush = 0; flush < 400; flush++) {
      live.push(...parts([8, 'zstd']))
      for (let picked = pickMerge(live, false); picked !== undefined; picked = pickMerge(live, false)) {
        const size = picked.reduce((sum, {part}) => sum + part.size, 0)
        written += size
        const at = live.indexOf(picked[0]!)
        live = [...live.slice(0, at), ...parts([size, 'zstd']), ...live.slice(at + picked.length)]
      }
    }
    expect(live.length).toBeLessThan(20)
    expect(written / (400 * 8)).toBeLessThan(8)
    expect(MERGE_LIMITS.inputsMax).toBe(15)
  })
})
