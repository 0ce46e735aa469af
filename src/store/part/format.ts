/*
 * Every constant of the part format in one place (docs/FORMAT.md § part), and every limit with its reason; those of chunks are in
 * ../chunk-size.ts, for the head cuts as parts do.
 */

/** First and last bytes of a part. */
export const MAGIC = 'SKALDPRT'
/** See the version table in docs/FORMAT.md. Readers refuse what they do not know. */
export const VERSION = 1
/** magic version:u32 zero:u32 */
export const HEADER_SIZE = 16
export const FOOTER_SIZE = 40

/** One read of this many bytes opens a small part. */
export const TAIL_SIZE = 64 * 1024

/** Lines decompressed at once; fits the L2 cache together with its source. A single line may be larger. */
export const LINE_BLOCK_SIZE_MAX = 256 * 1024

/** Longest block or section, decompressed: nothing allocates more on the word of a damaged file. */
export const RAW_LENGTH_MAX = 2 ** 30

/** How a block is stored. Numbers are in the format. */
export const CODEC_NONE = 0
export const CODEC_LZ4 = 1
export const CODEC_ZSTD = 2
export type BlockCodec = typeof CODEC_NONE | typeof CODEC_LZ4 | typeof CODEC_ZSTD
export const CODEC_NAMES = ['none', 'lz4', 'zstd'] as const

/** Sections of the index. A reader skips kinds it does not know; filters will be one. */
export const SECTION_FACTS = 1
export const SECTION_SYMBOLS = 2
export const SECTION_STREAMS = 3
export const SECTION_POSTINGS = 4
export const SECTION_CHUNKS = 5
export const SECTION_BLOCKS = 6
export const SECTION_FILTERS = 7
export const SECTION_NAMES: Readonly<Record<number, string>> = {
  [SECTION_FACTS]: 'facts',
  [SECTION_SYMBOLS]: 'symbols',
  [SECTION_STREAMS]: 'streams',
  [SECTION_POSTINGS]: 'postings',
  [SECTION_CHUNKS]: 'chunks',
  [SECTION_BLOCKS]: 'blocks',
  [SECTION_FILTERS]: 'filters',
}
