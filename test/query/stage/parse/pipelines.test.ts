/*
 * Random pipelines with parsers: planned, moved about, lazy and by the kernel they keep the rows, labels and lines that the stages
 * give one after the other, each doing all it can.
 */
import {expect, test} from 'vitest'
import {createKernel} from '../../../../src/kernel/index.ts'
import type {Batch} from '../../../../src/query/batch.ts'
import {viewLabel} from '../../../../src/query/label-view.ts'
import {parse} from '../../../../src/query/logql/index.ts'
import {buildPipeline, type AnyStagePlan} from '../../../../src/query/plan/pipeline.ts'
import {planStages} from '../../../../src/query/plan/stages.ts'
import {batchOf, pick, seeded, type Pairs, type Random} from './support.ts'
import {damaged, randomJson, randomLogfmt} from './random-lines.ts'

const STAGES = [
  '| json',
  '| json',
  '| logfmt',
  '| logfmt --strict',
  '| json a, deep="a.b", app',
  '| logfmt --strict level, lvl="b"',
  '| pattern "<a>\\"<b>:<_>"',
  '| regexp "(?P<level>[a-z]+).(?P<c>\\\\d)?"',
  '| unpack',
  '| level="info"',
  '| a!="1"',
  '| status>=1',
  '| b=~"x|1.*" or app_extracted!=""',
  '| user_id="x" or a>0',
  '| __error__=""',
  '|= "a"',
  '!= "zz"',
  '|~ "[0-9]"',
  '| drop level, a="1"',
  '| keep a, b, level, app',
  '| label_format level=a',
  '| label_format b="{{.a}}{{.level}}", z=user_id',
  '| line_format "a={{.b}} level={{.a}}"',
]
const LABELS = [
  'a',
  'b',
  'c',
  'level',
  'status',
  'app',
  'user_id',
  'a_b',
  'app_extracted',
  'level_extracted',
  'meta',
  'z',
  'deep',
  'lvl',
  'x_y',
]
const ERRORS = ['__error__', '__error_details__']

const tools = {kernel: createKernel(), nowNs: () => 0n}
const plainTools = {kernel: createKernel({plain: true}), nowNs: () => 0n}

function plansOf(stages: readonly string[], with_: typeof tools): AnyStagePlan[] {
  const query = parse(`{a="b"} ${stages.join(' ')}`)
  if (query.kind !== 'logs') throw new Error('a log query')
  return planStages(query.stages, with_)
}

function rowsOf(batch: Batch, names: readonly string[], lines: boolean): unknown[] {
  const views = names.map(name => viewLabel(batch, name))
  return [...batch.selected.subarray(0, batch.count)].map(row => [
    row,
    ...views.map(view => view.text(row)),
    lines ? batch.lineText(row) : '',
  ])
}

function randomData(random: Random): () => Batch {
  const lines = Array.from({length: 1 + random(10)}, () => damaged(random, random(2) === 0 ? randomJson(random) : randomLogfmt(random)))
  const stream: Pairs = random(2) === 0 ? {app: 's'} : {app: 's', level: 'info'}
  const metadata = lines.map((): Pairs => (random(2) === 0 ? {meta: 'm', a: '1'} : {}))
  return () => batchOf(lines, stream, metadata)
}

test.each([1, 2, 3])('seed %i', seed => {
  const random = seeded(seed)
  for (let round = 0; round < 250; round++) {
    const stages = Array.from({length: 1 + random(5)}, () => pick(random, STAGES))
    const make = randomData(random)
    const logs = random(2) === 0
    const names = logs ? [...LABELS, ...ERRORS] : Array.from({length: 1 + random(3)}, () => pick(random, LABELS))
    const planned = make()
    const pipeline = buildPipeline(plansOf(stages, tools), {labels: logs ? 'all' : new Set(names), line: logs})
    for (const stage of [...pipeline.early, ...pipeline.stages]) stage.apply(planned)
    const plain = make()
    for (const plan of plansOf(stages, plainTools)) plan.create('all').apply(plain)
    const title = `round ${round}: ${stages.join(' ')}${logs ? '' : ` for ${names.join()}`} as ${pipeline.steps.map(({plan}) => plan.text).join(' ')}`
    expect(rowsOf(planned, names, logs), title).toEqual(rowsOf(plain, names, logs))
  }
})
