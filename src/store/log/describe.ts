/*
 * A log file in readable lines, for `skald inspect`; damage is shown where it is.
 */
import {formatLabels} from '../../model/index.ts'
import type {LogFile} from './folder.ts'
import {readLog} from './reader.ts'
import {decodePushRecord, decodeStreamRecord, RECORD_VERSION, TYPE_PUSH, TYPE_STREAM} from './record.ts'

/** One line per record, in bounded memory. The file is only read. */
export async function* describeLog(file: Pick<LogFile, 'read' | 'size'>): AsyncGenerator<string> {
  const counts = {streams: 0, pushes: 0, rows: 0, wireBytes: 0, damages: 0}
  yield `log, records of version ${RECORD_VERSION}, ${await file.size()} bytes`
  for await (const item of readLog(file)) {
    const at = `@${item.offset}`.padEnd(12)
    if (item.kind === 'damage') {
      counts.damages++
      yield `${at}DAMAGED ${item.bytes} bytes: ${item.reason}${item.torn ? ' (nothing valid follows)' : ''}`
      continue
    }
    const {type, generation, length} = item.header
    const head = `${at}generation ${generation}, ${length} bytes, `
    if (type === TYPE_STREAM) {
      const {tenant, slot, labels} = decodeStreamRecord(item.body)
      counts.streams++
      yield `${head}stream ${slot} of ${JSON.stringify(tenant)}: ${formatLabels(labels)}`
    } else if (type === TYPE_PUSH) {
      const {tenant, rows, slots, wire} = decodePushRecord(item.body)
      counts.pushes++
      counts.rows += rows
      counts.wireBytes += wire.length
      const named = slots.length > 8 ? `${Array.from(slots.subarray(0, 8)).join(' ')} …` : Array.from(slots).join(' ')
      yield `${head}push of ${JSON.stringify(tenant)}: ${rows} rows, streams ${named}, ${wire.length} bytes of snappy`
    } else {
      yield `${head}unknown type ${type}`
    }
  }
  const {streams, pushes, rows, wireBytes, damages} = counts
  yield `${streams} streams, ${pushes} pushes, ${rows} rows, ${wireBytes} bytes of snappy, ${damages} damaged places`
}
