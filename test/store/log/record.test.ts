import {expect, test} from 'vitest'
import {
  decodePushRecord,
  decodeStreamRecord,
  encodePushRecord,
  encodeStreamRecord,
  HEADER_BYTES,
  readHeader,
  TYPE_PUSH,
  TYPE_STREAM,
} from '../../../src/store/log/record.ts'

const PUSH = {tenant: 'te·nt', rows: 3, slots: Uint32Array.of(7, 0, 70_000), levels: Uint8Array.of(1, 0, 8), wire: Uint8Array.of(9, 8, 7)}
const STREAM = {tenant: 't', slot: 3, labels: [{name: 'app', value: 'ü"'}, {name: 'b', value: ''}]} // prettier-ignore

function whole(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts))
}

test('records round trip', () => {
  for (const levels of [PUSH.levels, Uint8Array.of(4, 4, 4)]) {
    const bytes = whole(encodePushRecord(12, {...PUSH, levels}))
    expect(readHeader(bytes, 0)).toMatchObject({type: TYPE_PUSH, generation: 12, length: bytes.length - HEADER_BYTES})
    expect(decodePushRecord(bytes.subarray(HEADER_BYTES))).toEqual({...PUSH, levels})
  }
  const bytes = encodeStreamRecord(4_000_000_000, STREAM)
  expect(readHeader(bytes, 0)).toMatchObject({type: TYPE_STREAM, generation: 4_000_000_000, length: bytes.length - HEADER_BYTES})
  expect(decodeStreamRecord(bytes.subarray(HEADER_BYTES))).toEqual(STREAM)
  const empty = {tenant: '', rows: 0, slots: new Uint32Array(0), levels: new Uint8Array(0), wire: new Uint8Array(0)}
  expect(decodePushRecord(whole(encodePushRecord(1, empty)).subarray(HEADER_BYTES))).toEqual(empty)
})

test('the bytes are these', () => {
  const hex = (bytes: Uint8Array) =>
    Buffer.from(bytes)
      .toString('hex')
      .replace(/(.{8})/g, '$1 ')
      .trim()
  expect(hex(encodeStreamRecord(2, {tenant: 'x', slot: 1, labels: [{name: 'a', value: 'b'}]}))).toBe(
    // magic  type…     generation length   bodyCrc  headerCrc tenant       slot       count     name        value
    '534b444c 01010000 02000000 17000000 b1bb5758 3cc69f9a 01000000 78010000 00010000 00010000 00610100 000062',
  )
})

test('every bit of a header is guarded', () => {
  const bytes = encodeStreamRecord(2, STREAM)
  for (let bit = 0; bit < HEADER_BYTES * 8; bit++) {
    const flipped = bytes.slice()
    flipped[bit >> 3]! ^= 1 << (bit & 7)
    expect(readHeader(flipped, 0)).toBe(undefined)
  }
})

test('a body cut short is refused, wherever', () => {
  const push = whole(encodePushRecord(1, PUSH)).subarray(HEADER_BYTES)
  const stream = encodeStreamRecord(1, STREAM).subarray(HEADER_BYTES)
  const wireAt = push.length - PUSH.wire.length
  for (let length = 0; length < wireAt; length++) expect(() => decodePushRecord(push.subarray(0, length))).toThrow(/too early/)
  for (let length = 0; length < stream.length; length++) expect(() => decodeStreamRecord(stream.subarray(0, length))).toThrow(/too early/)
  expect(() => decodeStreamRecord(Buffer.concat([stream, Buffer.of(0)]))).toThrow(/bytes after/)
})
