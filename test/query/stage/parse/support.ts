/*
 * Batches out of a few lines, stages run on them, and what labels the rows have then.
 */
import type {FieldsKernel} from '../../../../src/kernel/index.ts'
import {sortLabels} from '../../../../src/model/index.ts'
import {Batch} from '../../../../src/query/batch.ts'
import {viewLabel} from '../../../../src/query/label-view.ts'
import {parse} from '../../../../src/query/logql/index.ts'
import {planParser} from '../../../../src/query/stage/parse/plan.ts'
import type {Names, StagePlan} from '../../../../src/query/stage/stage.ts'
import {FakeChunk, type FakeEntry} from '../../support/fake-store.ts'

export type Line = string | Uint8Array
export type Pairs = Readonly<Record<string, string>>

export function batchOf(lines: readonly Line[], stream: Pairs = {}, metadata: readonly Pairs[] = []): Batch {
  const entries = lines.map((line, i): FakeEntry => ({tsNs: BigInt(i), line, metadata: metadata[i] ?? {}}))
  const chunk = new FakeChunk(0, entries, {rowsPerChunk: lines.length, rowsPerBlock: lines.length})
  const block = chunk.loadLineBlock(0)
  if (block instanceof Promise) throw new Error('a fake chunk that is not slow')
  const labels = sortLabels(Object.entries(stream).map(([name, value]) => ({name, value})))
  const selected = Uint32Array.from(lines.keys())
  return new Batch(labels, chunk, 0, lines.length, block.bytes, selected, lines.length)
}

/** The plan of a parser stage: `json`, `logfmt --strict a="b"`. */
export function planOf(stage: string, kernel: Partial<FieldsKernel> = {}): StagePlan {
  const query = parse(`{a="b"} | ${stage}`)
  const [first] = query.kind === 'logs' ? query.stages : []
  if (first === undefined || !('kind' in first)) throw new Error(`no stage: ${stage}`)
  switch (first.kind) {
    case 'json':
    case 'logfmt':
    case 'regexp':
    case 'pattern':
    case 'unpack':
      return planParser(first, kernel)
    default:
      throw new Error(`no parser: ${stage}`)
  }
}

export type RowLabels = Record<string, string>

/** Parsed labels of a row, and its error under __error__ and __error_details__ (with a `!` where a parsed label has that name). */
export function parsedLabels(batch: Batch, row: number): RowLabels {
  const labels: RowLabels = {}
  for (const name of [...batch.parsedNames()].toSorted()) {
    const value = batch.parsed(name)?.text(row)
    if (value !== undefined) labels[name.startsWith('__error') ? `${name}!` : name] = value
  }
  if (batch.errors.has(row)) labels['__error__'] = batch.errors.error(row)
  if (batch.errors.details(row) !== '') labels['__error_details__'] = batch.errors.details(row)
  return labels
}

/** What the given names read as. */
export function shown(batch: Batch, row: number, names: Iterable<string>): (string | undefined)[] {
  return [...names].map(name => viewLabel(batch, name).text(row))
}

/** Parsed labels of a single line. */
export function parseLine(stage: string, line: Line, stream: Pairs = {}, metadata: Pairs = {}, after: Names = 'all'): RowLabels {
  const batch = batchOf([line], stream, [metadata])
  planOf(stage).create(after).apply(batch)
  return parsedLabels(batch, 0)
}

export type Random = (below: number) => number

/** A small generator of repeatable numbers. */
export function seeded(seed: number): Random {
  let state = (seed * 2_654_435_761 + 1) | 0
  return below => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

export function pick<T>(random: Random, from: readonly T[]): T {
  return from[random(from.length)]!
}
