export {LEVEL_KEY, LEVEL_NAMES, type Append, type StreamRef} from './append.ts'
export type {Chunk, ChunkHandle, LineBlock, MetaColumn, ReadStats, StreamChunks} from './chunk.ts'
