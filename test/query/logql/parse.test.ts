/* What queries mean: shapes of the tree, and the canonical text of what was read. */
import {describe, expect, test} from 'vitest'
import {
  type LabelFilter,
  logRangesOf,
  parse,
  print,
  printLabelFilter,
  type Query,
  type Stage,
  walk,
} from '../../../src/query/logql/index.ts'
import {bare, read} from './support.ts'

/** query, and how it is printed after parsing. */
const PRINTED: [string, string][] = [
  // selectors
  ['{a="b",c!="d",e=~"f",g!~"h"}', '{a="b", c!="d", e=~"f", g!~"h"}'],
  ['{ a = `b"c` } // end', '{a="b\\"c"}'],
  ['/* x */ {a="b"} # y', '{a="b"}'],
  ['\ufeff{a="b"}', '{a="b"}'],
  ['({a="b"} | json)', '{a="b"} | json'],
  ['{sum="a", rate="b", ip="c", bytes="d"}', '{sum="a", rate="b", ip="c", bytes="d"}'],
  ['{a="\\x41\\u00e9\\101\\xc3\\xa9"}', '{a="AéAé"}'],
  // line filters
  ['{a="b"} |= "x" or "y" or ip("10.0.0.0/8")', '{a="b"} |= "x" or "y" or ip("10.0.0.0/8")'],
  ['{a="b"} != "x" or "y"', '{a="b"} != "x" != "y"'],
  ['{a="b"} !~ "x" or "y" |> "<_>" !> "z"', '{a="b"} !~ "x" !~ "y" |> "<_>" !> "z"'],
  // parsers
  ['{a="b"} | json x, y="z.w" | logfmt --strict', '{a="b"} | json x="x",y="z.w" | logfmt --strict'],
  ['{a="b"} | LOGFMT --keep-empty --strict --strict q', '{a="b"} | logfmt --strict --keep-empty q="q"'],
  ['{a="b"} | unpack | decolorize | regexp "(?<n>.)"', '{a="b"} | unpack | decolorize | regexp "(?<n>.)"'],
  ['{a="b"} | label_format x=y, z="{{.q}}"', '{a="b"} | label_format x=y,z="{{.q}}"'],
  ['{a="b"} | drop x, y="1", z=~"2" | keep w!~"3"', '{a="b"} | drop x,y="1",z=~"2" | keep w!~"3"'],
  // label filters
  ['{a="b"} | x == 5 | y >= -1.5e3 | z != +.5', '{a="b"} | x==5 | y>=-1500 | z!=0.5'],
  ['{a="b"} | x > 1h30m | y < -5m | z = 5µs | d >= 1d', '{a="b"} | x>1h30m0s | y<-5m0s | z==5µs | d>=24h0m0s'],
  ['{a="b"} | x > 5kB | y > 5KiB | z > 12B | w > 1.5Mi', '{a="b"} | x>5.0kB | y>5120B | z>12B | w>1572864B'],
  ['{a="b"} | x > 1_000 | y > 010 | z > 0x1p2', '{a="b"} | x>1000 | y>10 | z>4'],
  ['{a="b"} | x = ip("::1") | ip != ip("1.2.3.4")', '{a="b"} | x=ip("::1") | ip!=ip("1.2.3.4")'],
  // ranges
  ['rate({a="b"}[1h30m])', 'rate({a="b"}[1h30m])'],
  ['rate({a="b"}[90m] offset -5m)', 'rate({a="b"}[1h30m] offset -5m0s)'],
  ['rate({a="b"}[1w])', 'rate({a="b"}[1w])'],
  ['rate({a="b"}[0])', 'rate({a="b"}[0s])'],
  ['rate({a="b"}[5m] |= "x" | json)', 'rate({a="b"} |= "x" | json[5m])'],
  ['rate({a="b"}[5m] offset 1d |= "x")', 'rate({a="b"} |= "x"[5m] offset 24h0m0s)'],
  ['rate(({a="b"} |= "x")[5m] offset 1s)', 'rate({a="b"} |= "x"[5m] offset 1s)'],
  ['rate((({a="b"} |= "x" [5m])))', 'rate({a="b"} |= "x"[5m])'],
  ['rate((({a="b"} |= "x")[5m]))', 'rate({a="b"} |= "x"[5m])'],
  ['avg_over_time({a="b"}[5m] | unwrap x | y="z")', 'avg_over_time({a="b"} | unwrap x | y="z"[5m])'],
  ['avg_over_time({a="b"} | unwrap duration_seconds(x) [5m]) by ()', 'avg_over_time({a="b"} | unwrap duration_seconds(x)[5m]) by ()'],
  ['quantile_over_time(.5,{a="b"} | unwrap x [5m]) without(y)', 'quantile_over_time(0.5,{a="b"} | unwrap x[5m]) without (y)'],
  // aggregations
  ['SUM(RATE({a="b"}[5m])) BY (x, y)', 'sum by (x,y)(rate({a="b"}[5m]))'],
  ['sum by () (vector(1))', 'sum(vector(1.000000))'],
  ['sum without () (vector(1))', 'sum without ()(vector(1.000000))'],
  ['topk by (x) (3, vector(1))', 'topk by (x)(3,vector(1.000000))'],
  ['sum(1 + vector(1))', 'sum((1 + vector(1.000000)))'],
  ['label_replace(vector(1),"a","b","c","d")', 'label_replace(vector(1.000000),"a","b","c","d")'],
  // operators
  ['vector(1) or vector(2) and vector(3)', '(vector(1.000000) or (vector(2.000000) and vector(3.000000)))'],
  ['vector(1) - vector(2) - 3', '((vector(1.000000) - vector(2.000000)) - 3)'],
  ['vector(1) ^ 2 ^ 3', '(vector(1.000000) ^ 8)'],
  ['vector(1) ^ vector(2) ^ 3', '(vector(1.000000) ^ (vector(2.000000) ^ 3))'],
  ['vector(1) == 2 + 3 * 4', '(vector(1.000000) == 14)'],
  ['vector(1) > bool on (a) group_left (b,c) vector(2)', '(vector(1.000000) > bool on (a) group_left (b,c) vector(2.000000))'],
  ['vector(1) / ignoring () group_right vector(2)', '(vector(1.000000) / ignoring () group_right vector(2.000000))'],
  ['vector(1) * on() group_left() (vector(2) + 1)', '(vector(1.000000) * on () group_left () (vector(2.000000) + 1))'],
  ['-2 ^ 2', '4'],
  ['1 > bool 2', '0'],
  ['1 / 0', 'NaN'],
  ['vector(1) - -5', '(vector(1.000000) - -5)'],
  ['1e21', '1e+21'],
  ['vector(1) * 1_234_567.5', '(vector(1.000000) * 1.2345675e+06)'],
  [
    'variants(count_over_time({a="b"}[1m]), vector(1)) of ({a="b"} | json [5m])',
    'variants(count_over_time({a="b"}[1m]), vector(1.000000)) of ({a="b"} | json[5m])',
  ],
]

