/*
 * One alternative of a line filter: a test of a line's bytes, on whole buffers where that is faster.
 */

import type {DfaKernel, FindKernel} from '../../kernel/index.ts'

/** Searches whole buffers; the kernel of the thread, or its plain twin. */
export type LineSearch = Pick<FindKernel, 'findRows'> & DfaKernel

/** With `fold`, ASCII letters in any case. `decides`: lines that have a text pass without another look. */
export type Searched = {readonly texts: readonly string[]; readonly fold: boolean; readonly decides: boolean}

export interface LineTest {
  /** As LogQL writes it, without the operator. */
  readonly text: string
  /** Smaller runs earlier: roughly the cost per byte. */
  readonly cost: number
  /** Texts of which a line must have one: searched for in whole buffers first. Undefined when every line is looked at. For explain. */
  readonly searched?: Searched
  test(bytes: Uint8Array, from: number, to: number): boolean
  /**
   * Ascending numbers of the lines that pass, into `out`; only where it beats testing line by line.
   *
   * @param among lines that matter, ascending, when not all do: of others it may say either.
   */
  readonly findRows?: (lines: Uint8Array, offsets: Uint32Array, out: Uint32Array, among?: Uint32Array) => number
}
