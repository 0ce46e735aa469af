import {describe, expect, it} from 'vitest'
import {createKernel} from '../../../src/kernel/index.ts'
import {describePart, openPart} from '../../../src/store/part/index.ts'
import {bytesOf, OPTIONS, storeOf, writePart, type Row, type Stream} from './support.ts'

const kernel = createKernel({plain: true})

function goldenStreams(): Stream[] {
  const trace = (i: number): string => (0x9e3779b9 * (i + 1)).toString(16).slice(0, 8).repeat(4)
  const rows = (count: number, step: number): Row[] =>
    Array.from({length: count}, (_, i) => ({
      ns: 3_600e9 + i * step,
      line: i === 2 ? Uint8Array.of(0xff, 0xfe, 0x00) : bytesOf(i === 3 ? '' : `request ${i} took ${i * i}ms`),
      meta: {pod: 'api-7f', status: String(200 + (i % 3)), ...(i % 2 === 0 ? {trace_id: trace(i)} : {}), ...(i === 4 ? {odd: '\0ü'} : {})},
    }))
  return [
    {
      labels: [
        {name: 'app', value: 'api'},
        {name: 'env', value: 'prod'},
      ],
      rows: rows(6, 1_000_000),
    },
    {labels: [{name: 'app', value: 'db'}], rows: rows(1, 1)},
  ]
}

describe('describePart', () => {
  it('prints a small part down to its rows', async () => {
    // LZ4 of our own kernel, so that the bytes do not depend on the version of zstd.
    const {bytes} = writePart(goldenStreams(), {zstd: undefined, kernel})
    const part = await openPart({objects: storeOf(bytes), key: OPTIONS.key, kernel})
    const lines: string[] = []
    for await (const line of describePart(part, {rows: true, blocks: true})) lines.push(line)
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('./golden/small-part.txt')
    await expect(hexDump(bytes)).toMatchFileSnapshot('./golden/small-part.hex')
  })
})

function hexDump(bytes: Uint8Array): string {
  let text = ''
  for (let i = 0; i < bytes.length; i += 32)
    text += `${i.toString(16).padStart(6, '0')} ${Buffer.from(bytes.subarray(i, i + 32)).toString('hex')}\n`
  return text
}
