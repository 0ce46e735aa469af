/*
 * `|~ "pattern"`: the line has a match of the regex. A pattern that is only literals becomes literal tests; another one is run
 * only on the lines that hold the literals it cannot match without.
 */
import {quote} from '../../model/index.ts'
import {compileRegex, type LiteralSet, type Regex} from '../../regex/index.ts'
import {decodeText} from '../bytes.ts'
import {containsTest} from './contains.ts'
import {keepCommon} from './selection.ts'
import type {LineSearch, LineTest, Searched} from './line-test.ts'

const REGEX_COST = 16
// A search per literal: beyond this many the automaton alone is as fast.
const PREFILTER_LITERALS_MAX = 4

/** Alternatives: the line passes when any of them holds. @throws {Failure} BAD_REQUEST with RE2's text. */
export function regexTests(pattern: string, search: LineSearch): LineTest[] {
  const regex = compileRegex(pattern)
  const text = quote(pattern)
  if (regex.always) return [{text, cost: 0, test: () => true, findRows: allLines}]
  // Loki reads this as "not empty": a line of nothing but a newline passes, though `.` does not match one.
  if (pattern === '.+') return [{text, cost: 0, test: (_bytes, from, to) => to > from, findRows: nonEmptyLines}]
  const {anyOf} = regex
  // Bytes are folded as ASCII alone; k and s have other spellings beyond it.
  const bytewise = anyOf?.fold !== true || anyOf.values.every(value => /^[^\u0080-\uffffksKS]*$/.test(value))
  if (anyOf?.kind === 'contains' && bytewise && anyOf.values.length <= PREFILTER_LITERALS_MAX) {
    return anyOf.values.map(value => ({...containsTest(value, search, anyOf.fold), text}))
  }
  const prefilter = regex.required.find(set => set.literals.length <= PREFILTER_LITERALS_MAX)
  return [
    {
      text,
      cost: REGEX_COST,
      ...(prefilter === undefined ? {} : {searched: searchedFor(prefilter)}),
      test: (bytes, from, to) => regex.test(bytes, from, to),
      findRows: prefilter === undefined ? testAll(regex, search) : testFound(regex, prefilter, search),
    },
  ]
}

function searchedFor({literals, fold}: LiteralSet): Searched {
  return {texts: literals.map(bytes => decodeText(bytes, 0, bytes.length)), fold, decides: false}
}

type FindRows = NonNullable<LineTest['findRows']>

function allLines(_lines: Uint8Array, offsets: Uint32Array, out: Uint32Array): number {
  const rows = offsets.length - 1
  for (let row = 0; row < rows; row++) out[row] = row
  return rows
}

function nonEmptyLines(_lines: Uint8Array, offsets: Uint32Array, out: Uint32Array): number {
  const rows = offsets.length - 1
  let count = 0
  for (let row = 0; row < rows; row++) if (offsets[row + 1]! > offsets[row]!) out[count++] = row
  return count
}

function testAll(regex: Regex, search: LineSearch): FindRows {
  return (lines, offsets, out, among) => {
    const {table} = regex
    return table === undefined ? testRows(regex, lines, offsets, among, out) : search.dfaRows(lines, offsets, table, among, out)
  }
}

/** Writes those of the rows (all when undefined) to `out` that have a match; `out` may be the rows. */
function testRows(regex: Regex, lines: Uint8Array, offsets: Uint32Array, rows: Uint32Array | undefined, out: Uint32Array): number {
  const candidates = rows?.length ?? offsets.length - 1
  let count = 0
  for (let i = 0; i < candidates; i++) {
    const row = rows === undefined ? i : rows[i]!
    if (regex.test(lines, offsets[row], offsets[row + 1])) out[count++] = row
  }
  return count
}

// A table costs up to some milliseconds to build; a few lines are tested sooner without one.
const TABLE_ROWS_MIN = 64

function testFound(regex: Regex, {literals, fold}: LiteralSet, search: LineSearch): FindRows {
  let marks = new Uint8Array(0)
  return (lines, offsets, out, among) => {
    const rows = offsets.length - 1
    let found = 0
    if (literals.length === 1) found = search.findRows(lines, offsets, literals[0]!, fold, out)
    else {
      if (marks.length < rows) marks = new Uint8Array(rows)
      else marks.fill(0, 0, rows)
      for (const literal of literals) {
        const hits = search.findRows(lines, offsets, literal, fold, out)
        for (let i = 0; i < hits; i++) marks[out[i]!] = 1
      }
      for (let row = 0; row < rows; row++) if (marks[row] === 1) out[found++] = row
    }
    if (among !== undefined) found = keepCommon(out, found, among)
    const candidates = out.subarray(0, found)
    const table = found >= TABLE_ROWS_MIN ? regex.table : undefined
    return table === undefined ? testRows(regex, lines, offsets, candidates, out) : search.dfaRows(lines, offsets, table, candidates, out)
  }
}
