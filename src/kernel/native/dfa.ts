/** The automaton's walker in the kernel module. */
import {checkOut, checkRows} from '../checks.ts'
import type {Native} from '../module.ts'
import type {DfaKernel, DfaTable} from '../plain/dfa.ts'

export function nativeDfa({memory, exports}: Native): DfaKernel {
  // The automaton that is in memory, and where: queries run one over many chunks.
  let placed: DfaTable | undefined
  let placedAt = -1

  // Rows as addresses, so that a step is one addition and one load. 256 u16 of class × 4 lie in front.
  function place(dfa: DfaTable): number {
    const at = memory.reserve('dfa', 512 + dfa.table.length * 4)
    if (dfa === placed && at === placedAt) return at
    const classes = new Uint16Array(memory.buffer, at, 256)
    for (let byte = 0; byte < 256; byte++) classes[byte] = Math.min(dfa.classes[byte] ?? 0, dfa.classCount - 1) * 4
    const rows = memory.words(at + 512, dfa.table.length)
    for (let i = 0; i < rows.length; i++) rows[i] = at + 512 + dfa.table[i]! * 4
    placed = dfa
    placedAt = at
    return at
  }

  return {
    dfaRows(lines, offsets, dfa, selection, out) {
      const rows = checkRows(lines, offsets)
      const count = selection?.length ?? rows
      checkOut(out, count)
      if (rows <= 0 || count === 0) return 0
      const linesAt = memory.place('lines', lines, 'offsets', 'rows', 'dfa', 'selection')
      const offsetsAt = memory.placeWords('offsets', offsets)
      const selectionAt = selection === undefined ? 0 : memory.placeWords('selection', selection)
      const rowsAt = memory.reserve('rows', count * 4)
      const at = place(dfa)
      const first = at + 512
      const found = exports.dfaRows(
        linesAt,
        lines.length,
        offsetsAt,
        rows,
        selectionAt,
        count,
        at,
        first + dfa.start * 4,
        first + dfa.classCount * 4,
        (dfa.classCount - 1) * 4,
        rowsAt,
      )
      out.set(memory.words(rowsAt, found))
      return found
    },
  }
}
