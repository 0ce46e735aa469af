/*
 * One alternative of a line filter: a test of a line's bytes, on whole buffers where that is faster.
 */

/** What searching whole buffers needs; the kernel of the thread, or its plain twin. */
export interface LineSearch {
  /**
   * Writes to `out` the ascending numbers of the lines that hold the needle, and returns how many there are.
   *
   * @param offsets lines + 1 positions: line i is lines[offsets[i], offsets[i+1]).
   * @param needle  1 or more bytes; with `fold` lower-case ASCII, found in any case.
   * @param out     at least as many entries as there are lines.
   */
  findRows(lines: Uint8Array, offsets: Uint32Array, needle: Uint8Array, fold: boolean, out: Uint32Array): number
}

export interface LineTest {
  /** As LogQL writes it, without the operator. */
  readonly text: string
  /** Smaller runs earlier: roughly the cost per byte. */
  readonly cost: number
  test(bytes: Uint8Array, from: number, to: number): boolean
  /** Ascending numbers of the lines that pass, into `out`; only where it beats testing line by line. */
  readonly findRows?: (lines: Uint8Array, offsets: Uint32Array, out: Uint32Array) => number
}
