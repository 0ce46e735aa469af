/*
 * How much metadata a chunk may have, so that decoding one is cheap whatever clients send. Rows and lines have limits of their own
 * and usually decide where a chunk ends; large values do it earlier, and so do keys without end, for each key is a column with a code
 * per row.
 */

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
