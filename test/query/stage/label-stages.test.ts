import {describe, expect, test} from 'vitest'
import {createKernel} from '../../../src/kernel/index.ts'
import type {Labels} from '../../../src/model/index.ts'
import {Batch} from '../../../src/query/batch.ts'
import {LabelSets, unpackLabelSets} from '../../../src/query/exec/label-sets.ts'
import {parse, type Stage} from '../../../src/query/logql/index.ts'
import {buildPipeline} from '../../../src/query/plan/pipeline.ts'
import {planStages} from '../../../src/query/plan/stages.ts'
import {FakeChunk, type FakeEntry} from '../support/fake-store.ts'

/*
 * drop, keep, label_format and line_format, alone and in a row, against a plain reading of the rules: an object per row.
 */

const TOOLS = {kernel: createKernel({plain: true}), nowNs: () => 0n}
const STREAM: Labels = [
  {name: 'app', value: 'web'},
  {name: 'env', value: 'prod'},
]
const NAMES = ['app', 'env', 'level', 'trace', 'a', 'b', 'app_extracted', '__error__', '__error_details__']
const VALUES = ['', 'web', 'prod', 'x', 'info\nmore', 'warn']
const ROWS = 40

type Category = 'stream' | 'metadata' | 'parsed'
type Row = {line: string; labels: Map<string, {value: string; category: Category}>; error: string; details: string}

