export {openPart, type BlockCache, type OpenPartOptions, type PartChunkHandle, type PartFacts, type PartReader} from './part-reader.ts'
export type {PartKernel} from './part-kernel.ts'
export type {PartCodec, PartMeta} from './part-meta.ts'
export {PartWriter, type PartWriterOptions} from './part-writer.ts'
