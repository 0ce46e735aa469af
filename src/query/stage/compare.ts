/*
 * Label tests that compare: text with text, and numbers, durations and byte sizes with a constant (logql § 3.4).
 */
import type {CompareOp, MatchOp} from '../logql/index.ts'
import {encodeText, sameBytes} from '../bytes.ts'
import {parseGoDuration, parseGoFloat, parseHumanBytes, parseShortBytes, parseShortDuration, parseShortFloat} from '../values/index.ts'
import {quote} from '../../model/index.ts'
import type {Regex} from '../../regex/index.ts'
import type {LabelTest} from './label-test.ts'

/** A missing label compares as "". */
export function equalsTest(name: string, op: '=' | '!=', value: string): LabelTest {
  const wanted = encodeText(value)
  const equal = op === '='
  return {
    name,
    text: `${name}${op}${quote(value)}`,
    converts: false,
    test: actual => ((actual ?? '') === value) === equal,
    testBytes: (bytes, from, to) => sameBytes(bytes, from, to, wanted) === equal,
  }
}

/** @param regex anchored; a missing label is "". */
export function matchesTest(name: string, op: MatchOp, pattern: string, regex: Regex): LabelTest {
  const wanted = op === '=~'
  return {
    name,
    text: `${name}${op}${quote(pattern)}`,
    converts: false,
    test: actual => regex.testString(actual ?? '') === wanted,
    testBytes: (bytes, from, to) => regex.test(bytes, from, to) === wanted,
  }
}

export function numberTest(name: string, op: CompareOp, value: number): LabelTest {
  return convertedTest(name, op, value, String(value), parseGoFloat, parseShortFloat)
}

export function durationTest(name: string, op: CompareOp, ns: number, written: string): LabelTest {
  return convertedTest(name, op, ns, written, parseGoDuration, parseShortDuration)
}

export function bytesTest(name: string, op: CompareOp, bytes: number, written: string): LabelTest {
  return convertedTest(name, op, bytes, written, parseHumanBytes, parseShortBytes)
}

// How many distinct values of one label keep their verdict. Values of parsed labels repeat a lot: status codes, sizes, levels.
const MEMO_MAX = 1024

/** A missing label drops the row, also for `!=`. A value that does not convert keeps it, with an error. */
function convertedTest(
  name: string,
  op: CompareOp,
  wanted: number,
  written: string,
  convert: (text: string) => number | string,
  convertShort: (bytes: Uint8Array, from: number, to: number) => number,
): LabelTest {
  const holds = comparison(op)
  const memo = new Map<string, number | string>()
  return {
    name,
    text: `${name}${op}${written}`,
    converts: true,
    test(value) {
      if (value === undefined) return false
      let actual = memo.get(value)
      if (actual === undefined) {
        actual = convert(value)
        if (memo.size >= MEMO_MAX) memo.clear()
        memo.set(value, actual)
      }
      return typeof actual === 'string' ? {details: actual} : holds(actual, wanted)
    },
    testBytes(bytes, from, to) {
      const actual = convertShort(bytes, from, to)
      return Number.isNaN(actual) ? undefined : holds(actual, wanted)
    },
  }
}

function comparison(op: CompareOp): (a: number, b: number) => boolean {
  switch (op) {
    case '=':
      return (a, b) => a === b
    case '!=':
      return (a, b) => a !== b
    case '>':
      return (a, b) => a > b
    case '>=':
      return (a, b) => a >= b
    case '<':
      return (a, b) => a < b
    case '<=':
      return (a, b) => a <= b
  }
}
