/** Push decoding in the kernel module; the contract is PushKernel. */
import {pushMalformed} from '../checks.ts'
import type {ParsedPush, PushKernel} from '../contract.ts'
import type {Native} from '../module.ts'
import {checkPushRows, ROWS_MAX} from '../push-limits.ts'

const up8 = (n: number): number => (n + 7) & ~7

export function nativePush({memory, exports}: Native): PushKernel {
  return {
    parsePush(input, {levels = true, rowsMax = ROWS_MAX} = {}): ParsedPush {
      const {length} = input
      const raw = memory.place('raw', input, 'columns')
      const counts = exports.pushCount(raw, length)
      if (counts < 0n) throw pushMalformed()
      const streams = Number(counts >> 32n)
      const rows = Number(counts & 0xffff_ffffn)
      checkPushRows(streams, rows, rowsMax)
      const wide = up8(rows * 4)
      const ts = memory.reserve('columns', rows * 8 + wide * 6 + up8(rows) * 2 + streams * 16)
      const lineOff = ts + rows * 8
      const lineLen = lineOff + wide
      const metaOff = lineLen + wide
      const metaLen = metaOff + wide
      const metaCount = metaLen + wide
      const metaBytes = metaCount + wide
      const flags = metaBytes + wide
      const level = flags + up8(rows)
      const table = level + up8(rows)
      const done = exports.pushParse(
        raw,
        length,
        levels ? 1 : 0,
        streams,
        table,
        ts,
        lineOff,
        lineLen,
        metaOff,
        metaLen,
        metaCount,
        metaBytes,
        flags,
        level,
      )
      if (done !== 0) throw pushMalformed()
      return {
        raw: memory.view(raw, length),
        streamCount: streams,
        rowCount: rows,
        streams: {
          labelOff: memory.words(table, streams),
          labelLen: memory.words(table + streams * 4, streams),
          firstRow: memory.words(table + streams * 8, streams),
          endRow: memory.words(table + streams * 12, streams),
        },
        tsNs: new BigInt64Array(memory.buffer, ts, rows),
        lineOff: memory.words(lineOff, rows),
        lineLen: memory.words(lineLen, rows),
        metaOff: memory.words(metaOff, rows),
        metaLen: memory.words(metaLen, rows),
        metaCount: memory.words(metaCount, rows),
        metaBytes: memory.words(metaBytes, rows),
        flags: memory.view(flags, rows),
        level: memory.view(level, rows),
      }
    },
    detectLevel: line => exports.detectLevel(memory.place('input', line), line.length),
  }
}