describe('parse and print', () => {
  test.each(PRINTED)('%s', (text, printed) => {
    expect(print(read(text))).toBe(printed)
  })
})

function stagesOf(text: string): readonly Stage[] {
  const query = read(text)
  return query.kind === 'logs' ? query.stages : []
}

function condition(text: string): LabelFilter {
  const [stage] = stagesOf(`{a="b"} | ${text}`)
  if (stage?.kind !== 'label-filter') throw new Error(`no label filter: ${text}`)
  return stage.filter
}

describe('label filters', () => {
  const grouped = (text: string): string =>
    printLabelFilter(condition(text.replace(/\b[a-d]\b/g, '$&=""')))
      .replaceAll('=""', '')
      .replaceAll(' , ', ' and ')
  test.each([
    ['a or b and c', '( a or ( b and c ) )'],
    ['a and b or c', '( ( a and b ) or c )'],
    ['a or b or c', '( ( a or b ) or c )'],
    ['(a or b) and c', '( ( a or b ) and c )'],
    ['a , b or c', '( a and ( b or c ) )'],
    ['a or b , c', '( a or ( b and c ) )'],
    ['a , b and c or d', '( a and ( ( b and c ) or d ) )'],
    ['a b or c', '( a and ( b or c ) )'],
    ['a and b , c or d', '( a and ( b and ( c or d ) ) )'],
    ['a (b or c)', '( a and ( b or c ) )'],
  ])('%s', (text, shape) => {
    expect(grouped(text)).toBe(shape)
  })
  test('constants keep their exact value', () => {
    expect(condition('x > 5KiB')).toMatchObject({kind: 'bytes', bytes: 5120})
    expect(condition('x > 1.5GB')).toMatchObject({kind: 'bytes', bytes: 1_500_000_000})
    expect(condition('x = 1h')).toMatchObject({kind: 'duration', ns: 3.6e12})
    expect(condition('x > -0')).toMatchObject({kind: 'duration', ns: 0})
    expect(condition('x > 5M')).toMatchObject({kind: 'bytes', bytes: 5e6})
    expect(condition('x > 5m')).toMatchObject({kind: 'duration', ns: 3e11})
  })
})

describe('trees', () => {
  test('a range before the pipeline is the same as after it', () => {
    expect(bare(read('rate({a="b"}[5m] | json)'))).toBe(bare(read('rate({a="b"} | json [5m])')))
  })
  test('nodes know where they stand', () => {
    const text = ' sum by (x) (rate({a="b"} |= "é" | json [5m])) + (1 * vector(2))'
    const query: Query = read(text)
    const found: string[] = []
    walk(query, node => {
      found.push(`${node.kind}: ${text.slice(node.span.start, node.span.end)}`)
    })
    expect(found).toEqual([
      'binary: sum by (x) (rate({a="b"} |= "é" | json [5m])) + (1 * vector(2)',
      'vector-aggregation: sum by (x) (rate({a="b"} |= "é" | json [5m]))',
      'range-aggregation: rate({a="b"} |= "é" | json [5m])',
      'log-range: {a="b"} |= "é" | json [5m]',
      'selector: {a="b"}',
      'line-filter: |= "é"',
      'json: | json',
      'binary: 1 * vector(2)',
      'literal: 1',
      'vector: vector(2)',
    ])
  })
  test('windows are exact nanoseconds', () => {
    const [range] = logRangesOf(read('rate({a="b"}[1y1w1d1h1m1s1ms] offset 1ns)'))
    expect(range).toMatchObject({rangeNs: 32_230_861_001_000_000n, offsetNs: 1n})
  })
  test('every selector, where an endpoint asks for it', () => {
    expect(parse('{}', {anySelector: true})).toMatchObject({kind: 'logs', selector: {matchers: []}})
  })
})
