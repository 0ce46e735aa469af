/*
 * Random JSON and logfmt lines: mostly right, with repeated, nested and odd keys, and now and then cut off or changed.
 */
import {pick, type Random} from './support.ts'

const KEYS = [
  'a',
  'b',
  'c',
  'level',
  'status',
  'user',
  'id',
  'a_b',
  'a_extracted',
  'app',
  'meta',
  'x-y',
  'x.y',
  '1st',
  ' sp ',
  '',
  'é',
  '__error__',
]
const TEXTS = [
  '',
  'x',
  'info',
  '500',
  'two words',
  'é',
  '\\n',
  '\\u00e9',
  '\\ud83d\\ude00',
  '\\ud83d',
  '\\q',
  'ends\\\\',
  '\\"q\\"',
  '�',
  'tab\\t',
]
const TOKENS = ['1', '-2.5', '1e3', 'true', 'false', 'null', '0']

export function randomJson(random: Random, depth = 0): string {
  const members = Array.from(
    {length: random(6)},
    () => `${space(random)}"${pick(random, KEYS)}"${space(random)}:${space(random)}${jsonValue(random, depth)}`,
  )
  return `{${members.join(',')}${random(40) === 0 ? ',' : ''}${space(random)}}`
}

function jsonValue(random: Random, depth: number): string {
  switch (random(depth > 3 ? 3 : 6)) {
    case 0:
      return pick(random, TOKENS)
    case 1:
    case 2:
      return `"${pick(random, TEXTS)}"`
    case 3:
      return `[${Array.from({length: random(3)}, () => jsonValue(random, depth + 1)).join(',')}]`
    default:
      return randomJson(random, depth + 1)
  }
}

function space(random: Random): string {
  return random(12) === 0 ? ' ' : ''
}

export function randomLogfmt(random: Random): string {
  return Array.from({length: random(8)}, () => {
    const key = pick(random, KEYS).trim()
    switch (random(8)) {
      case 0:
        return key
      case 1:
        return `${key}=`
      case 2:
      case 3:
        return `${key}="${pick(random, TEXTS)}"`
      case 4:
        return pick(random, ['=x', 'a=b=c', '"q"=1', 'k="open', 'a="x"b=2', 'c"=1'])
      default:
        return `${key}=${pick(random, TOKENS)}`
    }
  }).join(pick(random, [' ', '  ', '\t']))
}

/** The line, one time in four damaged: cut off, or with a byte changed. */
export function damaged(random: Random, line: string): Uint8Array {
  const bytes = Buffer.from(line)
  if (bytes.length === 0 || random(4) > 0) return bytes
  const at = random(bytes.length)
  if (random(2) === 0) return bytes.subarray(0, at)
  bytes[at] = pick(random, [0x22, 0x7b, 0x7d, 0x5b, 0x5d, 0x2c, 0x3a, 0x5c, 0x20, 0x3d, 0x00, 0xff, 0xc3, 0x61])
  return bytes
}
