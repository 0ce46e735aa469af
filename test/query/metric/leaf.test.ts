import {describe, expect, test} from 'vitest'
import {dayOf, nsOfDay, type Labels} from '../../../src/model/index.ts'
import {createLeaf, mergePartials, type LeafSpec, type Matrix, type PartialLeaf, transferList} from '../../../src/query/metric/index.ts'
import {naiveLeaf, type Sample} from './naive.ts'

const OPS: readonly LeafSpec['op'][] = [
  'count_over_time',
  'rate',
  'bytes_over_time',
  'bytes_rate',
  'absent_over_time',
  'sum_over_time',
  'avg_over_time',
  'min_over_time',
  'max_over_time',
  'first_over_time',
  'last_over_time',
  'stddev_over_time',
  'stdvar_over_time',
  'quantile_over_time',
  'rate_counter',
]

type Random = () => number
/** mulberry32. */
function seeded(seed: number): Random {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}
const whole = (random: Random, below: number): number => Math.floor(random() * below)
const pick = <T>(random: Random, from: readonly T[]): T => from[whole(random, from.length)]!

const BASE = 1_795_262_400_000_000_000n
const DAY = 86_400_000_000_000n
const COUNTING = new Set<string>(['count_over_time', 'absent_over_time'])

function randomSpec(random: Random, op: LeafSpec['op']): LeafSpec {
  // Units from 1 ns to a day, so that edges meet samples exactly, days are crossed, and steps are longer than days.
  const unit = pick(random, [1n, 7n, 1_000_000_000n, 60_000_000_000n, 3_600_000_000_000n, DAY / 2n])
  const size = (limit: number): bigint => BigInt(1 + whole(random, limit)) * unit + (random() < 0.3 ? BigInt(whole(random, 5)) : 0n)
  const count = random() < 0.2 ? 1 : 1 + whole(random, 40)
  return {
    op,
    ...(op === 'quantile_over_time' ? {param: pick(random, [0, 0.25, 0.5, 0.9, 1, -1, 1.5])} : {}),
    unwrapped: random() < 0.5,
    rangeNs: random() < 0.05 ? 0n : size(12),
    offsetNs: random() < 0.5 ? 0n : size(10) - 5n * unit,
    grid: {startNs: BASE - BigInt(whole(random, 5)) * unit, stepNs: size(5), count},
  }
}

function randomSamples(random: Random, spec: LeafSpec, series: number, count: number): Sample[] {
  const from = spec.grid.startNs - spec.offsetNs - spec.rangeNs - 2n * spec.grid.stepNs
  const to = spec.grid.startNs - spec.offsetNs + BigInt(spec.grid.count + 1) * spec.grid.stepNs
  const quantum = spec.grid.stepNs > 20n && random() < 0.7 ? spec.grid.stepNs / BigInt(1 + whole(random, 10)) : 1n
  const seen = new Set<string>()
  const samples: Sample[] = []
  for (let i = 0; i < count; i++) {
    const at = from + (((to - from) * BigInt(whole(random, 1000))) / 1000n / quantum) * quantum
    const sample = {series: whole(random, series), at, value: whole(random, 1000)}
    // Equal times of one series are tested apart.
    if (seen.has(`${sample.series} ${at}`)) continue
    seen.add(`${sample.series} ${at}`)
    samples.push(sample)
  }
  return samples
}

/** Cuts samples into chunks of one series and day, gives them to random leaves in random order. */
function run(random: Random, spec: LeafSpec, labels: readonly Labels[], samples: readonly Sample[], useChunks = false): Matrix {
  const chunks = new Map<string, Sample[]>()
  for (const sample of samples) {
    const key = `${sample.series} ${dayOf(sample.at)} ${whole(random, 3)}`
    chunks.set(key, [...(chunks.get(key) ?? []), sample])
  }
  const leaves = Array.from({length: 1 + whole(random, 3)}, () => createLeaf(spec))
  const shuffled = [...chunks.values()].map(chunk => ({chunk, by: random()})).sort((a, b) => a.by - b.by)
  for (const {chunk} of shuffled) {
    const leaf = pick(random, leaves)
    const group = leaf.group(labels[chunk[0]!.series]!)
    const day = dayOf(chunk[0]!.at)
    const sorted = chunk.sort((a, b) => Number(a.at - b.at))
    const total = sorted.reduce((sum, s) => sum + s.value, 0)
    if (useChunks && leaf.addChunk(group, day, nsOfDay(sorted[0]!.at), nsOfDay(sorted.at(-1)!.at), sorted.length, total)) continue
    // Every other row is noise that the scan did not select.
    const ns = Float64Array.from(sorted.flatMap(s => [-1, nsOfDay(s.at)]))
    const values = Float64Array.from(sorted.flatMap(s => [NaN, s.value]))
    const rows = Uint32Array.from(sorted, (_, i) => 2 * i + 1)
    leaf.add(group, day, ns, COUNTING.has(spec.op) && random() < 0.5 ? null : values, rows, sorted.length)
  }
  const partials = leaves.map(leaf => leaf.partial()).map(p => structuredClone(p, {transfer: transferList(p)}) satisfies PartialLeaf)
  return mergePartials(spec, partials)
}

