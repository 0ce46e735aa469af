import {describe, expect, test} from 'vitest'
import {parseLine, pick, seeded, type Random} from './support.ts'

const OBJECT = "Value looks like object, but can't find closing '}' symbol"
const STRING = "Value is string, but can't find closing '\"' symbol"
const ARRAY = "Value is array, but can't find closing ']' symbol"
const MALFORMED = 'Malformed JSON error'
const UNKNOWN = 'Unknown value type'

const failed = (details: string, labels = {}): Record<string, string> => ({
  ...labels,
  __error__: 'JSONParserErr',
  __error_details__: details,
})

describe('json', () => {
  test.each([
    [
      'nested, numbers verbatim',
      '{"a":{"b":{"c":1.50}},"n":-0,"t":true,"z":null,"l":[1,{"k":2}],"o":{}}',
      {a_b_c: '1.50', n: '-0', t: 'true'},
    ],
    ['white space anywhere', ' \t{ "a" : 1 , "b" : { "c" : "x" } } ', {a: '1', b_c: 'x'}],
    ['text behind the object', '{"a":1}{"b":2', {a: '1'}],
    ['trailing comma', '{"a":1,}', {a: '1'}],
    ['the first of equal names', '{"a_b":1,"a":{"b":2},"a-b":3}', {a_b: '1'}],
    [
      'keys',
      '{" sp ":1,"1st":2,"é":3,"":4," ":5,"x.y":{"z-1":6,"":7},"\\u0061":8}',
      {sp: '1', _1st: '2', _: '3', x_y_z_1: '6', x_y: '7', a: '8'},
    ],
    ['blank keys add nothing', '{"":{"1":{" ":2}}}', {_1: '2'}],
    ['escapes', '{"a":"\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00"}', {a: '"\\/\b\f\n\r\té😀'}],
    [
      'invalid escapes give nothing',
      '{"a":"\\x","b":"\\u12","c":"\\ud83d","d":"\\ude00","e":"\\ud83dx","f":1}',
      {a: '', b: '', c: '', d: '', e: '', f: '1'},
    ],
    ['U+FFFD becomes a space', '{"a":"x\ufffdy","b":"\\ufffd"}', {a: 'x y', b: ' '}],
    ['number-like text', '{"a":1x"y,"b":2}', {a: '1x"y', b: '2'}],
    ['no member', '{}', {}],
  ])('%s', (_, line, labels) => {
    expect(parseLine('json', line)).toEqual(labels)
  })

  test('bytes that are not UTF-8 become a space each', () => {
    const line = Buffer.concat([
      Buffer.from('{"a":"x'),
      Buffer.from([0xff, 0xe2, 0x82]),
      Buffer.from('é","k'),
      Buffer.from([0xc3, 0x28]),
      Buffer.from('":1}'),
    ])
    expect(parseLine('json', line)).toEqual({a: 'x   é', k__: '1'})
  })

  test.each([
    ['', OBJECT, {}],
    ['  ', OBJECT, {}],
    ['[1]', OBJECT, {}],
    ['{', MALFORMED, {}],
    ['{a:1}', OBJECT, {}],
    ['{,}', OBJECT, {}],
    ['{"a', MALFORMED, {}],
    ['{"a"', MALFORMED, {}],
    ['{"a" 1}', MALFORMED, {}],
    ['{"a":', MALFORMED, {}],
    ['{"a":"x', STRING, {}],
    ['{"a":"x\\"', STRING, {}],
    ['{"a":1', ARRAY, {a: '1'}],
    ['{"a":1,', ARRAY, {a: '1'}],
    ['{"a":1 "b":2}', OBJECT, {a: '1'}],
    ['{"a":1,"b":[1', ARRAY, {a: '1'}],
    ['{"a":1,"b":tru}', UNKNOWN, {a: '1'}],
    ['{"a":1,"b":nul}', UNKNOWN, {a: '1'}],
    ['{"a":1,"b":}', UNKNOWN, {a: '1'}],
    ['{"a":1,"b":{"c":2', OBJECT, {a: '1'}],
    ['{"a":1,"b":{"c":2 "d":3},"e":4}', OBJECT, {a: '1', b_c: '2'}],
    ['{"a":1,"\\x":2,"b":3}', 'Encountered an invalid escape sequence in a string', {a: '1'}],
  ])('broken: %s', (line, details, labels) => {
    expect(parseLine('json', line)).toEqual(failed(details, labels))
  })

  test('collisions with labels of the stream and metadata, row by row', () => {
    const line = '{"app":"x","app_extracted":"y","lvl":"z","q":1}'
    expect(parseLine('json', line, {app: 's'}, {lvl: 'm'})).toEqual({app_extracted: 'x', lvl_extracted: 'z', q: '1'})
    expect(parseLine('json', line, {app: 's'})).toEqual({app_extracted: 'x', lvl: 'z', q: '1'})
  })

  test('agrees with JSON.parse on random objects', () => {
    const random = seeded(7)
    for (let round = 0; round < 300; round++) {
      const value = randomObject(random, 0)
      expect(parseLine('json', JSON.stringify(value)), JSON.stringify(value)).toEqual(flatten(value))
    }
  })
})

