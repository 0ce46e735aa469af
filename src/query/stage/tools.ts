/*
 * What stages are built with: each thread has its own.
 */
import type {FieldsKernel} from '../../kernel/index.ts'
import type {LineSearch} from './line-test.ts'

export interface Tools {
  readonly kernel: LineSearch & Partial<FieldsKernel>
  /** Wall clock, ns since the epoch: `now` of templates. */
  readonly nowNs: () => bigint
}
