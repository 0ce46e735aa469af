import {describe, expect, test} from 'vitest'
import {Failure} from '../../../src/model/index.ts'
import type {MetricExpr, RangeAggregation, Variants} from '../../../src/query/logql/index.ts'
import type {Matrix} from '../../../src/query/metric/index.ts'
import {agg, answer, bin, by, INSTANT, labels, leaf, literal, matrix, replace, variants, vector, without} from './tree.ts'

// The streams of {app="mix"} in logql.md § 11.2: how many lines each has.
const MIX = {'app=mix,lvl=e,svc=a': 4, 'app=mix,lvl=i,svc=a': 2, 'app=mix,lvl=i,svc=b': 1}
const mix = leaf()
const mixA = leaf()
const mixAE = leaf()
const mixAI = leaf()
const bytes = leaf({op: 'bytes_over_time'})
const none = leaf()
const special = leaf()
const blank = leaf()
const leaves = new Map<RangeAggregation, Matrix>([
  [mix, matrix(INSTANT, MIX)],
  [mixA, matrix(INSTANT, {'app=mix,lvl=e,svc=a': 4, 'app=mix,lvl=i,svc=a': 2})],
  [mixAE, matrix(INSTANT, {'app=mix,lvl=e,svc=a': 4})],
  [mixAI, matrix(INSTANT, {'app=mix,lvl=i,svc=a': 2})],
  [bytes, matrix(INSTANT, {'app=mix,lvl=e,svc=a': 8, 'app=mix,lvl=i,svc=a': 4, 'app=mix,lvl=i,svc=b': 2})],
  [special, matrix(INSTANT, {'v=+Inf': Infinity, 'v=-Inf': -Infinity, 'v=1e3': 1000, 'v=NaN': NaN})],
  [blank, matrix(INSTANT, {'app=mix,lvl=i,svc=': 1})],
])
const svc = agg('sum', mix, by('svc'))
const svcLvl = agg('sum', mix, by('svc', 'lvl'))

const run = (query: MetricExpr | Variants): string => answer(query, leaves)