type Json = string | number | boolean | null | Json[] | {[key: string]: Json}

function randomObject(random: Random, depth: number): {[key: string]: Json} {
  const keys = ['a', 'b', 'a_b', 'c d', 'x.y', '9', 'é', '"', '\\', '\n', ' ']
  return Object.fromEntries(Array.from({length: random(5)}, () => [pick(random, keys), randomValue(random, depth)]))
}

function randomValue(random: Random, depth: number): Json {
  if (depth < 4 && random(3) === 0) return random(3) === 0 ? [randomValue(random, depth + 1)] : randomObject(random, depth + 1)
  return pick<Json>(random, ['', 'x', 'é"\\\n😀', '\u0001', 12, -0.5, 1e21, true, false, null])
}

/** First of equal names wins; keys are not trimmed to nothing here but for the single blank one. */
function flatten(value: {[key: string]: Json}, prefix = '', labels: Record<string, string> = {}): Record<string, string> {
  for (const [key, member] of Object.entries(value)) {
    const part = key.trim().replace(/[^A-Za-z0-9_]/gu, '_')
    const name = part === '' ? prefix : prefix === '' ? part.replace(/^(?=\d)/, '_') : `${prefix}_${part}`
    if (member === null || Array.isArray(member)) continue
    if (typeof member === 'object') flatten(member, name, labels)
    else if (name !== '') labels[name] ??= String(member)
  }
  return labels
}

describe('json with expressions', () => {
  const LINE = '{"a":{"b":[10,{"c":"x\\ny"},null],"d e":true},"n":null,"s":"\\u00e9","dup":1,"dup":2,"o":{"k":[1, 2]}}'

  test.each([
    ['n, s, dup', {n: '', s: 'é', dup: '1'}],
    ['x="a.b[1].c", y="a[\\"d e\\"]", z="a.b[0]"', {x: 'x\ny', y: 'true', z: '10'}],
    ['o, k="o.k", k1="o.k[1]", k9="o.k[9]"', {o: '{"k":[1, 2]}', k: '[1, 2]', k1: '2', k9: ''}],
    ['nothing="a.nope", m="n.x"', {nothing: '', m: ''}],
    ['both="dup", again="dup"', {both: '1', again: '1'}],
  ])('%s', (expressions, labels) => {
    expect(parseLine(`json ${expressions}`, LINE)).toEqual(labels)
  })

  test.each([
    ['[1,2]', {a: ''}],
    ['"a"', {a: ''}],
    ['', {}],
    [' {"a":1}', {__error__: 'JSONParserErr'}],
    ['a', {__error__: 'JSONParserErr'}],
    ['{"b":1 "a":2}', {a: '2'}],
    ['{"b":{"a":9},"a":2', {a: '2'}],
    ['{"b":[{"a":9}],"a":2', {a: '2'}],
    ['{b:1,"a":2}', {a: ''}],
    ['{"a":"x', failed(STRING, {a: ''})],
    ['{"a":[1', failed(ARRAY, {a: ''})],
    ['{"a":{"b":1', failed(OBJECT, {a: ''})],
    ['{"a":what}', failed(UNKNOWN, {a: ''})],
    ['{"\\u0061":"\\q"}', {a: ''}],
  ])('of %s', (line, labels) => {
    expect(parseLine('json a', line)).toEqual(labels)
  })

  test('an element of the outermost array', () => {
    expect(parseLine('json a="[1].b"', '[{"b":1},{"b":2}]')).toEqual({a: '2'})
  })

  test('collisions', () => {
    expect(parseLine('json app, nope="x", app2="y"', '{"app":1}', {app: 's', nope: 't'}, {app2: 'm'})).toEqual({app_extracted: '1'})
  })
})
