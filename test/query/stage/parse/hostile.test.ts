/*
 * Lines made to hurt: parsers neither throw nor take long nor claim much memory.
 */
import {describe, expect, test} from 'vitest'
import {FIELDS_MAX} from '../../../../src/query/stage/parse/fields.ts'
import {PATH_STEPS_MAX} from '../../../../src/query/stage/parse/json-paths.ts'
import {DEPTH_MAX} from '../../../../src/query/stage/parse/json-scan.ts'
import {NAME_LENGTH_MAX} from '../../../../src/query/stage/parse/key-tree.ts'
import {batchOf, parsedLabels, parseLine, pick, planOf, seeded, type Random} from './support.ts'
import {randomJson, randomLogfmt} from './random-lines.ts'

const STAGES = [
  'json',
  'json a, b="c[0].d", e="[1]"',
  'logfmt',
  'logfmt --strict --keep-empty',
  'logfmt a, b="c"',
  'regexp "(?P<a>[^ ]*)[=:](?P<b>.*)"',
  'pattern "<a>:<b>,<c>"',
  'unpack',
]
const BYTES = [...Buffer.from('{}[]",:\\= \t\nau0etrfn1-._')].concat([0x00, 0x80, 0xc3, 0xa9, 0xff, 0xef, 0xbf, 0xbd])

function randomBytes(random: Random): Uint8Array {
  return Uint8Array.from({length: random(60)}, () => (random(4) === 0 ? random(256) : pick(random, BYTES)))
}

describe.each(STAGES)('%s', stage => {
  test('random bytes', () => {
    const random = seeded(stage.length)
    for (let round = 0; round < 60; round++) {
      const batch = batchOf(Array.from({length: 40}, () => randomBytes(random)))
      planOf(stage).create('all').apply(batch)
      for (let row = 0; row < batch.rows; row++) parsedLabels(batch, row)
      // What a line gives does not hang on its neighbours.
      const row = random(batch.rows)
      const alone = batchOf([storedLine(batch, row)])
      planOf(stage).create('all').apply(alone)
      expect(parsedLabels(alone, 0)).toEqual(parsedLabels(batch, row))
    }
  })

  test('every truncation', () => {
    const random = seeded(stage.length + 1)
    for (let round = 0; round < 4; round++) {
      const whole = Buffer.from(stage.startsWith('l') ? randomLogfmt(random) : randomJson(random))
      const lines = Array.from({length: whole.length + 1}, (_, length) => whole.subarray(0, length))
      const batch = batchOf(lines)
      planOf(stage).create('all').apply(batch)
      for (let row = 0; row < batch.rows; row++) parsedLabels(batch, row)
    }
  })
})

/** The stored line, whatever a stage made of it. */
function storedLine({buffer, offsets}: ReturnType<typeof batchOf>, row: number): Uint8Array {
  return buffer.slice(offsets[row], offsets[row + 1])
}

describe('limits', () => {
  test('objects deeper than DEPTH_MAX are skipped', () => {
    const nested = (depth: number): string => '{"a":'.repeat(depth) + '1' + '}'.repeat(depth)
    expect(parseLine('json', nested(DEPTH_MAX + 1))).toEqual({
      [Array(DEPTH_MAX + 1)
        .fill('a')
        .join('_')]: '1',
    })
    expect(parseLine('json', nested(DEPTH_MAX + 2))).toEqual({})
    expect(parseLine('json', `{"x":${nested(100_000)},"y":1}`)).toEqual({y: '1'})
    expect(Object.keys(parseLine('json', '{"a":'.repeat(100_000)))).toEqual(['__error__', '__error_details__'])
    expect(parseLine('json', `{"l":${'['.repeat(100_000)}${']'.repeat(100_000)},"y":1}`)).toEqual({y: '1'})
    const deep = Array(PATH_STEPS_MAX).fill('a').join('.')
    expect(parseLine(`json y, z="${deep}"`, `{"a":${nested(100_000)},"y":1}`)['z']).toHaveLength(6 * (100_001 - PATH_STEPS_MAX) + 1)
    expect(() => planOf(`json z="${deep}.a"`)).toThrow(`more than ${PATH_STEPS_MAX} steps`)
  })

  test('pairs beyond FIELDS_MAX are not looked at', () => {
    const many = Array.from({length: FIELDS_MAX + 10}, (_, i) => `k${i}`)
    for (const [stage, line] of [
      ['json', `{${many.map(key => `"${key}":1`).join()}}`],
      ['logfmt', many.map(key => `${key}=1`).join(' ')],
    ] as const) {
      const labels = parseLine(stage, line)
      expect(Object.keys(labels)).toHaveLength(FIELDS_MAX)
      expect(parseLine(stage, line, {}, {}, new Set([many.at(-1)!]))).toEqual({})
      expect(parseLine(stage, line, {}, {}, new Set([many[FIELDS_MAX - 1]!]))).toEqual({[many[FIELDS_MAX - 1]!]: '1'})
    }
  })

  test('names longer than NAME_LENGTH_MAX are not extracted', () => {
    const key = 'k'.repeat(NAME_LENGTH_MAX)
    expect(parseLine('json', `{"${key}":1,"x${key}":2,"${key}":{"y":3},"z":4}`)).toEqual({[key]: '1', z: '4'})
    expect(parseLine('logfmt', `${key}=1 x${key}=2 z=4`)).toEqual({[key]: '1', z: '4'})
  })

  test('keys of spaces', () => {
    const spaces = ' '.repeat(200_000)
    expect(parseLine('json', `{"${spaces}":1,"x${spaces}y":2,"${spaces}z${spaces}":3}`)).toEqual({z: '3'})
  })

  test('ever new keys', () => {
    const lines = Array.from({length: 3000}, (_, i) => `{"k${i}":1,"same":{"x${i}":"${i}"},"y${i}":[],"z${i}":{"a":1,"b":2}}`)
    const batch = batchOf(lines)
    planOf('json').create('all').apply(batch)
    for (const row of [0, 1500, 2999]) {
      expect(parsedLabels(batch, row)).toEqual({[`k${row}`]: '1', [`same_x${row}`]: `${row}`, [`z${row}_a`]: '1', [`z${row}_b`]: '2'})
    }
  })
})