// The number is that of the row in logql.md § 11.3.
describe('verified rows', () => {
  test.each<[row: number, what: string, query: MetricExpr | Variants, expected: string]>([
    [285, 'sum', agg('sum', mix), '{}=7'],
    [286, 'avg', agg('avg', mix), '{}=2.3333333333333335'],
    [287, 'min', agg('min', mix), '{}=1'],
    [288, 'max', agg('max', mix), '{}=4'],
    [289, 'count', agg('count', mix), '{}=3'],
    [290, 'stddev', agg('stddev', mix), '{}=1.247219128924647'],
    [291, 'stdvar', agg('stdvar', mix), '{}=1.5555555555555556'],
    [292, 'by', svc, '{svc="a"}=6 ; {svc="b"}=1'],
    [293, 'without', agg('sum', mix, without('svc')), '{app="mix",lvl="e"}=4 ; {app="mix",lvl="i"}=3'],
    [
      294,
      'without ()',
      agg('sum', mix, without()),
      '{app="mix",lvl="e",svc="a"}=4 ; {app="mix",lvl="i",svc="a"}=2 ; {app="mix",lvl="i",svc="b"}=1',
    ],
    [295, 'by missing label', agg('sum', mix, by('nope')), '{}=7'],
    [297, 'sort with NaN and Inf', agg('sort', special), '{v="-Inf"}=-Inf ; {v="1e3"}=1000 ; {v="+Inf"}=+Inf ; {v="NaN"}=NaN'],
    [298, 'sort', agg('sort', mix), '{app="mix",lvl="i",svc="b"}=1 ; {app="mix",lvl="i",svc="a"}=2 ; {app="mix",lvl="e",svc="a"}=4'],
    [299, 'sort_desc', agg('sort_desc', svc), '{svc="a"}=6 ; {svc="b"}=1'],
    [300, 'topk', agg('topk', mix, by(), 2), '{app="mix",lvl="e",svc="a"}=4 ; {app="mix",lvl="i",svc="a"}=2'],
    [301, 'bottomk', agg('bottomk', mix, by(), 1), '{app="mix",lvl="i",svc="b"}=1'],
    [302, 'topk by', agg('topk', mix, by('lvl'), 1), '{app="mix",lvl="e",svc="a"}=4 ; {app="mix",lvl="i",svc="a"}=2'],
    [303, 'topk by', agg('topk', mix, by('svc'), 1), '{app="mix",lvl="e",svc="a"}=4 ; {app="mix",lvl="i",svc="b"}=1'],
    [309, 'vector * scalar', bin(svc, '*', literal(2)), '{svc="a"}=12 ; {svc="b"}=2'],
    [310, 'scalar - vector', bin(literal(10), '-', svc), '{svc="a"}=4 ; {svc="b"}=9'],
    [311, '%', bin(svc, '%', literal(4)), '{svc="a"}=2 ; {svc="b"}=1'],
    [312, '^', bin(literal(2), '^', svc), '{svc="a"}=64 ; {svc="b"}=2'],
    [313, '/ 0', bin(svc, '/', literal(0)), '{svc="a"}=NaN ; {svc="b"}=NaN'],
    [314, 'comparison filters', bin(svc, '>', literal(2)), '{svc="a"}=6'],
    [315, 'comparison with scalar left', bin(literal(2), '<', svc), '{svc="a"}=6'],
    [316, '!=', bin(svc, '!=', literal(6)), '{svc="b"}=1'],
    [317, 'bool', bin(svc, '>', literal(2), {bool: true}), '{svc="a"}=1 ; {svc="b"}=0'],
    [318, 'bool with scalar left', bin(literal(2), '>', svc, {bool: true}), '{svc="a"}=0 ; {svc="b"}=1'],
    [319, 'one-to-one', bin(svcLvl, '/', svcLvl), '{lvl="e",svc="a"}=1 ; {lvl="i",svc="a"}=1 ; {lvl="i",svc="b"}=1'],
    [320, 'one-to-one comparison', bin(svc, '>=', agg('sum', mixA, by('svc'))), '{svc="a"}=6'],
    [
      321,
      'group_left',
      bin(svcLvl, '/', svc, {on: ['svc'], left: []}),
      '{lvl="e",svc="a"}=0.6666666666666666 ; {lvl="i",svc="a"}=0.3333333333333333 ; {lvl="i",svc="b"}=1',
    ],
    [
      322,
      'group_right',
      bin(svc, '/', svcLvl, {on: ['svc'], right: []}),
      '{lvl="e",svc="a"}=1.5 ; {lvl="i",svc="a"}=3 ; {lvl="i",svc="b"}=1',
    ],
    [
      323,
      'group_left(label)',
      bin(svcLvl, '+', agg('sum', mix, by('svc', 'app')), {on: ['svc'], left: ['app']}),
      '{app="mix",lvl="e",svc="a"}=10 ; {app="mix",lvl="i",svc="a"}=8 ; {app="mix",lvl="i",svc="b"}=2',
    ],
    [324, 'ignoring drops the label', bin(mixAE, '/', mixAI, {ignoring: ['lvl']}), '{app="mix",svc="a"}=2'],
    [327, 'and on()', bin(svc, 'and', vector(1), {on: []}), '{svc="a"}=6 ; {svc="b"}=1'],
    [328, 'or', bin(svc, 'or', vector(0)), '{}=0 ; {svc="a"}=6 ; {svc="b"}=1'],
    [329, 'unless', bin(svc, 'unless', agg('sum', mixA, by('svc'))), '{svc="b"}=1'],
    [330, 'empty or vector', bin(agg('sum', none), 'or', vector(0)), '{}=0'],
    [331, 'empty + 1', bin(agg('sum', none), '+', literal(1)), '(empty)'],
    [332, 'scalar', literal(7), 'scalar 7'],
    [337, 'vector()', vector(3), '{}=3'],
    [338, 'vector() + 1', bin(vector(1), '+', literal(1)), '{}=2'],
    [341, 'label_replace', replace(svc, 'd', '$1-x', 'svc', '(.*)'), '{d="a-x",svc="a"}=6 ; {d="b-x",svc="b"}=1'],
    [342, 'label_replace, missing source', replace(svc, 'd', 'x', 'nope', ''), '{d="x",svc="a"}=6 ; {d="x",svc="b"}=1'],
    [343, 'label_replace, empty expansion', replace(svc, 'svc', '', 'svc', 'a'), '{}=6 ; {svc="b"}=1'],
    [344, 'label_replace, no match', replace(svc, 'd', 'v', 'svc', 'A'), '{svc="a"}=6 ; {svc="b"}=1'],
    [345, 'label_replace, duplicates', replace(svc, 'svc', 'same', 'svc', '.*'), '{svc="same"}=6 ; {svc="same"}=1'],
    [
      346,
      'variants',
      variants(agg('sum', mix), agg('sum', bytes, by('svc'))),
      '{__variant__="0"}=7 ; {__variant__="1",svc="a"}=12 ; {__variant__="1",svc="b"}=2',
    ],
    [347, 'variants', variants(mixAE), '{__variant__="0",app="mix",lvl="e",svc="a"}=4'],
    [348, 'empty label value is kept by by', agg('sum', blank, by('svc')), '{svc=""}=1'],
    [349, 'empty label value is lost between vectors', bin(blank, '+', blank), '{app="mix",lvl="i"}=2'],
  ])('%i %s', (_row, _what, query, expected) => {
    expect(run(query)).toBe(expected)
  })

  test.each<[row: number, query: MetricExpr, message: string]>([
    [
      325,
      bin(svcLvl, '/', svc, {on: ['svc']}),
      'multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)',
    ],
    [
      326,
      bin(svcLvl, '+', svcLvl, {on: ['lvl']}),
      'found duplicate series on the right hand-side;many-to-many matching not allowed: matching labels must be unique on one side',
    ],
    [307, agg('approx_topk', mix, by(), 2), 'approx_topk is not enabled. See -limits.shard_aggregations'],
  ])('%i fails', (_row, query, message) => {
    expect(failureOf(query)).toEqual({code: 'EVALUATION', status: 500, message})
  })
})

