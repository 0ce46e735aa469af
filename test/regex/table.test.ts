/** The table and its walkers against the lazy automaton. */
import {describe, expect, it} from 'vitest'
import {createKernel} from '../../src/kernel/index.ts'
import {compileRegex} from '../../src/regex/index.ts'
import {random, randomBytes, randomPattern, randomText, same, type Random} from './generate.ts'

const encoder = new TextEncoder()

function linesOf(r: Random, count: number): {lines: Uint8Array; offsets: Uint32Array; each: Uint8Array[]} {
  const each = Array.from({length: count}, () => {
    if (r.below(3) === 0) return randomBytes(r)
    return encoder.encode(Array.from({length: r.below(4)}, () => randomText(r)).join(''))
  })
  const base = r.below(2) * 1000 // positions count from the first offset
  const offsets = Uint32Array.from([base, ...each.map(() => 0)])
  each.forEach((line, i) => (offsets[i + 1] = offsets[i]! + line.length))
  return {lines: Buffer.concat(each), offsets, each}
}

describe.each([
  ['native', createKernel()],
  ['plain', createKernel({plain: true})],
])('%s walker', (_, kernel) => {
  it('finds the lines that match', () => {
    const r = random(4)
    let tables = 0
    for (let round = 0; round < 500; round++) {
      const regex = compileRegex(randomPattern(r))
      const {lines, offsets, each} = linesOf(r, r.below(30))
      const {table} = regex
      if (table === undefined) continue
      tables++
      const out = new Uint32Array(each.length)
      const found = kernel.dfaRows(lines, offsets, table, undefined, out)
      const expected = each.flatMap((line, row) => (regex.test(line) ? [row] : []))
      same([...out.subarray(0, found)], expected, regex.pattern)

      const selection = Uint32Array.from(each.keys()).filter(() => r.below(2) === 0)
      const chosen = new Set(selection)
      const foundIn = kernel.dfaRows(lines, offsets, table, selection, selection)
      expect([...selection.subarray(0, foundIn)]).toEqual(expected.filter(row => chosen.has(row)))
    }
    expect(tables).toBeGreaterThan(450)
  })

  it('reads nothing outside of the lines when offsets are wrong', () => {
    const {table} = compileRegex('a+b')
    const lines = encoder.encode('aab'.repeat(20))
    const offsets = Uint32Array.from([0, 50, 10, 4_000_000_000, 0, 60, 3, 9, 12, 15, 60])
    expect(kernel.dfaRows(lines, offsets, table!, undefined, new Uint32Array(10))).toBeLessThanOrEqual(10)
  })
})
