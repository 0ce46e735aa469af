/*
 * `| unwrap latency`, `| unwrap duration(took)`, `| unwrap bytes(size)`: the samples of a metric query are the values of a label
 * (logql § 6.2).
 */
import type {Batch} from '../batch.ts'
import {viewLabel, type LabelView} from '../label-view.ts'
import {parseGoDuration, parseGoFloat, parseHumanBytes, parseShortBytes, parseShortDuration, parseShortFloat} from '../values/index.ts'
import type {LabelFilterPlan} from './label-filter.ts'
import type {SamplePlan, SampleStage} from './sample.ts'
import {withNames, type Stage} from './stage.ts'

export type Conversion = 'number' | 'bytes' | 'duration' | 'duration_seconds'

const NS_PER_SECOND = 1e9

/** @param filters those behind the unwrap, in order: they drop samples, and see the error of a value that does not convert. */
export function planUnwrap(label: string, conversion: Conversion, filters: readonly LabelFilterPlan[]): SamplePlan {
  const read = new Set([label, ...filters.flatMap(({names}) => [...names])])
  const name = conversion === 'number' ? label : `${conversion}(${label})`
  return {
    text: [`unwrap ${name}`, ...filters.map(({text}) => text)].join(' | '),
    needs: after => withNames(after, read),
    create: () =>
      new Unwrap(
        label,
        conversion,
        filters.map(filter => filter.create('all')),
      ),
  }
}

class Unwrap implements SampleStage {
  readonly #label: string
  readonly #conversion: Conversion
  readonly #filters: readonly Stage[]

  constructor(label: string, conversion: Conversion, filters: readonly Stage[]) {
    this.#label = label
    this.#conversion = conversion
    this.#filters = filters
  }

  extract(batch: Batch, values: Float64Array): void {
    if (batch.count === 0) return
    const view = viewLabel(batch, this.#label)
    if (view.uniform !== undefined) this.#uniform(batch, view.uniform.value, values)
    else if (view.codes !== undefined) this.#codes(batch, view, values)
    else this.#values(batch, view, values)
    for (const filter of this.#filters) filter.apply(batch)
  }

  #uniform(batch: Batch, text: string | undefined, values: Float64Array): void {
    if (text === undefined || text === '') {
      batch.count = 0
      return
    }
    const value = convert(text, this.#conversion)
    for (let i = 0; i < batch.count; i++) values[batch.selected[i]!] = settle(batch, batch.selected[i]!, value)
  }

  #codes(batch: Batch, view: LabelView, values: Float64Array): void {
    const {codes, column} = view.codes!
    const converted: (number | string | undefined)[] = []
    const {selected} = batch
    let kept = 0
    for (let i = 0; i < batch.count; i++) {
      const row = selected[i]!
      const code = codes[row]!
      const text = code === 0 ? view.absent : undefined
      if (code === 0 && (text === undefined || text === '')) continue
      const value = (converted[code] ??= convert(text ?? column.value(code - 1), this.#conversion))
      values[row] = settle(batch, row, value)
      selected[kept++] = row
    }
    batch.count = kept
  }

  #values(batch: Batch, view: LabelView, values: Float64Array): void {
    const {parsed} = view
    const conversion = this.#conversion
    const {selected} = batch
    let kept = 0
    for (let i = 0; i < batch.count; i++) {
      const row = selected[i]!
      let value = NaN
      if (parsed?.isSpan(row)) value = convertShort(batch.buffer, parsed.start(row), parsed.end(row), conversion)
      if (Number.isNaN(value)) {
        const text = view.text(row)
        if (text === undefined || text === '') continue
        value = settle(batch, row, convert(text, conversion))
      }
      values[row] = value
      selected[kept++] = row
    }
    batch.count = kept
  }
}

/** The number, seconds for durations; or what is wrong. */
function convert(text: string, conversion: Conversion): number | string {
  switch (conversion) {
    case 'number':
      return parseGoFloat(text)
    case 'bytes':
      return parseHumanBytes(text)
    case 'duration':
    case 'duration_seconds': {
      const ns = parseGoDuration(text)
      return typeof ns === 'number' ? ns / NS_PER_SECOND : ns
    }
  }
}

/** As {@link convert}, for what can be read without making a string of it; NaN for the rest. */
function convertShort(bytes: Uint8Array, from: number, to: number, conversion: Conversion): number {
  switch (conversion) {
    case 'number':
      return parseShortFloat(bytes, from, to)
    case 'bytes':
      return parseShortBytes(bytes, from, to)
    case 'duration':
    case 'duration_seconds':
      return parseShortDuration(bytes, from, to) / NS_PER_SECOND
  }
}

function settle(batch: Batch, row: number, value: number | string): number {
  if (typeof value === 'number') return value
  batch.errors.set(row, 'SampleExtractionErr', value)
  return 0
}
