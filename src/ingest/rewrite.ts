/*
 * Writes the rows of a push that are kept as a canonical push, with its columns. Rows that need no change are copied as
 * bytes; only REWRITE rows have their metadata read.
 */
import type {Limits} from '../config/index.ts'
import {FLAG_DETECTED, type Kernel, type ParsedPush} from '../kernel/index.ts'
import type {Append, StreamRef} from '../store/index.ts'
import {DROP, MOVE, REWRITE, TRUNCATE, type RowRules, type Verdicts} from './checks.ts'
import type {MetadataReader} from './metadata.ts'
import {PairWriter, PushWriter} from './proto-writer.ts'
import type {Stream} from './tenant.ts'

export type Rewritten = Omit<Append, 'tenant' | 'wire'>

const text = new TextEncoder()
const NONE = new Uint8Array(0)
const DETECTED = text.encode('detected_level')

export class PushRewriter {
  readonly #kernel: Pick<Kernel, 'detectLevel'>
  readonly #metadata: MetadataReader
  readonly #writer = new PushWriter()
  readonly #pairs = new PairWriter()

  constructor(kernel: Pick<Kernel, 'detectLevel'>, metadata: MetadataReader) {
    this.#kernel = kernel
    this.#metadata = metadata
  }

  /**
   * @param streams  per Stream message; undefined where none of its rows are kept.
   * @returns views, until the next call.
   */
  rewrite(push: ParsedPush, streams: readonly (Stream | undefined)[], verdicts: Verdicts, rules: RowRules, limits: Limits): Rewritten {
    const writer = this.#writer
    const pairs = this.#pairs
    writer.reset()
    const level = new Uint8Array(push.rowCount)
    const refs: StreamRef[] = []
    const rows = verdicts.demand()
    // Rows whose line decides although the kernel had left them to their metadata: looked at when `push` is done with.
    const fromLine: number[] = []
    const {raw, tsNs, lineOff, lineLen, metaOff, metaLen, flags} = push
    for (let s = 0; s < push.streamCount; s++) {
      const stream = streams[s]
      if (stream === undefined) continue
      const labelOff = push.streams.labelOff[s]!
      writer.beginStream(raw.subarray(labelOff, labelOff + push.streams.labelLen[s]!))
      refs.push(stream.ref)
      for (let row = push.streams.firstRow[s]!, end = push.streams.endRow[s]!; row < end; row++) {
        const verdict = rows[row]!
        if (verdict === DROP) continue
        const out = writer.rowCount
        let length = lineLen[row]!
        let suffix = NONE
        if ((verdict & TRUNCATE) !== 0) {
          suffix = text.encode(limits.maxLineSizeTruncateIdentifier).subarray(0, rules.lineMax)
          length = rules.lineMax - suffix.length
        }
        const ns = (verdict & MOVE) !== 0 && verdicts.movedNs !== undefined ? verdicts.movedNs[row]! : tsNs[row]!
        if ((verdict & REWRITE) === 0) {
          writer.entry(ns, raw, lineOff[row]!, length, suffix, raw, metaOff[row]!, metaLen[row]!)
          if (rules.levels) level[out] = (flags[row]! & FLAG_DETECTED) !== 0 ? 0 : (stream.level?.code ?? push.level[row]!)
          continue
        }
        this.#metadata.read(raw, metaOff[row]!, metaLen[row]!)
        pairs.reset()
        this.#metadata.write(pairs, !rules.levels)
        if (rules.levels) {
          const decided = this.#metadata.level(stream.level)
          if (decided === undefined) fromLine.push(out)
          else if (decided.code > 0) level[out] = decided.code
          else pairs.add(DETECTED, text.encode(decided.verbatim))
        }
        writer.entry(ns, raw, lineOff[row]!, length, suffix, pairs.out.bytes, 0, pairs.out.at)
      }
      writer.endStream()
    }
    const {raw: written, columns} = writer.finish()
    for (const row of fromLine) {
      const off = columns.lineOff[row]!
      level[row] = this.#kernel.detectLevel(written.subarray(off, off + columns.lineLen[row]!))
    }
    return {raw: written, streams: refs, level, ...columns}
  }
}
