/* The pushes of a benchmark, made once and kept in bench/out, so that making them costs nothing while measuring. */
import {closeSync, existsSync, mkdirSync, openSync, readSync, renameSync, writeSync} from 'node:fs'
import path from 'node:path'
import {fileURLToPath} from 'node:url'
import {pushes} from './generator.mjs'

/** Part of the file name: a change of the generator must not meet old data. */
const VERSION = 1
const out = fileURLToPath(new URL('./out', import.meta.url))

/** @param kinds of lines instead of the usual ones. */
export function makeData(seed, rawBytes, kinds) {
  mkdirSync(out, {recursive: true})
  const which = kinds === undefined ? '' : `-${kinds.join('-')}`
  const file = path.join(out, `pushes-v${VERSION}-${seed}${which}-${Math.round(rawBytes / 1e6)}MB`)
  if (existsSync(file)) return file
  console.log(`making ${Math.round(rawBytes / 1e6)} MB of pushes (once)`)
  const fd = openSync(`${file}.partial`, 'w')
  const head = Buffer.alloc(12)
  for (const push of pushes(seed, rawBytes, kinds)) {
    head.writeUInt32LE(push.body.length, 0)
    head.writeUInt32LE(push.rawBytes, 4)
    head.writeUInt32LE(push.entries, 8)
    writeSync(fd, head)
    writeSync(fd, push.body)
  }
  closeSync(fd)
  renameSync(`${file}.partial`, file)
  return file
}

export function* readData(file) {
  const fd = openSync(file, 'r')
  const head = Buffer.alloc(12)
  try {
    while (readSync(fd, head) === head.length) {
      const body = Buffer.allocUnsafe(head.readUInt32LE(0))
      readSync(fd, body)
      yield {body, rawBytes: head.readUInt32LE(4), entries: head.readUInt32LE(8)}
    }
  } finally {
    closeSync(fd)
  }
}
