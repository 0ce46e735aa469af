/*
 * A column of parsed labels: what parsers, label_format and unpack write, one value per row of a batch.
 *
 * A value is a span of the batch's line buffer (nothing is copied, no string is made) or a text. A row that was written once
 * stays written, whatever happens to its value: the lower categories of the same name are hidden for it from then on,
 * and parsers leave it alone (logql § 3.5 rule 3).
 */
import {decodeText} from './bytes.ts'

const UNWRITTEN = 0
const ERASED = 1
const SPAN = 2
const TEXT = 3

export class ParsedColumn {
  readonly name: string
  readonly #buffer: Uint8Array
  readonly #dense: boolean
  readonly #kinds: Uint8Array
  readonly #starts: Uint32Array
  readonly #ends: Uint32Array
  #texts: (string | undefined)[] = []
  // Instead of the arrays, when a batch has so many names that arrays of all rows would cost too much memory.
  readonly #sparse = new Map<number, string | undefined>()

  /**
   * @param buffer the line buffer of the batch, which spans point into.
   * @param dense  false keeps values in a map: for names that hardly any row has.
   */
  constructor(name: string, rows: number, buffer: Uint8Array, dense: boolean) {
    this.name = name
    this.#buffer = buffer
    this.#dense = dense
    const cells = dense ? rows : 0
    this.#kinds = new Uint8Array(cells)
    this.#starts = new Uint32Array(cells)
    this.#ends = new Uint32Array(cells)
  }

  /** The value is bytes [start, end) of the batch's line buffer. */
  setSpan(row: number, start: number, end: number): void {
    if (!this.#dense) {
      this.#sparse.set(row, decodeText(this.#buffer, start, end))
      return
    }
    this.#kinds[row] = SPAN
    this.#starts[row] = start
    this.#ends[row] = end
  }

  setText(row: number, text: string): void {
    if (!this.#dense) {
      this.#sparse.set(row, text)
      return
    }
    this.#kinds[row] = TEXT
    this.#texts[row] = text
  }

  /** Takes the value away; the row stays written. */
  erase(row: number): void {
    if (!this.#dense) this.#sparse.set(row, undefined)
    else this.#kinds[row] = ERASED
  }

  written(row: number): boolean {
    return this.#dense ? this.#kinds[row] !== UNWRITTEN : this.#sparse.has(row)
  }

  has(row: number): boolean {
    return this.#dense ? this.#kinds[row]! >= SPAN : this.#sparse.get(row) !== undefined
  }

  /** True when the value of the row is a span; then {@link start} and {@link end} tell where. */
  isSpan(row: number): boolean {
    return this.#dense && this.#kinds[row] === SPAN
  }

  start(row: number): number {
    return this.#starts[row]!
  }

  end(row: number): number {
    return this.#ends[row]!
  }

  /** undefined when the row has no value. */
  text(row: number): string | undefined {
    if (!this.#dense) return this.#sparse.get(row)
    const kind = this.#kinds[row]!
    if (kind === SPAN) return decodeText(this.#buffer, this.#starts[row]!, this.#ends[row]!)
    return kind === TEXT ? this.#texts[row] : undefined
  }
}
