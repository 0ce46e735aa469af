import {describe, expect, it} from 'vitest'
import {Dictionary} from '../../src/store/dictionary.ts'
import {concatRows, sliceRows, type RowsInput} from '../../src/store/rows.ts'
import {bytesOf, randomOf, rowsInput, type Row} from './part/support.ts'

function texts({count, ns, lineOffsets, lines, meta}: RowsInput): string[] {
  return Array.from({length: count}, (_, i) => {
    const line = Buffer.from(lines.subarray(lineOffsets[i], lineOffsets[i + 1])).toString('latin1')
    const pairs = meta.flatMap(m => (m.codes[i] === 0 ? [] : [`${m.name}=${m.value(m.codes[i]! - 1)}`])).sort((a, b) => (a < b ? -1 : 1))
    return `${ns[i]} ${line} ${pairs.join(' ')}`
  })
}

describe('rows', () => {
  const random = randomOf(1)
  const rows: Row[] = Array.from({length: 300}, (_, i) => ({
    ns: i,
    line: bytesOf('x'.repeat(Math.floor(random() * 9))),
    meta: {...(random() < 0.5 ? {a: `${Math.floor(random() * 7)}`} : {}), ...(i > 200 ? {late: `${i}`} : {})},
  }))
  const whole = rowsInput(rows)

  it('cut anywhere and joined again are the same', () => {
    for (let i = 0; i < 30; i++) {
      const cuts = [0, ...Array.from({length: 3}, () => Math.floor(random() * 300)).sort((a, b) => a - b), 300]
      const pieces = cuts.slice(1).map((to, k) => sliceRows(whole, cuts[k]!, to))
      expect(texts(concatRows(pieces))).toEqual(texts(whole))
    }
  })

  it('slices of slices keep their rows', () => {
    expect(texts(sliceRows(sliceRows(whole, 100, 250), 50, 60))).toEqual(texts(whole).slice(150, 160))
  })
})

describe('Dictionary', () => {
  it('numbers by first use, as a Map of strings would', () => {
    const random = randomOf(3)
    const dictionary = new Dictionary()
    const numbers = new Map<string, number>()
    for (let i = 0; i < 5000; i++) {
      const text = Math.floor(random() * 2000).toString(random() < 0.5 ? 2 : 36)
      const padded = bytesOf(`..${text}.`)
      if (!numbers.has(text)) numbers.set(text, numbers.size)
      expect(dictionary.add(padded, 2, padded.length - 1)).toBe(numbers.get(text))
    }
    expect(dictionary.count).toBe(numbers.size)
    const values = dictionary.values()
    expect(Array.from({length: values.count}, (_, i) => Buffer.from(values.at(i)).toString())).toEqual([...numbers.keys()])
    dictionary.clear()
    expect(dictionary.add(bytesOf('again'), 0, 5)).toBe(0)
  })
})
