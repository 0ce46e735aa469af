/*
 * Reads bytes of one part object: sections of the index and blocks, each checked before it is decoded.
 *
 * Owns   checksums and decompression, what was read of the object's end.
 * Leaves caching of decoded blocks to the injected cache.
 */
import {crc32} from 'node:zlib'
import type {MaybePromise} from '../../model/index.ts'
import type {ReadStats} from '../chunk.ts'
import type {ObjectStore} from '../object/index.ts'
import {FRESH, type Arrays} from '../arrays.ts'
import {after} from './after.ts'
import {decompressBlock} from './block-codec.ts'
import type {BlockTable, Slice} from './section/block-table.ts'
import {ByteReader, corruption, type Origin} from './byte-reader.ts'
import type {UnpackDeltas} from './column/ascending.ts'
import {decodeDirectory, decodeFooter, type Footer, type Section} from './footer.ts'
import {SECTION_NAMES, TAIL_SIZE} from './format.ts'
import type {PartKernel} from './part-kernel.ts'

/** Decoded blocks by name; whoever holds the memory decides what stays. Bytes must not be changed. */
export interface BlockCache {
  get(key: string): Uint8Array | undefined
  set(key: string, bytes: Uint8Array): void
}

export type PartSource = {
  readonly objects: ObjectStore
  readonly key: string
  readonly kernel: PartKernel
  readonly cache?: BlockCache
  /** For decoded columns of chunks. Default: fresh ones. */
  readonly arrays?: Arrays
}

export class PartFile {
  readonly key: string
  readonly footer: Footer
  readonly sections: readonly Section[]
  /** The store answers later: what synchronous code will need must be fetched before. */
  readonly isRemote: boolean
  readonly #source: PartSource
  /** The object's last bytes, until the index is read. */
  #tail: Uint8Array | undefined

  private constructor(source: PartSource, footer: Footer, sections: readonly Section[], tail: Uint8Array, isRemote: boolean) {
    this.key = source.key
    this.#source = source
    this.footer = footer
    this.sections = sections
    this.#tail = tail
    this.isRemote = isRemote
  }

  get arrays(): Arrays {
    return this.#source.arrays ?? FRESH
  }

  /** Undefined when the kernel is no faster than plain code. */
  get unpackDeltas(): UnpackDeltas | undefined {
    const {kernel} = this.#source
    return kernel.accelerated === true ? kernel.unpackDeltas : undefined
  }

  static open(source: PartSource): MaybePromise<PartFile> {
    const {objects, key} = source
    const reading = objects.getRange(key, -TAIL_SIZE, TAIL_SIZE)
    return after(reading, tail => {
      const footer = decodeFooter(tail, tail.length < TAIL_SIZE, key)
      const origin: Origin = {key, offset: footer.directoryOffset, what: 'directory'}
      const tailOffset = footer.size - tail.length
      const directory =
        footer.directoryOffset >= tailOffset
          ? tail.subarray(footer.directoryOffset - tailOffset, footer.directoryOffset - tailOffset + footer.directoryLength)
          : readExactly(objects, origin, footer.directoryLength)
      return after(directory, bytes => {
        return new PartFile(source, footer, decodeDirectory(bytes, footer, origin), tail, reading instanceof Promise)
      })
    })
  }

  /** @throws {Failure} CORRUPTION when there is none, or it is damaged. */
  section(kind: number): MaybePromise<ByteReader> {
    const section = this.sections.find(each => each.kind === kind)
    const what = `section ${SECTION_NAMES[kind] ?? kind}`
    if (section === undefined) throw corruption({key: this.key, offset: this.footer.directoryOffset, what}, 'it is missing')
    const origin: Origin = {key: this.key, offset: section.offset, what}
    return after(this.#bytes(origin, section.storedLength), stored => {
      if (crc32(stored) !== section.checksum) throw corruption(origin, 'wrong checksum')
      return new ByteReader(decompressBlock(this.#source.kernel, section.codec, stored, section.rawLength, origin), origin)
    })
  }

  /** Sections are read for the last time: lets go of the tail. */
  forgetTail(): void {
    this.#tail = undefined
  }

  originOf(table: BlockTable, block: number, what: string): Origin {
    return {key: this.key, offset: table.offset[block] ?? 0, what: `block ${block} (${what})`}
  }

  /**
   * A decoded block, from the cache or the object.
   * @param what for the message when it is damaged
   */
  block(table: BlockTable, block: number, what: string, stats: ReadStats): MaybePromise<Uint8Array> {
    if (block >= table.count) throw corruption({key: this.key, offset: 0, what}, `there is no block ${block}`)
    const {cache, kernel} = this.#source
    const name = `${this.key}#${block}`
    const cached = cache?.get(name)
    if (cached !== undefined) {
      stats.blocksFromCache++
      return cached
    }
    const origin = this.originOf(table, block, what)
    const length = table.storedLength[block]!
    return after(readExactly(this.#source.objects, origin, length), stored => {
      stats.bytesRead += length
      if (crc32(stored) !== table.checksum[block]) throw corruption(origin, 'wrong checksum')
      const raw = decompressBlock(kernel, table.codec[block]!, stored, table.rawLength[block]!, origin)
      cache?.set(name, raw)
      return raw
    })
  }

  /** @throws {Failure} CORRUPTION when the slice is not within the block. */
  cut(bytes: Uint8Array, slice: Slice, table: BlockTable, what: string): Uint8Array {
    if (slice.offset + slice.length > bytes.length)
      throw corruption(this.originOf(table, slice.block, what), 'a slice goes beyond the block')
    return bytes.subarray(slice.offset, slice.offset + slice.length)
  }

  #bytes(origin: Origin, length: number): MaybePromise<Uint8Array> {
    const tail = this.#tail
    const at = tail === undefined ? -1 : origin.offset - (this.footer.size - tail.length)
    if (tail !== undefined && at >= 0) return tail.subarray(at, at + length)
    return readExactly(this.#source.objects, origin, length)
  }
}

function readExactly(objects: ObjectStore, origin: Origin, length: number): MaybePromise<Uint8Array> {
  return after(objects.getRange(origin.key, origin.offset, length), bytes => {
    if (bytes.length !== length) throw corruption(origin, `the object ends early: ${bytes.length} of ${length} bytes`)
    return bytes
  })
}