function failureOf(query: MetricExpr | Variants, grid = INSTANT): {code: string; status: number; message: string} | undefined {
  try {
    answer(query, leaves, grid, {approxTopk: grid.count > 1})
  } catch (error) {
    if (Failure.is(error)) return {code: error.code, status: error.status, message: error.message}
    throw error
  }
  return undefined
}

describe('vectors', () => {
  test('group_right names the left side; labels that repeat after including are refused', () => {
    expect(failureOf(bin(svcLvl, '*', svcLvl, {on: ['svc'], right: []}))?.message).toBe(
      'found duplicate series on the left hand-side;many-to-many matching not allowed: matching labels must be unique on one side',
    )
    expect(failureOf(bin(mixA, '*', agg('sum', mixA, by('svc')), {on: ['svc'], left: ['lvl']}))?.message).toBe(
      'multiple matches for labels: grouping labels must ensure unique matches',
    )
  })

  test('an included label that the one side lacks is deleted', () => {
    expect(run(bin(mixAE, '*', agg('sum', mixAE, by('svc')), {on: ['svc'], left: ['lvl']}))).toBe('{app="mix",svc="a"}=16')
  })

  test('on keeps only its labels, comparisons keep the left value even with group_right', () => {
    expect(run(bin(mixAE, '+', mixAI, {on: ['app', 'nope']}))).toBe('{app="mix"}=6')
    expect(run(bin(svc, '>', svcLvl, {on: ['svc'], right: []}))).toBe('{lvl="e",svc="a"}=6 ; {lvl="i",svc="a"}=6')
    expect(run(bin(vector(3), '>', vector(2)))).toBe('{}=3')
    expect(run(bin(svcLvl, '>=', svc, {on: ['svc'], left: [], bool: true}))).toBe(
      '{lvl="e",svc="a"}=0 ; {lvl="i",svc="a"}=0 ; {lvl="i",svc="b"}=1',
    )
  })

  test('an empty side', () => {
    expect(run(bin(svc, 'and', none))).toBe('(empty)')
    expect(run(bin(svc, 'unless', none))).toBe('{svc="a"}=6 ; {svc="b"}=1')
    expect(run(bin(none, 'or', svc))).toBe('{svc="a"}=6 ; {svc="b"}=1')
    expect(run(bin(svc, '+', none))).toBe('(empty)')
    expect(run(bin(none, '+', svcLvl, {on: ['svc']}))).toBe('(empty)')
  })

  test('NaN', () => {
    const nan = bin(agg('sum', mix), '/', literal(0))
    expect(run(bin(nan, '==', literal(1)))).toBe('(empty)')
    expect(run(bin(nan, '!=', literal(1)))).toBe('{}=NaN')
    expect(run(agg('sum', special))).toBe('{}=NaN')
    expect(run(agg('max', special))).toBe('{}=+Inf')
    expect(run(agg('min', special))).toBe('{}=-Inf')
    expect(run(agg('topk', special, by(), 3))).toBe('{v="+Inf"}=+Inf ; {v="-Inf"}=-Inf ; {v="1e3"}=1000')
    expect(run(agg('bottomk', special, by(), 3))).toBe('{v="+Inf"}=+Inf ; {v="-Inf"}=-Inf ; {v="1e3"}=1000')
    expect(run(agg('topk', special, by(), 9)).split(' ; ')).toHaveLength(4)
    expect(run(agg('sort_desc', special))).toBe('{v="+Inf"}=+Inf ; {v="1e3"}=1000 ; {v="-Inf"}=-Inf ; {v="NaN"}=NaN')
  })

  test('pow and fmod are those of C', () => {
    expect(run(bin(literal(1), '^', bin(vector(0), '/', vector(0))))).toBe('{}=1')
    expect(run(bin(vector(-1), '^', literal(Infinity)))).toBe('{}=1')
    expect(run(bin(vector(-5.5), '%', literal(2)))).toBe('{}=-1.5')
    expect(run(bin(vector(5), '%', literal(0)))).toBe('{}=NaN')
  })

  test('ties go by labels, in whatever order the series come', () => {
    const tie = leaf()
    const series = {'i=3': 6, 'i=1': 6, 'i=4': 6, 'i=2': 6}
    const one = new Map([[tie, matrix(INSTANT, series)]])
    expect(answer(agg('topk', tie, by(), 2), one)).toBe('{i="1"}=6 ; {i="2"}=6')
    expect(answer(agg('bottomk', tie, by(), 3), one)).toBe('{i="1"}=6 ; {i="2"}=6 ; {i="3"}=6')
    expect(answer(agg('sort_desc', tie), one)).toBe('{i="1"}=6 ; {i="2"}=6 ; {i="3"}=6 ; {i="4"}=6')
  })

  test('topk of sort comes in order of value', () => {
    expect(run(agg('topk', agg('sort', mix), by(), 2))).toBe('{app="mix",lvl="e",svc="a"}=4 ; {app="mix",lvl="i",svc="a"}=2')
    expect(run(agg('bottomk', agg('sort', mix), by(), 2))).toBe('{app="mix",lvl="i",svc="b"}=1 ; {app="mix",lvl="i",svc="a"}=2')
    expect(run(bin(agg('sort_desc', svc), '*', literal(-1)))).toBe('{svc="a"}=-6 ; {svc="b"}=-1')
  })

  test('topk agrees with sorting, on random values', () => {
    const many = leaf()
    let state = 42
    const next = (): number => (state = (Math.imul(state, 1103515245) + 12345) >>> 1) % 50
    const values = Array.from({length: 300}, (_, i) => [`i=${String(i).padStart(3, '0')}`, next()] as const)
    const best = [...values].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, 40)
    const expected = best.map(([text, value]) => `{i="${text.slice(2)}"}=${value}`).join(' ; ')
    const found = answer(agg('topk', agg('sort', many), by(), 40), new Map([[many, matrix(INSTANT, Object.fromEntries(values))]]))
    expect(found).toBe(expected)
  })

  test('an aggregation of a literal is refused', () => {
    for (const query of [agg('sum', literal(1)), replace(agg('sum', mix), 'a', 'b', 'c', 'd')]) {
      const broken = query.kind === 'label-replace' ? {...query, inner: literal(1)} : query
      expect(failureOf(broken)).toMatchObject({code: 'BAD_REQUEST', status: 400})
    }
  })

  test('variants must be aggregations', () => {
    expect(failureOf(variants(bin(mix, '+', literal(1))))).toEqual({code: 'EVALUATION', status: 500, message: 'unexpected empty result'})
  })
})

