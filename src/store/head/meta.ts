/*
 * Structured metadata of rows -> dictionary-coded columns. The hottest loop of a flush: ten pairs per row.
 *
 * No string and no object per pair: names and values are compared and hashed where they lie in the push, a new value is copied once
 * into its column's bytes. Two guesses make the usual pair cheap: the n-th pair of a row has the name of the n-th pair of the row
 * before, and a value is often the one of the row before.
 */
import {LEVEL_KEY, LEVEL_NAMES} from '../append.ts'
import {PackedMetaColumn} from '../rows.ts'
import {hashBytes, sameBytes} from './order.ts'
import {PairCursor} from './pairs.ts'
import type {HeadView} from './view.ts'

const encoder = new TextEncoder()
const decoder = new TextDecoder()
const LEVEL_KEY_BYTES = encoder.encode(LEVEL_KEY)
const LEVEL_BYTES = LEVEL_NAMES.map(name => encoder.encode(name))

/** One key: its codes per row and its dictionary, in buffers that are reused from build to build. */
class Column {
  readonly nameBytes: Uint8Array
  readonly name: string
  codes = new Uint32Array(0)
  /** Bumped per build; a column of an older build is not part of this one. */
  build = -1
  distinct = 0
  #bytes = new Uint8Array(1024)
  #offsets = new Uint32Array(257)
  #hashes = new Int32Array(256)
  #table = new Int32Array(0)
  #mask = 0
  #last = -1

  constructor(nameBytes: Uint8Array) {
    this.nameBytes = nameBytes
    this.name = decoder.decode(nameBytes)
  }

  begin(build: number, rows: number): void {
    this.build = build
    this.distinct = 0
    this.#last = -1
    if (this.codes.length < rows) this.codes = new Uint32Array(Math.max(rows, 1024))
    else this.codes.fill(0, 0, rows)
    let size = 64
    while (size < rows * 2) size *= 2
    if (this.#table.length < size) this.#table = new Int32Array(size)
    else this.#table.fill(0, 0, size)
    this.#mask = size - 1
  }

  /** Code of a value: its index plus 1. */
  code(from: Uint8Array, offset: number, length: number): number {
    const offsets = this.#offsets
    const bytes = this.#bytes
    const last = this.#last
    if (last >= 0) {
      const at = offsets[last]!
      if (offsets[last + 1]! - at === length && sameBytes(bytes, at, from, offset, length)) return last + 1
    }
    const hash = hashBytes(from, offset, length, length)
    const table = this.#table
    const mask = this.#mask
    let slot = hash & mask
    for (let found = table[slot]!; found !== 0; found = table[slot]!) {
      const index = found - 1
      const at = offsets[index]!
      if (this.#hashes[index] === hash && offsets[index + 1]! - at === length && sameBytes(bytes, at, from, offset, length)) {
        this.#last = index
        return found
      }
      slot = (slot + 1) & mask
    }
    const index = this.distinct
    this.#add(hash, from, offset, length)
    table[slot] = index + 1
    this.#last = index
    return index + 1
  }

  /** Fresh arrays of exact size. */
  finish(rows: number): PackedMetaColumn {
    const {distinct} = this
    const codes = this.codes.subarray(0, rows)
    const narrow = distinct < 256 ? Uint8Array.from(codes) : distinct < 65536 ? Uint16Array.from(codes) : codes.slice()
    const offsets = this.#offsets.slice(0, distinct + 1)
    return new PackedMetaColumn(this.name, narrow, offsets, this.#bytes.slice(0, offsets[distinct]))
  }

  #add(hash: number, from: Uint8Array, offset: number, length: number): void {
    const index = this.distinct++
    if (index + 2 > this.#offsets.length) {
      this.#offsets = grown(this.#offsets, new Uint32Array(this.#offsets.length * 2))
      this.#hashes = grown(this.#hashes, new Int32Array(this.#hashes.length * 2))
    }
    const at = this.#offsets[index]!
    if (at + length > this.#bytes.length) this.#bytes = grown(this.#bytes, new Uint8Array(Math.max(this.#bytes.length * 2, at + length)))
    const bytes = this.#bytes
    if (length > 128) bytes.set(from.subarray(offset, offset + length), at)
    else for (let i = 0; i < length; i++) bytes[at + i] = from[offset + i]!
    this.#hashes[index] = hash
    this.#offsets[index + 1] = at + length
  }
}

function grown<T extends Uint8Array | Uint32Array | Int32Array>(old: T, wider: T): T {
  wider.set(old)
  return wider
}

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
  build(view: HeadView, ids: Uint32Array, from: number, to: number): PackedMetaColumn[] {
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
    const result = used.map(column => column.finish(rows))
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
