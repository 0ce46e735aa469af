/* Textbook range aggregations: for each step, filter the samples, apply the formula. Slow and obvious. */
import type {Labels} from '../../../src/model/index.ts'
import {instantAt, type LeafSpec} from '../../../src/query/metric/index.ts'

export type Sample = {series: number; at: bigint; value: number}
export type NaiveSeries = {labels: Labels; points: Map<number, number>}

export function naiveLeaf(spec: LeafSpec, labels: readonly Labels[], samples: readonly Sample[]): NaiveSeries[] {
  const ordered = samples.map((sample, i) => ({sample, i})).sort((a, b) => Number(a.sample.at - b.sample.at) || a.i - b.i)
  return labels
    .map((set, series) => {
      const points = new Map<number, number>()
      for (let k = 0; k < spec.grid.count; k++) {
        const end = instantAt(spec.grid, k) - spec.offsetNs
        const inside = ordered.map(o => o.sample).filter(s => s.series === series && s.at > end - spec.rangeNs && s.at <= end)
        if (inside.length > 0) points.set(k, aggregate(spec, inside))
      }
      return {labels: set, points}
    })
    .filter(s => s.points.size > 0)
}

function aggregate(spec: LeafSpec, samples: readonly Sample[]): number {
  const values = samples.map(s => s.value)
  const seconds = Number(spec.rangeNs) / 1e9
  const sum = values.reduce((a, b) => a + b, 0)
  const mean = sum / values.length
  const numbers = values.filter(v => !Number.isNaN(v))
  switch (spec.op) {
    case 'count_over_time':
    case 'absent_over_time':
      return values.length
    case 'rate':
      return (spec.unwrapped ? sum : values.length) / seconds
    case 'bytes_over_time':
    case 'sum_over_time':
      return sum
    case 'bytes_rate':
      return sum / seconds
    case 'avg_over_time':
      return mean
    case 'min_over_time':
      return numbers.length === 0 ? NaN : Math.min(...numbers)
    case 'max_over_time':
      return numbers.length === 0 ? NaN : Math.max(...numbers)
    case 'first_over_time':
      return values[0]!
    case 'last_over_time':
      return values.at(-1)!
    case 'stdvar_over_time':
      return values.reduce((total, v) => total + (v - mean) ** 2, 0) / values.length
    case 'stddev_over_time':
      return Math.sqrt(values.reduce((total, v) => total + (v - mean) ** 2, 0) / values.length)
    case 'quantile_over_time':
      return quantile(spec.param!, values)
    case 'rate_counter':
      return counter(samples, spec.rangeNs)
  }
}

function quantile(phi: number, values: number[]): number {
  if (phi < 0) return -Infinity
  if (phi > 1) return Infinity
  const sorted = [
    ...values.filter(v => Number.isNaN(v)),
    ...values.filter(v => !Number.isNaN(v)).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)),
  ]
  const at = phi * (values.length - 1)
  const low = Math.floor(at)
  return sorted[low]! * (1 - (at - low)) + sorted[Math.min(low + 1, values.length - 1)]! * (at - low)
}

function counter(samples: readonly Sample[], rangeNs: bigint): number {
  if (samples.length < 2) return 0
  const first = samples[0]!
  const last = samples.at(-1)!
  let increase = last.value - first.value
  for (let i = 1; i < samples.length; i++) if (samples[i]!.value < samples[i - 1]!.value) increase += samples[i - 1]!.value
  const span = Number(last.at - first.at)
  const rangeMs = Number(rangeNs / 1_000_000n)
  const extra = increase > 0 && first.value >= 0 ? Math.min(rangeMs, (span * first.value) / increase) : rangeMs
  return (increase * (span + extra)) / span / (Number(rangeNs) / 1e9)
}
