/*
 * The order of chunks of one stream: by source (the part or head generation whose rows were pushed earlier is first), then by place
 * in the source.
 */

/** More chunks of one stream than any source has. Generations have 32 bits, so a sequence stays below 2^52. */
const CHUNKS_PER_SOURCE = 2 ** 20

/** Sequence of a source's first chunk; the others count up from it. @param generation the first one whose rows it has */
export function firstSequence(generation: number): number {
  return generation * CHUNKS_PER_SOURCE
}

export function sameSource(a: number, b: number): boolean {
  return Math.floor(a / CHUNKS_PER_SOURCE) === Math.floor(b / CHUNKS_PER_SOURCE)
}
