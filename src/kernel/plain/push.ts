/** Twin of native/push.ts and assembly/push.ts. */
import {pushMalformed} from '../checks.ts'
import {
  FLAG_DETECTED,
  FLAG_FIELD,
  FLAG_SETTLED,
  FLAG_SLOW,
  FLAG_TIME,
  PAIRS_CHECKED_MAX,
  type ParsedPush,
  type PushKernel,
} from '../contract.ts'
import {LEVEL_FIELDS, LEVEL_NAMES, LEVEL_UNKNOWN, normalLevel, severityLevel} from '../levels.ts'
import {checkPushRows, ROWS_MAX} from '../push-limits.ts'
import {lineLevel} from './level.ts'
import {isCleanText, isNormalName} from './names.ts'
import {WireCursor} from './wire-cursor.ts'

const RANKS: ReadonlyMap<string, number> = new Map([...LEVEL_FIELDS, 'severity_number'].map((name, rank) => [name, rank]))
const SECONDS_MAX = 9_223_372_036n

type Columns = Omit<ParsedPush, 'raw' | 'streamCount' | 'rowCount'>

function columns(streams: number, rows: number): Columns {
  const words = (n: number): Uint32Array => new Uint32Array(n)
  return {
    streams: {labelOff: words(streams), labelLen: words(streams), firstRow: words(streams), endRow: words(streams)},
    tsNs: new BigInt64Array(rows),
    lineOff: words(rows),
    lineLen: words(rows),
    metaOff: words(rows),
    metaLen: words(rows),
    metaCount: words(rows),
    metaBytes: words(rows),
    flags: new Uint8Array(rows),
    level: new Uint8Array(rows),
  }
}

function countRows(raw: Uint8Array): {streams: number; rows: number} {
  const r = new WireCursor(raw)
  let streams = 0
  let rows = 0
  while (r.at < r.end) {
    const tag = r.tag()
    if (tag !== 0x0a) {
      r.skip(tag, 1)
      continue
    }
    streams++
    const outer = r.enter()
    while (r.at < r.end) {
      const field = r.tag()
      if (field !== 0x0a && field !== 0x12) {
        r.skip(field, 2)
        continue
      }
      r.skipBytes()
      if (field === 0x12) rows++
    }
    r.end = outer
  }
  return {streams, rows}
}

/** Judges the metadata of one entry, pair by pair. */
class MetadataJudge {
  flags = 0
  count = 0
  bytes = 0
  #names = new Set<string>()
  #rank = 255
  #field = ''
  #detected = ''

