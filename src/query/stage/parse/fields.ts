/*
 * What a scanner found in one line, before it is written to the batch.
 */
import type {Batch} from '../../batch.ts'
import {cleanText, isClean, unescapeText, type Escapes} from './text.ts'
import type {KeyTargets} from './targets.ts'

/** Pairs of a line beyond that many are not looked at: bounds the memory a line can claim. */
export const FIELDS_MAX = 4096

/** The bytes are the value. */
export const VERBATIM = 0
/** There are bytes ≥ 0x80: what is not valid UTF-8 becomes spaces. */
export const HIGH = 1
/** There are escapes, and maybe bytes ≥ 0x80. */
export const ESCAPED = 2

export class Fields {
  count = 0
  readonly slots = new Int32Array(FIELDS_MAX)
  readonly starts = new Uint32Array(FIELDS_MAX)
  readonly ends = new Uint32Array(FIELDS_MAX)
  readonly forms = new Uint8Array(FIELDS_MAX)

  add(slot: number, start: number, end: number, form: number): void {
    const i = this.count
    if (i === FIELDS_MAX) return
    this.slots[i] = slot
    this.starts[i] = start
    this.ends[i] = end
    this.forms[i] = form
    this.count = i + 1
  }

  /** Writes everything to the row whose line is open; the first value of a name wins. */
  write(targets: KeyTargets, batch: Batch, row: number, escapes: Escapes): void {
    for (let i = 0; i < this.count; i++) {
      const column = targets.open(this.slots[i]!, row)
      if (column === undefined) continue
      const start = this.starts[i]!
      const end = this.ends[i]!
      const form = this.forms[i]!
      if (form === VERBATIM || (form === HIGH && isClean(batch.lineBuffer, start, end))) batch.putSpan(column, row, start, end)
      else column.setText(row, valueText(batch.lineBuffer, start, end, form, escapes))
    }
  }
}

/** The value of bytes [start, end); '' for an invalid escape. */
export function valueText(bytes: Uint8Array, start: number, end: number, form: number, escapes: Escapes): string {
  if (form === ESCAPED) return unescapeText(bytes, start, end, escapes, ' ') ?? ''
  return cleanText(bytes, start, end, ' ')
}
