/*
 * A part as text, for people: `skald inspect` prints it, the golden test compares it.
 */
import {dayName, formatLabels} from '../../model/index.ts'
import type {Chunk} from '../chunk.ts'
import type {Slice} from './section/block-table.ts'
import type {ChunkHead} from './chunk-head.ts'
import {CODEC_NAMES, SECTION_NAMES, VERSION} from './format.ts'
import type {PartReader} from './part-reader.ts'
import {partSizes} from './part-sizes.ts'

export type DescribeOptions = {
  /** Every block with its place and checksum. */
  readonly blocks?: boolean
  /** Every row. */
  readonly rows?: boolean
}

/** Lines without line ends. @throws {Failure} CORRUPTION at the first damage met, after what came before it. */
export async function* describePart(part: PartReader, options: DescribeOptions = {}): AsyncGenerator<string> {
  const {facts, file} = part
  const {streams, chunks, blocks} = await part.index()
  yield `part ${part.key}: format version ${VERSION}, ${part.size} bytes`
  yield `  tenant ${JSON.stringify(facts.tenant)}, day ${dayName(facts.day)}, ${time(facts.minNs)} to ${time(facts.maxNs)}`
  yield `  ${facts.streams} streams, ${facts.chunks} chunks, ${facts.rows} rows: ${facts.lineBytes} bytes of lines, ${facts.metaBytes} of metadata, about ${facts.rawBytes} pushed`
  yield ''
  yield 'sections'
  yield* table(
    ['kind', 'offset', 'stored', 'raw', 'codec', 'crc32'],
    file.sections.map(s => [
      SECTION_NAMES[s.kind] ?? `${s.kind}`,
      s.offset,
      s.storedLength,
      s.rawLength,
      CODEC_NAMES[s.codec],
      crc(s.checksum),
    ]),
  )
  yield ''
  yield 'sizes'
  yield* table(
    ['what', 'raw', 'stored', 'stored per row'],
    (await partSizes(part)).map(s => [s.name, s.raw, s.stored, (s.stored / facts.rows).toFixed(2)]),
  )
  if (options.blocks === true) {
    yield ''
    yield 'blocks'
    yield* table(
      ['block', 'offset', 'stored', 'raw', 'codec', 'crc32'],
      Array.from({length: blocks.count}, (_, i) => [
        `${i}`,
        blocks.offset[i]!,
        blocks.storedLength[i]!,
        blocks.rawLength[i]!,
        CODEC_NAMES[blocks.codec[i]!] ?? '?',
        crc(blocks.checksum[i]!),
      ]),
    )
  }
  const stats = {chunksOpened: 0, bytesRead: 0, bytesDecompressed: 0, blocksFromCache: 0}
  for (let stream = 0; stream < streams.count; stream++) {
    yield ''
    yield `stream ${stream} ${formatLabels(streams.labels(stream))}`
    for (let chunk = streams.firstChunk[stream]!; chunk < streams.firstChunk[stream + 1]!; chunk++) {
      yield `  chunk ${chunk}: ${chunks.rows[chunk]} rows, ${time(chunks.minNs[chunk]!)} to ${time(chunks.maxNs[chunk]!)}, ${chunks.lineBytes[chunk]} bytes of lines, ${chunks.metaBytes[chunk]} of metadata`
      const {head, names} = await part.openHead(chunk, stats)
      yield* describeHead(head, names, chunks.headOf(chunk))
      if (options.rows === true) yield* describeRows(await part.openChunk(chunk, stats))
    }
  }
}

function* describeHead(head: ChunkHead, names: readonly string[], at: Slice): Generator<string> {
  yield `    head        ${place(at)}`
  yield `    timestamps  ${place(head.timestamps)}`
  yield `    lengths     ${place(head.lengths)}`
  const {first, endRows} = head.lines
  yield `    lines       ${endRows.length === 1 ? place(first) : `blocks ${first.block} to ${first.block + endRows.length - 1}, up to rows ${endRows.join(' ')}`}`
  for (const [i, meta] of head.meta.entries()) {
    yield meta.values === undefined || meta.codes === undefined
      ? `    ${names[i]}: always ${show(meta.constant ?? new Uint8Array(0))}`
      : `    ${names[i]}: ${meta.distinct} values ${place(meta.values)}, codes ${place(meta.codes)}`
  }
}

async function* describeRows(chunk: Chunk): AsyncGenerator<string> {
  const ns = chunk.timestamps()
  const offsets = chunk.lineOffsets()
  const bounds = chunk.lineBlockBounds()
  const columns = chunk.metaNames().flatMap(name => chunk.meta(name) ?? [])
  for (let block = 0; block + 1 < bounds.length; block++) {
    const {firstRow, endRow, bytes} = await chunk.loadLineBlock(block)
    const base = offsets[firstRow]!
    for (let row = firstRow; row < endRow; row++) {
      const present = columns.filter(column => column.codes[row] !== 0)
      const meta = present.map(column => ` ${column.name}=${show(column.valueBytes(column.codes[row]! - 1))}`).join('')
      yield `    ${time(ns[row]!)} ${show(bytes.subarray(offsets[row]! - base, offsets[row + 1]! - base))}${meta}`
    }
  }
}

function place(slice: Slice): string {
  return `block ${slice.block} at ${slice.offset}, ${slice.length} bytes`
}

const crc = (checksum: number): string => checksum.toString(16).padStart(8, '0')

/** hh:mm:ss.nnnnnnnnn */
function time(ns: number): string {
  const seconds = Math.floor(ns / 1e9)
  const pad = (value: number, digits: number): string => String(value).padStart(digits, '0')
  return `${pad(Math.floor(seconds / 3600), 2)}:${pad(Math.floor(seconds / 60) % 60, 2)}:${pad(seconds % 60, 2)}.${pad(ns % 1e9, 9)}`
}

const strict = new TextDecoder('utf-8', {fatal: true})

/** As JSON text, or as hex when it is not UTF-8. */
function show(bytes: Uint8Array): string {
  try {
    return JSON.stringify(strict.decode(bytes))
  } catch {
    return `0x${Buffer.from(bytes).toString('hex')}`
  }
}

function* table(header: readonly string[], rows: readonly (readonly (string | number)[])[]): Generator<string> {
  const cells = [header, ...rows.map(row => row.map(String))]
  const widths = header.map((_, i) => Math.max(...cells.map(row => row[i]!.length)))
  const right = (i: number): boolean => rows.every(row => typeof row[i] === 'number')
  for (const row of cells) {
    const padded = row.map((cell, i) => (right(i) ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)))
    yield `  ${padded.join('  ')}`.trimEnd()
  }
}