  pair(name: Uint8Array, value: Uint8Array): void {
    this.bytes += name.length + value.length
    const text = Buffer.from(name).toString('latin1')
    if (++this.count > PAIRS_CHECKED_MAX || !isNormalName(text) || this.#names.has(text)) this.flags |= FLAG_SLOW
    this.#names.add(text)
    if (name.length === 0) return
    if (value.length === 0 || !isCleanText(value)) this.flags |= FLAG_SLOW
    const rank = RANKS.get(text)
    if (text === 'detected_level') {
      this.flags |= FLAG_DETECTED
      this.#detected = Buffer.from(value).toString('latin1')
    } else if (rank !== undefined) {
      this.flags |= FLAG_FIELD
      if (rank < this.#rank) {
        this.#rank = rank
        this.#field = Buffer.from(value).toString('latin1')
      }
    }
  }

  /** The level that metadata settles, with FLAG_SETTLED set; otherwise 0. */
  level(): number {
    if ((this.flags & FLAG_SLOW) !== 0) return 0
    let code = 0
    if ((this.flags & FLAG_DETECTED) !== 0) {
      const known = normalLevel(this.#detected)
      if (known === 0 || LEVEL_NAMES[known] === this.#detected) this.flags |= FLAG_SETTLED
      return 0
    }
    if (this.#rank < LEVEL_FIELDS.length) code = this.#field === 'unknown' ? LEVEL_UNKNOWN : normalLevel(this.#field)
    else if (/^[0-9]{1,2}$/.test(this.#field)) code = severityLevel(Number(this.#field))
    if (code > 0) this.flags |= FLAG_SETTLED
    return code
  }
}

function readEntry(r: WireCursor, out: Columns, row: number, levels: boolean): void {
  let seconds = 0n
  let nanos = 0
  let line = r.at
  let lineLength = 0
  let meta = r.at
  let metaEnd = r.at
  const judge = new MetadataJudge()
  while (r.at < r.end) {
    const start = r.at
    const tag = r.tag()
    if (tag === 0x1a) {
      if (judge.count === 0) meta = start
      const outer = r.enter()
      const parts: [Uint8Array, Uint8Array] = [new Uint8Array(0), new Uint8Array(0)]
      while (r.at < r.end) {
        const field = r.tag()
        if (field !== 0x0a && field !== 0x12) {
          r.skip(field, 2)
          continue
        }
        const n = r.length()
        parts[field === 0x0a ? 0 : 1] = r.bytes.subarray(r.at, r.at + n)
        r.at += n
      }
      r.end = outer
      judge.pair(...parts)
      metaEnd = r.at
    } else if (tag === 0x12) {
      lineLength = r.length()
      line = r.at
      r.at += lineLength
    } else if (tag === 0x0a) {
      const outer = r.enter()
      seconds = 0n
      nanos = 0
      while (r.at < r.end) {
        const field = r.tag()
        if (field === 8) seconds = BigInt.asIntN(64, r.varint())
        else if (field === 16) nanos = Number(BigInt.asIntN(32, r.varint()))
        else r.skip(field, 2)
      }
      r.end = outer
    } else {
      r.skip(tag, 3)
    }
  }
  let flags = 0
  let time = 0n
  if (
    nanos < 0 ||
    nanos > 999_999_999 ||
    seconds > SECONDS_MAX ||
    seconds < -SECONDS_MAX ||
    (seconds === SECONDS_MAX && nanos > 854_775_807)
  ) {
    flags = FLAG_TIME
  } else {
    time = seconds * 1_000_000_000n + BigInt(nanos)
  }
  if (levels) {
    const decided = (judge.flags & (FLAG_DETECTED | FLAG_FIELD)) !== 0
    out.level[row] = decided ? judge.level() : lineLevel(r.bytes.subarray(line, line + lineLength))
  }
  out.tsNs[row] = time
  out.lineOff[row] = line
  out.lineLen[row] = lineLength
  out.metaOff[row] = meta
  out.metaLen[row] = metaEnd - meta
  out.metaCount[row] = judge.count
  out.metaBytes[row] = judge.bytes
  out.flags[row] = flags | judge.flags
}

export function plainPush(): PushKernel {
  return {
    parsePush(raw, {levels = true, rowsMax = ROWS_MAX} = {}): ParsedPush {
      const counts = countRows(raw)
      checkPushRows(counts.streams, counts.rows, rowsMax)
      const out = columns(counts.streams, counts.rows)
      const r = new WireCursor(raw)
      let stream = 0
      let row = 0
      while (r.at < r.end) {
        const tag = r.tag()
        if (tag !== 0x0a) {
          r.skip(tag, 1)
          continue
        }
        const outer = r.enter()
        out.streams.firstRow[stream] = row
        out.streams.labelOff[stream] = r.at
        while (r.at < r.end) {
          const field = r.tag()
          if (field === 0x0a) {
            const n = r.length()
            out.streams.labelOff[stream] = r.at
            out.streams.labelLen[stream] = n
            r.at += n
          } else if (field === 0x12) {
            const streamEnd = r.enter()
            readEntry(r, out, row++, levels)
            r.end = streamEnd
          } else {
            r.skip(field, 2)
          }
        }
        out.streams.endRow[stream++] = row
        r.end = outer
      }
      if (row !== counts.rows) throw pushMalformed()
      return {raw, streamCount: counts.streams, rowCount: counts.rows, ...out}
    },
    detectLevel: lineLevel,
  }
}
