/*
 * `|= ip("10.0.0.0/8")` and `| addr = ip("10.0.0.1-10.0.0.9")`: tests for addresses of a range or network.
 */
import {Failure, quote} from '../../model/index.ts'
import {encodeText} from '../bytes.ts'
import {ERROR_LABEL} from '../error-state.ts'
import {parseIpPattern, type IpRange} from '../logql/index.ts'
import {hasAddress} from './ip-search.ts'
import type {LabelCondition} from './label-filter.ts'
import type {LineSearch, LineTest} from './line-test.ts'
import {keepCommon} from './selection.ts'

const IP_COST = 8

/** @throws {Failure} BAD_REQUEST when the pattern is no address, range or network. */
export function ipLineTest(pattern: string, search: LineSearch): LineTest {
  const range = parseRange(pattern)
  const test = (bytes: Uint8Array, from: number, to: number): boolean => hasAddress(bytes, from, to, range)
  const found = {text: `ip(${quote(pattern)})`, cost: IP_COST, test}
  const common = commonText(range)
  if (common === '') return found
  const needle = encodeText(common)
  return {
    ...found,
    searched: {texts: [common], fold: false, decides: false},
    findRows(lines, offsets, out, among) {
      let candidates = search.findRows(lines, offsets, needle, false, out)
      if (among !== undefined) candidates = keepCommon(out, candidates, among)
      let count = 0
      for (let i = 0; i < candidates; i++) {
        const row = out[i]!
        if (test(lines, offsets[row]!, offsets[row + 1]!)) out[count++] = row
      }
      return count
    },
  }
}

/** What all addresses of the range begin with, as they are written: `10.3.` of 10.3.0.0/16. Only IPv4 has one spelling. */
function commonText({version, low, high}: IpRange): string {
  if (version === 6) return ''
  const octets: string[] = []
  for (let shift = 24n; shift >= 0n && low >> shift === high >> shift; shift -= 8n) octets.push(String((low >> shift) & 255n))
  return octets.length === 4 ? octets.join('.') : octets.map(octet => `${octet}.`).join('')
}

/** A row that has an error passes, whatever the label; otherwise a missing label does not, also with `!=`. @throws as {@link ipLineTest} */
export function ipLabelCondition(name: string, op: '=' | '!=', pattern: string): LabelCondition {
  const range = parseRange(pattern)
  const wanted = op === '='
  return {
    kind: 'or',
    left: {kind: 'test', test: {name: ERROR_LABEL, text: `${ERROR_LABEL}!=""`, converts: false, test: value => (value ?? '') !== ''}},
    right: {
      kind: 'test',
      test: {
        name,
        text: `${name}${op}ip(${quote(pattern)})`,
        converts: false,
        test(value) {
          if (value === undefined) return false
          const bytes = encodeText(value)
          return hasAddress(bytes, 0, bytes.length, range) === wanted
        },
        testBytes: (bytes, from, to) => hasAddress(bytes, from, to, range) === wanted,
      },
    },
  }
}

function parseRange(pattern: string): IpRange {
  const range = parseIpPattern(pattern)
  if (range === undefined) throw new Failure('BAD_REQUEST', `ip: invalid pattern: ${quote(pattern)}`)
  return range
}
