/*
 * What turns rows into numbers: the values of a metric query's samples. `unwrap` is one; counts and bytes need none.
 */
import type {Batch} from '../batch.ts'
import type {Names} from './stage.ts'

export interface SampleStage {
  /**
   * Writes values[row] for the selected rows. Rows without a value are taken out of the selection; a value that does not convert
   * is 0, with an error. What {@link Stage.apply} promises holds here too.
   *
   * @param values at least batch.rows long.
   */
  extract(batch: Batch, values: Float64Array): void
}

export interface SamplePlan {
  readonly text: string
  /** As {@link StagePlan.needs}. */
  needs(after: Names): Names
  create(): SampleStage
}
