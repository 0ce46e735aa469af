/* Seeded random numbers (xorshift32): a failing run can be run again. */
export class Random {
  #state: number

  constructor(seed: number) {
    this.#state = seed | 1
  }

  /** 0..n-1 */
  below(n: number): number {
    this.#state ^= this.#state << 13
    this.#state ^= this.#state >>> 17
    this.#state ^= this.#state << 5
    return (this.#state >>> 0) % n
  }

  hex(bytes: number): string {
    return Array.from({length: bytes}, () => this.below(256).toString(16).padStart(2, '0')).join('')
  }

  pick<T>(from: readonly T[]): T {
    return from[this.below(from.length)]!
  }
}
