/* What is printed reads back as the same tree: recorded queries, and trees nobody would write. */
import {describe, expect, test} from 'vitest'
import {foldLiterals, format, type MetricExpr, print} from '../../../src/query/logql/index.ts'
import {Generator} from './generate.ts'
import {bare, cases, queriesOf, random, read, refusal} from './support.ts'

const written = [...new Set(cases().flatMap(queriesOf))].filter(text => refusal(text) === undefined)
// NaN has no spelling.
const printable = written.filter(text => !/^1 [/%] 0$/.test(text))

describe('print and format', () => {
  test('there are recorded queries', () => {
    expect(printable.length).toBeGreaterThan(500)
  })
  test.each(printable)('%s', text => {
    const tree = read(text)
    expect(bare(read(print(tree)))).toBe(bare(tree))
    expect(bare(read(format(tree)))).toBe(bare(tree))
  })
  test('generated trees', () => {
    const generator = new Generator(random(1))
    for (let i = 0; i < 1000; i++) {
      const tree = generator.query()
      const text = print(tree)
      expect(bare(read(text)), text).toBe(bare(tree))
      const pretty = format(tree)
      expect(bare(read(pretty)), pretty).toBe(bare(tree))
      expect(print(read(text))).toBe(text)
    }
  })
})

describe('fold', () => {
  const literal = (value: number): MetricExpr => ({kind: 'literal', value, span: {start: 0, end: 0}})
  const binary = (op: '+' | '*' | '^' | '>', left: MetricExpr, right: MetricExpr): MetricExpr => {
    return {kind: 'binary', op, bool: false, matching: undefined, left, right, span: {start: 0, end: 0}}
  }
  test('literals only', () => {
    const vector: MetricExpr = {kind: 'vector', value: 2, span: {start: 0, end: 0}}
    const tree = binary('+', binary('*', literal(2), literal(3)), vector)
    expect(print(foldLiterals(tree))).toBe('(6 + vector(2.000000))')
    expect(foldLiterals(vector)).toBe(vector)
    const aggregation = read('sum(vector(1) + vector(2))') as MetricExpr
    expect(foldLiterals(aggregation)).toBe(aggregation)
  })
  test.each([
    ['1 + 2 * 3', '7'],
    ['2 ^ 3 ^ 2', '512'],
    ['7 % 0', 'NaN'],
    ['-7 % 3', '-1'],
    ['3 > 2 == 1', '1'],
    ['(3 > 2) == bool 1', '1'],
    ['2 != 2', '0'],
    ['1e308 * 10', '+Inf'],
    ['1 ^ (0/0)', '1'],
  ])('%s is %s', (text, value) => {
    expect(print(read(text))).toBe(value)
  })
})
