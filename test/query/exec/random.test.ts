/*
 * Random data in random layouts, random filters: the engine against a few lines that look at every entry.
 */
import {describe, expect, test} from 'vitest'
import {formatLabels, sortLabels, type Labels} from '../../../src/model/index.ts'
import {StreamOrder} from '../../../src/query/exec/stream-order.ts'
import {asker, fakeEngine, T0} from '../support/fake-engine.ts'
import type {FakeEntry, FakeStream} from '../support/fake-store.ts'

const SECOND = 1_000_000_000n
const decoder = new TextDecoder()

/** A small generator of repeatable numbers. */
function seeded(seed: number): (below: number) => number {
  let state = seed * 2_654_435_761 + 1
  return below => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) | 0
    return ((state ^ (state >>> 13)) >>> 0) % below
  }
}

type Random = (below: number) => number
const pick = <T>(random: Random, from: readonly T[]): T => from[random(from.length)]!

const WORDS = ['error', 'warn', 'Error', 'timeout', 'ok', 'é', '', 'x=1', 'id=77', 'GET /']
const VALUES = ['1', '2', '10', 'abc', 'error', '2.5']

function randomStreams(random: Random): FakeStream[] {
  return Array.from({length: 1 + random(4)}, (_, s) => ({
    labels: sortLabels([
      {name: 'app', value: 'a'},
      {name: 'n', value: `${s}`},
    ]),
    entries: distinct(
      Array.from({length: random(60)}, (): FakeEntry => {
        const metadata: Record<string, string> = {}
        if (random(2) === 0) metadata.level = pick(random, VALUES)
        if (random(3) === 0) metadata.num = pick(random, VALUES)
        // Few distinct times, so that many are equal.
        return {
          tsNs: T0 + BigInt(random(40)) * SECOND,
          line: Array.from({length: random(4)}, () => pick(random, WORDS)).join(' '),
          metadata,
        }
      }),
    ).toSorted((a, b) => Number(a.tsNs - b.tsNs)),
  }))
}

/** The store keeps equal entries once. */
function distinct(entries: readonly FakeEntry[]): FakeEntry[] {
  return [...new Map(entries.map(entry => [`${entry.tsNs} ${String(entry.line)} ${JSON.stringify(entry.metadata)}`, entry])).values()]
}

type Filter = {text: string; keeps: (entry: FakeEntry) => boolean}

function randomFilter(random: Random): Filter {
  const word = pick(random, WORDS)
  const other = pick(random, WORDS)
  const value = pick(random, VALUES)
  const lineOf = (entry: FakeEntry): string => entry.line as string
  switch (random(6)) {
    case 0:
      return {text: `|= ${JSON.stringify(word)}`, keeps: e => lineOf(e).includes(word)}
    case 1:
      return {text: `!= ${JSON.stringify(word)}`, keeps: e => !lineOf(e).includes(word)}
    case 2:
      return {
        text: `|= ${JSON.stringify(word)} or ${JSON.stringify(other)}`,
        keeps: e => lineOf(e).includes(word) || lineOf(e).includes(other),
      }
    case 3:
      return {text: '|~ "(?i)err.*(ok|=)"', keeps: e => /err.*(ok|=)/i.test(lineOf(e))}
    case 4:
      return {text: `| level=${JSON.stringify(value)}`, keeps: e => (e.metadata?.level ?? '') === value}
    default:
      return {
        text: `| level!=${JSON.stringify(value)} or num=~"1.*"`,
        keeps: e => (e.metadata?.level ?? '') !== value || /^1.*$/.test(e.metadata?.num ?? ''),
      }
  }
}

function fold(stream: FakeStream, entry: FakeEntry): Labels {
  return sortLabels([...stream.labels, ...Object.entries(entry.metadata ?? {}).map(([name, value]) => ({name, value}))])
}

type Row = {stream: FakeStream; entry: FakeEntry}

/** All rows that pass, in order: time, at the same time streams by their order, within a stream insertion. */
function allRows(
  streams: readonly FakeStream[],
  filters: readonly Filter[],
  fromNs: bigint,
  toNs: bigint,
  direction: 'forward' | 'backward',
): Row[] {
  const order = new StreamOrder()
  const sign = direction === 'forward' ? 1 : -1
  return streams
    .flatMap(stream => stream.entries.map((entry, index) => ({stream, entry, index})))
    .filter(({entry}) => entry.tsNs >= fromNs && entry.tsNs < toNs && filters.every(filter => filter.keeps(entry)))
    .toSorted(
      (a, b) => sign * Number(a.entry.tsNs - b.entry.tsNs) || order.compare(a.stream.labels, b.stream.labels) || sign * (a.index - b.index),
    )
}

