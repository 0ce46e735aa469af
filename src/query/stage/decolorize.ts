/*
 * `| decolorize`: takes terminal escape sequences out of the line (logql § 3.6).
 *
 *   sequence := (ESC | U+009B) [ "[" "]" "(" ")" "#" ";" "?" ]* ( title | control )
 *   title    := letters, digits and ";", then BEL
 *   control  := [ digits{1,4} ( ";" digits{0,4} )* ] final         final := 0-9 A-P R Z c f-n q r t y = > < ~
 *
 * Read as a regex reads it: a title before a control; a control without another final ends with its last digit.
 */
import type {Batch} from '../batch.ts'
import type {Stage, StagePlan} from './stage.ts'

const ESC = 0x1b
const BEL = 0x07
const SEMICOLON = 0x3b
const PARAMETER_DIGITS_MAX = 4

const INTRODUCERS = byteSet('[]()#;?')
const DIGITS = byteSet('0123456789')
const TITLE = byteSet('0123456789;abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ')
const FINALS = byteSet('0123456789ABCDEFGHIJKLMNOPRZcfghijklmnqrty=><~')

export function planDecolorize(): StagePlan {
  return {
    kind: 'other',
    text: '| decolorize',
    needsLine: true,
    changesLine: true,
    narrows: false,
    needs: after => after,
    writes: () => false,
    create: () => new Decolorize(),
  }
}

class Decolorize implements Stage {
  apply(batch: Batch): void {
    if (!batch.linesReplaced && !mayHaveSequences(batch.buffer)) return
    for (let i = 0; i < batch.count; i++) {
      const row = batch.selected[i]!
      batch.openLine(row)
      const plain = stripSequences(batch.lineBuffer, batch.lineStart, batch.lineEnd)
      if (plain !== undefined) batch.replaceLine(row, plain)
    }
  }
}

function mayHaveSequences(bytes: Uint8Array): boolean {
  return bytes.includes(ESC) || bytes.includes(0x9b)
}

/** Bytes [from, to) without sequences; undefined when there is none. */
export function stripSequences(bytes: Uint8Array, from: number, to: number): Uint8Array | undefined {
  let plain: Uint8Array | undefined
  let length = 0
  let copied = from
  for (let at = from; at < to;) {
    const end = bytes[at] === ESC || (bytes[at] === 0xc2 && bytes[at + 1] === 0x9b) ? sequenceEnd(bytes, at, to) : -1
    if (end < 0) {
      at++
      continue
    }
    plain ??= new Uint8Array(to - from)
    plain.set(bytes.subarray(copied, at), length)
    length += at - copied
    at = end
    copied = end
  }
  if (plain === undefined) return undefined
  plain.set(bytes.subarray(copied, to), length)
  return plain.subarray(0, length + to - copied)
}

/** Where the sequence that begins at `start` ends, or -1 when there is none. */
function sequenceEnd(bytes: Uint8Array, start: number, to: number): number {
  let at = start + (bytes[start] === ESC ? 1 : 2)
  if (at > to) return -1
  while (at < to && INTRODUCERS[bytes[at]!] === 1) at++
  let title = at
  while (title < to && TITLE[bytes[title]!] === 1) title++
  if (title < to && bytes[title] === BEL) return title + 1
  const parameters = at
  at = skipDigits(bytes, at, to)
  if (at > parameters) while (at < to && bytes[at] === SEMICOLON) at = skipDigits(bytes, at + 1, to)
  if (at < to && FINALS[bytes[at]!] === 1) return at + 1
  while (at > parameters && DIGITS[bytes[at - 1]!] === 0) at--
  return at > parameters ? at : -1
}

function skipDigits(bytes: Uint8Array, from: number, to: number): number {
  const end = Math.min(to, from + PARAMETER_DIGITS_MAX)
  let at = from
  while (at < end && DIGITS[bytes[at]!] === 1) at++
  return at
}

function byteSet(chars: string): Uint8Array {
  const set = new Uint8Array(256)
  for (const char of chars) set[char.charCodeAt(0)] = 1
  return set
}
