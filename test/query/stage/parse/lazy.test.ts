/*
 * Extracting a few names gives for these what extracting all gives, and a second run for all adds the rest.
 */
import {describe, expect, test} from 'vitest'
import {batchOf, parsedLabels, pick, planOf, seeded, shown, type Pairs, type Random} from './support.ts'
import {damaged, randomJson, randomLogfmt} from './random-lines.ts'

const NAMES = [
  'a',
  'b',
  'c',
  'level',
  'status',
  'user_id',
  'a_b',
  'a_b_c',
  'a_extracted',
  'app',
  'app_extracted',
  'meta',
  'meta_extracted',
  'x_y',
]
const ODD = ['_', '_1st', 'sp', 'level_extracted', '__error__', '__error_details__', 'nope']

const STAGES: Readonly<Record<string, (random: Random) => string>> = {
  json: randomJson,
  'json a, app, deep="a.b", e="user[0].id", a_extracted="b"': randomJson,
  logfmt: randomLogfmt,
  'logfmt --strict': randomLogfmt,
  'logfmt --keep-empty': randomLogfmt,
  'logfmt --strict a, app, lvl="level", odd="\\"x-y\\""': randomLogfmt,
  'regexp "(?P<a>[a-c]+).(?P<app>\\\\w*)|(?P<level>.)"': randomJson,
  'pattern "<a>\\"<app>:<_>,<level>"': randomJson,
}

function randomBatch(random: Random, line: (random: Random) => string): () => ReturnType<typeof batchOf> {
  const lines = Array.from({length: 1 + random(12)}, () => damaged(random, line(random)))
  const stream: Pairs = random(2) === 0 ? {app: 's'} : {app: 's', a: 't'}
  const metadata = lines.map((): Pairs => (random(2) === 0 ? {meta: 'm'} : random(2) === 0 ? {level: 'sm', b: 'sm'} : {}))
  return () => batchOf(lines, stream, metadata)
}

describe.each(Object.entries(STAGES))('%s', (stage, line) => {
  test('a few names', () => {
    const random = seeded(stage.length)
    for (let round = 0; round < 150; round++) {
      const make = randomBatch(random, line)
      const after = new Set(Array.from({length: 1 + random(4)}, () => pick(random, random(4) === 0 ? ODD : NAMES)))
      const some = make()
      const all = make()
      planOf(stage).create(after).apply(some)
      planOf(stage).create('all').apply(all)
      // Errors are only right when they are asked for.
      if (!after.has('__error__') && !after.has('__error_details__')) {
        for (let row = 0; row < all.rows; row++) {
          for (const batch of [some, all]) {
            batch.errors.clearError(row)
            batch.errors.clearDetails(row)
          }
        }
      }
      for (let row = 0; row < all.rows; row++) {
        expect(shown(some, row, after), `round ${round}, ${[...after].join()}: ${all.lineText(row)}`).toEqual(shown(all, row, after))
      }
    }
  })

  test('a few names, then all', () => {
    const random = seeded(stage.length + 1)
    for (let round = 0; round < 80; round++) {
      const make = randomBatch(random, line)
      const after = new Set(Array.from({length: 1 + random(3)}, () => pick(random, NAMES)))
      const twice = make()
      const once = make()
      planOf(stage).create(after).apply(twice)
      planOf(stage).create('all').apply(twice)
      planOf(stage).create('all').apply(once)
      for (let row = 0; row < once.rows; row++) {
        expect(parsedLabels(twice, row), `round ${round}, ${[...after].join()}: ${once.lineText(row)}`).toEqual(parsedLabels(once, row))
      }
    }
  })
})

test.each([
  ['json', '{"user":{"id":1,"x":{"y":"é\\n"}},"l":[{"a":"]"}],"a":3,"__error__":"e","b":true} more'],
  ['logfmt --strict', 'user_id="1 \\"" a=3 __error__=e b=é c="x"b=2 ='],
])('%s: every truncation', (stage, whole) => {
  const bytes = Buffer.from(whole)
  const lines = Array.from({length: bytes.length + 1}, (_, length) => bytes.subarray(0, length))
  for (const names of [
    ['user_id'],
    ['a'],
    ['user_x_y'],
    ['user_id', 'a'],
    ['user_id', '__error__'],
    ['__error__', '__error_details__'],
    ['nope'],
  ]) {
    const some = batchOf(lines)
    const all = batchOf(lines)
    planOf(stage).create(new Set(names)).apply(some)
    planOf(stage).create('all').apply(all)
    for (let row = 0; row < all.rows; row++) {
      const reads = (batch: typeof all): (string | undefined)[] =>
        names.map(name => batch.parsed(name)?.text(row) ?? (name.startsWith('__') ? batch.errors.error(row) : undefined))
      expect(reads(some), `${names.join()}: ${all.lineText(row)}`).toEqual(reads(all))
    }
  }
})
