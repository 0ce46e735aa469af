/*
 * Replay of one log file at start: records out, damage set aside and reported.
 *
 * Owns    what happens to bytes that cannot be used: copied to a quarantine file (unless they are just a write that a crash cut
 *         short), the torn tail cut off the log, and every case reported. Repeating it after a crash changes nothing.
 * Leaves  rows to the database.
 */
import {Failure} from '../../model/index.ts'
import type {LogFile, LogFolder} from './folder.ts'
import {quarantineName} from './names.ts'
import {readLog} from './reader.ts'
import {decodePushRecord, decodeStreamRecord, TYPE_PUSH, TYPE_STREAM, type PushRecord, type StreamRecord} from './record.ts'

export type LogDamage = {
  readonly file: string
  readonly offset: number
  readonly bytes: number
  readonly reason: string
  readonly torn: boolean
  /** Where the bytes were copied. */
  readonly quarantine: string | undefined
}

export interface ReplayTarget {
  stream(record: StreamRecord): void
  /** May return a promise to make the replay wait (bounded memory). @throws {Failure} CORRUPTION when it cannot be used: set aside. */
  push(record: PushRecord): Promise<void> | void
}

const COPY_BYTES = 1024 * 1024

/**
 * @param generation what the file's name says; a record of another generation is damage.
 * @throws {Failure} STORAGE when the file cannot be read.
 */
export async function replayLog(folder: LogFolder, name: string, generation: number, target: ReplayTarget): Promise<LogDamage[]> {
  const damages: LogDamage[] = []
  const file = await folder.open(name)
  try {
    for await (const item of readLog(file)) {
      if (item.kind === 'record') {
        const {type} = item.header
        try {
          if (item.header.generation !== generation) throw new Failure('CORRUPTION', `record of generation ${item.header.generation}`)
          if (type === TYPE_STREAM) target.stream(decodeStreamRecord(item.body))
          else if (type === TYPE_PUSH) await target.push(decodePushRecord(item.body))
          else throw new Failure('CORRUPTION', `unknown type ${type}`)
        } catch (error) {
          if (!Failure.is(error, 'CORRUPTION')) throw error
          const bytes = 24 + item.header.length
          const quarantine = await setAside(folder, file, name, item.offset, bytes)
          damages.push({file: name, offset: item.offset, bytes, reason: error.message, torn: false, quarantine})
        }
        continue
      }
      const {offset, bytes, reason, torn} = item
      const quarantine = item.partial ? undefined : await setAside(folder, file, name, offset, bytes)
      if (torn) {
        await file.truncate(offset)
        await file.datasync()
      }
      damages.push({file: name, offset, bytes, reason, torn, quarantine})
    }
  } finally {
    await file.close()
  }
  return damages
}

async function setAside(folder: LogFolder, file: LogFile, name: string, offset: number, bytes: number): Promise<string> {
  const target = quarantineName(name, offset)
  const copy = await folder.create(target)
  try {
    const window = new Uint8Array(Math.min(COPY_BYTES, bytes))
    for (let at = 0; at < bytes; at += window.length) {
      const have = await file.read(window.subarray(0, Math.min(window.length, bytes - at)), offset + at)
      await copy.writev([window.subarray(0, have)], at)
    }
    await copy.datasync()
  } finally {
    await copy.close()
  }
  return target
}
