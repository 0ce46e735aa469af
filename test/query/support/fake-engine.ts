/*
 * The query engine over a fake store, with as many shards as wanted, all on this thread.
 */
import {fixedLimits} from '../../../src/config/index.ts'
import {createKernel} from '../../../src/kernel/index.ts'
import {createExecutor, createQueryEngine, type EngineOptions, type QueryEngine} from '../../../src/query/index.ts'
import {FakeStore, type FakeStream, type Layout} from './fake-store.ts'

export const T0 = 1_795_255_200_000_000_000n // 2026-11-21T10:00:00Z

export type FakeEngine = {engine: QueryEngine; store: FakeStore}

export function fakeEngine(
  streams: readonly FakeStream[],
  layout: Partial<Layout> = {},
  shards = 2,
  timers: EngineOptions<null>['timers'] = () => () => {},
): FakeEngine {
  const store = new FakeStore(streams, {rowsPerChunk: 100, rowsPerBlock: 40, ...layout})
  const executor = createExecutor(store, {kernel: createKernel({plain: true}), nowNs: () => T0})
  const engine = createQueryEngine({
    snapshots: store,
    shards: {count: shards, executor: () => executor},
    clock: {nowNs: () => T0, monotonicMs: () => 0},
    timers,
    memoryMaxBytes: 64 << 20,
    concurrencyMax: 4,
    queueMax: 4,
  })
  return {engine, store}
}

export function asker(limits: Readonly<Record<string, string>> = {}): {
  tenant: string
  limits: ReturnType<ReturnType<typeof fixedLimits>['forTenant']>
} {
  return {tenant: 'fake', limits: fixedLimits(limits).forTenant('fake')}
}
