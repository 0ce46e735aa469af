/* Plans in words: what moved, what is pushed down, what is not read. */
import {describe, expect, test} from 'vitest'
import {explainQuery} from '../../src/query/index.ts'

const HOUR = {startNs: 1_700_000_000_000_000_000n, endNs: 1_700_003_600_000_000_000n, stepNs: 60_000_000_000n}

function plan(query: string, range = false): string {
  return `\n${explainQuery(query, range ? HOUR : undefined)}`
}

describe('log queries', () => {
  test('a selector alone reads timestamps until it has enough', () => {
    expect(plan('{app="api"}', true)).toBe(`
query
  {app="api"}

log query, by each worker for its streams
  streams  {app="api"}
  rows     from 2023-11-14T22:13:20Z to before 2023-11-14T23:13:20Z
  reads    timestamps, to find rows
           line and all labels, of rows in the answer
  ends     when as many rows as asked for are found: their timestamps decide
`)
  })

  test('a network is searched for by what its addresses begin with', () => {
    expect(plan('{app="api"} |= ip("10.3.0.0/16")')).toContain('|= ip("10.3.0.0/16")  searches for "10.3.", tests lines that have it')
    expect(plan('{app="api"} |= ip("10.0.0.0/7")')).toContain('looks at each line')
  })

  test('filters move, parsers extract what filters read first', () => {
    expect(plan('{app="api"} | pod="a" | json | status>=500 |= "boom" |~ "(?i)time.*out|refused" | line_format "{{.msg}}" |= "x"')).toBe(`
query
  {app="api"}
    | pod="a"
    | json
    | status>=500
    |= "boom" |~ "(?i)time.*out|refused"
    | line_format "{{.msg}}"
    |= "x"

log query, by each worker for its streams
  streams  {app="api"}
  first    | pod="a"
           (on whole chunks, before lines are read)
  stages   |= "boom"                   searches for "boom"
           |~ "(?i)time.*out|refused"  searches for "time" or "refu" in any case, tests lines that have it
           | json                      extracts only status
           | status>=500
           | json                      extracts all labels
           | line_format "{{.msg}}"
           |= "x"                      searches for "x"
  reads    timestamps, lines, metadata pod, status (where it is no label of the stream), to find rows
           line and all labels, of rows in the answer
  ends     when as many rows as asked for have passed
`)
  })
})

describe('metric queries', () => {
  test('groups are pushed down, and two leaves have times of their own', () => {
    const query =
      'topk(5, sum by (level) (rate({app="api"} |~ `status=5\\d\\d` | json [5m]))) ' +
      '/ on (level) sum by (level) (count_over_time({app="api"}[1h] offset 1h))'
    expect(plan(query, true)).toBe(`
query
    topk(5,sum by (level)(rate({app="api"} |~ "status=5\\\\d\\\\d" | json[5m])))
  / on (level) 
    sum by (level)(count_over_time({app="api"}[1h] offset 1h0m0s))

evaluation
  / on (level)
    topk(5)
      sum by (level): done while reading
        leaf 1
    sum by (level): done while reading
      leaf 2

leaf 1: rate, windows of 5m, by each worker for its streams
  streams  {app="api"}
  rows     from 2023-11-14T22:08:00.000000001Z to before 2023-11-14T23:14:00.000000001Z
  stages   |~ "status=5\\\\d\\\\d"  searches for "status=5", tests lines that have it
           | json               extracts only level
  samples  1 per row
  series   by (level), as the aggregation around it has them
  reads    timestamps, lines, metadata level (where it is no label of the stream)

leaf 2: count_over_time, windows of 1h, offset 1h, by each worker for its streams
  streams  {app="api"}
  rows     from 2023-11-14T20:13:00.000000001Z to before 2023-11-14T22:14:00.000000001Z
  samples  1 per row
  series   by (level), as the aggregation around it has them
  reads    timestamps, metadata level (where it is no label of the stream)
  or       the chunk table alone: chunks that lie in the same windows as a whole, of streams with level
`)
  })

  test('unwrap', () => {
    expect(plan('quantile_over_time(0.9, {app="api"} | logfmt | __error__="" | unwrap duration(took) | took > 5s [5m]) by (ns)')).toBe(`
query
  quantile_over_time(
    0.9,
    {app="api"} | logfmt | __error__=""
      | unwrap duration(took)
      | took>5s [5m]
  ) by (ns)

evaluation
  leaf 1

leaf 1: quantile_over_time(0.9), windows of 5m, by each worker for its streams
  streams  {app="api"}
  stages   | logfmt        extracts only ns, took; reads each line to its end, for errors
           | __error__=""
  samples  unwrap duration(took) | took>5s
  series   by (ns); not took, which is unwrapped
  reads    timestamps, lines, metadata ns, took (where it is no label of the stream)
`)
  })

  test('a parser whose labels nobody looks at does not run', () => {
    expect(plan('sum(bytes_over_time({app="api"} | json [5m])) > bool 3')).toBe(`
query
  (sum(bytes_over_time({app="api"} | json[5m])) > bool 3)

evaluation
  > bool
    sum: done while reading
      leaf 1
    3

leaf 1: bytes_over_time, windows of 5m, by each worker for its streams
  streams  {app="api"}
  not run  | json  nobody looks at its labels
  samples  bytes of the line
  series   by (), as the aggregation around it has them
  reads    timestamps, line lengths
  or       the chunk table alone: chunks that lie in the same windows as a whole
`)
  })
})

test('what is wrong with a query is said as the query would', () => {
  expect(() => explainQuery('{app=api}')).toThrow(/parse error at line 1, col 6/)
  expect(() => explainQuery('{app="api"} | line_format "{{ .a "')).toThrow(/template/)
})
