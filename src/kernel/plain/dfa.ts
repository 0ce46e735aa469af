/*
 * Which lines does an automaton match? Plain twin of native/dfa.ts.
 *
 * The automaton is a table over classes of bytes. Row 0 is dead, row 1 is match; both lead to themselves, so a walker may look
 * at them as rarely as it likes.
 */
import {checkOut, checkRows} from '../checks.ts'

export type DfaTable = {
  /** [row + class] = next row; a row is its number × classCount. */
  readonly table: Uint16Array
  /** Class of each of the 256 bytes; < classCount - 1. */
  readonly classes: Uint8Array
  /** ≤ 256. The last class is the end of the line. */
  readonly classCount: number
  /** Row to begin every line with. */
  readonly start: number
}

export interface DfaKernel {
  /**
   * Rows whose line the automaton matches, ascending, into out[0..count).
   *
   * @param lines     lines back to back, no separators.
   * @param offsets   rows + 1 positions, ascending: line i is [offsets[i] - offsets[0], offsets[i + 1] - offsets[0]) of `lines`.
   * @param selection row numbers, ascending, to look at; all when undefined.
   * @param out       length ≥ number of rows looked at. May be `selection` itself.
   */
  dfaRows(lines: Uint8Array, offsets: Uint32Array, dfa: DfaTable, selection: Uint32Array | undefined, out: Uint32Array): number
}

export function plainDfa(): DfaKernel {
  return {
    dfaRows(lines, offsets, dfa, selection, out) {
      const rows = checkRows(lines, offsets)
      const count = selection?.length ?? rows
      checkOut(out, count)
      const base = offsets[0] ?? 0
      let found = 0
      for (let i = 0; i < count; i++) {
        const row = selection === undefined ? i : selection[i]!
        if (row < rows && matches(lines, offsets[row]! - base, offsets[row + 1]! - base, dfa)) out[found++] = row
      }
      return found
    },
  }
}

function matches(bytes: Uint8Array, from: number, to: number, {table, classes, classCount, start}: DfaTable): boolean {
  let row = start
  for (let i = from; i < to; i++) {
    row = table[row + classes[bytes[i]!]!]!
    if (row <= classCount) return row === classCount
  }
  return table[row + classCount - 1] === classCount
}
