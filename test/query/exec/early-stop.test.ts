import {describe, expect, test} from 'vitest'
import type {Labels} from '../../../src/model/index.ts'
import {asker, fakeEngine, T0} from '../support/fake-engine.ts'
import type {FakeStream} from '../support/fake-store.ts'

const SECOND = 1_000_000_000n
const HOUR = 3600n * SECOND

function stream(labels: Labels, count: number, line: (i: number) => string): FakeStream {
  return {labels, entries: Array.from({length: count}, (_, i) => ({tsNs: T0 + BigInt(i) * SECOND, line: line(i)}))}
}

const STREAMS = [
  stream([{name: 'app', value: 'a'}], 1000, i => `a ${i % 10 === 0 ? 'error' : 'fine'} ${i}`),
  stream([{name: 'app', value: 'b'}], 1000, i => `b ${i === 3 ? 'rare' : 'fine'} ${i}`),
]

async function ask(
  query: string,
  limit: number,
  direction: 'forward' | 'backward' = 'backward',
): Promise<{opened: number; blocks: number; entries: number}> {
  const {engine, store} = fakeEngine(STREAMS, {rowsPerChunk: 100, rowsPerBlock: 20}, 1)
  const question = {...asker(), query, startNs: T0, endNs: T0 + HOUR, stepNs: SECOND, limit, direction, intervalNs: 0n}
  const {stats} = await engine.queryRange(question)
  return {opened: store.opened, blocks: store.blocksLoaded, entries: stats.entriesReturned}
}

describe('what a query reads', () => {
  test('the newest rows: the last chunk of each stream, the last block', async () => {
    expect(await ask('{app=~"a|b"}', 10)).toEqual({opened: 2, blocks: 2, entries: 10})
  })

  test('the oldest rows', async () => {
    expect(await ask('{app=~"a|b"}', 50, 'forward')).toEqual({opened: 2, blocks: 4, entries: 50})
  })

  test('with a filter, blocks from the newest end until there are enough', async () => {
    // Every block of `a` has two matches, and its neighbours of `b` none.
    expect(await ask('{app="a"} |= "error"', 4)).toEqual({opened: 1, blocks: 2, entries: 4})
    expect(await ask('{app=~"a|b"} |= "error"', 1)).toEqual({opened: 2, blocks: 2, entries: 1})
  })

  test('all of it when there are not enough', async () => {
    expect(await ask('{app="b"} |= "rare"', 5)).toEqual({opened: 10, blocks: 50, entries: 1})
  })

  test('a filter on a stream label loads no line of other streams', async () => {
    expect(await ask('{app=~"a|b"} | app="b"', 5)).toEqual({opened: 2, blocks: 1, entries: 5})
  })

  test('counts open no chunk that lies in one window, and no lines at all', async () => {
    const {engine, store} = fakeEngine(STREAMS, {rowsPerChunk: 100, rowsPerBlock: 20}, 1)
    const query = 'sum(count_over_time({app=~"a|b"}[1h]))'
    const {stats} = await engine.queryInstant({...asker(), query, timeNs: T0 + HOUR - SECOND})
    expect(store.opened).toBe(0)
    expect(stats.scan).toMatchObject({chunksMatched: 20, chunksCounted: 20, rowsKept: 2000 - 1 * 2 + 2})
    await engine.queryRange({
      ...asker(),
      query,
      startNs: T0,
      endNs: T0 + HOUR,
      stepNs: 50n * SECOND,
      limit: 1,
      direction: 'forward',
      intervalNs: 0n,
    })
    expect(store.blocksLoaded).toBe(0)
  })
})
