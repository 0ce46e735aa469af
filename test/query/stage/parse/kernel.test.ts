/*
 * The kernel reads lines as the parsers' own scanners do: the same labels and errors, for any lines and any fields asked for.
 */
import {describe, expect, test} from 'vitest'
import {createKernel} from '../../../../src/kernel/index.ts'
import type {Batch} from '../../../../src/query/batch.ts'
import {batchOf, parsedLabels, pick, planOf, seeded, type Line, type Pairs, type Random} from './support.ts'
import {damaged, randomJson, randomLogfmt} from './random-lines.ts'

const kernel = createKernel()

const NAMES = [
  'a',
  'b',
  'c',
  'level',
  'status',
  'user',
  'user_id',
  'id_user',
  'a_b',
  'a_b_c',
  'a_extracted',
  'app_extracted',
  'meta_extracted',
]
const ODD = ['x_y', '_1st', '_', 'sp', 'é', '', '__error__', '__error_details__', 'nope', 'level_extracted', 'user_x_y', 'a_1st']

type Asked = {stage: string; after: ReadonlySet<string>; lines: readonly Line[]; stream: Pairs; metadata: readonly Pairs[]}

function both({stage, after, lines, stream, metadata}: Asked, rows?: Uint32Array): [Batch, Batch] {
  return [kernel, {}].map(with_ => {
    const batch = batchOf(lines, stream, metadata)
    if (rows !== undefined) {
      batch.selected.set(rows)
      batch.count = rows.length
    }
    planOf(stage, with_).create(after).apply(batch)
    return batch
  }) as [Batch, Batch]
}

function randomNames(random: Random): Set<string> {
  return new Set(Array.from({length: 1 + random(4)}, () => pick(random, random(3) === 0 ? ODD : NAMES)))
}

test('there is a kernel to test', () => {
  expect(kernel.scanFields).toBeDefined()
})

describe.each(['json', 'logfmt', 'logfmt --strict', 'logfmt --keep-empty', 'logfmt --strict --keep-empty'])('%s', stage => {
  const line = stage === 'json' ? randomJson : randomLogfmt

  test('random lines', () => {
    const random = seeded(stage.length)
    for (let round = 0; round < 250; round++) {
      const lines = Array.from({length: 1 + random(20)}, () => (random(3) === 0 ? damaged(random, line(random)) : line(random)))
      const stream: Pairs = random(2) === 0 ? {app: 's'} : {app: 's', a: 't'}
      const metadata = lines.map((): Pairs => (random(2) === 0 ? {meta: 'm'} : {}))
      const asked = {stage, after: randomNames(random), lines, stream, metadata}
      const rows = random(2) === 0 ? undefined : Uint32Array.from(lines.keys()).filter(() => random(3) > 0)
      const [fast, plain] = both(asked, rows)
      for (let row = 0; row < lines.length; row++) {
        expect(parsedLabels(fast, row), `${[...asked.after].join()}: ${plain.lineText(row)}`).toEqual(parsedLabels(plain, row))
      }
    }
  })

  test('every truncation, every changed byte', () => {
    const random = seeded(stage.length + 1)
    for (let round = 0; round < 3; round++) {
      const whole = Buffer.from(
        stage === 'json'
          ? '{"a":"é\\n","user":{"id":1.5,"x-y":[{"q":"]"}],"n":null},"c":true,"b":"x" ,"level":-1}'
          : 'a="q \\"x\\"" user=é  b= c status=500 level="info"x=1',
      )
      const lines: Uint8Array[] = []
      for (let at = 0; at < whole.length; at++) {
        lines.push(whole.subarray(0, at))
        const changed = Buffer.from(whole)
        changed[at] = random(256)
        lines.push(changed)
      }
      const after = new Set([
        'a',
        'user_id',
        'user',
        'b',
        ...(round === 0 ? ['level', 'status'] : []),
        ...(round === 1 ? ['__error__'] : []),
      ])
      const [fast, plain] = both({stage, after, lines, stream: {}, metadata: []})
      for (let row = 0; row < lines.length; row++) expect(parsedLabels(fast, row), plain.lineText(row)).toEqual(parsedLabels(plain, row))
    }
  })

  test('strings and keys of all lengths, at all distances from the end', () => {
    const lines = Array.from({length: 140}, (_, n) => {
      const long = 'k'.repeat(n)
      return stage === 'json'
        ? `{"${long}":"${'v'.repeat(n)}","a":"${'x'.repeat(140 - n)}"}`
        : `${long}=${'v'.repeat(n)} a=${'x'.repeat(140 - n)}`
    })
    for (const n of [1, 15, 16, 17, 31, 32, 33, 62, 63, 64, 65, 139]) {
      const [fast, plain] = both({stage, after: new Set(['a', 'k'.repeat(n)]), lines, stream: {}, metadata: []})
      for (let row = 0; row < lines.length; row++) expect(parsedLabels(fast, row)).toEqual(parsedLabels(plain, row))
    }
  })
})
