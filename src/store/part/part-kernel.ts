import type {BitsKernel, CodecKernel, ColumnsKernel} from '../../kernel/index.ts'

/** What parts take from the kernels. `createKernel()` is one; its bit unpacking is used only when it is faster than ours. */
export type PartKernel = Pick<CodecKernel, 'lz4Compress' | 'lz4Decompress' | 'zstdDecompress'> & {
  readonly accelerated?: boolean
  readonly unpackDeltas?: BitsKernel['unpackDeltas']
  readonly columns?: ColumnsKernel
}
