/*
 * The currency of the query engine: rows of one chunk as columns, and a selection that stages narrow.
 *
 *   chunk rows [first, end) ─▶ Batch ─ stage ─▶ stage ─▶ … ─▶ rows still selected: line, labels, error
 *
 * Rows are counted from 0 within the batch. A label is looked up in three categories (logql § 3.1): parsed columns, else
 * structured metadata, else stream labels. Rules that hold for every row on its own:
 *   - metadata named as a stream label is visible as `<name>_extracted`;
 *   - a parsed write hides the same name below it for good, also when the parsed value is dropped later;
 *   - a parser's name that the stream has (even if dropped) or that metadata has now is suffixed, see {@link Batch.target};
 *   - `drop` erases the name in all three.
 *
 * Owns    selection, replaced lines, parsed columns, erasures, error state.
 * Leaves  columns of the chunk to the store: nothing here changes them.
 */
import type {Chunk, MetaColumn} from '../store/index.ts'
import {labelValue, type Labels} from '../model/index.ts'
import {decodeText, encodeText, NO_BYTES} from './bytes.ts'
import {ParsedColumn} from './column.ts'
import {ErrorState} from './error-state.ts'

export const EXTRACTED_SUFFIX = '_extracted'

/** The codes of a metadata column for the rows of a batch. 0 = no value, c > 0 = column.value(c - 1). */
export type MetaView = {readonly column: MetaColumn; readonly codes: Uint8Array | Uint16Array | Uint32Array}

// Cells of parsed columns per batch that may be arrays (9 bytes each); names beyond that are kept in maps.
const DENSE_CELLS_MAX = 1 << 21

export class Batch {
  readonly stream: Labels
  readonly chunk: Chunk
  readonly firstRow: number
  readonly rows: number
  readonly day: number
  /** Rows still in the answer: ascending, the first `count` entries. Stages narrow it in place. */
  readonly selected: Uint32Array
  count: number
  /** Lines as stored, back to back; empty when the plan needs no lines. Spans of parsed columns point into it. */
  readonly buffer: Uint8Array
  /** What went wrong per row: `__error__` and `__error_details__`. */
  readonly errors = new ErrorState()

  /** The line that {@link openLine} opened: bytes [lineStart, lineEnd) of lineBuffer. */
  lineBuffer: Uint8Array = NO_BYTES
  lineStart = 0
  lineEnd = 0

  readonly #endRow: number
  #ns: Float64Array | undefined
  #offsets: Uint32Array | undefined
  #replaced: (string | Uint8Array | undefined)[] | undefined
  #parsed: Map<string, ParsedColumn> | undefined
  #targets: Map<string, Target> | undefined
  #metas: Map<string, MetaView | undefined> | undefined
  #erased: Map<string, Uint8Array | true> | undefined

  /**
   * @param chunk    stays open as long as the batch is used.
   * @param firstRow and endRow: rows of the chunk; the bounds of a line block when `buffer` is given.
   * @param buffer   the bytes of that line block, undefined when no stage needs lines.
   * @param selected rows relative to firstRow; owned by the batch from now on.
   */
  constructor(
    stream: Labels,
    chunk: Chunk,
    firstRow: number,
    endRow: number,
    buffer: Uint8Array | undefined,
    selected: Uint32Array,
    count: number,
  ) {
    this.stream = stream
    this.chunk = chunk
    this.day = chunk.day
    this.firstRow = firstRow
    this.#endRow = endRow
    this.rows = endRow - firstRow
    this.buffer = buffer ?? NO_BYTES
    this.selected = selected
    this.count = count
  }

  /** ns of the day per row, ascending. */
  get ns(): Float64Array {
    this.#ns ??= this.chunk.timestamps().subarray(this.firstRow, this.#endRow)
    return this.#ns
  }

