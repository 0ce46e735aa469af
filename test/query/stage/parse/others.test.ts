import {describe, expect, test} from 'vitest'
import {batchOf, parsedLabels, parseLine, planOf} from './support.ts'

describe('regexp', () => {
  test.each([
    ['(?P<a>\\\\w+) (?P<b>\\\\w+)', 'x yz', {a: 'x', b: 'yz'}],
    ['(?P<a>x)?(?P<b>y)', 'zy', {a: '', b: 'y'}],
    ['(?P<a>x+)', 'y', {}],
    ['(?P<a>x*)', '', {a: ''}],
    ['(?P<1st>.)(.)(?P<_>.)', 'abc', {_1st: 'a', _: 'c'}],
    ['(?P<a>a|ab)(?P<b>b?)', 'xab', {a: 'a', b: 'b'}],
    ['(?P<app>.)', 'é', {app_extracted: 'é'}],
  ])('%s of %s', (pattern, line, labels) => {
    expect(parseLine(`regexp "${pattern}"`, line, {app: 's'})).toEqual(labels)
  })

  test('positions are of the row, in the middle of a block too', () => {
    const batch = batchOf(['aa', 'b', 'c1'])
    planOf('regexp "^(?P<x>[a-z])(?P<y>.?)$"').create('all').apply(batch)
    expect([0, 1, 2].map(row => parsedLabels(batch, row))).toEqual([
      {x: 'a', y: 'a'},
      {x: 'b', y: ''},
      {x: 'c', y: '1'},
    ])
  })
})

describe('pattern', () => {
  test.each([
    ['<a> <b>', 'x y z', {a: 'x', b: 'y z'}],
    ['<a>-<b>', '-', {a: '', b: ''}],
    ['x<a>', 'yx1', {}],
    ['x<a>', 'x', {a: ''}],
    ['<a>', '', {}],
    ['<a> <_> <b>', 'one two', {a: 'one'}],
    ['<a> <_> <b>', 'one two three four', {a: 'one', b: 'three four'}],
    ['<a>; <b>;', 'x; y; z', {a: 'x', b: 'y'}],
    ['<a>; <b>;', 'x y', {a: 'x y'}],
    ['<_>é<a>é', 'xéyéz', {a: 'y'}],
    ['<1>=<a>', '<1>=2', {a: '2'}],
    ['<app> <a>', 'x y', {app_extracted: 'x', a: 'y'}],
  ])('%s of %s', (pattern, line, labels) => {
    expect(parseLine(`pattern "${pattern}"`, line, {app: 's'})).toEqual(labels)
  })
})

describe('unpack', () => {
  const run = (line: string, after: 'all' | ReadonlySet<string> = 'all'): {line: string; labels: Record<string, string>} => {
    const batch = batchOf([line], {app: 's'})
    planOf('unpack').create(after).apply(batch)
    return {line: batch.lineText(0), labels: parsedLabels(batch, 0)}
  }

  test.each([
    ['{"_entry":"in\\nner","pod":"p","app":"x","n":5,"o":{"k":"v"},"l":["x"],"b":true}', 'in\nner', {pod: 'p', app_extracted: 'x'}],
    ['{"x-y":"\\u00e9","_entry":""}', '', {x_y: 'é'}],
    ['{"pod":"p"}', '{"pod":"p"}', {}],
    ['', '', {}],
    ['{"_entry":"x","pod":"p"} more', 'x', {pod: 'p'}],
  ])('%s', (line, unpacked, labels) => {
    expect(run(line)).toEqual({line: unpacked, labels})
  })

  test.each([
    ['plain', 'expecting json object(6), but it is not'],
    [' {"_entry":"x"}', 'expecting json object(6), but it is not'],
    ['{"_entry":"x","a":"b"', "Value is array, but can't find closing ']' symbol"],
    ['{"_entry":"x"', "Value is array, but can't find closing ']' symbol"],
    ['{"_entry":"x', "Value is string, but can't find closing '\"' symbol"],
    ['{"_entry":"x" "a":1}', "Value looks like object, but can't find closing '}' symbol"],
  ])('broken: %s', (line, details) => {
    expect(run(line)).toEqual({line, labels: {__error__: 'JSONParserErr', __error_details__: details}})
  })

  test('nothing is asked for but the line', () => {
    expect(run('{"_entry":"x","a":"b"}', new Set())).toEqual({line: 'x', labels: {}})
    expect(run('plain', new Set())).toEqual({line: 'plain', labels: {}})
  })

  test('labels parsed from a line that was unpacked', () => {
    const batch = batchOf(['{"_entry":"a=1 b=\\"é\\""}'])
    for (const stage of ['unpack', 'logfmt']) planOf(stage).create('all').apply(batch)
    expect(parsedLabels(batch, 0)).toEqual({a: '1', b: 'é'})
  })
})
