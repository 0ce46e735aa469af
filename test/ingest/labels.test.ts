import {describe, expect, it} from 'vitest'
import {bench, entry, NOW} from './push-helpers.ts'
import {parseLabelText} from '../../src/ingest/label-parser.ts'

const parse = (text: string | Uint8Array) =>
  parseLabelText(typeof text === 'string' ? Buffer.from(text) : text).map(l => `${l.name}=${l.value}`)

describe('label text', () => {
  it.each([
    ['', []],
    ['  ', []],
    ['{}', []],
    ['{ }', []],
    ['{a="b"}', ['a=b']],
    [' { b = "1" ,\n\ta="2", } ', ['b=1', 'a=2']],
    ['{a="1",a="2"}', ['a=1', 'a=2']],
    ['{a=""}', ['a=']],
    [`{a='x"y'}`, ['a=x"y']],
    ['{a=`x\\n`}', ['a=x\\n']],
    ['{a="\\"\\\\\\n\\t\\x41\\101\\u00e9\\U0001F600"}', ['a="\\\n\tAAé😀']],
    ['{a="é☃"}', ['a=é☃']],
    ['{a="\\xc3\\xa9"}', ['a=é']],
    ['{_A9:="x"}'.replace(':', ''), ['_A9=x']],
    ['{a="}{,="}', ['a=}{,=']],
  ])('%j', (text, labels) => expect(parse(text)).toEqual(labels))

  it('long values with escapes', () => {
    const long = 'é'.repeat(300_000)
    expect(parse(`{a="${long}\\n${long}\\xc3\\xa9"}`)).toEqual([`a=${long}\n${long}é`])
  })

  it.each([
    ['{a-b="1"}', `1:3: parse error: unexpected character inside braces: '-'`],
    ['{a.b="1"}', `1:3: parse error: unexpected character inside braces: '.'`],
    ['{1a="1"}', `1:2: parse error: unexpected character inside braces: '1'`],
    ['{é="1"}', `1:2: parse error: unexpected character inside braces: 'é'`],
    ['{app=b}', `1:6: parse error: unexpected identifier "b" in label set, expected string`],
    ['{app=abcdefghijkl}', `1:6: parse error: unexpected identifier "abcdefghij"... in label set, expected string`],
    ['{a=~"b"}', `1:3: parse error: unexpected <op:=~> in label set, expected "="`],
    ['{a!="b"}', `1:3: parse error: unexpected <op:!=> in label set, expected "="`],
    ['{a}', `1:3: parse error: unexpected "}" in label set, expected "="`],
    ['{,}', `1:2: parse error: unexpected "," in label set, expected identifier or "}"`],
    ['{a="1" b="2"}', `1:8: parse error: unexpected identifier "b" in label set, expected "," or "}"`],
    ['{a="1"', `1:7: parse error: unexpected end of input inside braces`],
    ['{a="1', `1:4: parse error: unterminated quoted string`],
    ['{a="1\n"}', `1:4: parse error: unterminated quoted string`],
    ['{a=`1', `1:4: parse error: unterminated raw string`],
    ['{a="\\q"}', `1:4: parse error: unknown escape sequence U+0071 'q'`],
    ['{a="\\xff"}', `1:4: parse error: invalid UTF-8 in label value`],
    ['{a="\\ud800"}', `1:4: parse error: unknown escape sequence U+0075 'u'`],
    ['{{', `1:2: parse error: unexpected left brace '{'`],
    ['{a="b"} x', `1:9: parse error: unexpected identifier "x"`],
    ['a="b"', `1:1: parse error: unexpected identifier "a"`],
    ['"a"', `1:1: parse error: unexpected string "\\"a\\""`],
    ['{\n\n é="1"}', `3:2: parse error: unexpected character inside braces: 'é'`],
    ['-', `1:1: parse error: unexpected character: '-'`],
    ['{a!"1"}', `1:3: parse error: unexpected character after '!' inside braces: '"'`],
    ['{"a.b"="c"}', `1:2: parse error: unexpected string "\\"a.b\\"" in label set, expected identifier or "}"`],
  ])('%j is refused', (text, message) => {
    expect(() => parse(text)).toThrow(`couldn't parse labels: ${message}`)
  })

  it('that is not UTF-8 is refused', () => {
    expect(() => parse(Buffer.from('{a="\xff"}', 'latin1'))).toThrow(`couldn't parse labels: 1:5: parse error: invalid UTF-8 rune`)
    expect(() => parse(Buffer.from('{a="b"}\xe9', 'latin1'))).toThrow('invalid UTF-8 rune')
  })
})

