/*
 * `|= "text"`: the line holds the bytes of the text.
 */
import {quote} from '../../model/index.ts'
import {encodeText, indexOfBytes} from '../bytes.ts'
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
    searched: {texts: [text], fold, decides: true},
    test: (bytes, from, to) => test(bytes, from, to, needle),
    findRows: (lines, offsets, out) => search.findRows(lines, offsets, needle, fold, out),
  }
}

function contains(bytes: Uint8Array, from: number, to: number, needle: Uint8Array): boolean {
  return indexOfBytes(bytes, from, to, needle) >= 0
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
