/* Data for the tests of zstd: seeded blocks of every kind, and what a frame is made of. */
import {bytes, type Random} from './support.ts'

const WORDS =
  'request user session cache miss hit timeout upstream error info status=200 duration= level= trace_id= GET POST /api/v1/orders'.split(' ')

/** Lines as logs have them: few words, numbers, ids. */
export function logText(random: Random, size: number): Uint8Array {
  let text = ''
  while (text.length < size) {
    text += `2026-01-15T06:${10 + random.below(50)}:${10 + random.below(50)}.${random.below(1000)}Z ${random.pick(WORDS)}`
    for (let n = random.below(6); n > 0; n--)
      text += ` ${random.pick(WORDS)}${random.below(3) === 0 ? random.below(100_000).toString(16) : ''}`
    text += '\n'
  }
  return bytes(text).subarray(0, size)
}

/** Pieces of all kinds: noise, few symbols, runs, repeats from near and far. */
export function mixture(random: Random, size: number): Uint8Array {
  const out = new Uint8Array(size)
  for (let at = 0; at < size;) {
    const kind = random.below(5)
    let piece: Uint8Array
    if (kind === 0 && at > 0) {
      const from = random.below(at)
      piece = out.slice(from, from + 3 + random.below(random.pick([10, 400, 5000])))
    } else if (kind === 1) {
      piece = new Uint8Array(random.below(600)).fill(random.below(256))
    } else if (kind === 2) {
      piece = logText(random, random.below(2000))
    } else {
      piece = random.bytes(random.below(300), random.pick([2, 5, 16, 64, 256]))
    }
    piece = piece.subarray(0, size - at)
    out.set(piece, at)
    at += piece.length
  }
  return out
}

export const KINDS: Record<string, (random: Random, size: number) => Uint8Array> = {
  text: logText,
  mixture,
  noise: (random, size) => random.bytes(size),
  'few symbols': (random, size) => random.bytes(size, 3),
  'one byte': (_random, size) => new Uint8Array(size).fill(65),
  period: (random, size) => {
    const unit = random.bytes(1 + random.below(70))
    return Uint8Array.from({length: size}, (_, i) => unit[i % unit.length] ?? 0)
  },
}

/** Whatever a frame of the library uses, by name: kinds of blocks, of literals, of tables. */
export function features(frame: Uint8Array): string[] {
  const found: string[] = []
  const flags = frame[4] ?? 0
  const sizeFlag = flags >> 6
  const single = (flags & 0x20) !== 0
  let s = 5 + (single ? 0 : 1) + (sizeFlag === 0 ? (single ? 1 : 0) : 1 << sizeFlag)
  const word = (at: number): number => (frame[at] ?? 0) | ((frame[at + 1] ?? 0) << 8) | ((frame[at + 2] ?? 0) << 16)
  for (let last = false; !last;) {
    const head = word(s)
    last = (head & 1) !== 0
    const kind = (head >> 1) & 3
    found.push(`block ${kind}`)
    s += 3
    if (kind === 2) found.push(...blockFeatures(frame, s))
    s += kind === 1 ? 1 : head >> 3
  }
  return found
}

function blockFeatures(frame: Uint8Array, s: number): string[] {
  const head = frame[s] ?? 0
  const kind = head & 3
  const format = (head >> 2) & 3
  const found = [`literals ${kind} format ${kind < 2 && format !== 3 ? format & 1 : format}`]
  let value = 0n
  for (let i = 4; i >= 0; i--) value = value * 256n + BigInt(frame[s + i] ?? 0)
  const field = (at: number, width: number): number => Number((value >> BigInt(at)) & ((1n << BigInt(width)) - 1n))
  if (kind < 2) {
    const size = format === 1 ? field(4, 12) : format === 3 ? field(4, 20) : field(3, 5)
    s += (format === 1 ? 2 : format === 3 ? 3 : 1) + (kind === 0 ? size : 1)
  } else {
    const width = format < 2 ? 10 : format === 2 ? 14 : 18
    s += (format < 2 ? 3 : format + 2) + field(4 + width, width)
    if (kind === 2) found.push((frame[s - field(4 + width, width)] ?? 0) < 128 ? 'weights FSE' : 'weights direct')
  }
  const count = frame[s] ?? 0
  if (count === 0) return [...found, 'no sequences']
  const modes = frame[s + (count < 128 ? 1 : count < 255 ? 2 : 3)] ?? 0
  return [...found, `literal table ${modes >> 6}`, `distance table ${(modes >> 4) & 3}`, `match table ${(modes >> 2) & 3}`]
}