function expectSame(actual: Matrix, spec: LeafSpec, labels: readonly Labels[], samples: readonly Sample[]): void {
  const expected = naiveLeaf(spec, labels, samples)
  expect(actual.series.map(s => s.labels)).toEqual(expected.map(s => s.labels))
  actual.series.forEach((series, i) => {
    const {points} = expected[i]!
    for (let k = 0; k < spec.grid.count; k++) {
      expect(series.present[k] === 1, `presence at ${k}`).toBe(points.has(k))
      if (points.has(k)) expectNear(series.values[k]!, points.get(k)!)
    }
  })
}

function expectNear(actual: number, expected: number): void {
  if (Object.is(actual, expected) || Math.abs(actual - expected) <= 1e-9 * Math.max(1, Math.abs(expected))) return
  expect(actual).toBe(expected)
}

describe.each(OPS)('%s', op => {
  test.each([1, 2, 3])('agrees with the textbook, seed %i', seed => {
    const random = seeded(seed * 7919 + op.length)
    for (let round = 0; round < 60; round++) {
      const spec = randomSpec(random, op)
      const single = op === 'absent_over_time'
      const labels: Labels[] = single ? [[]] : [[], [{name: 'a', value: ''}], [{name: 'a', value: 'x'}], [{name: 'a', value: 'y'}]]
      const samples = randomSamples(random, spec, labels.length, whole(random, 150))
      expectSame(run(random, spec, labels, samples, round % 2 === 1), spec, labels, samples)
    }
  })
})

const SECOND = 1_000_000_000n
const SERIES: Labels = [{name: 'a', value: 'x'}]

function leafOf(op: LeafSpec['op'], values: readonly number[], options: Partial<LeafSpec> = {}): number | undefined {
  const spec: LeafSpec = {
    op,
    unwrapped: true,
    rangeNs: 60n * SECOND,
    offsetNs: 0n,
    grid: {startNs: BASE, stepNs: SECOND, count: 1},
    ...options,
  }
  const leaf = createLeaf(spec)
  const first = BASE - BigInt(values.length) * SECOND
  values.forEach((value, i) => {
    const at = first + BigInt(i + 1) * SECOND
    leaf.add(leaf.group(SERIES), dayOf(at), Float64Array.of(nsOfDay(at)), Float64Array.of(value), Uint32Array.of(0), 1)
  })
  const [series] = mergePartials(spec, [leaf.partial()]).series
  return series?.present[0] === 1 ? series.values[0] : undefined
}

