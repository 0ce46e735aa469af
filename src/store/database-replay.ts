/*
 * Start: what the log has goes back into the head, one generation per log number, and on to the flush.
 *
 * Memory: frozen generations wait for their flush as they do in service, so at most `frozenMax` and the one being read are in memory.
 */
import type {Clock, Labels} from '../model/index.ts'
import {Failure, formatLabels} from '../model/index.ts'
import type {StreamRef} from './append.ts'
import type {ReplayKernel} from './database-options.ts'
import {Generation, type SegmentPool} from './head/index.ts'
import {
  compareLogNames,
  generationOf,
  parseLogName,
  replayLog,
  type LogDamage,
  type LogFolder,
  type LogName,
  type PushRecord,
} from './log/index.ts'
import type {Manifests} from './manifest/index.ts'

export type ReplayReport = {
  files: number
  pushes: number
  /** As pushed; rows of days that are in parts already count too. */
  rows: number
  rawBytes: number
  /** Every byte of the log that could not be used, and where it was put. */
  readonly damages: LogDamage[]
  orphansDeleted: number
  durationMs: number
}

/** A snappy block declares its size; what was accepted was far smaller. */
const RAW_BYTES_MAX = 1024 * 1024 * 1024

export type ReplayOptions = {
  readonly folder: LogFolder
  readonly kernel: ReplayKernel
  readonly manifests: Manifests
  readonly pool: SegmentPool
  readonly clock: Clock
  readonly report: ReplayReport
  /** Takes a generation with rows; resolves when the next may be read. */
  readonly frozen: (generation: Generation) => Promise<void>
}

/** @returns the highest generation that a file of the log has, also one that was set aside; 0 without files. @throws {Failure} STORAGE */
export async function replayAll(options: ReplayOptions): Promise<number> {
  const {folder, report} = options
  const all = await folder.list()
  const names = all.map(parseLogName).filter(name => name !== undefined)
  const generations = new Map<number, LogName[]>()
  for (const name of names.sort(compareLogNames)) generations.set(name.generation, [...(generations.get(name.generation) ?? []), name])
  for (const [number, files] of generations) {
    const generation = await replayGeneration(options, number, files)
    report.files += files.length
    if (generation.rows > 0) {
      await options.frozen(generation)
      continue
    }
    for (const {name} of files) await folder.remove(name)
  }
  return all.reduce((highest, name) => Math.max(highest, generationOf(name) ?? 0), 0)
}

async function replayGeneration(options: ReplayOptions, number: number, files: readonly LogName[]): Promise<Generation> {
  const {folder, kernel, manifests, pool, report, clock} = options
  const generation = new Generation(number, pool)
  /** By tenant, then by slot as the log counts them. */
  const streams = new Map<string, Map<number, StreamRef>>()
  const target = {
    stream: ({tenant, slot, labels}: {tenant: string; slot: number; labels: Labels}) => {
      let slots = streams.get(tenant)
      if (slots === undefined) streams.set(tenant, (slots = new Map()))
      slots.set(slot, {labels, canonical: formatLabels(labels), headSlot: -1, headGeneration: -1})
    },
    push: (record: PushRecord) => {
      const isNew = !generation.heads.has(record.tenant)
      replayPush(generation, kernel, streams.get(record.tenant), record, clock.monotonicMs())
      report.pushes++
      if (!isNew) return
      const {hiddenDays} = generation.heads.get(record.tenant)!
      for (const {day, flushedThrough} of manifests.of(record.tenant)) if (flushedThrough >= number) hiddenDays.push(day)
    },
  }
  for (const {name} of files) {
    for (const damage of await replayLog(folder, name, number, target)) report.damages.push(damage)
  }
  report.rows += generation.rows
  report.rawBytes += generation.rawBytes
  return generation
}

/** @throws {Failure} CORRUPTION when the record does not fit together */
function replayPush(
  generation: Generation,
  kernel: ReplayKernel,
  known: ReadonlyMap<number, StreamRef> | undefined,
  record: PushRecord,
  nowMs: number,
): void {
  const {tenant, slots, levels, wire, rows} = record
  const parsed = decode(kernel, wire)
  if (parsed.rowCount !== rows || parsed.streamCount !== slots.length) {
    throw new Failure('CORRUPTION', `${parsed.rowCount} rows of ${parsed.streamCount} streams, ${rows} of ${slots.length} expected`)
  }
  const streams = Array.from(slots, slot => {
    const stream = known?.get(slot)
    if (stream === undefined) throw new Failure('CORRUPTION', `the definition of stream ${slot} is missing`)
    return stream
  })
  const rowStream = new Uint32Array(rows)
  for (let stream = 0; stream < streams.length; stream++) {
    rowStream.fill(stream, parsed.streams.firstRow[stream], parsed.streams.endRow[stream])
  }
  const {raw, tsNs, lineOff, lineLen, metaOff, metaLen} = parsed
  const push = {tenant, wire, raw, streams, rowCount: rows, rowStream, tsNs, lineOff, lineLen, metaOff, metaLen, level: levels}
  generation.settle(generation.write(push, nowMs), false)
}

function decode(kernel: ReplayKernel, wire: Uint8Array): ReturnType<ReplayKernel['parsePush']> {
  try {
    return kernel.parsePush(kernel.snappyDecode(wire, RAW_BYTES_MAX), {levels: false})
  } catch (error) {
    // The checksum was right, so it was logged like this; still, one bad push must not keep the rest from being served.
    throw new Failure('CORRUPTION', `the push cannot be decoded: ${error instanceof Error ? error.message : String(error)}`)
  }
}
