/*
 * Lines of a batch read by the kernel, when a few fields are asked for: several times as fast as line by line. Lines with
 * anything unusual in them are left to the parser, which also says what is wrong with them.
 */
import {SPAN_NONE, type FieldsAsked, type FieldsKernel} from '../../../kernel/index.ts'
import type {Batch} from '../../batch.ts'
import {HIGH, VERBATIM, valueText} from './fields.ts'
import type {KeyTargets} from './targets.ts'
import {isClean} from './text.ts'

// The kernel copies all lines of a batch to its memory, so it is not asked when few rows are left.
const DENSE_SHARE = 8

// Positions have 30 bits in the kernel's answer.
const LINES_BYTES_MAX = 1 << 30

export type KernelOptions = Pick<FieldsAsked, 'format' | 'whole' | 'strict' | 'keepEmpty'>

/**
 * @param targets begun for the batch.
 * @returns the rows that are still to be read, ascending.
 */
export function scanByKernel({scanFields}: Partial<FieldsKernel>, batch: Batch, targets: KeyTargets, options: KernelOptions): Uint32Array {
  const rows = batch.selected.subarray(0, batch.count)
  const {buffer, offsets} = batch
  if (scanFields === undefined || targets.all || targets.live === 0 || batch.linesReplaced) return rows
  if (rows.length * DENSE_SHARE < batch.rows || buffer.length >= LINES_BYTES_MAX) return rows
  const {slots, names, contested} = targets.liveNames()
  const {spans, status} = scanFields({...options, lines: buffer, offsets, rows, names})
  const order = Uint32Array.from(slots.keys())
  const left = new Uint32Array(rows.length)
  let count = 0
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!
    if (status[i] !== 0) {
      left[count++] = row
      continue
    }
    const at = 2 * slots.length * i
    if (contested) order.sort((a, b) => spans[at + 2 * a]! - spans[at + 2 * b]!)
    for (const k of order) {
      const start = spans[at + 2 * k]!
      if (start === SPAN_NONE) continue
      const column = targets.open(slots[k]!, row)
      if (column === undefined) continue
      const word = spans[at + 2 * k + 1]!
      const end = word & (LINES_BYTES_MAX - 1)
      const form = word >>> 30
      if (form === VERBATIM || (form === HIGH && isClean(buffer, start, end))) column.setSpan(row, start, end)
      else column.setText(row, valueText(buffer, start, end, form, options.format))
    }
  }
  return left.subarray(0, count)
}
