/*
 * Header, directory and footer: how a reader finds the sections from the last bytes of an object.
 */
import {crc32} from 'node:zlib'
import {Failure} from '../../model/index.ts'
import {ByteReader, corruption, type Origin} from './byte-reader.ts'
import {ByteWriter} from './byte-writer.ts'
import {CODEC_NAMES, FOOTER_SIZE, HEADER_SIZE, MAGIC, RAW_LENGTH_MAX, VERSION, type BlockCodec} from './format.ts'

export type Section = {
  readonly kind: number
  readonly offset: number
  readonly storedLength: number
  readonly rawLength: number
  readonly codec: BlockCodec
  readonly checksum: number
}

export type Footer = {
  /** Of the whole object. */
  readonly size: number
  /** First byte after the chunk data. */
  readonly dataEnd: number
  /** Directly before the footer. */
  readonly directoryOffset: number
  readonly directoryLength: number
  readonly directoryChecksum: number
}

const MAGIC_BYTES = Buffer.from(MAGIC, 'latin1')

// header := magic:8 version:u32 0:u32                                                    (docs/FORMAT.md § part)
export function encodeHeader(): Uint8Array {
  const w = new ByteWriter(HEADER_SIZE)
  w.bytes(MAGIC_BYTES)
  w.u32(VERSION)
  w.u32(0)
  return w.view()
}

// directory := count:uvarint (kind:uvarint offset:uvarint storedLength:uvarint rawLength:uvarint codec:u8 checksum:u32)*
export function encodeDirectory(sections: readonly Section[]): Uint8Array {
  const w = new ByteWriter()
  w.uvarint(sections.length)
  for (const section of sections) {
    w.uvarint(section.kind) //              readers skip unknown kinds
    w.uvarint(section.offset) //            bytes from the start of the object
    w.uvarint(section.storedLength)
    w.uvarint(section.rawLength)
    w.u8(section.codec)
    w.u32(section.checksum) //              CRC-32 of the stored bytes
  }
  return w.view()
}

export function decodeDirectory(bytes: Uint8Array, footer: Footer, origin: Origin): Section[] {
  if (crc32(bytes) !== footer.directoryChecksum) throw corruption(origin, 'wrong checksum')
  const r = new ByteReader(bytes, origin)
  const sections: Section[] = []
  for (let left = r.count(1024, 9); left > 0; left--) {
    const kind = r.uvarint()
    const offset = r.uvarint()
    const storedLength = r.uvarint()
    const rawLength = r.uvarint()
    const codec = r.u8()
    const checksum = r.u32()
    if (offset < footer.dataEnd || offset + storedLength > footer.directoryOffset) r.fail('a section lies outside of the index')
    if (rawLength > RAW_LENGTH_MAX) r.fail('a section is impossibly long')
    if (codec >= CODEC_NAMES.length) r.fail('a section has an unknown codec')
    sections.push({kind, offset, storedLength, rawLength, codec: codec as BlockCodec, checksum})
  }
  r.end()
  return sections
}

// footer := size:u64 dataEnd:u64 directoryLength:u32 directoryChecksum:u32 version:u32 footerChecksum:u32 magic:8
//           the directory lies directly before it; footerChecksum is over the footer's bytes before itself   (docs/FORMAT.md § footer)
export function encodeFooter(footer: Footer): Uint8Array {
  const w = new ByteWriter(FOOTER_SIZE)
  w.u64(footer.size) //                 of the whole object
  w.u64(footer.dataEnd)
  w.u32(footer.directoryLength)
  w.u32(footer.directoryChecksum)
  w.u32(VERSION)
  w.u32(crc32(w.view()))
  w.bytes(MAGIC_BYTES)
  return w.view()
}

/**
 * @param tail   the last bytes of the object, at least HEADER_SIZE + FOOTER_SIZE of them if it has so many
 * @param whole  `tail` is the whole object
 */
export function decodeFooter(tail: Uint8Array, whole: boolean, key: string): Footer {
  const position = tail.length - FOOTER_SIZE
  const origin: Origin = {key, offset: Math.max(0, position), what: whole ? 'footer' : 'footer, counted from the last bytes read,'}
  if (position < HEADER_SIZE) throw corruption(origin, `the object has only ${tail.length} bytes`)
  const bytes = tail.subarray(position)
  const r = new ByteReader(bytes, origin)
  if (!MAGIC_BYTES.equals(bytes.subarray(FOOTER_SIZE - MAGIC_BYTES.length))) r.fail('this is not a part, or its end is cut off')
  const size = r.u64()
  const dataEnd = r.u64()
  const directoryLength = r.u32()
  const directoryChecksum = r.u32()
  const version = r.u32()
  const checked = bytes.subarray(0, r.position)
  if (r.u32() !== crc32(checked)) r.fail('wrong checksum')
  if (version !== VERSION) {
    throw new Failure('UNSUPPORTED', `part ${key} has format version ${version}; this program reads version ${VERSION}`)
  }
  const directoryOffset = size - FOOTER_SIZE - directoryLength
  if (whole ? size !== tail.length : size <= tail.length) r.fail(`the object should have ${size} bytes`)
  if (dataEnd < HEADER_SIZE || directoryOffset < dataEnd) r.fail('its offsets are not possible')
  return {size, dataEnd, directoryOffset, directoryLength, directoryChecksum}
}
