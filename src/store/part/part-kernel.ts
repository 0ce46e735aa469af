/** What parts take from the kernels: byte codecs over plain arrays. `createKernel()` is one. */
export interface PartKernel {
  /** One LZ4 block. A view or a fresh array, valid until the next call. */
  lz4Compress(source: Uint8Array): Uint8Array
  /** Inverse; throws when the block is not `rawLength` bytes of valid LZ4. */
  lz4Decompress(source: Uint8Array, rawLength: number): Uint8Array
}
