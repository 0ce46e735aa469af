/*
 * Looks at the rows of a push. `isClean` is the fast path: one pass over columns, no string and no object per row; true
 * for a push that is stored as received. What is not clean goes through `judgeStream`, row by row, which says what
 * becomes of each row and why.
 *
 * Order of the checks of a row, of which only the first that fails is told: timestamp, age, future, line size, metadata
 * allowed, its size, its count, its names.
 */
import type {Limits} from '../config/index.ts'
import {FLAG_DETECTED, FLAG_FIELD, FLAG_SETTLED, FLAG_SLOW, FLAG_TIME, type ParsedPush} from '../kernel/index.ts'
import type {Complaints} from './complaints.ts'
import type {Level} from './levels.ts'
import type {MetadataReader} from './metadata.ts'
import type {Found} from './tenant.ts'
import {rowComplaints, type Complaint} from './texts.ts'

/** What becomes of a row. KEEP alone: its bytes stay as they are. */
export const DROP = 0
export const KEEP = 1
/** Its metadata is written anew: normal names, levels. */
export const REWRITE = 2
export const TRUNCATE = 4
/** Its timestamp is in `movedNs`. */
export const MOVE = 8

/** Limits as the loops want them: 0 = none is Infinity, times are absolute. */
export type RowRules = {
  readonly levels: boolean
  readonly oldestNs: bigint
  readonly newestNs: bigint
  readonly lineMax: number
  readonly truncate: boolean
  readonly metadataAllowed: boolean
  readonly metadataSizeMax: number
  readonly metadataCountMax: number
  readonly moveDuplicates: boolean
}

const NS_PER_MS = 1_000_000n
const OLDEST_NS = -(2n ** 63n)
const NEWEST_NS = 2n ** 63n - 1n

export function rowRules(limits: Limits, nowNs: bigint): RowRules {
  const oldest = limits.rejectOldSamples ? nowNs - BigInt(limits.rejectOldSamplesMaxAgeMs) * NS_PER_MS : OLDEST_NS
  const newest = nowNs + BigInt(limits.creationGracePeriodMs) * NS_PER_MS
  return {
    levels: limits.discoverLogLevels && limits.allowStructuredMetadata,
    oldestNs: oldest < OLDEST_NS ? OLDEST_NS : oldest,
    newestNs: newest > NEWEST_NS ? NEWEST_NS : newest,
    lineMax: limits.maxLineSizeBytes || Number.POSITIVE_INFINITY,
    truncate: limits.maxLineSizeTruncate,
    metadataAllowed: limits.allowStructuredMetadata,
    metadataSizeMax: limits.maxStructuredMetadataSizeBytes || Number.POSITIVE_INFINITY,
    metadataCountMax: limits.maxStructuredMetadataEntriesCount || Number.POSITIVE_INFINITY,
    moveDuplicates: limits.incrementDuplicateTimestamp,
  }
}

/** True when nothing in the push has to be dropped or changed. Sets `level` where a stream's label decides it, so call it once. */
export function isClean(push: ParsedPush, found: readonly Found[], rules: RowRules): boolean {
  const {firstRow, endRow} = push.streams
  for (let s = 0; s < push.streamCount; s++) {
    const stream = found[s]
    const first = firstRow[s] ?? 0
    const end = endRow[s] ?? 0
    if (stream === undefined || stream.complaint !== undefined || first === end) return false
    const level = rules.levels ? stream.stream.level : undefined
    if (!areClean(push, first, end, rules, level !== undefined)) return false
    if (rules.moveDuplicates && hasRepeatedTime(push.tsNs, first, end)) return false
    if (level !== undefined && !useLabelLevel(push, first, end, level)) return false
  }
  return true
}

/** @param labelled  the stream's labels hold the level: only a row's own detected_level stands above it. */
function areClean(push: ParsedPush, first: number, end: number, rules: RowRules, labelled: boolean): boolean {
  const {flags, lineLen, metaLen, metaBytes, metaCount, tsNs} = push
  const {levels, lineMax, metadataAllowed, metadataSizeMax, metadataCountMax} = rules
  // Timestamps as halves: reading a BigInt per row would cost as much as all the rest.
  const halves = new Int32Array(tsNs.buffer, tsNs.byteOffset, tsNs.length * 2)
  const oldHigh = Number(rules.oldestNs >> 32n)
  const oldLow = Number(rules.oldestNs & 0xffffffffn)
  const newHigh = Number(rules.newestNs >> 32n)
  const newLow = Number(rules.newestNs & 0xffffffffn)
  for (let row = first; row < end; row++) {
    const flag = flags[row]!
    if (flag !== 0) {
      if ((flag & (FLAG_SLOW | FLAG_TIME)) !== 0) return false
      if (levels && (flag & FLAG_SETTLED) === 0 && (!labelled || (flag & FLAG_DETECTED) !== 0)) return false
    }
    const high = halves[2 * row + 1]!
    if (high <= oldHigh || high >= newHigh) {
      const low = halves[2 * row]! >>> 0
      if (high < oldHigh || (high === oldHigh && low < oldLow) || high > newHigh || (high === newHigh && low > newLow)) return false
    }
    if (lineLen[row]! > lineMax) return false
    if (metaLen[row]! > 0 && (!metadataAllowed || metaBytes[row]! > metadataSizeMax || metaCount[row]! > metadataCountMax)) return false
  }
  return true
}

