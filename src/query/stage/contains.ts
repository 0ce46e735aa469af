/*
 * `|= "text"`: the line holds the bytes of the text.
 */
import {quote} from '../../model/index.ts'
import {encodeText} from '../bytes.ts'
import type {LineSearch, LineTest} from './line-test.ts'

/** @param fold true finds ASCII letters in any case; the text is then lower case. */
export function containsTest(text: string, search: LineSearch, fold = false): LineTest {
  const needle = encodeText(text)
  const test = fold ? foldedContains : contains
  const name = quote(text)
  if (needle.length === 0) return {text: name, cost: 0, test: () => true}
  return {
    text: name,
    cost: 1 + 1 / needle.length,
    test: (bytes, from, to) => test(bytes, from, to, needle),
    findRows: (lines, offsets, out) => search.findRows(lines, offsets, needle, fold, out),
  }
}

function contains(bytes: Uint8Array, from: number, to: number, needle: Uint8Array): boolean {
  const length = needle.length
  const first = needle[0]!
  const last = to - length
  for (let i = from; i <= last; i++) {
    if (bytes[i] !== first) continue
    let j = 1
    while (j < length && bytes[i + j] === needle[j]) j++
    if (j === length) return true
  }
  return false
}

function foldedContains(bytes: Uint8Array, from: number, to: number, needle: Uint8Array): boolean {
  const length = needle.length
  const last = to - length
  for (let i = from; i <= last; i++) {
    let j = 0
    while (j < length && lower(bytes[i + j]!) === needle[j]) j++
    if (j === length) return true
  }
  return false
}

function lower(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte
}

/** The plain twin of the kernel's search, by Node's own. */
export const PLAIN_SEARCH: LineSearch = {
  findRows(lines, offsets, needle, fold, out) {
    const buffer = Buffer.from(lines.buffer, lines.byteOffset, lines.byteLength)
    const rows = offsets.length - 1
    let count = 0
    if (fold) {
      for (let row = 0; row < rows; row++) if (foldedContains(lines, offsets[row]!, offsets[row + 1]!, needle)) out[count++] = row
      return count
    }
    let row = 0
    for (let at = buffer.indexOf(needle, offsets[0]); at >= 0 && row < rows; at = buffer.indexOf(needle, at)) {
      while (row < rows && offsets[row + 1]! <= at) row++
      if (row === rows) break
      if (at + needle.length > offsets[row + 1]!) {
        at++ // The hit runs over the end of the line.
        continue
      }
      out[count++] = row
      at = offsets[++row]!
    }
    return count
  },
}
