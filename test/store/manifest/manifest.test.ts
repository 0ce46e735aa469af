import {describe, expect, test} from 'vitest'
import {describeManifest, manifestKeyOf} from './support.ts'
import {parseObjectName, partKey, flushedPartId, mergedPartId, dayFolder} from '../../../src/store/manifest/index.ts'
import {decodeManifest, encodeManifest} from '../../../src/store/manifest/manifest.ts'
import {checkObjectKey} from '../../../src/store/object/index.ts'
import {MANIFEST} from './support.ts'

describe('manifest', () => {
  test('round trip and golden', () => {
    const bytes = encodeManifest(MANIFEST)
    expect(decodeManifest('k', bytes)).toEqual(MANIFEST)
    const text = Buffer.from(bytes).toString()
    expect(text.slice(0, 120)).toBe(
      'skald-manifest 1 dc092e47 406\n{"tenant":"te·nt","day":20415,"revision":7,"flushedThrough":12,"parts":[{"firstGeneration"',
    )
    expect([...describeManifest('k', bytes)]).toEqual([
      'manifest version 1, 437 bytes, checksum right',
      'tenant "te·nt", day 2025-11-23, revision 7, flushed through generation 12, 1 parts',
      'part te%c2%b7nt/2025-11-23/m00000001-00000012-x.part',
      '  generations 1..12, level 1, zstd, 1000 bytes, 5000 raw',
      '  10 rows of 2 streams, 3000 bytes of lines, 1500 of metadata',
      '  00:00:01.000000005 .. 23:59:59.999999999',
    ])
  })

  test('every truncation and every bit flip is refused, naming object and offset', () => {
    const bytes = encodeManifest(MANIFEST)
    const key = manifestKeyOf(MANIFEST)
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeManifest(key, bytes.subarray(0, length))).toThrow(/te%c2%b7nt\/2025-11-23\/manifest: damaged at byte \d+/)
    }
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = bytes.slice()
      flipped[bit >> 3]! ^= 1 << (bit & 7)
      expect(() => decodeManifest(key, flipped)).toThrow(/manifest: (damaged at byte|manifest version)/)
    }
  })
})

describe('object names', () => {
  test.each([
    ['fake', 'fake'],
    ['Team A/1', '+team%20+a%2f1'],
    ['..', '%2e.'],
    ['.tmp', '%2etmp'],
    ['ü', '%c3%bc'],
    ['a+b%', 'a%2bb%25'],
  ])('tenant %s', (tenant, segment) => {
    expect(dayFolder(tenant, 0)).toBe(`${segment}/1970-01-01`)
    checkObjectKey(partKey(tenant, 0, flushedPartId(1, 'r')))
  })

  test('long names stay apart and within bounds', () => {
    const names = ['A'.repeat(150), 'B'.repeat(150), 'a'.repeat(150), 'Ü'.repeat(75)]
    const keys = names.map(name => partKey(name, 20_000, mergedPartId(1, 99_999_999, '0123456789ab')))
    for (const key of keys) checkObjectKey(key)
    expect(new Set(keys).size).toBe(names.length)
  })

  test('are told apart', () => {
    const folder = dayFolder('t', 20_000)
    expect(parseObjectName(partKey('t', 20_000, flushedPartId(7, 'r')))).toEqual({kind: 'part', folder, lastGeneration: 7})
    expect(parseObjectName(partKey('t', 20_000, mergedPartId(7, 123_456_789, 'r')))).toEqual({
      kind: 'part',
      folder,
      lastGeneration: 123_456_789,
    })
    expect(parseObjectName(`${folder}/manifest`)).toEqual({kind: 'manifest', folder})
    expect(parseObjectName(`${folder}/manifest.damaged`)).toEqual({kind: 'damaged', folder})
    for (const other of ['readme', `${folder}/x.part`, `${folder}/a/manifest`, 'manifest']) expect(parseObjectName(other)).toBe(undefined)
  })
})
