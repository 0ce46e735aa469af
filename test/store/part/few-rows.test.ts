/* Columns asked for a few rows or values give what they give when all of them are decoded. */
import {describe, expect, it} from 'vitest'
import {Dictionary} from '../../../src/store/dictionary.ts'
import {openPart} from '../../../src/store/part/index.ts'
import {ByteReader} from '../../../src/store/part/byte-reader.ts'
import {encodeCodes, readCodes} from '../../../src/store/part/column/codes.ts'
import {encodeValues, readValues} from '../../../src/store/part/column/values.ts'
import {Random} from '../../support/random.ts'
import {bytesOf, newStats, OPTIONS, storeOf, writePart} from './support.ts'

const readerOf = (bytes: Uint8Array): ByteReader => new ByteReader(bytes, {key: 'k', offset: 0, what: 'test'})

function someRows(random: Random, rows: number): Uint32Array {
  const all = Array.from({length: rows}, (_, row) => row)
  return Uint32Array.from(all.filter(() => random.below(12) === 0))
}

/** Codes by first use, as writers make them. */
function randomCodes(random: Random, rows: number): {codes: Uint32Array; distinct: number} {
  const absent = random.pick([0, 0, 20, 90])
  const fresh = random.pick([1, 30, 95, 100])
  const codes = new Uint32Array(rows)
  let distinct = 0
  for (let row = 0; row < rows; row++) {
    if (random.below(100) < absent) continue
    codes[row] = distinct === 0 || random.below(100) < fresh ? ++distinct : 1 + random.below(distinct)
  }
  return {codes, distinct}
}

describe('codes', () => {
  it.each(['compact', 'planes'] as const)('%s', form => {
    const random = new Random(7)
    const forms = new Set<number>()
    for (let i = 0; i < 300; i++) {
      const {codes, distinct} = randomCodes(random, 1 + random.below(900))
      const bytes = encodeCodes(codes, distinct, form)
      forms.add(bytes[0]!)
      const r = readerOf(bytes)
      const stored = readCodes(r, codes.length, distinct)
      r.end()
      expect(stored.all()).toEqual(codes)
      const rows = someRows(random, codes.length)
      expect(stored.of(rows)).toEqual(rows.map(row => codes[row]!))
    }
    expect([...forms].toSorted((a, b) => a - b)).toEqual(form === 'planes' ? [1] : [0, 2, 18, 34, 50])
  })
})

describe('values', () => {
  const kinds: Record<string, (random: Random, i: number) => string> = {
    text: random => random.pick(['a', 'bc', 'über', '']) + random.hex(random.below(3)),
    decimals: random => `user-${random.below(100_000)}ms`,
    padded: random => String(random.below(900)).padStart(6, '0'),
    counters: (_, i) => `n${1000 + i * 3}`,
    template: random => `req-${random.hex(4)}-4${random.hex(3)}.x`,
    ids: random => random.hex(16),
  }
  it.each(Object.keys(kinds))('%s', kind => {
    const random = new Random(kind.length)
    for (let i = 0; i < 40; i++) {
      const dictionary = new Dictionary()
      const count = 1 + random.below(500)
      for (let v = 0; v < count; v++) {
        const value = bytesOf(kinds[kind]!(random, v))
        dictionary.add(value, 0, value.length)
      }
      const values = dictionary.values()
      const r = readerOf(encodeValues(values).bytes)
      const stored = readValues(r, values.count)
      r.end()
      for (let v = 0; v < values.count; v++) expect(Buffer.from(stored.at(v)).equals(values.at(v))).toBe(true)
      expect(Buffer.from(stored.all().all()).equals(values.all())).toBe(true)
    }
  })
})

it('a chunk of a part', async () => {
  const random = new Random(3)
  const rows = Array.from({length: 6000}, (_, i) => ({
    ns: i * 1000,
    line: bytesOf(`line ${i}`),
    meta: {
      constant: 'always',
      trace: random.hex(16),
      user: `user-${random.below(4000)}`,
      seq: String(i),
      ...(random.below(3) === 0 ? {status: random.pick(['200', '404', '500'])} : {}),
    } as Record<string, string>,
  }))
  const {bytes} = writePart([{labels: [{name: 'a', value: 'b'}], rows}])
  const part = await openPart({objects: storeOf(bytes), key: 'k', kernel: OPTIONS.kernel})
  await part.index()
  const open = async () => await part.chunks(0, 0)[0]!.open(newStats())
  const whole = await open()
  for (let i = 0; i < 10; i++) {
    const few = await open()
    const wanted = someRows(random, whole.rows).filter(() => random.below(10) === 0)
    for (const name of whole.metaNames()) {
      const column = whole.meta(name)!
      const codes = few.meta(name)!.codesOf!(wanted)
      expect(codes).toEqual(wanted.map(row => column.codes[row]!))
      for (const code of codes) if (code > 0) expect(few.meta(name)!.value(code - 1)).toBe(column.value(code - 1))
    }
  }
})
