/*
 * Tests of one label's value: the leaves of label filters.
 */

/** DROP and KEEP, or KEEP with an error: the value could not be converted. */
export type Verdict = boolean | {readonly details: string}

export interface LabelTest {
  readonly name: string
  /** As LogQL writes it. */
  readonly text: string
  /** True when it may answer with an error. */
  readonly converts: boolean
  /** undefined: the label is absent. */
  test(value: string | undefined): Verdict
  /** The same for UTF-8 bytes [from, to), where no string is needed; undefined: ask {@link test}. */
  readonly testBytes?: (bytes: Uint8Array, from: number, to: number) => Verdict | undefined
}
