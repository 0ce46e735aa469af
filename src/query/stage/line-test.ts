/*
 * One alternative of a line filter: a test of a line's bytes, on whole buffers where that is faster.
 */

import type {DfaKernel, FindKernel} from '../../kernel/index.ts'

/** Searches whole buffers; the kernel of the thread, or its plain twin. */
export type LineSearch = Pick<FindKernel, 'findRows'> & DfaKernel

export interface LineTest {
  /** As LogQL writes it, without the operator. */
  readonly text: string
  /** Smaller runs earlier: roughly the cost per byte. */
  readonly cost: number
  test(bytes: Uint8Array, from: number, to: number): boolean
  /** Ascending numbers of the lines that pass, into `out`; only where it beats testing line by line. */
  readonly findRows?: (lines: Uint8Array, offsets: Uint32Array, out: Uint32Array) => number
}
