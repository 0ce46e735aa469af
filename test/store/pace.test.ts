import {describe, expect, test} from 'vitest'
import {Pace} from '../../src/store/database-pace.ts'

describe('pace of answers', () => {
  test('nobody waits before the speed of flushing is known, or while there is room', () => {
    const pace = new Pace()
    expect(pace.waitMs(0, 1e6, 1)).toBe(0)
    pace.flushed(100e6, 1000)
    expect(pace.waitMs(0, 1e6, 0)).toBe(0)
  })

  test('answers come at the speed of flushing, however many wait; slower when the head is full', () => {
    const at = (fill: number): number => {
      const pace = new Pace()
      pace.flushed(100e6, 1000)
      let last = 0
      for (let i = 0; i < 5; i++) last = pace.waitMs(0, 1e6, fill)
      return last
    }
    // 5 MB at 100 MB/s are 50 ms.
    expect(at(0.2)).toBeGreaterThan(40)
    expect(at(0.2)).toBeLessThan(50)
    expect(at(1)).toBeGreaterThan(100)
    expect(at(2)).toBe(at(1))
  })

  test('no answer waits longer than a second for this', () => {
    const pace = new Pace()
    pace.flushed(1e6, 1000)
    for (let i = 0; i < 10; i++) expect(pace.waitMs(0, 1e6, 0.5)).toBeLessThanOrEqual(1000)
    expect(pace.waitMs(5000, 1000, 0.5)).toBeLessThan(10)
  })
})
