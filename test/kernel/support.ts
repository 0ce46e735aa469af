import {createKernel, type Kernel} from '../../src/kernel/index.ts'

export const native: Kernel = createKernel()
export const plain: Kernel = createKernel({plain: true})
export const both: [string, Kernel][] = [
  ['native', native],
  ['plain', plain],
]

/** mulberry32: the same sequence for the same seed. */
export class Random {
  #state: number

  constructor(seed: number) {
    this.#state = seed
  }

  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }

  /** 0..n-1 */
  below(n: number): number {
    return Math.floor(this.next() * n)
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T
  }

  bytes(n: number, alphabet = 256): Uint8Array {
    return Uint8Array.from({length: n}, () => this.below(alphabet))
  }
}

export const bytes = (text: string): Uint8Array => Buffer.from(text)

/** What a call gives or how it fails, comparable. */
export function outcome<T>(call: () => T): T | string {
  try {
    return call()
  } catch (error) {
    return error instanceof Error ? `${(error as {code?: string}).code}: ${error.message}` : String(error)
  }
}

/** The same bytes, bits flipped here and there, or cut, or with bytes put in. */
export function damage(random: Random, source: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(source)
  const at = random.below(copy.length + 1)
  switch (random.below(4)) {
    case 0:
      return copy.subarray(0, at)
    case 1:
      for (let i = random.below(3); i >= 0; i--) {
        const place = random.below(copy.length)
        copy[place] = (copy[place] ?? 0) ^ (1 << random.below(8))
      }
      return copy
    case 2:
      return Buffer.concat([copy.subarray(0, at), random.bytes(1 + random.below(4)), copy.subarray(at)])
    default:
      copy.set(random.bytes(Math.min(4, copy.length - at)), at)
      return copy
  }
}