  /** rows + 1 positions: the stored line of row i is buffer[offsets[i], offsets[i+1]). */
  get offsets(): Uint32Array {
    if (this.#offsets === undefined) {
      const all = this.chunk.lineOffsets().subarray(this.firstRow, this.#endRow + 1)
      const base = all[0]!
      this.#offsets = base === 0 ? all : movedDown(all, base)
    }
    return this.#offsets
  }

  // ── lines ──────────────────────────────────────────────────────────────────────────────────────────────────────

  /** True when some line is no longer what the buffer holds. */
  get linesReplaced(): boolean {
    return this.#replaced !== undefined
  }

  replaceLine(row: number, line: string | Uint8Array): void {
    this.#replaced ??= []
    this.#replaced[row] = line
  }

  /** Points lineBuffer, lineStart and lineEnd at the current line of a row, until the next call. */
  openLine(row: number): void {
    const line = this.#replaced?.[row]
    if (line === undefined) {
      const offsets = this.offsets
      this.lineBuffer = this.buffer
      this.lineStart = offsets[row]!
      this.lineEnd = offsets[row + 1]!
    } else {
      const bytes = typeof line === 'string' ? encodeText(line) : line
      this.lineBuffer = bytes
      this.lineStart = 0
      this.lineEnd = bytes.length
    }
  }

  /** Gives a column the bytes [start, end) of the opened line as the value of a row. */
  putSpan(column: ParsedColumn, row: number, start: number, end: number): void {
    if (this.lineBuffer === this.buffer) column.setSpan(row, start, end)
    else column.setText(row, decodeText(this.lineBuffer, start, end))
  }

  lineText(row: number): string {
    const line = this.#replaced?.[row]
    if (typeof line === 'string') return line
    if (line !== undefined) return decodeText(line, 0, line.length)
    const offsets = this.offsets
    return decodeText(this.buffer, offsets[row]!, offsets[row + 1]!)
  }

  /** A view where the line is stored, so copy what outlives the batch. */
  lineBytes(row: number): Uint8Array {
    this.openLine(row)
    return this.lineBuffer.subarray(this.lineStart, this.lineEnd)
  }

  /** Bytes of the current line; needs no line buffer while lines are as stored. */
  lineLength(row: number): number {
    const line = this.#replaced?.[row]
    if (line === undefined) {
      const offsets = this.offsets
      return offsets[row + 1]! - offsets[row]!
    }
    return typeof line === 'string' ? Buffer.byteLength(line) : line.length
  }

  // ── labels: reading (LabelView in label-view.ts is the comfortable way) ────────────────────────────────────────

  /** The parsed column of a name, if any stage wrote one. */
  parsed(name: string): ParsedColumn | undefined {
    return this.#parsed?.get(name)
  }

  parsedNames(): Iterable<string> {
    return this.#parsed?.keys() ?? []
  }

  /** The metadata visible under a name, before erasures and parsed writes. */
  meta(name: string): MetaView | undefined {
    this.#metas ??= new Map()
    if (this.#metas.has(name)) return this.#metas.get(name)
    const column = this.#metaColumn(name)
    const view = column && {column, codes: column.codes.subarray(this.firstRow, this.#endRow)}
    this.#metas.set(name, view)
    return view
  }

  /** The column that {@link meta} shows, and its codes in some rows, ascending: codes[i] is that of rows[i]. */
  metaOf(name: string, rows: Uint32Array): MetaView | undefined {
    const column = this.#metaColumn(name)
    if (column === undefined) return undefined
    const inChunk = rows.map(row => row + this.firstRow)
    return {column, codes: column.codesOf?.(inChunk) ?? inChunk.map(row => column.codes[row]!)}
  }

  /** Visible names of all metadata columns of the chunk. */
  metaNames(): string[] {
    const names = this.chunk.metaNames().map(name => (labelValue(this.stream, name) === undefined ? name : name + EXTRACTED_SUFFIX))
    return [...new Set(names)]
  }

  #metaColumn(visible: string): MetaColumn | undefined {
    if (labelValue(this.stream, visible) !== undefined) return undefined
    if (visible.endsWith(EXTRACTED_SUFFIX)) {
      const base = visible.slice(0, -EXTRACTED_SUFFIX.length)
      const renamed = labelValue(this.stream, base) === undefined ? undefined : this.chunk.meta(base)
      if (renamed !== undefined) return renamed
    }
    return this.chunk.meta(visible)
  }

  /** False when no stage erased a label. */
  get anyErased(): boolean {
    return this.#erased !== undefined
  }

  /** true: the stream label and metadata of that name are gone for every row; an array: gone where it is 1. */
  erasure(name: string): Uint8Array | true | undefined {
    return this.#erased?.get(name)
  }

  isErased(name: string, row: number): boolean {
    const erased = this.#erased?.get(name)
    return erased !== undefined && (erased === true || erased[row] === 1)
  }

  /** Metadata has a value under this name in this row, not erased and not hidden by a parsed write. */
  hasMeta(name: string, row: number): boolean {
    const view = this.meta(name)
    return view !== undefined && view.codes[row] !== 0 && !this.isErased(name, row) && !this.parsed(name)?.written(row)
  }

  // ── labels: writing ────────────────────────────────────────────────────────────────────────────────────────────

  /** The parsed column of exactly this name, made when missing: what label_format writes to. */
  column(name: string): ParsedColumn {
    this.#parsed ??= new Map()
    let column = this.#parsed.get(name)
    if (column === undefined) {
      const dense = (this.#parsed.size + 1) * this.rows <= DENSE_CELLS_MAX
      column = new ParsedColumn(name, this.rows, this.buffer, dense)
      this.#parsed.set(name, column)
    }
    return column
  }

  /** Where a parser puts the values of a (sanitised) key. Ask once per key and batch, not per row. */
  target(key: string): Target {
    this.#targets ??= new Map()
    let target = this.#targets.get(key)
    if (target === undefined) {
      target = new Target(this, key)
      this.#targets.set(key, target)
    }
    return target
  }

  /** `drop`: the name is gone in all categories, for one row. */
  eraseRow(name: string, row: number): void {
    this.#parsed?.get(name)?.erase(row)
    this.#erased ??= new Map()
    let erased = this.#erased.get(name)
    if (erased === true) return
    if (erased === undefined) {
      erased = new Uint8Array(this.rows)
      this.#erased.set(name, erased)
    }
    erased[row] = 1
  }

  /** `drop`: the name is gone in all categories, for every row still selected. */
  eraseAll(name: string): void {
    const column = this.#parsed?.get(name)
    if (column !== undefined) {
      for (let i = 0; i < this.count; i++) {
        const row = this.selected[i]!
        if (column.has(row)) column.erase(row)
      }
    }
    this.#erased ??= new Map()
    this.#erased.set(name, true)
  }
}

/** Typed arrays' own `map` calls a function per value. */
function movedDown(offsets: Uint32Array, base: number): Uint32Array {
  const moved = new Uint32Array(offsets.length)
  for (let i = 0; i < moved.length; i++) moved[i] = offsets[i]! - base
  return moved
}

/** Where the values of one parsed key go: the key itself, or the suffixed name where it collides (logql § 3.5 rules 2, 3). */
export class Target {
  readonly #batch: Batch
  readonly #key: string
  readonly #inStream: boolean
  readonly #meta: MetaView | undefined
  #plain: ParsedColumn | undefined
  #suffixed: ParsedColumn | undefined

  constructor(batch: Batch, key: string) {
    this.#batch = batch
    this.#key = key
    this.#inStream = labelValue(batch.stream, key) !== undefined
    this.#meta = this.#inStream ? undefined : batch.meta(key)
  }

  /** The column to write for this row, undefined when an earlier value wins. Callers write it at once. */
  open(row: number): ParsedColumn | undefined {
    const column = this.overwrite(row)
    return column.written(row) ? undefined : column
  }

  /** The column to write for this row, also over an earlier parsed value: for parsers with expressions. */
  overwrite(row: number): ParsedColumn {
    const collides = this.#inStream || (this.#meta !== undefined && this.#meta.codes[row] !== 0 && this.#batch.hasMeta(this.#key, row))
    if (!collides) return (this.#plain ??= this.#batch.column(this.#key))
    return (this.#suffixed ??= this.#batch.column(this.#key + EXTRACTED_SUFFIX))
  }
}