describe('absent_over_time', () => {
  const grid = {...INSTANT, count: 3}
  const absent = (...matchers: [string, '=' | '!=' | '=~' | '!~', string][]): RangeAggregation => leaf({op: 'absent_over_time', matchers})
  test.each<[RangeAggregation, string]>([
    [absent(['app', '=', 'none'], ['x', '=', 'y'], ['z', '=~', 'w.*']), '{app="none",x="y"}=1'],
    [absent(['app', '=', 'none'], ['app', '=', 'other']), '{}=1'],
    [absent(['app', '=', 'none'], ['app', '!=', 'other'], ['b', '=', 'c']), '{b="c"}=1'],
  ])('names what was looked for', (node, expected) => {
    expect(answer(node, new Map())).toBe(expected)
  })

  test('only where nothing was found', () => {
    const node = absent(['app', '=', 'edge'])
    expect(answer(node, new Map([[node, matrix(grid, {'': [2, undefined, 1]})]]), grid)).toBe('{app="edge"}=1@1')
    expect(answer(node, new Map([[node, matrix(grid, {'': [2, 1, 1]})]]), grid)).toBe('(empty)')
  })
})

describe('over several steps', () => {
  const grid = {...INSTANT, count: 3}
  const a = leaf()
  const b = leaf()
  const stepwise = new Map([
    [a, matrix(grid, {'x=1': [1, 5, undefined], 'x=2': [3, 2, undefined], 'x=3': [undefined, undefined, 7]})],
    [b, matrix(grid, {'x=1': [1, undefined, 1], 'x=1,y=2': [undefined, 2, undefined]})],
  ])
  const over = (query: MetricExpr): string => answer(query, stepwise, grid)

  test('a literal is one series', () => {
    expect(over(literal(1))).toBe('{}=1@0 1@1 1@2')
    expect(over(bin(agg('sum', none), 'or', vector(0)))).toBe('{}=0@0 0@1 0@2')
  })

  test('aggregations, topk and comparisons are per step', () => {
    expect(over(agg('sum', a))).toBe('{}=4@0 7@1 7@2')
    expect(over(agg('topk', a, by(), 1))).toBe('{x="1"}=5@1 ; {x="2"}=3@0 ; {x="3"}=7@2')
    expect(over(bin(a, '>', literal(2)))).toBe('{x="1"}=5@1 ; {x="2"}=3@0 ; {x="3"}=7@2')
    expect(over(agg('sort_desc', a))).toBe('{x="1"}=1@0 5@1 ; {x="2"}=3@0 2@1 ; {x="3"}=7@2')
  })

  test('series that share a signature at different steps match one after the other', () => {
    expect(over(bin(a, '+', b, {on: ['x']}))).toBe('{x="1"}=2@0 7@1')
    expect(over(bin(b, 'and', a, {on: ['x']}))).toBe('{x="1"}=1@0 ; {x="1",y="2"}=2@1')
    expect(over(bin(a, 'unless', b, {on: ['x']}))).toBe('{x="2"}=3@0 2@1 ; {x="3"}=7@2')
    expect(over(bin(a, 'or', b))).toBe('{x="1"}=1@0 5@1 1@2 ; {x="1",y="2"}=2@1 ; {x="2"}=3@0 2@1 ; {x="3"}=7@2')
  })

  test('series made equal become one with several points at a step', () => {
    expect(over(replace(a, 'x', 'same', 'x', '.*'))).toBe('{x="same"}=1@0 3@0 5@1 2@1 7@2')
    expect(over(agg('sum', replace(a, 'x', 'same', 'x', '.*'), by('x')))).toBe('{x="same"}=4@0 7@1 7@2')
  })

  test('approx_topk is for instants', () => {
    expect(failureOf(agg('approx_topk', a, by(), 2), grid)?.message).toBe('count min sketches are only supported on instant queries')
  })
})

test('labels of tests read back', () => {
  expect(labels('b=,a=1')).toEqual([
    {name: 'a', value: '1'},
    {name: 'b', value: ''},
  ])
})
