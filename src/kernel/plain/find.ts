/** Twin of native/find.ts. */
import {checkOut, checkRows, foldNeedle} from '../checks.ts'
import type {FindKernel} from '../contract.ts'

export function allRows(rows: number, out: Uint32Array): number {
  for (let row = 0; row < rows; row++) out[row] = row
  return rows
}

export function gather(lines: Uint8Array, offsets: Uint32Array, rows: Uint32Array): Uint8Array {
  checkRows(lines, offsets)
  const base = offsets[0] ?? 0
  let size = 0
  for (const row of rows) size += (offsets[row + 1] ?? 0) - (offsets[row] ?? 0)
  const result = new Uint8Array(size)
  let at = 0
  for (const row of rows) {
    const line = lines.subarray((offsets[row] ?? 0) - base, (offsets[row + 1] ?? 0) - base)
    result.set(line, at)
    at += line.length
  }
  return result
}

/** First position ≥ from of the needle, or -1. */
function indexOfFolded(bytes: Uint8Array, lower: Uint8Array, mask: Uint8Array, from: number): number {
  const size = lower.length
  const last = bytes.length - size
  const head = lower[0] ?? 0
  const headMask = mask[0] ?? 0
  for (let p = from; p <= last; p++) {
    if (((bytes[p] ?? 0) | headMask) !== head) continue
    let k = 1
    while (k < size && ((bytes[p + k] ?? 0) | (mask[k] ?? 0)) === lower[k]) k++
    if (k === size) return p
  }
  return -1
}

export function plainFind(): FindKernel {
  return {
    findRows(lines, offsets, needle, fold, out) {
      const rows = checkRows(lines, offsets)
      checkOut(out, rows)
      const size = needle.length
      if (size === 0) return allRows(rows, out)
      const {lower, mask} = foldNeedle(needle, fold)
      const exact = fold ? undefined : Buffer.from(lines.buffer, lines.byteOffset, lines.length)
      const base = offsets[0] ?? 0
      let count = 0
      let row = 0
      let from = 0
      for (;;) {
        const at = exact === undefined ? indexOfFolded(lines, lower, mask, from) : exact.indexOf(needle, from)
        if (at < 0) return count
        while (row < rows && (offsets[row + 1] ?? 0) - base <= at) row++
        if (row >= rows) return count
        const end = (offsets[row + 1] ?? 0) - base
        if (at + size <= end) {
          out[count++] = row++
          from = end
        } else {
          from = at + 1
        }
      }
    },
    newlineIndex(bytes, out) {
      let count = 0
      for (let at = bytes.indexOf(10); at >= 0 && count < out.length; at = bytes.indexOf(10, at + 1)) out[count++] = at
      return count
    },
    gather,
  }
}
