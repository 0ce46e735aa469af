import {describe, expect, it} from 'vitest'
import {PartWriter} from '../../../src/store/part/index.ts'
import {CHUNK_LINE_BYTES_MAX} from '../../../src/store/chunk-size.ts'
import {OPTIONS, randomOf, rowsInput, type Row} from './support.ts'

describe('the part writer', () => {
  it('holds two chunks and some pages, however much is written', () => {
    const random = randomOf(1)
    const writer = new PartWriter({...OPTIONS, zstd: undefined})
    // Nothing compresses, so what came in and did not come out is what is held.
    const noise = Uint8Array.from({length: 500_000}, () => Math.floor(random() * 256))
    const rows: Row[] = Array.from({length: 200}, (_, i) => ({
      ns: i,
      line: noise.subarray(i * 2500, (i + 1) * 2500),
      meta: {id: `${random()}`},
    }))
    let given = 0
    let drained = 0
    let heldMax = 0
    for (let stream = 0; stream < 3; stream++) {
      const labels = [{name: 'stream', value: `${stream}`}]
      for (let i = 0; i < 12; i++) {
        writer.add(labels, rowsInput(rows.map(row => ({...row, ns: row.ns + i * 1000}))))
        given += rows.length * 2500
        for (const bytes of writer.drain()) drained += bytes.length
        heldMax = Math.max(heldMax, given - drained)
      }
    }
    expect(given).toBeGreaterThan(10 * CHUNK_LINE_BYTES_MAX)
    expect(heldMax).toBeLessThan(3 * CHUNK_LINE_BYTES_MAX)
    const meta = writer.finish()
    for (const bytes of writer.drain()) drained += bytes.length
    expect(drained).toBe(meta.size)
    expect(writer.drain()).toEqual([])
  })
})
