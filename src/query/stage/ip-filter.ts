/*
 * `|= ip("10.0.0.0/8")` and `| addr = ip("10.0.0.1-10.0.0.9")`: tests for addresses of a range or network.
 */
import {Failure, quote} from '../../model/index.ts'
import {encodeText} from '../bytes.ts'
import {ERROR_LABEL} from '../error-state.ts'
import {parseIpPattern, type IpRange} from '../logql/index.ts'
import {hasAddress} from './ip-search.ts'
import type {LabelCondition} from './label-filter.ts'
import type {LineTest} from './line-test.ts'

const IP_COST = 8

/** @throws {Failure} BAD_REQUEST when the pattern is no address, range or network. */
export function ipLineTest(pattern: string): LineTest {
  const range = parseRange(pattern)
  return {text: `ip(${quote(pattern)})`, cost: IP_COST, test: (bytes, from, to) => hasAddress(bytes, from, to, range)}
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
