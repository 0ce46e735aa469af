import {describe, expect, test} from 'vitest'
import type {MetricExpr} from '../../../src/query/logql/index.ts'
import {leafSpec, leavesOf, ordersSeries} from '../../../src/query/metric/index.ts'
import {agg, bin, by, INSTANT, leaf, literal, replace, variants, vector, without} from './tree.ts'

describe('pushing a grouping into the leaf', () => {
  const count = leaf()
  test.each<[what: string, query: MetricExpr, expected: object]>([
    ['sum by of count', agg('sum', count, by('a')), {grouping: by('a'), pushed: true}],
    ['sum of count', agg('sum', count), {grouping: by(), pushed: true}],
    ['sum without of rate', agg('sum', leaf({op: 'rate'}), without('a')), {grouping: without('a'), pushed: true}],
    ['max of max', agg('max', leaf({op: 'max_over_time', unwrap: 'v'}), by('a')), {grouping: by('a'), pushed: true}],
    ['max of min: no', agg('max', leaf({op: 'min_over_time', unwrap: 'v'}), by('a')), {grouping: undefined, pushed: false}],
    ['count of count: no', agg('count', count, by('a')), {grouping: undefined, pushed: false}],
    ['topk of count: no', agg('topk', count, by('a'), 1), {grouping: undefined, pushed: false}],
    ['sum of avg: no', agg('sum', leaf({op: 'avg_over_time', unwrap: 'v'})), {grouping: undefined, pushed: false}],
    [
      'own grouping stays',
      agg('max', leaf({op: 'max_over_time', unwrap: 'v', grouping: by('b')}), by('a')),
      {grouping: by('b'), pushed: false},
    ],
  ])('%s', (_what, query, expected) => {
    const [plan, ...rest] = leavesOf(query)
    expect(rest).toEqual([])
    expect(plan).toMatchObject(expected)
  })

  test('the unwrapped label goes unless its own by or a sum asks for it', () => {
    const sum = leaf({op: 'sum_over_time', unwrap: 'v'})
    const max = leaf({op: 'max_over_time', unwrap: 'v'})
    const removed = (query: MetricExpr): string | undefined => leavesOf(query)[0]!.removedLabel
    expect(removed(sum)).toBe('v')
    expect(removed(agg('sum', sum, by('v')))).toBeUndefined()
    expect(removed(agg('sum', sum, without('a')))).toBe('v')
    expect(removed(agg('max', max, by('v')))).toBe('v')
    expect(removed(leaf({op: 'max_over_time', unwrap: 'v', grouping: by('v')}))).toBeUndefined()
    expect(removed(leaf())).toBeUndefined()
  })

  test('all leaves, left to right', () => {
    const [a, b, c] = [leaf(), leaf(), leaf()]
    const query = bin(agg('topk', agg('sum', a), by(), 1), 'or', bin(replace(b, 'a', 'b', 'c', 'd'), '*', bin(c, '+', literal(1))))
    expect(leavesOf(query).map(plan => plan.node)).toEqual([a, b, c])
    expect(leavesOf(query)[1]!.node).toBe(b)
    expect(leavesOf(vector(1))).toEqual([])
    expect(leavesOf(variants(a, agg('sum', b, by('x')))).map(plan => plan.pushed)).toEqual([false, true])
  })

  test('the spec of a leaf', () => {
    const quantile = {...leaf({op: 'quantile_over_time', unwrap: 'v'}), parameter: 0.9}
    expect(leafSpec(quantile, INSTANT)).toEqual({
      op: 'quantile_over_time',
      param: 0.9,
      unwrapped: true,
      rangeNs: 60_000_000_000n,
      offsetNs: 0n,
      grid: INSTANT,
    })
  })

  test('sort anywhere decides the order', () => {
    expect(ordersSeries(agg('sum', count))).toBe(false)
    expect(ordersSeries(bin(literal(1), '+', agg('topk', agg('sort', count), by(), 1)))).toBe(true)
  })
})
