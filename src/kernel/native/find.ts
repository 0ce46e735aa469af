/** Substring search in the kernel module; the contract is FindKernel. */
import {checkOut, checkRows, foldNeedle, rarestTwo} from '../checks.ts'
import type {FindKernel} from '../contract.ts'
import type {Native} from '../module.ts'
import {allRows, gather} from '../plain/find.ts'

export function nativeFind({memory, exports}: Native): FindKernel {
  return {
    findRows(lines, offsets, needle, fold, out) {
      const rows = checkRows(lines, offsets)
      checkOut(out, rows)
      const {length} = lines
      const size = needle.length
      if (size === 0) return allRows(rows, out)
      if (size > length || rows === 0) return 0
      const {lower, mask} = foldNeedle(needle, fold)
      const [i1, i2] = rarestTwo(lower)
      const at = memory.place('lines', lines, 'offsets', 'rows', 'needle', 'fold')
      const offsetsAt = memory.placeWords('offsets', offsets)
      const needleAt = memory.place('needle', lower)
      const foldAt = memory.place('fold', mask)
      const rowsAt = memory.reserve('rows', rows * 4)
      const count = exports.findRows(at, length, offsetsAt, rows, needleAt, foldAt, size, i1, i2, rowsAt)
      out.set(memory.words(rowsAt, count))
      return count
    },
    newlineIndex(bytes, out) {
      const {length} = bytes
      const at = memory.place('lines', bytes, 'rows')
      const limit = Math.min(length, out.length)
      const rowsAt = memory.reserve('rows', limit * 4)
      const count = exports.newlineIndex(at, length, rowsAt, limit)
      out.set(memory.words(rowsAt, count))
      return count
    },
    gather,
  }
}