function hasRepeatedTime(tsNs: BigInt64Array, first: number, end: number): boolean {
  for (let row = first + 1; row < end; row++) if (tsNs[row] === tsNs[row - 1]) return true
  return false
}

/** False when the rows need a pair written. A row's own detected_level stands above the label. */
function useLabelLevel(push: ParsedPush, first: number, end: number, level: Level): boolean {
  const {flags, level: codes} = push
  for (let row = first; row < end; row++) {
    if ((flags[row]! & FLAG_DETECTED) !== 0) continue
    if (level.code === 0) return false
    codes[row] = level.code
  }
  return true
}

/** Line and metadata bytes of rows [first, end): what rates count. */
export function sizeOf(push: ParsedPush, first: number, end: number, rows?: Uint8Array): number {
  const {lineLen, metaBytes} = push
  let sum = 0
  for (let row = first; row < end; row++) if (rows === undefined || rows[row] !== DROP) sum += lineLen[row]! + metaBytes[row]!
  return sum
}

/** What becomes of each row. Only made when some row is not simply kept. */
export class Verdicts {
  /** Undefined: every row is KEEP. */
  rows: Uint8Array | undefined
  movedNs: BigInt64Array | undefined
  readonly #rowCount: number

  constructor(rowCount: number) {
    this.#rowCount = rowCount
  }

  demand(): Uint8Array {
    this.rows ??= new Uint8Array(this.#rowCount).fill(KEEP)
    return this.rows
  }
}

/** Fills `verdicts` for the rows of one stream whose labels are good. */
export function judgeStream(
  push: ParsedPush,
  first: number,
  end: number,
  found: Found & {complaint: undefined},
  rules: RowRules,
  verdicts: Verdicts,
  complaints: Complaints,
  metadata: MetadataReader,
): void {
  const rows = verdicts.demand()
  let originalNs: bigint | undefined
  let previous = -1
  for (let row = first; row < end; row++) {
    const complaint = complaintOf(push, row, found.canonical, rules, metadata)
    if (complaint !== undefined) {
      complaints.add(complaint, 1, push.lineLen[row]! + push.metaBytes[row]!)
      rows[row] = DROP
      continue
    }
    let verdict = KEEP
    if (needsRewrite(push.flags[row]!, found.stream.level, rules)) verdict |= REWRITE
    if (push.lineLen[row]! > rules.lineMax) verdict |= TRUNCATE
    if (rules.moveDuplicates) {
      const tsNs = push.tsNs[row]!
      const previousNs = verdicts.movedNs?.[previous] ?? push.tsNs[previous]
      // What was moved is in the way of the next ns, too.
      if (previousNs !== undefined && (tsNs === originalNs || tsNs === previousNs) && !sameLine(push, previous, row)) {
        verdicts.movedNs ??= push.tsNs.slice(0, push.rowCount)
        verdicts.movedNs[row] = previousNs + 1n
        verdict |= MOVE
      } else originalNs = tsNs
      previous = row
    }
    rows[row] = verdict
  }
}

function complaintOf(push: ParsedPush, row: number, stream: string, rules: RowRules, metadata: MetadataReader): Complaint | undefined {
  const flags = push.flags[row]!
  if ((flags & FLAG_TIME) !== 0) return rowComplaints.badTimestamp(stream)
  const tsNs = push.tsNs[row]!
  if (tsNs < rules.oldestNs) return rowComplaints.tooOld(stream, tsNs, rules.oldestNs)
  if (tsNs > rules.newestNs) return rowComplaints.tooNew(stream, tsNs)
  const lineLen = push.lineLen[row]!
  if (lineLen > rules.lineMax && !rules.truncate) return rowComplaints.lineTooLong(stream, lineLen, rules.lineMax)
  if (push.metaLen[row]! === 0) return undefined
  if (!rules.metadataAllowed) return rowComplaints.metadataDisallowed(stream)
  const size = push.metaBytes[row]!
  if (size > rules.metadataSizeMax) return rowComplaints.metadataTooLarge(stream, size, rules.metadataSizeMax)
  const count = push.metaCount[row]!
  if (count > rules.metadataCountMax) return rowComplaints.metadataTooMany(stream, count, rules.metadataCountMax)
  return (flags & FLAG_SLOW) === 0 ? undefined : metadata.read(push.raw, push.metaOff[row]!, push.metaLen[row]!)
}

function needsRewrite(flags: number, ofLabels: Level | undefined, rules: RowRules): boolean {
  if ((flags & FLAG_SLOW) !== 0) return true
  if (!rules.levels) return false
  if ((flags & FLAG_DETECTED) !== 0) return (flags & FLAG_SETTLED) === 0
  if (ofLabels !== undefined) return ofLabels.code === 0
  return (flags & FLAG_FIELD) !== 0 && (flags & FLAG_SETTLED) === 0
}

function sameLine(push: ParsedPush, a: number, b: number): boolean {
  const {raw, lineOff, lineLen} = push
  const length = lineLen[a]!
  if (length !== lineLen[b]) return false
  return Buffer.compare(raw.subarray(lineOff[a], lineOff[a]! + length), raw.subarray(lineOff[b], lineOff[b]! + length)) === 0
}
