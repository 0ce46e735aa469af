/*
 * Moved filters and lazy parsers must not be noticed: random pipelines as they are planned, against the same stages in the order
 * written, each doing all it can.
 */
import {describe, expect, test} from 'vitest'
import {createKernel} from '../../../src/kernel/index.ts'
import {formatLabels, NO_LABELS, type Labels} from '../../../src/model/index.ts'
import {Batch} from '../../../src/query/batch.ts'
import {foldLabels, LabelSets, unpackLabelSets} from '../../../src/query/exec/label-sets.ts'
import {parse} from '../../../src/query/logql/index.ts'
import {buildPipeline} from '../../../src/query/plan/pipeline.ts'
import {planStages} from '../../../src/query/plan/stages.ts'
import type {Names, Stage} from '../../../src/query/stage/stage.ts'
import {checkRegex} from '../../../src/regex/index.ts'
import {FakeChunk, type FakeEntry} from '../support/fake-store.ts'

const STREAM: Labels = [
  {name: 'app', value: 'a'},
  {name: 'level', value: 'stream'},
]
const TOOLS = {kernel: createKernel({plain: true}), nowNs: () => 0n}

function seeded(seed: number): (below: number) => number {
  let state = Math.imul(seed, 0x9e3779b1) | 1
  return below => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) | 0
    return ((state ^ (state >>> 13)) >>> 0) % below
  }
}
type Random = (below: number) => number
const pick = <T>(random: Random, from: readonly T[]): T => from[random(from.length)]!

const NAMES = ['status', 'level', 'trace', 'msg', 'user_id', 'app', 'app_extracted', 'level_extracted', 'zz']
const LINES = [
  '{"status":500,"level":"error","msg":"boom","user":{"id":7},"app":"inner"}',
  '{"status":"abc","level":"info","trace":"t9","level":"second"}',
  '{"status":200,"user":{"id":"x"}',
  'status=404 level=warn msg="not found" user_id=9',
  'status=200 level= msg="ok" app=other trace=tt status=999',
  'status=1 bad"key=2 level=error',
  'GET /x status=503 level=fatal',
  '{"_entry":"status=7 level=packed","trace":"p","status":"8"}',
  'not structured at all',
  '',
]

function randomEntry(random: Random): FakeEntry {
  const metadata: Record<string, string> = {}
  if (random(2) === 0) metadata.trace = pick(random, ['t1', 't2'])
  if (random(3) === 0) metadata.level = 'meta'
  if (random(4) === 0) metadata.status = pick(random, ['1', 'x'])
  return {tsNs: 0n, line: pick(random, LINES), metadata}
}

function randomStage(random: Random): string {
  const name = pick(random, NAMES)
  switch (random(15)) {
    case 0:
    case 1:
      return '| json'
    case 2:
    case 3:
      return '| logfmt'
    case 4:
      return '| regexp "(?P<status>\\\\d+) level=(?P<zz>\\\\w+)"'
    case 5:
      return '| unpack'
    case 6:
      return '| pattern "status=<status> <msg>"'
    case 7:
      return `| drop ${name}`
    case 8:
      return `| keep ${name}, status, ${pick(random, NAMES)}`
    case 9:
      return `| label_format ${name}=${pick(random, ['trace', 'status', 'nope'])}`
    case 10:
      return `| label_format ${name}="{{.status}}-{{.level}}"`
    case 11:
      return '| line_format "status={{.status}} {{.msg}}"'
    case 12:
      return `| ${name} ${pick(random, ['> 300', '=~ ".*r.*"', '= ""', '!= "error"', '>= 200 or level="info"'])}`
    case 13:
      return `|= ${pick(random, ['"status"', '"e"', '"level=" or "{"'])}`
    default:
      return pick(random, ['!= "boom"', '| __error__=""', '| logfmt --strict', '| json s="status", lv="level"', '|~ "4|5"'])
  }
}

/** One line per row that is kept: line, labels. */
function show(batch: Batch, wanted: Names): string[] {
  const sets = new LabelSets()
  const rows = batch.selected.subarray(0, batch.count)
  const labels = sets.of(batch, rows)
  const numbers = Array.from(rows, (_, i) => labels.set(i))
  const unpacked = unpackLabelSets(sets.pack()).map(set => foldLabels(set).filter(label => wanted === 'all' || wanted.has(label.name)))
  return numbers.map(
    (set, i) =>
      `${batch.selected[i]} ${wanted === 'all' ? batch.lineText(batch.selected[i]!) : ''} ${formatLabels(unpacked[set] ?? NO_LABELS)}`,
  )
}

function run(chunk: FakeChunk, stages: readonly Stage[]): Batch {
  const selected = Uint32Array.from({length: chunk.rows}, (_, i) => i)
  const block = chunk.loadLineBlock(0)
  if (block instanceof Promise) throw new Error('a slow chunk')
  const batch = new Batch(STREAM, chunk, 0, chunk.rows, block.bytes, selected, chunk.rows)
  for (const stage of stages) stage.apply(batch)
  return batch
}

function randomCase(seed: number, stageOf: (random: Random) => string): {query: string; chunk: FakeChunk; random: Random} {
  const random = seeded(seed)
  const entries = Array.from({length: 12}, () => randomEntry(random))
  const stages = Array.from({length: 1 + random(5)}, () => stageOf(random))
  return {random, chunk: new FakeChunk(0, entries, {rowsPerChunk: 100, rowsPerBlock: 100}), query: `{app="a"} ${stages.join(' ')}`}
}

function plansOf(query: string): ReturnType<typeof planStages> {
  const tree = parse(query, {checkRegex})
  if (tree.kind !== 'logs') throw new Error('a log query')
  return planStages(tree.stages, TOOLS)
}

describe('planned pipelines do what is written', () => {
  test('all labels asked for', () => {
    for (let seed = 1; seed <= 700; seed++) {
      const {query, chunk} = randomCase(seed, randomStage)
      const plain = run(
        chunk,
        plansOf(query).map(plan => plan.create('all')),
      )
      const {early, stages} = buildPipeline(plansOf(query), {labels: 'all', line: true})
      expect(show(run(chunk, [...early, ...stages]), 'all'), `seed ${seed}: ${query}`).toEqual(show(plain, 'all'))
    }
  })

  // Errors that a lazy parser does not reach are not reported, so pipelines that look at errors, or set them from values, are left out.
  test('some labels asked for', () => {
    const quiet = (random: Random): string => {
      const stage = randomStage(random)
      return /__error__|[<>]=?|\{\{/.test(stage) ? '| json' : stage
    }
    for (let seed = 1; seed <= 700; seed++) {
      const {query, chunk, random} = randomCase(seed, quiet)
      const wanted = new Set([pick(random, NAMES), pick(random, NAMES)])
      const plain = run(
        chunk,
        plansOf(query).map(plan => plan.create('all')),
      )
      const {early, stages} = buildPipeline(plansOf(query), {labels: wanted, line: false})
      expect(show(run(chunk, [...early, ...stages]), wanted), `seed ${seed}: ${query} for ${[...wanted].join()}`).toEqual(
        show(plain, wanted),
      )
    }
  })
})
