/*
 * Compresses and decompresses one block. A block that does not shrink is stored as it is.
 */
import {corruption, type Origin} from './byte-reader.ts'
import {CODEC_LZ4, CODEC_NONE, CODEC_ZSTD, type BlockCodec} from './format.ts'
import type {PartKernel} from './part-kernel.ts'
import type {PartCodec} from './part-meta.ts'
import type {ZstdCompress} from './zstd.ts'

/** Compression must save this share; decoding time for less is a bad bargain. */
const SAVING_MIN = 1 / 32
/** Shorter blocks never pay for their frame. */
const TRY_SIZE_MIN = 48

export type Compressed = {readonly codec: BlockCodec; readonly bytes: Uint8Array}

export class BlockCompressor {
  readonly #kernel: PartKernel
  readonly #zstd: ZstdCompress | undefined
  readonly #zstdLevel: number

  /** @param zstd LZ4 is used without it */
  constructor(kernel: PartKernel, zstd: ZstdCompress | undefined, zstdLevel: number) {
    this.#kernel = kernel
    this.#zstd = zstd
    this.#zstdLevel = zstdLevel
  }

  get codec(): PartCodec {
    return this.#zstd === undefined ? 'lz4' : 'zstd'
  }

  /** @returns `raw` itself, or a view that is valid until the next call. */
  compress(raw: Uint8Array): Compressed {
    if (raw.length >= TRY_SIZE_MIN) {
      const limit = raw.length * (1 - SAVING_MIN)
      if (this.#zstd !== undefined) {
        const bytes = this.#zstd(raw, this.#zstdLevel)
        if (bytes.length < limit) return {codec: CODEC_ZSTD, bytes}
      } else {
        const bytes = this.#kernel.lz4Compress(raw)
        if (bytes.length < limit) return {codec: CODEC_LZ4, bytes}
      }
    }
    return {codec: CODEC_NONE, bytes: raw}
  }
}

/**
 * @param stored  checked by its checksum already
 * @returns rawLength bytes: `stored` itself when it is not compressed, otherwise a fresh array
 * @throws {Failure} CORRUPTION when it does not decode to exactly that
 */
export function decompressBlock(kernel: PartKernel, codec: number, stored: Uint8Array, rawLength: number, origin: Origin): Uint8Array {
  let raw: Uint8Array
  try {
    if (codec === CODEC_NONE) raw = stored
    else if (codec === CODEC_LZ4) raw = kernel.lz4Decompress(stored, rawLength, new Uint8Array(rawLength))
    else if (codec === CODEC_ZSTD) raw = kernel.zstdDecompress(stored, rawLength, new Uint8Array(rawLength))
    else throw corruption(origin, `unknown codec ${codec}`)
  } catch (error) {
    throw corruption(origin, error instanceof Error ? error.message : String(error))
  }
  if (raw.length !== rawLength) throw corruption(origin, `it decodes to ${raw.length} bytes instead of ${rawLength}`)
  return raw
}
