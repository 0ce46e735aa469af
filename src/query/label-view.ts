/*
 * What one label name reads as in the rows of a batch, at this point of the pipeline: the way stages read labels.
 *
 * Stages that test values do not read row by row: {@link LabelView.uniform} tells when all rows read the same, and
 * {@link LabelView.codes} when each row reads a dictionary value, so that a test runs once per distinct value.
 */
import {labelValue} from '../model/index.ts'
import type {Batch, MetaView} from './batch.ts'
import type {ParsedColumn} from './column.ts'
import {ERROR_DETAILS_LABEL, ERROR_LABEL} from './error-state.ts'

export type LabelView = {
  readonly name: string
  /** Set when every row reads the same: `value` undefined means that the label is absent. */
  readonly uniform: {readonly value: string | undefined} | undefined
  /** Set when each row reads its code's value, and rows with code 0 read `absent`. */
  readonly codes: MetaView | undefined
  /** What rows without parsed value and metadata read: the stream's value, or undefined. */
  readonly absent: string | undefined
  /** The parsed column, when neither uniform nor codes are set; for rows that {@link ParsedColumn.isSpan} it saves making a string. */
  readonly parsed: ParsedColumn | undefined
  /** The value of a row, undefined when it has none. */
  readonly text: (row: number) => string | undefined
}

/** Valid until a stage writes labels. */
export function viewLabel(batch: Batch, name: string): LabelView {
  if ((name === ERROR_LABEL || name === ERROR_DETAILS_LABEL) && batch.errors.any) {
    // A parsed label of that name gives way to the error state, and is seen where there is none.
    const parsed = batch.parsed(name)
    const {text, ...view} = viewError(batch, name)
    return {...view, text: row => text(row) ?? parsed?.text(row)}
  }
  const erased = batch.erasure(name)
  const parsed = batch.parsed(name)
  const stream = erased === true ? undefined : labelValue(batch.stream, name)
  const meta = erased === true ? undefined : batch.meta(name)
  const view = {name, absent: stream, parsed, codes: undefined, uniform: undefined}
  if (parsed === undefined && erased === undefined) {
    if (meta?.column.constant === true) {
      const value = meta.column.value(0)
      return {...view, uniform: {value}, text: () => value}
    }
    if (meta !== undefined) return {...view, codes: meta, text: row => metaText(meta, row)}
    return {...view, uniform: {value: stream}, text: () => stream}
  }
  if (parsed === undefined && erased === true) return {...view, uniform: {value: undefined}, text: () => undefined}
  return {
    ...view,
    text: row => {
      if (parsed?.written(row)) return parsed.text(row)
      if (erased instanceof Uint8Array && erased[row] === 1) return undefined
      const value = meta && metaText(meta, row)
      return value ?? stream
    },
  }
}

/**
 * As filters read labels: `__error__` is the error and never a label of that name, `__error_details__` is not to be seen
 * (logql § 3.4).
 */
export function viewForFilter(batch: Batch, name: string): LabelView {
  if (name === ERROR_LABEL && batch.errors.any) return viewError(batch, name)
  if (name !== ERROR_LABEL && name !== ERROR_DETAILS_LABEL) return viewLabel(batch, name)
  return {name, uniform: {value: undefined}, codes: undefined, absent: undefined, parsed: undefined, text: () => undefined}
}

function metaText(meta: MetaView, row: number): string | undefined {
  const code = meta.codes[row]!
  return code === 0 ? undefined : meta.column.value(code - 1)
}

function viewError(batch: Batch, name: string): LabelView {
  const errors = batch.errors
  const read = name === ERROR_LABEL ? (row: number) => errors.error(row) : (row: number) => errors.details(row)
  return {
    name,
    uniform: undefined,
    codes: undefined,
    absent: undefined,
    parsed: undefined,
    text: row => (read(row) === '' ? undefined : read(row)),
  }
}
