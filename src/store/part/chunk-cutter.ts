/*
 * Cuts the rows of one stream, which arrive in pieces of any size, into chunks.
 *
 * Owns   the rule where to cut: at most CHUNK_ROWS_MAX rows and CHUNK_LINE_BYTES_MAX of lines, a larger line alone,
 *        and no tiny rest: what is left at the end of a stream is cut evenly. Pieces that together have too much metadata for a chunk
 *        stay apart; one piece has not, which is up to whoever makes it.
 * Limits holds the pieces of less than two chunks and a piece.
 */
import {CHUNK_LINE_BYTES_MAX, CHUNK_ROWS_MAX, metaFits} from '../chunk-size.ts'
import {concatRows, sliceRows, type RowsInput} from '../rows.ts'

export class ChunkCutter {
  readonly #emit: (chunk: RowsInput) => void
  #pieces: RowsInput[] = []
  #rows = 0
  #lineBytes = 0
  #metaBytes = 0
  readonly #names = new Set<string>()

  constructor(emit: (chunk: RowsInput) => void) {
    this.#emit = emit
  }

  add(rows: RowsInput): void {
    if (rows.count === 0) return
    if (this.#rows > 0 && !this.#fits(rows)) this.end()
    this.#pieces.push(rows)
    this.#rows += rows.count
    this.#lineBytes += lineBytesOf(rows)
    this.#countMeta(rows)
    while (this.#rows >= 2 * CHUNK_ROWS_MAX || this.#lineBytes >= 2 * CHUNK_LINE_BYTES_MAX) {
      this.#cut(CHUNK_ROWS_MAX, CHUNK_LINE_BYTES_MAX)
    }
  }

  /** No more rows of this stream. */
  end(): void {
    while (this.#rows > 0) {
      const chunks = Math.max(Math.ceil(this.#rows / CHUNK_ROWS_MAX), Math.ceil(this.#lineBytes / CHUNK_LINE_BYTES_MAX))
      if (chunks === 1) this.#cut(CHUNK_ROWS_MAX, CHUNK_LINE_BYTES_MAX)
      else {
        const byRows = chunks === Math.ceil(this.#rows / CHUNK_ROWS_MAX)
        this.#cut(byRows ? Math.ceil(this.#rows / chunks) : CHUNK_ROWS_MAX, byRows ? CHUNK_LINE_BYTES_MAX : this.#lineBytes / chunks)
      }
    }
  }

  /** Emits one chunk from the front: at least one row, otherwise within both limits. */
  #cut(rowsMax: number, lineBytesMax: number): void {
    const taken: RowsInput[] = []
    let rows = 0
    let lineBytes = 0
    while (this.#pieces.length > 0) {
      const piece = this.#pieces[0]!
      const take = rowsThatFit(piece, rowsMax - rows, lineBytesMax - lineBytes, rows === 0)
      if (take === 0) break
      const cut = take < piece.count
      const part = cut ? sliceRows(piece, 0, take) : piece
      taken.push(part)
      rows += take
      lineBytes += lineBytesOf(part)
      if (cut) {
        this.#pieces[0] = sliceRows(piece, take, piece.count)
        break
      }
      this.#pieces.shift()
    }
    this.#rows -= rows
    this.#lineBytes -= lineBytes
    this.#metaBytes = 0
    this.#names.clear()
    for (const piece of this.#pieces) this.#countMeta(piece)
    this.#emit(concatRows(taken))
  }

  #fits(rows: RowsInput): boolean {
    let names = this.#names.size
    for (const {name} of rows.meta) if (!this.#names.has(name)) names++
    return metaFits(this.#rows + rows.count, names, this.#metaBytes + rows.metaBytes)
  }

  #countMeta(rows: RowsInput): void {
    this.#metaBytes += rows.metaBytes
    for (const {name} of rows.meta) this.#names.add(name)
  }
}

function lineBytesOf(rows: RowsInput): number {
  return rows.lineOffsets[rows.count]! - rows.lineOffsets[0]!
}

function rowsThatFit(rows: RowsInput, rowsMax: number, lineBytesMax: number, atLeastOne: boolean): number {
  const {lineOffsets} = rows
  const limit = lineOffsets[0]! + lineBytesMax
  let low = 0
  let high = Math.min(rows.count, rowsMax)
  while (low < high) {
    const middle = (low + high + 1) >>> 1
    if (lineOffsets[middle]! <= limit) low = middle
    else high = middle - 1
  }
  return low === 0 && atLeastOne ? 1 : low
}
