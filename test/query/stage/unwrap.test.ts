import {describe, expect, test} from 'vitest'
import type {Batch} from '../../../src/query/batch.ts'
import {numberTest} from '../../../src/query/stage/compare.ts'
import {planLabelFilter} from '../../../src/query/stage/label-filter.ts'
import {planUnwrap, type Conversion} from '../../../src/query/stage/unwrap.ts'
import {batchOf, planOf} from './parse/support.ts'

/** [row, value, error] of each sample of `v`. */
function samples(batch: Batch, conversion: Conversion, filters: Parameters<typeof planUnwrap>[2] = []): (number | string)[][] {
  const values = new Float64Array(batch.rows)
  planUnwrap('v', conversion, filters).create().extract(batch, values)
  return [...batch.selected.subarray(0, batch.count)].map(row => {
    const error = batch.errors.details(row)
    return error === '' ? [row, values[row]!] : [row, values[row]!, `${batch.errors.error(row)}: ${error}`]
  })
}

function parsed(lines: readonly string[]): Batch {
  const batch = batchOf(lines)
  planOf('logfmt --keep-empty').create('all').apply(batch)
  return batch
}

const FLOAT = 'SampleExtractionErr: strconv.ParseFloat: parsing'

describe('unwrap', () => {
  test('numbers; rows without a value have no sample', () => {
    const batch = parsed(['v=1', 'v=-2.5', 'v=', 'x=1', 'v="1e3"', 'v=+Inf', 'v=0x10', 'v=1_000', 'v="\\u0031"'])
    expect(samples(batch, 'number')).toEqual([
      [0, 1],
      [1, -2.5],
      [4, 1000],
      [5, Infinity],
      [6, 0, `${FLOAT} "0x10": invalid syntax`],
      [7, 1000],
      [8, 1],
    ])
  })

  test('NaN is a value', () => {
    expect(samples(parsed(['v=NaN', 'v=nan']), 'number')).toEqual([
      [0, NaN],
      [1, NaN],
    ])
  })

  test.each(['duration', 'duration_seconds'] as const)('%s', conversion => {
    expect(samples(parsed(['v=1h30m', 'v=250ms', 'v=-2s', 'v=1d']), conversion)).toEqual([
      [0, 5400],
      [1, 0.25],
      [2, -2],
      [3, 0, 'SampleExtractionErr: time: unknown unit "d" in duration "1d"'],
    ])
  })

  test('bytes', () => {
    expect(samples(parsed(['v=5KiB', 'v=1.5MB', 'v="5 kb"', 'v=10', 'v=x']), 'bytes')).toEqual([
      [0, 5120],
      [1, 1_500_000],
      [2, 5000],
      [3, 10],
      [4, 0, `${FLOAT} "": invalid syntax`],
    ])
  })

  test('a label of the stream, of metadata', () => {
    expect(samples(batchOf(['', ''], {v: '7'}), 'number')).toEqual([
      [0, 7],
      [1, 7],
    ])
    expect(samples(batchOf(['', '']), 'number')).toEqual([])
    expect(samples(batchOf(['', '', '', ''], {}, [{v: '2'}, {}, {v: 'x'}, {v: '2'}]), 'number')).toEqual([
      [0, 2],
      [2, 0, `${FLOAT} "x": invalid syntax`],
      [3, 2],
    ])
  })

  test('filters behind it', () => {
    const filter = planLabelFilter({kind: 'test', test: numberTest('v', '>', 1)})
    expect(samples(parsed(['v=1', 'v=2', 'v=3']), 'number', [filter])).toEqual([
      [1, 2],
      [2, 3],
    ])
    expect(planUnwrap('v', 'bytes', [filter]).needs(new Set(['app']))).toEqual(new Set(['app', 'v']))
  })
})
