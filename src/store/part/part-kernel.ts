import type {CodecKernel} from '../../kernel/contract.ts'

/** What parts take from the kernels: LZ4. `createKernel()` is one. */
export type PartKernel = Pick<CodecKernel, 'lz4Compress' | 'lz4Decompress'>