describe('streams of a push', () => {
  it('one label text that does not parse refuses the whole push', async () => {
    const b = bench()
    const answer = await b.push([
      {labels: '{a="1"}', entries: [entry('good')]},
      {labels: '{app=b}', entries: [entry('bad')]},
    ])
    expect(answer).toMatchObject({
      status: 400,
      message: `couldn't parse labels: 1:6: parse error: unexpected identifier "b" in label set, expected string`,
    })
    expect(b.database.rows).toEqual([])
    const json = await b.json({streams: [{stream: {'a-b': '1'}, values: [[NOW.toString(), 'x']]}]})
    expect(json.message).toBe(`couldn't parse labels: 1:3: parse error: unexpected character inside braces: '-'`)
  })

  it.each([
    ['{app="x"}', '{app="x", service_name="x"}'],
    ['{z="1", a="2"}', '{a="2", service_name="unknown_service", z="1"}'],
    ['{}', '{service_name="unknown_service"}'],
    ['', '{service_name="unknown_service"}'],
    ['{a=""}', '{service_name="unknown_service"}'],
    ['{service_name="s", app="x"}', '{app="x", service_name="s"}'],
    ['{service_name="", app="x"}', '{app="x", service_name="x"}'],
    ['{app="x", service="y", job="z"}', '{app="x", job="z", service="y", service_name="y"}'],
    ['{service="", job="z"}', '{job="z", service_name="z"}'],
    ['{k8s_job_name="k"}', '{k8s_job_name="k", service_name="k"}'],
    ['{app="x", __aggregated_metric__="1"}', '{__aggregated_metric__="1", app="x"}'],
    ['{__pattern__="1"}', '{__pattern__="1"}'],
    ['{a="q\\"\\n"}', '{a="q\\"\\n", service_name="unknown_service"}'],
  ])('%s becomes %s', async (labels, canonical) => {
    const b = bench()
    expect(await b.push([{labels, entries: [entry('x')]}])).toEqual({status: 204})
    expect(b.database.rows[0]?.stream).toBe(canonical)
  })

  it('discovery can be changed and turned off', async () => {
    const own = bench({'discover-service-name': 'team,app'})
    await own.push([{labels: '{app="x", team="t"}', entries: [entry('x')]}])
    expect(own.database.rows[0]?.stream).toBe('{app="x", service_name="t", team="t"}')
    const off = bench({'discover-service-name': ''})
    expect(await off.push([{labels: '{}', entries: [entry('x')]}])).toEqual({
      status: 400,
      message: 'error at least one label pair is required per stream',
    })
    expect(await off.push([{labels: '{app="x"}', entries: [entry('x')]}])).toEqual({status: 204})
    expect(off.database.rows[0]?.stream).toBe('{app="x"}')
  })

  it('10,000 streams in one push, twice', async () => {
    const b = bench()
    const streams = Array.from({length: 10_000}, (_, i) => ({labels: `{app="a", pod="pod-${i}"}`, entries: [entry(`line ${i}`)]}))
    expect(await b.push(streams)).toEqual({status: 204})
    expect(await b.push(streams)).toEqual({status: 204})
    expect(b.database.rows).toHaveLength(20_000)
    expect(new Set(b.database.rows.map(row => row.stream)).size).toBe(10_000)
  })

  it('two texts of one stream are one stream', async () => {
    const b = bench({'max-global-streams-per-user': '1'})
    const two = [
      {labels: '{a="1",b="2"}', entries: [entry('x')]},
      {labels: '{b="2", a="1"}', entries: [entry('y')]},
    ]
    expect(await b.push(two)).toEqual({status: 204})
    expect(new Set(b.database.rows.map(row => row.stream)).size).toBe(1)
  })
})
