/** Fields of JSON and logfmt lines in the kernel module; the contract is FieldsKernel. */
import {checkRows} from '../checks.ts'
import type {FieldsKernel} from '../contract.ts'
import type {Native} from '../module.ts'

export function nativeFields({memory, exports}: Native): FieldsKernel {
  return {
    scanFields({format, lines, offsets, rows: selection, names, whole, strict, keepEmpty}) {
      const rows = checkRows(lines, offsets)
      const count = selection.length
      const linesAt = memory.place('lines', lines, 'offsets', 'selection', 'names', 'fields', 'status')
      const offsetsAt = memory.placeWords('offsets', offsets)
      const selectionAt = memory.placeWords('selection', selection)
      const tableAt = memory.reserve(
        'names',
        names.reduce((sum, name) => sum + 8 + name.length, 0),
      )
      const fieldsAt = memory.reserve('fields', count * names.length * 8)
      const statusAt = memory.reserve('status', count)
      const table = memory.words(tableAt, names.length * 2)
      let at = tableAt + names.length * 8
      for (const [i, name] of names.entries()) {
        memory.bytes.set(name, at)
        table[2 * i] = at
        table[2 * i + 1] = name.length
        at += name.length
      }
      const flags = (strict ? 1 : 0) + (keepEmpty ? 2 : 0)
      const json = format === 'json' ? 1 : 0
      exports.scanFields(
        json,
        linesAt,
        lines.length,
        offsetsAt,
        rows,
        selectionAt,
        count,
        tableAt,
        names.length,
        whole ? 1 : 0,
        flags,
        fieldsAt,
        statusAt,
      )
      return {spans: memory.words(fieldsAt, count * names.length * 2), status: memory.view(statusAt, count)}
    },
  }
}
