/*
 * Set operations on a batch's selection. Lists of rows are ascending; marks are one byte per row of the batch.
 */
import type {Batch} from '../batch.ts'

/** Keeps the selected rows whose mark is not 0. */
export function keepMarked(batch: Batch, marks: Uint8Array): void {
  const {selected} = batch
  let kept = 0
  for (let i = 0; i < batch.count; i++) {
    const row = selected[i]!
    if (marks[row] !== 0) selected[kept++] = row
  }
  batch.count = kept
}

/** Keeps the selected rows that the list names, or with `negate` those that it does not name. */
export function keepListed(batch: Batch, rows: Uint32Array, count: number, negate: boolean): void {
  const {selected} = batch
  let kept = 0
  let at = 0
  for (let i = 0; i < batch.count; i++) {
    const row = selected[i]!
    while (at < count && rows[at]! < row) at++
    const listed = at < count && rows[at] === row
    if (listed !== negate) selected[kept++] = row
  }
  batch.count = kept
}

/** Of the first `count` rows keeps those that the other list has too, in place; returns how many. */
export function keepCommon(rows: Uint32Array, count: number, among: Uint32Array): number {
  let kept = 0
  let at = 0
  for (let i = 0; i < count; i++) {
    const row = rows[i]!
    while (at < among.length && among[at]! < row) at++
    if (at === among.length) break
    if (among[at] === row) rows[kept++] = row
  }
  return kept
}

/** Keeps the selected rows for which `keep` is true. */
export function keepRows(batch: Batch, keep: (row: number) => boolean): void {
  const {selected} = batch
  let kept = 0
  for (let i = 0; i < batch.count; i++) {
    const row = selected[i]!
    if (keep(row)) selected[kept++] = row
  }
  batch.count = kept
}
