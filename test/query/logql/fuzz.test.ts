/* Whatever comes in, the answer is a tree or a refusal, and soon. */
import {describe, expect, test} from 'vitest'
import {Failure} from '../../../src/model/index.ts'
import {checkQuery, format, parse, print, walk} from '../../../src/query/logql/index.ts'
import {bare, cases, OPTIONS, queriesOf, random} from './support.ts'

const PIECES =
  '{ } ( ) [ ] [5m] [0] , = != =~ !~ |= |~ |> !> | == > >= < <= + - * / % ^ . ! ~ $ @ # // /* */ "a" `b` "\\x41" \'c\' " ` \' 5 0 09 0x 1e3 .5 5. 5m 5MB -0 -5m 1d2h --strict --keep-empty a é by without bool unwrap offset on ignoring group_left or and unless json logfmt regexp unpack pattern line_format label_format decolorize drop keep variants of rate sum topk vector label_replace quantile_over_time ip bytes duration'.split(
    ' ',
  )

function survives(text: string): boolean {
  try {
    const tree = parse(text, OPTIONS)
    walk(tree, node => {
      if (node.span.start > node.span.end || node.span.end > text.length) throw new Error(`span of ${node.kind} in ${text}`)
    })
    format(tree)
    checkQuery(tree, OPTIONS)
    const printed = print(tree)
    if (!/NaN|Inf/.test(printed)) expect(bare(parse(printed, OPTIONS)), text).toBe(bare(tree))
    return true
  } catch (error) {
    if (Failure.is(error, 'BAD_REQUEST')) return false
    throw new Error(`on ${JSON.stringify(text)}`, {cause: error})
  }
}

describe('fuzz', () => {
  const written = [...new Set(cases().flatMap(queriesOf))]

  test('random characters', () => {
    const next = random(7)
    for (let i = 0; i < 2000; i++) {
      const length = Math.floor(next() * 40)
      survives(Array.from({length}, () => String.fromCharCode(Math.floor(next() * (next() < 0.9 ? 128 : 65536)))).join(''))
    }
  })
  test('random words', () => {
    const next = random(11)
    for (let i = 0; i < 3000; i++) {
      const length = Math.floor(next() * 20)
      const start = ['', '{a="b"} ', 'rate({a="b"} ', 'sum(rate({a="b"}[5m])) '][Math.floor(next() * 4)] ?? ''
      survives(start + Array.from({length}, () => PIECES[Math.floor(next() * PIECES.length)]).join(next() < 0.5 ? ' ' : ''))
    }
  })
  test('queries with pieces taken out, doubled and put in', () => {
    const next = random(13)
    let survivors = 0
    for (let i = 0; i < 3000; i++) {
      let text = written[Math.floor(next() * written.length)] ?? ''
      for (let edits = 1 + Math.floor(next() * 3); edits > 0; edits--) {
        const at = Math.floor(next() * (text.length + 1))
        const end = at + Math.floor(next() * 6)
        const kind = next()
        if (kind < 0.3) text = text.slice(0, at) + text.slice(end)
        else if (kind < 0.6) text = text.slice(0, end) + text.slice(at)
        else text = `${text.slice(0, at)} ${PIECES[Math.floor(next() * PIECES.length)]} ${text.slice(at)}`
      }
      if (survives(text)) survivors++
    }
    expect(survivors).toBeGreaterThan(300)
  })
  test('every beginning of a query', () => {
    for (const text of written.slice(0, 60)) for (let end = 0; end <= text.length; end++) survives(text.slice(0, end))
  })
})

describe('limits', () => {
  const refused = (text: string): string => {
    try {
      parse(text, OPTIONS)
      return ''
    } catch (error) {
      return Failure.is(error, 'BAD_REQUEST') ? error.message : String(error)
    }
  }
  test('size', () => {
    expect(refused(`{a="${'x'.repeat(131_065)}"}`)).toBe('')
    expect(refused(`{a="${'x'.repeat(131_066)}"}`)).toBe('parse error : input size too long (131072 > 131072)')
    expect(refused(`{a="${'é'.repeat(70_000)}"}`)).toBe('parse error : input size too long (140006 > 131072)')
  })
  test.each([
    ['parentheses', '('.repeat(100_000)],
    ['balanced parentheses', `${'('.repeat(5000)}1${')'.repeat(5000)}`],
    ['aggregations', 'sum('.repeat(30_000)],
    ['ranges', `rate(${'('.repeat(100_000)}`],
    ['filters', `{a="b"} | ${'('.repeat(100_000)}`],
    ['commas', `{a="b"} | ${'a="b",'.repeat(20_000)}a="b"`],
    ['powers', `${'vector(1)^'.repeat(10_000)}1`],
    ['or', `{a="b"} | ${'a="b" or '.repeat(10_000)}a="b"`],
    ['sums', `${'vector(1)+'.repeat(10_000)}1`],
  ])('nested %s', (_, text) => {
    expect(refused(text)).toMatch(/^parse error (at line 1, col \d+|): query is nested too deeply \(limit \d+\)$/)
  })
  test('what is allowed can be walked, printed and read again', () => {
    const deep = [
      `${'('.repeat(900)}1${')'.repeat(900)}`,
      `${'sum('.repeat(490)}vector(1)${')'.repeat(490)}`,
      `${'vector(1)+'.repeat(490)}1`,
      `{a="b"} | ${'a="b" or '.repeat(490)}a="b"`,
      `{a="b"} | ${'a="b",'.repeat(490)}a="b"`,
    ]
    for (const text of deep) expect(survives(text), text.slice(0, 40)).toBe(true)
  })
  test('flat things may be long', () => {
    expect(survives(`{a="b"} ${'|= "x" '.repeat(15_000)}`)).toBe(true)
    expect(survives(`{a="b"} |= "x" ${'or "x" '.repeat(15_000)}`)).toBe(true)
    expect(survives('1+'.repeat(50_000) + '1')).toBe(true)
    expect(survives(`{a="b"} # ${'sum '.repeat(30_000)}`)).toBe(true)
    expect(survives(`sum by (${'sum,'.repeat(30_000)}sum) (vector(1))`)).toBe(true)
    expect(survives(`{a=~"${'(|)'.repeat(60)}b"}`)).toBe(true)
  })
})