function shown(rows: readonly Row[]): Record<string, string[]> {
  const streams: Record<string, string[]> = {}
  for (const {stream, entry} of rows) (streams[formatLabels(fold(stream, entry))] ??= []).push(`${entry.tsNs} ${String(entry.line)}`)
  return streams
}

function thin(rows: readonly Row[], intervalNs: bigint): Row[] {
  const kept: Row[] = []
  for (const row of rows) {
    const last = kept.at(-1)?.entry.tsNs
    const apart = last === undefined ? intervalNs : row.entry.tsNs > last ? row.entry.tsNs - last : last - row.entry.tsNs
    if (apart >= intervalNs) kept.push(row)
  }
  return kept
}

function randomCase(seed: number): {
  random: Random
  streams: FakeStream[]
  filters: Filter[]
  query: string
  fromNs: bigint
  toNs: bigint
  engine: ReturnType<typeof fakeEngine>['engine']
} {
  const random = seeded(seed)
  const streams = randomStreams(random)
  const filters = Array.from({length: random(4)}, () => randomFilter(random))
  const layout = {rowsPerChunk: 1 + random(30), rowsPerBlock: 1 + random(12), slow: random(4) === 0}
  const {engine} = fakeEngine(streams, layout, 1 + random(3))
  const fromNs = T0 + BigInt(random(20)) * SECOND
  const toNs = fromNs + BigInt(1 + random(40)) * SECOND
  return {random, streams, filters, query: `{app="a"} ${filters.map(filter => filter.text).join(' ')}`, fromNs, toNs, engine}
}

describe('random filters', () => {
  test('log queries', async () => {
    for (let seed = 1; seed <= 150; seed++) {
      const {random, streams, filters, query, fromNs, toNs, engine} = randomCase(seed)
      const direction = random(2) === 0 ? 'forward' : 'backward'
      const limit = 1 + random(50)
      const intervalNs = random(4) === 0 ? BigInt(1 + random(5)) * SECOND : 0n
      const answer = await engine.queryRange({
        ...asker(),
        query,
        startNs: fromNs,
        endNs: toNs,
        stepNs: SECOND,
        limit,
        direction,
        intervalNs,
      })
      const {result} = answer
      if (result.resultType !== 'streams') throw new Error(result.resultType)
      const got = Object.fromEntries(
        result.streams.map(({labels, entries}) => [formatLabels(labels), entries.map(e => `${e.tsNs} ${decoder.decode(e.line)}`)]),
      )
      const ordered = allRows(streams, filters, fromNs, toNs, direction)
      expect(got, `seed ${seed}: ${query}`).toEqual(shown(thin(ordered, intervalNs).slice(0, limit)))
    }
  })

  test('metric queries', async () => {
    const operations = {
      count_over_time: () => 1,
      bytes_over_time: (entry: FakeEntry) => Buffer.byteLength(entry.line),
    }
    for (let seed = 1; seed <= 150; seed++) {
      const {random, streams, filters, query, fromNs, toNs, engine} = randomCase(seed)
      const operation = pick(random, ['count_over_time', 'bytes_over_time'] as const)
      const by = pick(random, [undefined, [], ['level'], ['n'], ['level', 'n', 'zz']] as const)
      const rangeNs = BigInt(1 + random(30)) * SECOND
      const stepNs = BigInt(1 + random(7)) * SECOND
      const inner = `${operation}(${query} [${rangeNs / SECOND}s])`
      const text = by === undefined ? inner : `sum by (${by.join()}) (${inner})`
      const answer = await engine.queryRange({
        ...asker(),
        query: text,
        startNs: fromNs,
        endNs: toNs,
        stepNs,
        limit: 1,
        direction: 'forward',
        intervalNs: 0n,
      })
      const {result} = answer
      if (result.resultType !== 'matrix') throw new Error(result.resultType)
      const got: Record<string, Record<string, number>> = {}
      for (const {labels, steps, values} of result.series) {
        got[formatLabels(labels)] = Object.fromEntries(
          Array.from(steps, (k, i) => [`${result.grid.startNs + BigInt(k) * stepNs}`, values[i]!]),
        )
      }
      const wanted: Record<string, Record<string, number>> = {}
      const first = (fromNs / stepNs) * stepNs
      const last = ((toNs + stepNs - 1n) / stepNs) * stepNs
      for (let t = first; t <= last; t += stepNs) {
        for (const {stream, entry} of allRows(streams, filters, t - rangeNs + 1n, t + 1n, 'forward')) {
          const labels = fold(stream, entry).filter(({name}) => by === undefined || (by as readonly string[]).includes(name))
          const points = (wanted[formatLabels(labels)] ??= {})
          points[`${t}`] = (points[`${t}`] ?? 0) + operations[operation](entry)
        }
      }
      expect(got, `seed ${seed}: ${text}`).toEqual(wanted)
    }
  })
})