function generator(seed: number): (below: number) => number {
  let state = seed
  return below => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

type Random = ReturnType<typeof generator>

function pick<T>(random: Random, list: readonly T[]): T {
  return list[random(list.length)]!
}

// ── stages as text ───────────────────────────────────────────────────────────────────────────────────────────────────

function picks(random: Random): string {
  return Array.from({length: 1 + random(3)}, () => {
    const name = pick(random, NAMES)
    const op = pick(random, ['', '', '=', '!=', '=~', '!~'])
    if (op === '') return name
    return `${name}${op}${JSON.stringify(op.endsWith('~') ? pick(random, ['w.*', '.+', '', 'info.*', 'JSON.*']) : pick(random, [...VALUES, 'JSONParserErr']))}`
  }).join(', ')
}

function template(random: Random): string {
  return pick(random, [
    'const',
    '{{.app}}',
    '{{.level}}-{{.a}}',
    '{{upper .b}}',
    '{{.__error__}}!',
    '{{__line__}}',
    '{{div 4 (len .level)}}',
    '{{ . }}',
  ])
}

function labelFormat(random: Random): string {
  const names = NAMES.filter(name => !isError(name))
  const items: string[] = []
  for (let i = 1 + random(3); i > 0; i--) {
    const [name] = names.splice(random(names.length), 1)
    items.push(random(2) === 0 ? `${name}=${pick(random, NAMES)}` : `${name}=${JSON.stringify(template(random))}`)
  }
  return items.join(', ')
}

function stageText(random: Random): string {
  switch (random(4)) {
    case 0:
      return `| drop ${picks(random)}`
    case 1:
      return `| keep ${picks(random)}`
    case 2:
      return `| line_format ${JSON.stringify(template(random))}`
    default:
      return `| label_format ${labelFormat(random)}`
  }
}

function stagesOf(text: string): readonly Stage[] {
  const query = parse(`{app="web"} ${text}`)
  if (query.kind !== 'logs') throw new Error('log query expected')
  return query.stages
}

// ── the plain reading ────────────────────────────────────────────────────────────────────────────────────────────────

function isError(name: string): boolean {
  return name === '__error__' || name === '__error_details__'
}

function matches(op: string, wanted: string, value: string): boolean {
  const regex = new RegExp(`^(?:${wanted})$`, 's')
  return {'=': value === wanted, '!=': value !== wanted, '=~': regex.test(value), '!~': !regex.test(value)}[op]!
}

function renderPlain(text: string, row: Row): string | {details: string} {
  const labels = new Map([...row.labels].map(([name, {value}]) => [name, value]))
  if (row.error !== '') labels.set('__error__', row.error)
  if (row.details !== '') labels.set('__error_details__', row.details)
  const get = (name: string): string => labels.get(name) ?? ''
  switch (text) {
    case 'const':
      return text
    case '{{.app}}':
      return get('app')
    case '{{.level}}-{{.a}}':
      return `${get('level')}-${get('a')}`
    case '{{upper .b}}':
      return get('b').toUpperCase()
    case '{{.__error__}}!':
      return `${get('__error__')}!`
    case '{{__line__}}':
      return row.line
    case '{{ . }}':
      return `map[${[...labels.keys()]
        .toSorted()
        .map(name => `${name}:${labels.get(name)}`)
        .join(' ')}]`
    default: {
      const length = Buffer.byteLength(get('level'))
      return length === 0 ? {details: 'integer divide by zero'} : String(Math.trunc(4 / length))
    }
  }
}

function applyPlain(stage: Stage, row: Row): void {
  const fail = ({details}: {details: string}): void => {
    row.error = 'TemplateFormatErr'
    row.details = details
  }
  if (stage.kind === 'drop') {
    for (const item of stage.items) {
      const value =
        item.name === '__error__' ? row.error : item.name === '__error_details__' ? row.details : (row.labels.get(item.name)?.value ?? '')
      if (item.kind === 'matcher' && !matches(item.op, item.value, value)) continue
      if (item.name === '__error__') {
        row.error = ''
        if (STREAM.every(({name}) => row.labels.has(name)) && [...row.labels.values()].every(({category}) => category === 'stream'))
          row.details = ''
      } else if (item.name === '__error_details__') row.details = ''
      else row.labels.delete(item.name)
    }
  } else if (stage.kind === 'keep') {
    for (const [name, {value}] of row.labels) {
      const kept = stage.items.some(item => item.name === name && (item.kind === 'name' || matches(item.op, item.value, value)))
      if (!kept && !isError(name)) row.labels.delete(name)
    }
  } else if (stage.kind === 'line-format') {
    const line = renderPlain(stage.template, row)
    if (typeof line === 'string') row.line = line
    else fail(line)
  } else if (stage.kind === 'label-format') {
    let snapshot: Row | undefined
    for (const item of stage.items) {
      if (item.kind === 'rename') {
        const source = row.labels.get(item.from)
        if (source !== undefined) row.labels.set(item.name, {value: source.value, category: 'parsed'})
        row.labels.delete(item.from)
        continue
      }
      snapshot ??= {...row, labels: new Map(row.labels)}
      const value = renderPlain(item.template, snapshot)
      if (typeof value === 'string') row.labels.set(item.name, {value, category: 'parsed'})
      else fail(value)
    }
  }
}

// ── both ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

function randomRows(random: Random): {batch: Batch; rows: Row[]} {
  const entries: FakeEntry[] = []
  const rows: Row[] = []
  for (let i = 0; i < ROWS; i++) {
    const metadata: Record<string, string> = {}
    if (random(2) === 0) metadata['level'] = pick(random, VALUES.slice(1))
    if (random(3) === 0) metadata['trace'] = pick(random, VALUES.slice(1))
    if (random(3) === 0) metadata['app'] = pick(random, VALUES.slice(1))
    entries.push({tsNs: BigInt(i), line: `line ${i}`, metadata})
    const labels: Row['labels'] = new Map(STREAM.map(({name, value}) => [name, {value, category: 'stream'}]))
    for (const [name, value] of Object.entries(metadata)) labels.set(name === 'app' ? 'app_extracted' : name, {value, category: 'metadata'})
    rows.push({line: `line ${i}`, labels, error: '', details: ''})
  }
  const chunk = new FakeChunk(0, entries, {rowsPerChunk: ROWS, rowsPerBlock: ROWS})
  const block = chunk.loadLineBlock(0)
  if (block instanceof Promise) throw new Error('loaded at once')
  const selected = Uint32Array.from(entries.keys()).filter(() => random(8) > 0)
  const batch = new Batch(STREAM, chunk, 0, ROWS, block.bytes, selected, selected.length)
  rows.forEach((row, i) => {
    if (random(3) === 0) {
      const value = pick(random, VALUES)
      if (random(2) === 0) batch.column('a').setText(i, value)
      else {
        const start = batch.offsets[i]!
        batch.column('a').setSpan(i, start, start + 4)
      }
      row.labels.set('a', {value: batch.column('a').text(i)!, category: 'parsed'})
    }
    if (random(5) > 0) return
    batch.errors.set(i, 'JSONParserErr', random(2) === 0 ? 'what' : undefined)
    row.error = 'JSONParserErr'
    row.details = batch.errors.details(i)
  })
  return {batch, rows}
}

function shown(row: Row): unknown {
  const of = (wanted: Category): string[] =>
    [...row.labels].filter(([, {category}]) => category === wanted).map(([name, {value}]) => `${name}=${value}`)
  const errors = [
    ...(row.error === '' ? [] : [`__error__=${row.error}`]),
    ...(row.details === '' ? [] : [`__error_details__=${row.details}`]),
  ]
  // A parsed label of that name gives way to the error state.
  const parsed = of('parsed').filter(text => !errors.some(error => error.startsWith(text.slice(0, text.indexOf('=') + 1))))
  return {line: row.line, stream: of('stream').toSorted(), metadata: of('metadata').toSorted(), parsed: [...parsed, ...errors].toSorted()}
}

function shownBatch(batch: Batch): unknown[] {
  const sets = new LabelSets()
  const rows = batch.selected.subarray(0, batch.count)
  const numbering = sets.of(batch, rows)
  const numbers = Array.from(rows, (_, i) => numbering.set(i))
  const unpacked = unpackLabelSets(sets.pack())
  const texts = (labels: Labels): string[] =>
    labels.map(({name, value}) => `${name}=${name === '__error_details__' ? shortDetails(value) : value}`).toSorted()
  return numbers.map((number, i) => {
    const {stream, metadata, parsed} = unpacked[number]!
    return {
      line: shortDetails(batch.lineText(batch.selected[i]!)),
      stream: texts(stream),
      metadata: texts(metadata),
      parsed: texts(parsed).map(shortDetails),
    }
  })
}

/** Go's message around the cause is tested elsewhere. */
function shortDetails(text: string): string {
  return text.replaceAll(
    /template: (?:line|label):1:2: executing "(?:line|label)" at <div 4 \(len \.level\)>: error calling div: runtime error: /g,
    '',
  )
}

describe('label stages', () => {
  test('agree with a plain reading of the rules', () => {
    const random = generator(3)
    for (let i = 0; i < 600; i++) {
      const text = Array.from({length: 1 + random(4)}, () => stageText(random)).join(' ')
      const {batch, rows} = randomRows(random)
      const stages = stagesOf(text)
      for (const stage of buildPipeline(planStages(stages, TOOLS), {labels: 'all', line: true}).stages) stage.apply(batch)
      const expected = Array.from(batch.selected.subarray(0, batch.count), row => {
        for (const stage of stages) applyPlain(stage, rows[row]!)
        return shown(rows[row]!)
      })
      expect(shownBatch(batch), text).toEqual(expected)
    }
  })

  test('what a stage says it does not write, it does not change', () => {
    const random = generator(5)
    for (let i = 0; i < 400; i++) {
      const text = stageText(random)
      const {rows} = randomRows(random)
      const [plan] = planStages(stagesOf(text), TOOLS)
      for (const row of rows) {
        const before = {...row, labels: new Map(row.labels)}
        applyPlain(stagesOf(text)[0]!, row)
        for (const name of NAMES) {
          if (plan!.writes(name)) continue
          const read = (of: Row): unknown =>
            name === '__error__' ? of.error : name === '__error_details__' ? of.details : of.labels.get(name)?.value
          expect(read(row), `${name} of ${text}`).toBe(read(before))
        }
      }
    }
  })

  test('what a stage does not need may be missing before it', () => {
    const random = generator(9)
    for (let i = 0; i < 600; i++) {
      const text = stageText(random)
      const stage = stagesOf(text)[0]!
      const [plan] = planStages([stage], TOOLS)
      const after = new Set(NAMES.filter(() => random(3) === 0))
      const needs = plan!.needs(after)
      for (const full of randomRows(random).rows) {
        const poor: Row = {...full, labels: new Map(full.labels)}
        for (const name of NAMES) {
          if (needs === 'all' || needs.has(name)) continue
          if (name === '__error__') poor.error = ''
          else if (name === '__error_details__') poor.details = ''
          else poor.labels.delete(name)
        }
        applyPlain(stage, full)
        applyPlain(stage, poor)
        for (const name of after) {
          const read = (of: Row): unknown =>
            name === '__error__' ? of.error : name === '__error_details__' ? of.details : of.labels.get(name)?.value
          expect(read(poor), `${name} after ${text}`).toBe(read(full))
        }
      }
    }
  })
})
