/*
 * Structured metadata of rows -> dictionary-coded columns. The hottest loop of a flush: ten pairs per row.
 *
 * No string and no object per pair: names and values are compared and hashed where they lie in the push, a new value is copied once
 * into its column's bytes. Two guesses make the usual pair cheap: the n-th pair of a row has the name of the n-th pair of the row
 * before, and a value is often the one of the row before.
 */
import {LEVEL_KEY, LEVEL_NAMES} from '../append.ts'
import {FRESH, type Arrays} from '../arrays.ts'
import type {PackedMetaColumn} from '../rows.ts'
import {hashBytes, sameBytes} from './order.ts'
import {PairCursor} from './pairs.ts'
import {Column} from './column.ts'
import type {HeadView} from './view.ts'

const encoder = new TextEncoder()
const LEVEL_KEY_BYTES = encoder.encode(LEVEL_KEY)
const LEVEL_BYTES = LEVEL_NAMES.map(name => encoder.encode(name))

/** Builds columns for one batch of rows after another; keeps its tables in between. Not reentrant. */
export class MetaColumns {
  readonly #columns: Column[] = []
  /** Hash of name -> columns with it. */
  readonly #byHash = new Map<number, Column[]>()
  readonly #pairs = new PairCursor()
  /** Column of the n-th pair of the row before. */
  #guess: Column[] = []
  #level: Column
  #build = 0

  constructor() {
    this.#level = this.#columnOf(LEVEL_KEY_BYTES, 0, LEVEL_KEY_BYTES.length)
  }

  /** Columns of rows ids[from, to). Names are unique; a key that no row has makes no column. */
  build(view: HeadView, ids: Uint32Array, from: number, to: number, arrays: Arrays = FRESH): PackedMetaColumn[] {
    const rows = to - from
    const build = ++this.#build
    const pairs = this.#pairs
    const used: Column[] = []
    const levelCodes = new Uint32Array(LEVEL_NAMES.length)
    let index = 0
    for (let row = 0; row < rows; row++) {
      const id = ids[from + row]!
      index = view.segmentOf(id, index)
      const segment = view.segments[index]!
      const at = id - segment.base
      const {arena, metaOff, metaLen, level} = segment.columns
      pairs.start(arena, metaOff[at]!, metaLen[at]!)
      for (let n = 0; pairs.next(); n++) {
        let column = this.#guess[n]
        if (
          column === undefined ||
          column.nameBytes.length !== pairs.nameLen ||
          !sameBytes(column.nameBytes, 0, arena, pairs.nameOff, pairs.nameLen)
        ) {
          column = this.#columnOf(arena, pairs.nameOff, pairs.nameLen)
          this.#guess[n] = column
        }
        if (column.build !== build) {
          column.begin(build, rows)
          used.push(column)
        }
        column.codes[row] = column.code(arena, pairs.valueOff, pairs.valueLen)
      }
      const code = level[at]!
      if (code === 0) continue
      const column = this.#level
      if (column.build !== build) {
        column.begin(build, rows)
        used.push(column)
      }
      if (levelCodes[code] === 0) levelCodes[code] = column.code(LEVEL_BYTES[code]!, 0, LEVEL_BYTES[code]!.length)
      column.codes[row] = levelCodes[code]!
    }
    const result = used.map(column => column.finish(rows, arrays))
    if (this.#columns.length > COLUMNS_KEPT_MAX) this.#forget()
    return result
  }

  #columnOf(bytes: Uint8Array, offset: number, length: number): Column {
    const hash = hashBytes(bytes, offset, length, length)
    const list = this.#byHash.get(hash)
    const found = list?.find(column => column.nameBytes.length === length && sameBytes(column.nameBytes, 0, bytes, offset, length))
    if (found !== undefined) return found
    const column = new Column(bytes.slice(offset, offset + length))
    this.#columns.push(column)
    if (list === undefined) this.#byHash.set(hash, [column])
    else list.push(column)
    return column
  }

  /** Clients that invent keys without end must not fill the worker's memory. */
  #forget(): void {
    this.#columns.length = 0
    this.#byHash.clear()
    this.#guess = []
    this.#level = this.#columnOf(LEVEL_KEY_BYTES, 0, LEVEL_KEY_BYTES.length)
  }
}

const COLUMNS_KEPT_MAX = 512
