/**
 * Twin of assembly/level.ts: the level a line tells of itself (loki-http-api § 1.8, steps 5 and 6).
 * Works on the line read as latin1, so that positions are bytes.
 */
import {LEVEL_FIELDS, LEVEL_UNKNOWN, normalLevel} from '../levels.ts'

const FIELDS: ReadonlySet<string> = new Set(LEVEL_FIELDS)
/** Lower-case field → rank of its first writing in the list. */
const LOGFMT_RANKS: ReadonlyMap<string, number> = new Map(
  [...LEVEL_FIELDS.entries()].reverse().map(([rank, name]) => [name.toLowerCase(), rank]),
)

const isBlank = (code: number): boolean => code <= 0x20

/** Position of the closing quote of the string that begins at p, or -1. */
function stringEnd(line: string, p: number): number {
  for (; p < line.length; p++) {
    if (line[p] === '\\') p++
    else if (line[p] === '"') return p
  }
  return -1
}

function logfmtLevel(line: string): number {
  let best = 255
  let level = 0
  let from = 0
  for (;;) {
    const equals = line.indexOf('=', from)
    if (equals < 0) return level
    let start = equals
    while (start > from && !isBlank(line.charCodeAt(start - 1)) && line[start - 1] !== '"') start--
    const rank = LOGFMT_RANKS.get(line.slice(start, equals).toLowerCase()) ?? 255
    let value = equals + 1
    let end: number
    if (line[value] === '"') {
      value++
      end = stringEnd(line, value)
      if (end < 0) end = line.length
      from = end + 1
    } else {
      end = value
      while (end < line.length && !isBlank(line.charCodeAt(end))) end++
      from = end
    }
    if (rank < best) {
      best = rank
      level = normalLevel(line.slice(value, end))
    }
  }
}

function skipSpace(line: string, p: number): number {
  while (p < line.length && isBlank(line.charCodeAt(p))) p++
  return p
}

function skipContainer(line: string, p: number): number {
  let depth = 0
  for (; p < line.length; p++) {
    const char = line[p]
    if (char === '"') {
      p = stringEnd(line, p + 1)
      if (p < 0) return -1
    } else if (char === '{' || char === '[') {
      depth++
    } else if ((char === '}' || char === ']') && --depth === 0) {
      return p + 1
    }
  }
  return -1
}

function jsonLevel(line: string): number {
  let p = skipSpace(line, 0) + 1
  let depth = 0
  for (;;) {
    p = skipSpace(line, p)
    if (line[p] === '"') {
      const key = p + 1
      const keyEnd = stringEnd(line, key)
      if (keyEnd < 0) return 0
      p = skipSpace(line, keyEnd + 1)
      if (line[p] !== ':') return 0
      p = skipSpace(line, p + 1)
      if (p >= line.length) return 0
      const char = line[p]
      if (char === '"') {
        const end = stringEnd(line, p + 1)
        if (end < 0) return 0
        if (FIELDS.has(line.slice(key, keyEnd))) return normalLevel(line.slice(p + 1, end))
        p = end + 1
      } else if (char === '{' && depth === 0) {
        depth = 1
        p++
        continue
      } else if (char === '{' || char === '[') {
        p = skipContainer(line, p)
        if (p < 0) return 0
      } else {
        while (p < line.length && !isBlank(line.charCodeAt(p)) && !',}]'.includes(line.charAt(p))) p++
      }
    } else if (line[p] !== '}') {
      return 0
    }
    p = skipSpace(line, p)
    while (line[p] === '}') {
      if (--depth < 0) return 0
      p = skipSpace(line, p + 1)
    }
    if (line[p] !== ',') return 0
    p++
  }
}

const WORD = /(?:^|(?<=[ \t\n[({"=]))(trace|debug|fatal|critical|error|err|warning|warn|info)(?=$|[ \t\n[\](){}:,!"=])/i

/** Code 1..8. */
export function lineLevel(bytes: Uint8Array): number {
  const line = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
  const text = line.replace(/^[\t-\r ]+|[\t-\r ]+$/g, '')
  let level = 0
  if (text.startsWith('{') && text.endsWith('}')) level = jsonLevel(line)
  else if (line.includes('=')) level = logfmtLevel(line)
  if (level > 0) return level
  const word = WORD.exec(line)?.[1]
  return word === undefined ? LEVEL_UNKNOWN : normalLevel(word)
}
