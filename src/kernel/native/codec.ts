/** Snappy, LZ4 and zstd in the kernel module; the contract is CodecKernel. */
import {checkOut, checkRawLength, checkZstdLength, lz4Bound, lz4Corrupt, snappyCorrupt, snappyPreamble, zstdCorrupt} from '../checks.ts'
import type {CodecKernel} from '../contract.ts'
import type {Native} from '../module.ts'

export function nativeCodec({memory, exports}: Native): CodecKernel {
  /** Into a region of its own even when `out` is in this memory: decoders write past the end. */
  const decompress = (
    decode: 'lz4Decode' | 'zstdDecode',
    input: Uint8Array,
    rawLength: number,
    out: Uint8Array | undefined,
  ): Uint8Array | null => {
    checkOut(out, rawLength)
    const src = memory.place('input', input, 'unpacked')
    const dst = memory.reserve('unpacked', rawLength)
    if (exports[decode](src, input.length, dst, rawLength) !== 0) return null
    const raw = memory.view(dst, rawLength)
    if (out === undefined) return raw
    out.set(raw)
    return out.subarray(0, rawLength)
  }
  return {
    snappyRawLength: compressed => snappyPreamble(compressed).rawLength,
    snappyDecode(compressed, rawMax) {
      const {rawLength, headerLength} = snappyPreamble(compressed, rawMax)
      const src = memory.place('input', compressed, 'raw') + headerLength
      const dst = memory.reserve('raw', rawLength)
      if (exports.snappyDecode(src, compressed.length - headerLength, dst, rawLength) !== 0) throw snappyCorrupt()
      return memory.view(dst, rawLength)
    },
    lz4Compress(input) {
      const {length} = input
      const src = memory.place('input', input, 'packed')
      const dst = memory.reserve('packed', lz4Bound(length))
      return memory.view(dst, exports.lz4Encode(src, length, dst))
    },
    lz4Decompress(input, rawLength, out) {
      checkRawLength(rawLength, input.length)
      const raw = decompress('lz4Decode', input, rawLength, out)
      if (raw === null) throw lz4Corrupt()
      return raw
    },
    zstdDecompress(input, rawLength, out) {
      checkZstdLength(rawLength, input.length)
      const raw = decompress('zstdDecode', input, rawLength, out)
      if (raw === null) throw zstdCorrupt()
      return raw
    },
  }
}
