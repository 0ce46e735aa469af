/*
 * Rows of the language's reference table that are about parsers: query and result, over the reference data.
 */
import {readFileSync} from 'node:fs'
import path from 'node:path'
import {expect, test} from 'vitest'
import {formatLabels, sortLabels} from '../../../../src/model/index.ts'
import {asker, fakeEngine, T0} from '../../support/fake-engine.ts'
import type {FakeStream} from '../../support/fake-store.ts'

type Pairs = Record<string, string>
type Stream = [Pairs, [number, string, Pairs?][]]

const SECOND = 1_000_000_000n
const read = (name: string): string[] =>
  readFileSync(path.join(import.meta.dirname, name), 'utf8')
    .trimEnd()
    .split('\n')

const STREAMS = read('spec-data.jsonl').map((line): FakeStream => {
  const [labels, entries] = JSON.parse(line) as Stream
  return {
    labels: sortLabels(Object.entries(labels).map(([name, value]) => ({name, value}))),
    entries: entries.map(([at, text, metadata = {}]) => ({tsNs: T0 + BigInt(at) * SECOND, line: text, metadata})),
  }
})

const ROWS = read('spec-rows.tsv').map(row => row.split('\t') as [kind: string, feature: string, query: string, result: string])

test.each(ROWS)('%s %s: %s', async (kind, _, query, wanted) => {
  const {engine} = fakeEngine(STREAMS)
  const answer = await engine.queryRange({
    ...asker(),
    query,
    startNs: T0,
    endNs: T0 + 200n * SECOND,
    stepNs: SECOND,
    limit: 100,
    direction: 'forward',
    intervalNs: 0n,
  })
  if (answer.result.resultType !== 'streams') throw new Error('streams wanted')
  const offset = (tsNs: bigint): string => String((tsNs - T0) / SECOND)
  const {streams} = answer.result
  const shown =
    kind === 'N'
      ? streams
          .flatMap(({entries}) => entries)
          .toSorted((a, b) => (a.tsNs < b.tsNs ? -1 : 1))
          .map(({tsNs, line}) => `@${offset(tsNs)} ${JSON.stringify(Buffer.from(line).toString())}`)
          .join(' ')
      : streams.map(({labels, entries}) => `${formatLabels(labels)}@${entries.map(e => offset(e.tsNs)).join(',')}`).join(' ; ')
  expect((shown === '' ? '(none)' : shown).replaceAll(', ', ',')).toBe(wanted.replaceAll(', ', ','))
})
