/*
 * One tenant's rows of a frozen generation -> one part per day. Runs in the maintenance worker.
 *
 * Owns   order (day, stream by canonical text, time) and writing the objects; each part is durable when its meta is returned.
 * Leaves manifest and log to the database: until the manifest names a part, it is an orphan that the next start removes.
 */
import {formatLabels} from '../../model/index.ts'
import {Arena} from '../arrays.ts'
import {metaFits} from '../chunk-size.ts'
import {flushedPartId, partKey} from '../manifest/index.ts'
import type {ObjectStore} from '../object/index.ts'
import {PartWriter, type PartKernel, type PartMeta} from '../part/index.ts'
import type {RowsInput} from '../rows.ts'
import {cutNames, cutRows, gatherRows} from './cut.ts'
import {KernelGather} from './gather.ts'
import {MetaColumns} from './meta.ts'
import {orderRows, type DayRows} from './order.ts'
import type {HeadSnapshot} from './head.ts'
import {HeadView} from './view.ts'

/** `random` makes names of parts unique among attempts. */
export type FlushJob = {readonly head: HeadSnapshot; readonly random: string; readonly createdNs: bigint}

export type FlushTools = {readonly objects: ObjectStore; readonly kernel: PartKernel}

type StreamRows = {readonly slot: number; readonly canonical: string; readonly rows: DayRows}

/** Days that the snapshot hides are left out. @returns one meta per day, ascending. @throws {Failure} STORAGE */
export async function flushHead(tools: FlushTools, job: FlushJob): Promise<PartMeta[]> {
  const {head} = job
  const view = new HeadView(head.id)
  view.update(head)
  const days = new Map<number, StreamRows[]>()
  for (let slot = 0; slot < head.streams.count; slot++) {
    const canonical = formatLabels(view.labels(slot))
    for (const rows of orderRows(view, view.rowsOf(slot, head))) {
      if (head.hiddenDays.includes(rows.day)) continue
      const list = days.get(rows.day)
      if (list === undefined) days.set(rows.day, [{slot, canonical, rows}])
      else list.push({slot, canonical, rows})
    }
  }
  const {columns} = tools.kernel
  const gather = columns === undefined ? undefined : new KernelGather(columns, view)
  const parts: PartMeta[] = []
  for (const day of [...days.keys()].sort((a, b) => a - b)) {
    const streams = days.get(day)!.sort((a, b) => (a.canonical < b.canonical ? -1 : 1))
    parts.push(await writePart(tools, job, view, gather, day, streams))
  }
  return parts
}

/** Rows of one stream; a few chunks of them. */
const ARENA_SIZE_MAX = 8 * 1024 * 1024

async function writePart(
  tools: FlushTools,
  job: FlushJob,
  view: HeadView,
  gather: KernelGather | undefined,
  day: number,
  streams: readonly StreamRows[],
): Promise<PartMeta> {
  const {tenant, generation} = job.head
  const id = flushedPartId(generation, job.random)
  const key = partKey(tenant, day, id)
  const writer = new PartWriter({kernel: tools.kernel, tenant, day, key, id, level: 0, createdNs: job.createdNs})
  const columns = new MetaColumns()
  const arrays = new Arena(ARENA_SIZE_MAX)
  /** One, unless the rows have too many metadata names, which is seen when they are gathered: counting them before costs more. */
  function* batches(rows: DayRows, from: number, to: number): Generator<RowsInput> {
    const batch = gather?.rows(rows, from, to, arrays)
    if (batch !== undefined && metaFits(batch.count, batch.meta.length, batch.metaBytes)) return yield batch
    for (const end of gather !== undefined || view.hasManyNames() ? cutNames(view, rows, from, to) : [to]) {
      yield gatherRows(view, rows, from, end, columns, arrays)
      from = end
    }
  }
  let meta: PartMeta | undefined
  function* body(): Generator<Uint8Array> {
    for (const {slot, rows} of streams) {
      let from = 0
      for (const to of cutRows(view, rows)) {
        for (const batch of batches(rows, from, to)) {
          writer.add(view.labels(slot), batch)
          yield* writer.drain()
        }
        from = to
      }
      writer.endStream()
      arrays.reset()
    }
    meta = writer.finish()
    yield* writer.drain()
  }
  await tools.objects.put(key, body())
  if (meta === undefined) throw new Error(`${key}: the object store did not read the whole body`)
  return meta
}
