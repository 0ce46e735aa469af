import {crc32} from 'node:zlib'
import {describe, expect, it} from 'vitest'
import {createKernel} from '../../../src/kernel/index.ts'
import {Failure} from '../../../src/model/index.ts'
import {BlockTable} from '../../../src/store/part/section/block-table.ts'
import {ByteReader} from '../../../src/store/part/byte-reader.ts'
import {readChunkHead} from '../../../src/store/part/chunk-head.ts'
import {ChunkTable} from '../../../src/store/part/section/chunk-table.ts'
import {decodeAscending} from '../../../src/store/part/column/ascending.ts'
import {readCodes} from '../../../src/store/part/column/codes.ts'
import {decodeLengths} from '../../../src/store/part/column/lengths.ts'
import {readValues} from '../../../src/store/part/column/values.ts'
import {readFacts} from '../../../src/store/part/section/facts.ts'
import {FOOTER_SIZE, HEADER_SIZE} from '../../../src/store/part/format.ts'
import {openPart} from '../../../src/store/part/index.ts'
import {Postings} from '../../../src/store/part/section/postings.ts'
import {StreamTable} from '../../../src/store/part/section/stream-table.ts'
import {SymbolTable} from '../../../src/store/part/section/symbols.ts'
import {bytesOf, OPTIONS, randomOf, readPart, storeOf, writePart, type Stream} from './support.ts'

const kernel = createKernel({plain: true})

function smallStreams(seed: number): Stream[] {
  const random = randomOf(seed)
  return ['a', 'b'].map(app => ({
    labels: [{name: 'app', value: app}],
    rows: Array.from({length: 12}, (_, i) => ({
      ns: i * 1e9 + Math.floor(random() * 1e9),
      line: bytesOf(`line ${i} of ${app} took ${Math.floor(random() * 1000)}ms`),
      meta: {
        pod: `p-${i % 3}`,
        ...(i % 2 === 0
          ? {
              trace: Math.floor(random() * 2 ** 32)
                .toString(16)
                .padStart(8, '0'),
            }
          : {}),
      },
    })),
  }))
}

/** Text of what the part gives back, or the failure it gives. */
async function outcome(bytes: Uint8Array): Promise<string> {
  try {
    const part = await openPart({objects: storeOf(bytes), key: OPTIONS.key, kernel})
    return JSON.stringify(await readPart(part))
  } catch (error) {
    if (!Failure.is(error)) throw error
    expect(['CORRUPTION', 'UNSUPPORTED']).toContain(error.code)
    expect(error.message).toContain(OPTIONS.key)
    if (error.code === 'CORRUPTION') expect(error.message).toMatch(/at byte \d+/)
    return error.code
  }
}

describe.each(['lz4', 'zstd'] as const)('a damaged part (%s)', codec => {
  const {bytes} = writePart(smallStreams(1), {...(codec === 'lz4' ? {zstd: undefined} : {}), kernel})

  it('cut off anywhere is corrupt', async () => {
    for (let length = 0; length < bytes.length; length++) expect(await outcome(bytes.slice(0, length))).toBe('CORRUPTION')
  })

  it('with any bit flipped is corrupt or still right', async () => {
    const right = await outcome(bytes)
    expect(right).toContain('"trace"')
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = bytes.slice()
      flipped[bit >> 3]! ^= 1 << (bit & 7)
      const got = await outcome(flipped)
      // The first bytes are for people and `file`; a reader starts at the end.
      if (bit < HEADER_SIZE * 8) expect(got).toBe(right)
      else expect(got).toBe('CORRUPTION')
    }
  })

  it('with bytes missing, doubled or replaced in the middle is corrupt', async () => {
    const random = randomOf(2)
    for (let i = 0; i < 200; i++) {
      const at = HEADER_SIZE + Math.floor(random() * (bytes.length - HEADER_SIZE))
      const length = 1 + Math.floor(random() * 30)
      const noise = Uint8Array.from({length}, () => Math.floor(random() * 256))
      const without = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)])
      const doubled = Buffer.concat([bytes.subarray(0, at), noise, bytes.subarray(at)])
      expect(await outcome(new Uint8Array(without))).toBe('CORRUPTION')
      expect(await outcome(new Uint8Array(doubled))).toBe('CORRUPTION')
    }
  })

  it('says which version it has when it is of the future', async () => {
    const newer = bytes.slice()
    const footer = newer.length - FOOTER_SIZE
    newer[footer + 24] = 9
    new DataView(newer.buffer).setUint32(footer + 28, crc32(newer.subarray(footer, footer + 28)), true)
    await expect((async () => openPart({objects: storeOf(newer), key: 'k', kernel}))()).rejects.toThrow('part k has format version 9')
  })
})

// What a checksum lets through when it collides, or when a writer has a bug: bytes that mean nothing, or too much.
describe('decoders given any bytes fail as corrupt or give something', () => {
  const symbols = new SymbolTable(new ByteReader(Uint8Array.of(3, 1, 1, 1, 97, 98, 99), origin()))
  const decoders: Record<string, (r: ByteReader) => unknown> = {
    facts: readFacts,
    symbols: r => new SymbolTable(r),
    chunks: r => new ChunkTable(r),
    blocks: r => new BlockTable(r, 1000),
    streams: r => new StreamTable(r, symbols, 5),
    postings: r => new Postings(r, symbols, 5),
    'chunk head': r => readChunkHead(r, 100),
    ascending: r => decodeAscending(r, 200, 1e12),
    lengths: r => decodeLengths(r, 50, 1000),
    codes: r => readCodes(r, 50, 20).all(),
    'codes, many': r => readCodes(r, 50, 300).all(),
    values: r => readValues(r, 20).all(),
  }
  it.each(Object.keys(decoders))('%s', name => {
    const random = randomOf(name.length)
    for (let i = 0; i < 3000; i++) {
      const small = random() < 0.7
      const bytes = Uint8Array.from({length: Math.floor(random() * 120)}, () => Math.floor(random() * (small ? 6 : 256)))
      if (name === 'values' && bytes.length > 0) bytes[0]! %= 4
      try {
        decoders[name]!(new ByteReader(bytes, origin()))
      } catch (error) {
        if (!Failure.is(error, 'CORRUPTION')) throw error
      }
    }
  })
})

function origin(): {key: string; offset: number; what: string} {
  return {key: 'k', offset: 0, what: 'test'}
}
