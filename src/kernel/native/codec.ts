/** Snappy and LZ4 in the kernel module; the contract is CodecKernel. */
import {checkOut, checkRawLength, lz4Bound, lz4Corrupt, snappyCorrupt, snappyPreamble} from '../checks.ts'
import type {CodecKernel} from '../contract.ts'
import type {Native} from '../module.ts'

export function nativeCodec({memory, exports}: Native): CodecKernel {
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
      checkOut(out, rawLength)
      const {length} = input
      const src = memory.place('input', input, 'unpacked')
      // Not into `out` even when it is in this memory: the decoder writes up to 15 bytes past the end.
      const dst = memory.reserve('unpacked', rawLength)
      if (exports.lz4Decode(src, length, dst, rawLength) !== 0) throw lz4Corrupt()
      const raw = memory.view(dst, rawLength)
      if (out === undefined) return raw
      out.set(raw)
      return out.subarray(0, rawLength)
    },
  }
}