describe('values', () => {
  const spec = [NaN, Infinity, -Infinity, 1000, 1000]
  test.each<[LeafSpec['op'], readonly number[], number]>([
    ['sum_over_time', spec, NaN],
    ['max_over_time', spec, Infinity],
    ['min_over_time', spec, -Infinity],
    ['max_over_time', [NaN, NaN], NaN],
    ['avg_over_time', [1, Infinity, 2], Infinity],
    ['avg_over_time', [-Infinity, Infinity], NaN],
    ['avg_over_time', [1.7e308, 1.7e308, 1.7e308], 1.7e308],
    ['avg_over_time', [5e-324, 5e-324], 5e-324],
    ['sum_over_time', [1e100, 1, -1e100], 1],
    ['sum_over_time', [1, Infinity], Infinity],
    ['stddev_over_time', [1, Infinity], NaN],
    ['stdvar_over_time', [1e9 + 1, 1e9 + 2, 1e9 + 3], 2 / 3],
    ['rate_counter', [7], 0],
    ['first_over_time', [3, 2, 1], 3],
    ['last_over_time', [3, 2, 1], 1],
  ])('%s of %j', (op, values, expected) => {
    expectNear(leafOf(op, values)!, expected)
  })

  test('quantile: edge cases of φ', () => {
    expect(leafOf('quantile_over_time', spec, {param: 0.5})).toBe(1000)
    expect(leafOf('quantile_over_time', spec, {param: 0})).toBeNaN()
    expect(leafOf('quantile_over_time', [1, 2], {param: -0.1})).toBe(-Infinity)
    expect(leafOf('quantile_over_time', [1, 2], {param: 1.1})).toBe(Infinity)
    expect(leafOf('quantile_over_time', [1, 2], {param: NaN})).toBeNaN()
    expect(leafOf('quantile_over_time', [2, 3, 4, 5, 6, 7], {param: 0.9})).toBe(6.5)
  })

  test('a range of zero has no samples', () => {
    expect(leafOf('count_over_time', [1], {rangeNs: 0n})).toBeUndefined()
  })

  test('infinity and rounding do not outlive their window', () => {
    const spec: LeafSpec = {
      op: 'sum_over_time',
      unwrapped: true,
      rangeNs: 2n * SECOND,
      offsetNs: 0n,
      grid: {startNs: BASE, stepNs: SECOND, count: 8},
    }
    const leaf = createLeaf(spec)
    const at = nsOfDay(BASE)
    const ns = Float64Array.from({length: 8}, (_, i) => at + i * 1e9)
    leaf.add(
      leaf.group(SERIES),
      dayOf(BASE),
      ns,
      Float64Array.of(0.1, 1e300, 0.1, Infinity, 0.1, NaN, 0.1, 0.2),
      Uint32Array.of(0, 1, 2, 3, 4, 5, 6, 7),
      8,
    )
    expect([...mergePartials(spec, [leaf.partial()]).series[0]!.values]).toEqual([
      0.1,
      1e300,
      1e300,
      Infinity,
      Infinity,
      NaN,
      NaN,
      0.1 + 0.2,
    ])
  })

  test('equal times: the order pushed within a chunk, the value between chunks', () => {
    const spec = (op: LeafSpec['op']): LeafSpec => ({
      op,
      unwrapped: true,
      rangeNs: SECOND,
      offsetNs: 0n,
      grid: {startNs: BASE, stepNs: SECOND, count: 1},
    })
    const ns = Float64Array.of(nsOfDay(BASE), nsOfDay(BASE))
    const rows = Uint32Array.of(0, 1)
    for (const [op, one, other] of [
      ['first_over_time', 5, 4],
      ['last_over_time', 3, 4],
    ] as const) {
      const leaves = [createLeaf(spec(op)), createLeaf(spec(op))]
      leaves[0]!.add(leaves[0]!.group(SERIES), dayOf(BASE), ns, Float64Array.of(5, 3), rows, 2)
      leaves[1]!.add(leaves[1]!.group(SERIES), dayOf(BASE), ns, Float64Array.of(4, 4), rows, 2)
      const [a, b] = leaves.map(leaf => leaf.partial())
      expect(mergePartials(spec(op), [a!]).series[0]!.values[0]).toBe(one)
      expect(mergePartials(spec(op), [a!, b!]).series[0]!.values[0]).toBe(other)
      expect(mergePartials(spec(op), [b!, a!]).series[0]!.values[0]).toBe(other)
    }
  })
})

describe('addChunk', () => {
  const minute = 60n * SECOND
  const spec: LeafSpec = {
    op: 'bytes_over_time',
    unwrapped: false,
    rangeNs: minute,
    offsetNs: 0n,
    grid: {startNs: BASE, stepNs: minute, count: 3},
  }
  const day = dayOf(BASE)
  const at = nsOfDay(BASE)

  test('counts a chunk that lies within the same windows', () => {
    const leaf = createLeaf(spec)
    const group = leaf.group(SERIES)
    expect(leaf.addChunk(group, day, at - 59e9, at, 10, 1234)).toBe(true)
    expect(leaf.addChunk(group, day, at + 1, at + 2, 2, 0)).toBe(true)
    expect([...mergePartials(spec, [leaf.partial()]).series[0]!.values]).toEqual([1234, 0, 0])
  })

  test('refuses one across an edge, and one whose values matter', () => {
    const leaf = createLeaf(spec)
    expect(leaf.addChunk(leaf.group(SERIES), day, at, at + 1, 10, 1234)).toBe(false)
    const sum = createLeaf({...spec, op: 'sum_over_time', unwrapped: true})
    expect(sum.addChunk(sum.group(SERIES), day, at - 1, at, 10, 1234)).toBe(false)
  })

  test('skips one outside all windows, but not one around a window', () => {
    const sparse: LeafSpec = {...spec, rangeNs: SECOND}
    for (const op of ['count_over_time', 'sum_over_time', 'quantile_over_time'] as const) {
      const leaf = createLeaf({...sparse, op})
      const group = leaf.group(SERIES)
      expect(leaf.addChunk(group, day, at + 1e9, at + 59e9, 5, 5)).toBe(true)
      expect(leaf.addChunk(group, day, at - 2e9, at + 2e9, 5, 5)).toBe(false)
      expect(mergePartials(sparse, [leaf.partial()]).series).toEqual([])
    }
  })
})

test('many series with a sample each stay small', () => {
  const leaf = createLeaf({
    op: 'count_over_time',
    unwrapped: false,
    rangeNs: SECOND,
    offsetNs: 0n,
    grid: {startNs: BASE, stepNs: SECOND, count: 10_000},
  })
  for (let i = 0; i < 10_000; i++) {
    const group = leaf.group([{name: 'id', value: `${i}`}])
    leaf.add(group, dayOf(BASE), Float64Array.of(nsOfDay(BASE) + i * 1e9), null, Uint32Array.of(0), 1)
  }
  expect(leaf.series).toBe(10_000)
  expect(leaf.bytes).toBeLessThan(8_000_000)
})
