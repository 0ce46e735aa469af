import {describe, expect, it} from 'vitest'
import {KernelMemory, SLACK, type LinearMemory} from '../../src/kernel/memory.ts'
import {bytes, native, Random} from './support.ts'

/** Grows as WebAssembly does: the old buffer dies. */
function fakeMemory(): LinearMemory {
  let buffer = new ArrayBuffer(65_536)
  return {
    get buffer() {
      return buffer
    },
    grow(pages) {
      const old = buffer
      buffer = new ArrayBuffer(old.byteLength + pages * 65_536)
      new Uint8Array(buffer).set(new Uint8Array(old))
      structuredClone(old, {transfer: [old]})
      return 0
    },
  }
}

describe('kernel memory', () => {
  it('keeps regions apart, with slack on both sides, as they grow', () => {
    const random = new Random(1)
    const memory = new KernelMemory(fakeMemory(), 1000)
    const sizes = new Map<string, {at: number; size: number; mark: number}>()
    for (let round = 0; round < 500; round++) {
      const name = random.pick(['a', 'b', 'c', 'd'])
      const size = random.below(random.pick([10, 1000, 50_000]))
      const at = memory.reserve(name, size)
      expect(at % 64).toBe(0)
      expect(at - SLACK).toBeGreaterThanOrEqual(1000)
      expect(at + size + SLACK).toBeLessThanOrEqual(memory.buffer.byteLength)
      memory.view(at - SLACK, size + 2 * SLACK).fill(round & 255)
      sizes.set(name, {at, size, mark: round & 255})
      for (const [other, region] of sizes) {
        const view = memory.view(region.at, region.size)
        if (!view.every(byte => byte === region.mark)) throw new Error(`${other} was overwritten`)
      }
    }
    expect(memory.buffer.byteLength).toBeLessThan(1_000_000)
  })

  it('reads a view where it is, unless the call writes there', () => {
    const memory = new KernelMemory(fakeMemory(), 0)
    const at = memory.reserve('out', 100)
    memory.view(at, 3).set([1, 2, 3])
    expect(memory.place('in', memory.view(at, 3))).toBe(at)
    expect(memory.place('out', memory.view(at, 3))).toBe(at)
    const copy = memory.place('in', memory.view(at, 3), 'out')
    expect(copy).not.toBe(at)
    expect([...memory.view(copy, 3)]).toEqual([1, 2, 3])
  })

  it('refuses a view that has died instead of reading nothing', () => {
    const memory = new KernelMemory(fakeMemory(), 0)
    const view = memory.view(memory.reserve('a', 10), 10)
    memory.reserve('b', 1_000_000)
    expect(() => memory.place('in', view)).toThrow(TypeError)
    expect(memory.place('in', new Uint8Array(0))).toBeGreaterThan(0)
  })

  it('grows under a kernel without losing its input', () => {
    const raw = new Random(2).bytes(3_000_000, 4)
    const packed = Uint8Array.from(native.lz4Compress(raw))
    const block = native.lz4Decompress(packed, raw.length)
    const rows = 500_000
    const offsets = Uint32Array.from({length: rows + 1}, (_, i) => i * 6)
    const out = new Uint32Array(rows)
    const found = native.findRows(block, offsets, Uint8Array.of(1, 1, 1), false, out)
    expect(found).toBeGreaterThan(1000)
    expect(native.findRows(raw, offsets, Uint8Array.of(1, 1, 1), false, out)).toBe(found)
    expect(native.detectLevel(bytes('error'))).toBe(6)
  })
})
