import {describe, expect, test} from 'vitest'
import {Failure} from '../../../src/model/index.ts'
import {describeLog, replayLog, type LogDamage} from '../../../src/store/log/index.ts'
import {encodePushRecord, encodeStreamRecord} from '../../../src/store/log/record.ts'
import {randomFrom} from '../support/push.ts'
import {MemoryFolder} from './memory-folder.ts'

const NAME = '00000005.log'

/** A stream record and `count` pushes; where each record starts. */
function makeLog(count: number, size = 20): {bytes: Buffer; starts: number[]} {
  const random = randomFrom(3)
  const records: Uint8Array[] = [encodeStreamRecord(5, {tenant: 't', slot: 0, labels: [{name: 'a', value: 'b'}]})]
  for (let i = 0; i < count; i++) {
    const wire = Uint8Array.from({length: size}, () => Math.floor(random() * 256))
    wire[0] = i
    records.push(Buffer.concat(encodePushRecord(5, {tenant: 't', rows: 1, slots: Uint32Array.of(0), levels: Uint8Array.of(2), wire})))
  }
  const starts = [0]
  for (const record of records) starts.push(starts.at(-1)! + record.length)
  return {bytes: Buffer.concat(records), starts}
}

async function replay(
  bytes: Uint8Array,
  folder = new MemoryFolder(),
): Promise<{pushes: number[]; damages: LogDamage[]; folder: MemoryFolder}> {
  folder.files.set(NAME, Buffer.from(bytes))
  const pushes: number[] = []
  const damages = await replayLog(folder, NAME, 5, {stream: () => undefined, push: ({wire}) => void pushes.push(wire[0]!)})
  return {pushes, damages, folder}
}

describe('log replay', () => {
  test('every truncation: whole records are there, the rest is cut off and reported', async () => {
    const {bytes, starts} = makeLog(4)
    for (let length = 0; length <= bytes.length; length++) {
      const {pushes, damages, folder} = await replay(bytes.subarray(0, length))
      const last = starts.findLastIndex(start => start <= length)
      expect(pushes).toEqual([0, 1, 2, 3].slice(0, Math.max(0, last - 1)))
      const torn = length - starts[last]!
      expect(damages).toEqual(
        torn === 0 ? [] : [{file: NAME, offset: starts[last], bytes: torn, reason: expect.any(String), torn: true, quarantine: undefined}],
      )
      expect([...folder.files]).toEqual([[NAME, bytes.subarray(0, starts[last])]])
      expect((await replay(folder.files.get(NAME)!)).damages).toEqual([])
    }
  })

  test('every bit flip: one record is set aside, all others are there', async () => {
    const {bytes, starts} = makeLog(3)
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = Buffer.from(bytes)
      flipped[bit >> 3]! ^= 1 << (bit & 7)
      const {pushes, damages, folder} = await replay(flipped)
      const hit = starts.findLastIndex(start => start <= bit >> 3)
      expect(pushes).toEqual([0, 1, 2].filter(i => i + 1 !== hit))
      const length = starts[hit + 1]! - starts[hit]!
      expect(damages.length).toBe(1)
      expect(damages[0]).toMatchObject({file: NAME, offset: starts[hit], bytes: length, torn: hit === 3})
      expect(folder.files.get(damages[0]!.quarantine!)).toEqual(flipped.subarray(starts[hit], starts[hit + 1]))
    }
  })

  test('lost bytes in the middle, garbage of any length, zeros at the end', async () => {
    const {bytes, starts} = makeLog(5, 2000)
    const lost = Buffer.concat([bytes.subarray(0, starts[2]! + 100), bytes.subarray(starts[3])])
    expect(await replay(lost)).toMatchObject({pushes: [0, 2, 3, 4], damages: [{offset: starts[2], torn: false}]})
    const cut = Buffer.concat([bytes.subarray(0, starts[4]! + 100), bytes.subarray(starts[4]! + 1500)])
    expect(await replay(cut)).toMatchObject({pushes: [0, 1, 2, 4], damages: [{offset: starts[4], bytes: starts[5]! - starts[4]! - 1400}]})
    const garbage = Buffer.alloc(3_000_000, 'SKDL')
    const middle = await replay(Buffer.concat([bytes.subarray(0, starts[3]), garbage, bytes.subarray(starts[3])]))
    expect(middle).toMatchObject({pushes: [0, 1, 2, 3, 4], damages: [{offset: starts[3], bytes: garbage.length, torn: false}]})
    expect(garbage.equals(middle.folder.files.get(middle.damages[0]!.quarantine!)!)).toBe(true)
    // What a crash leaves of a file that was extended and not written.
    const zeros = await replay(Buffer.concat([bytes, Buffer.alloc(5000)]))
    expect(zeros).toMatchObject({
      pushes: [0, 1, 2, 3, 4],
      damages: [{offset: bytes.length, bytes: 5000, torn: true, quarantine: undefined}],
    })
    expect(zeros.folder.files.get(NAME)!.length).toBe(bytes.length)
  })

  test('records of another generation, of unknown type, or that the caller refuses are set aside', async () => {
    const other = encodeStreamRecord(6, {tenant: 't', slot: 0, labels: []})
    expect(await replay(other)).toMatchObject({
      damages: [{offset: 0, bytes: other.length, reason: expect.stringContaining('generation 6'), torn: false}],
    })
    const folder = new MemoryFolder()
    const {bytes, starts} = makeLog(2)
    folder.files.set(NAME, bytes)
    const damages = await replayLog(folder, NAME, 5, {
      stream: () => undefined,
      push: ({wire}) => {
        if (wire[0] === 0) throw new Failure('CORRUPTION', 'no such stream')
      },
    })
    expect(damages).toEqual([
      {
        file: NAME,
        offset: starts[1],
        bytes: starts[2]! - starts[1]!,
        reason: 'no such stream',
        torn: false,
        quarantine: `${NAME}.at-${starts[1]}.quarantine`,
      },
    ])
  })

  test('describeLog shows records and damage', async () => {
    const {bytes} = makeLog(2)
    bytes[bytes.length - 1]! ^= 1
    const file = {size: async () => bytes.length, read: async (into: Uint8Array, at: number) => bytes.copy(into, 0, at, at + into.length)}
    const lines: string[] = []
    for await (const line of describeLog(file)) lines.push(line)
    expect(lines).toEqual([
      'log, records of version 1, 173 bytes',
      '@0          generation 5, 23 bytes, stream 0 of "t": {a="b"}',
      '@47         generation 5, 39 bytes, push of "t": 1 rows, streams 0, 20 bytes of snappy',
      '@110        DAMAGED 63 bytes: wrong checksum (nothing valid follows)',
      '1 streams, 1 pushes, 1 rows, 20 bytes of snappy, 1 damaged places',
    ])
  })
})
