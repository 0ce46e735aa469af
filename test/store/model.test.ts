/*
 * Random pushes (several tenants, days and streams, out of order, repeated), and at random flush, merge, close and open: what is read
 * must always be what a plain model says.
 */
import {describe, expect, test} from 'vitest'
import {formatLabels, NS_PER_DAY} from '../../src/model/index.ts'
import {MERGE_LIMITS} from '../../src/store/merge/index.ts'
import {makeAppend, randomFrom, StreamRefs, type TestStream} from './support/push.ts'
import {makeStore, readAll} from './support/store.ts'

const LEVELS = ['', 'unknown', 'trace', 'debug']

class Model {
  readonly #tenants = new Map<string, Map<string, {ts: bigint; text: string}[]>>()
  readonly #seen = new Set<string>()

  add(tenant: string, streams: readonly TestStream[]): void {
    for (const {labels, entries} of streams) {
      const name = formatLabels(labels)
      for (const {ts, line, meta, level} of entries) {
        const pairs = (meta ?? []).map(([k, v]) => `${k}=${v}`)
        if (level !== undefined && level > 0) pairs.push(`detected_level=${LEVELS[level]}`)
        const text = `${name} ${[ts, line, ...pairs.sort()].join(' ')}`
        if (this.#seen.has(`${tenant} ${text}`)) continue
        this.#seen.add(`${tenant} ${text}`)
        const byStream = this.#tenants.get(tenant) ?? new Map<string, {ts: bigint; text: string}[]>()
        this.#tenants.set(tenant, byStream)
        byStream.set(name, [...(byStream.get(name) ?? []), {ts, text}])
      }
    }
  }

  read(tenant: string, fromNs: bigint, toNs: bigint): string[] {
    const streams = [...(this.#tenants.get(tenant) ?? [])].sort(([a], [b]) => (a < b ? -1 : 1))
    return streams.flatMap(([, rows]) =>
      rows
        .filter(({ts}) => ts >= fromNs && ts < toNs)
        .sort((a, b) => (a.ts < b.ts ? -1 : a.ts > b.ts ? 1 : 0))
        .map(({text}) => text),
    )
  }
}

describe('store against a model', () => {
  test.each([1, 2, 3, 4])('seed %i', async seed => {
    const random = randomFrom(seed)
    const pick = (count: number) => Math.floor(random() * count)
    const store = await makeStore()
    const model = new Model()
    const refs = new StreamRefs()
    const limits = {headRawBytesMax: 20_000, merge: {...MERGE_LIMITS, gainMin: 1.5}, quietMs: 60_000}
    let database = await store.open({limits})
    const tenants = ['fake', 'Team A/1']
    const base = 1_764_000_000_000_000_000n
    const sent: TestStream[][] = []
    const randomPush = (): TestStream[] =>
      Array.from({length: 1 + pick(3)}, () => ({
        labels: [{name: 'app', value: `s${pick(5)}`}],
        entries: Array.from({length: pick(40)}, () => ({
          // Few distinct instants, so that ties and repeats are common.
          ts: base + BigInt(pick(3)) * BigInt(NS_PER_DAY) + BigInt(pick(200)) * 1_000_000_007n,
          line: `line ${pick(3)} ${'x'.repeat(pick(30))}`,
          level: pick(4),
          meta: Array.from({length: pick(4)}, (_, k) => [`k${k}`, `v${pick(4)}`] as [string, string]),
        })),
      }))
    const check = async (): Promise<void> => {
      const fromNs = base + BigInt(pick(3)) * BigInt(NS_PER_DAY)
      const toNs = fromNs + BigInt(1 + pick(250)) * 1_000_000_000n
      for (const tenant of tenants) {
        expect(await readAll(database, store.objects, tenant)).toEqual(model.read(tenant, -(2n ** 62n), 2n ** 62n))
        const inRange = (row: string) => {
          const ts = BigInt(/} (\d+) /.exec(row)![1]!)
          return ts >= fromNs && ts < toNs
        }
        expect((await readAll(database, store.objects, tenant, {fromNs, toNs})).filter(inRange)).toEqual(model.read(tenant, fromNs, toNs))
      }
    }
    for (let step = 0; step < 60; step++) {
      const action = pick(12)
      if (action < 8) {
        const push = sent.length > 0 && pick(5) === 0 ? sent[pick(sent.length)]! : randomPush()
        sent.push(push)
        const tenant = tenants[pick(2)]!
        model.add(tenant, push)
        await database.append(makeAppend(refs, tenant, push))
      } else if (action === 8) {
        await database.flushNow()
      } else if (action === 9) {
        store.clock.advance(pick(2) * 120_000)
        await database.settle()
      } else if (action === 10) {
        await database.close()
        database = await store.open({limits})
        expect(database.report.damages).toEqual([])
      } else {
        await check()
      }
    }
    await check()
    await database.flushNow()
    store.clock.advance(120_000)
    await database.settle()
    await check()
    const stats = database.stats()
    expect(stats.merge.merges).toBeGreaterThan(0)
    expect(stats.merge.lastError).toBe(undefined)
    expect(stats.flush.lastError).toBe(undefined)
    expect(stats.parts.count).toBeLessThanOrEqual(6)
    expect((await store.objects.list('')).filter(key => key.endsWith('.part')).length).toBe(stats.parts.count)
    await database.close()
    await store.remove()
  })
})
