/*
 * Where blocks are. A block is the unit of reading, checking and decompressing; columns and lines are slices of blocks.
 */
import type {ByteReader} from '../byte-reader.ts'
import type {ByteWriter} from '../byte-writer.ts'
import {CODEC_NAMES, HEADER_SIZE, RAW_LENGTH_MAX, type BlockCodec} from '../format.ts'

export type Block = {
  /** In the object. */
  readonly offset: number
  readonly storedLength: number
  readonly rawLength: number
  readonly codec: BlockCodec
  /** CRC-32 of the stored bytes. */
  readonly checksum: number
}

/** Bytes of a decompressed block. */
export type Slice = {readonly block: number; readonly offset: number; readonly length: number}

// blocks := count:uvarint (offset:svarint storedLength:uvarint rawLength:uvarint codec:u8)* checksum:u32*   (docs/FORMAT.md § blocks)
//           offset: minus the end of the block before (of the header for the first), so 0 except around shared pages

export function writeBlockTable(w: ByteWriter, blocks: readonly Block[]): void {
  w.uvarint(blocks.length)
  let end = HEADER_SIZE
  for (const block of blocks) {
    w.svarint(block.offset - end)
    w.uvarint(block.storedLength)
    w.uvarint(block.rawLength)
    w.u8(block.codec)
    end = block.offset + block.storedLength
  }
  for (const block of blocks) w.u32(block.checksum)
}

/** Blocks as columns: a large part has tens of thousands. */
export class BlockTable {
  readonly count: number
  readonly offset: Float64Array
  readonly storedLength: Float64Array
  readonly rawLength: Float64Array
  readonly codec: Uint8Array
  readonly checksum: Uint32Array

  /** @param dataEnd blocks lie in [HEADER_SIZE, dataEnd) of the object */
  constructor(r: ByteReader, dataEnd: number) {
    const count = r.count(2 ** 31, 8)
    this.count = count
    this.offset = new Float64Array(count)
    this.storedLength = new Float64Array(count)
    this.rawLength = new Float64Array(count)
    this.codec = new Uint8Array(count)
    this.checksum = new Uint32Array(count)
    let end = HEADER_SIZE
    for (let i = 0; i < count; i++) {
      const offset = end + r.svarint()
      this.offset[i] = offset
      end = offset + (this.storedLength[i] = r.uvarint())
      this.rawLength[i] = r.uvarint()
      this.codec[i] = r.u8()
      if (offset < HEADER_SIZE || end > dataEnd) r.fail(`block ${i} lies outside of the data`)
      if (this.rawLength[i]! > RAW_LENGTH_MAX) r.fail(`block ${i} is impossibly long`)
      if (this.codec[i]! >= CODEC_NAMES.length) r.fail(`block ${i} has an unknown codec`)
    }
    for (let i = 0; i < count; i++) this.checksum[i] = r.u32()
    r.end()
  }
}
