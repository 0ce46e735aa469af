/*
 * How large a chunk may be, in the head and in a part alike (docs/FORMAT.md § chunks). Rows and lines usually decide where one ends;
 * so that decoding is cheap whatever clients send, large values of metadata do it earlier, and so do keys without end, for each key
 * is a column with a code per row.
 */

/** A chunk is the unit of skipping and of decoding: small enough to decode one for a few rows, large enough to compress. */
export const CHUNK_ROWS_MAX = 8192
/** Lines of a chunk, bytes; a single line may be larger. */
export const CHUNK_LINE_BYTES_MAX = 1024 * 1024
/** Names and values of all rows together. A single row may have more. */
export const CHUNK_META_BYTES_MAX = 4 * 1024 * 1024
/** Metadata names of all rows. A single row may have more. */
export const CHUNK_NAMES_MAX = 1024
/** Rows times names: codes that are held when all columns are decoded. */
export const CHUNK_CELLS_MAX = 2 ** 21

/** Whether several rows with so many names and bytes of metadata may be one chunk. */
export function metaFits(rows: number, names: number, bytes: number): boolean {
  return bytes <= CHUNK_META_BYTES_MAX && names <= CHUNK_NAMES_MAX && rows * names <= CHUNK_CELLS_MAX
}
