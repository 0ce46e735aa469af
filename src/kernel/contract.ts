/*
 * What the kernels do: byte work that is too hot for strings and objects. Two implementations, WebAssembly (native/) and
 * plain TypeScript (plain/), give the same results byte for byte, for hostile input too.
 *
 * Buffers  A returned view is valid until the next call of the same kernel: results live in memory that is used again,
 *          and that may move when it grows. Two promises on top: what snappyDecode, lz4Decompress and zstdDecompress
 *          return may be handed to the next call as an argument (it is then read where it is, without a copy), and ParsedPush.raw
 *          stays with its columns.
 *          Arguments are never written to, except those named `out`.
 * Safety   Nothing is read or written outside of the given buffers, whatever they hold.
 */
import type {DfaKernel} from './plain/dfa.ts'

/** FLAG_SLOW: metadata has a name that is not normal, an empty or broken value, a name twice, or more than PAIRS_CHECKED_MAX pairs. */
export const FLAG_SLOW = 1
/** FLAG_DETECTED: there is a metadata key detected_level. */
export const FLAG_DETECTED = 2
/** FLAG_FIELD: there is another metadata key that holds a level (LEVEL_FIELDS, severity_number). */
export const FLAG_FIELD = 4
/** FLAG_TIME: the timestamp is not a valid one, or does not fit ns in an i64; tsNs is 0. */
export const FLAG_TIME = 8
/**
 * FLAG_SETTLED: with FLAG_DETECTED or FLAG_FIELD; `level` is right although metadata decides it. (With FLAG_DETECTED it is 0,
 * and the value needs no change.) Without this flag such a row's level must be worked out from its metadata.
 */
export const FLAG_SETTLED = 16

/** Entries with more metadata pairs have FLAG_SLOW, so that looking for repeated names stays cheap. */
export const PAIRS_CHECKED_MAX = 128

/** Offsets count from the start of `raw`. */
export type ParsedPush = {
  /** The message itself: a view that is valid as long as the columns are. */
  readonly raw: Uint8Array
  readonly streamCount: number
  readonly rowCount: number
  /** One element per Stream message. Its rows are [firstRow, endRow); none is possible. */
  readonly streams: {
    readonly labelOff: Uint32Array
    readonly labelLen: Uint32Array
    readonly firstRow: Uint32Array
    readonly endRow: Uint32Array
  }
  /** One element per row (Entry message), from here on. ns since the epoch; no timestamp reads as 0. */
  readonly tsNs: BigInt64Array
  readonly lineOff: Uint32Array
  readonly lineLen: Uint32Array
  /** From the tag of the first metadata pair to the end of the last; fields of other kinds may be in between. metaLen 0 = no pairs. */
  readonly metaOff: Uint32Array
  readonly metaLen: Uint32Array
  readonly metaCount: Uint32Array
  /** Names and values together. */
  readonly metaBytes: Uint32Array
  /** FLAG_…, added up. */
  readonly flags: Uint8Array
  /** Level code: 1..8 from the line when neither FLAG_DETECTED nor FLAG_FIELD is set, else see FLAG_SETTLED; 0 with detection off. */
  readonly level: Uint8Array
}

export type ParseOptions = {
  /** Work out levels. Default true. */
  levels?: boolean
  /** More entries than this are refused. Default 8,388,608: a column set of 350 MB. */
  rowsMax?: number
}

export interface CodecKernel {
  /** The uncompressed length that a snappy block declares. @throws {Failure} BAD_REQUEST */
  snappyRawLength(compressed: Uint8Array): number
  /**
   * Decodes a snappy block (google/snappy format_description.txt, not framed).
   * @param rawMax bytes; what declares more is refused before anything is allocated.
   * @throws {Failure} BAD_REQUEST 'snappy: corrupt input', TOO_LARGE
   */
  snappyDecode(compressed: Uint8Array, rawMax: number): Uint8Array
  /** Encodes an LZ4 block (lz4_Block_format.md). */
  lz4Compress(src: Uint8Array): Uint8Array
  /**
   * Decodes an LZ4 block.
   * @param rawLength exactly as long as the result must be.
   * @param out receives the result when given (length ≥ rawLength), which is then a view of it.
   * @throws {Failure} CORRUPTION
   */
  lz4Decompress(src: Uint8Array, rawLength: number, out?: Uint8Array): Uint8Array
  /**
   * Decodes zstd frames (RFC 8878), one after the other; skippable ones are skipped. Refused although the format has them:
   * dictionaries, content checksums (what is stored has a checksum already), windows above 1 GiB.
   * @param rawLength exactly as long as the result must be, all frames together.
   * @param out receives the result when given (length ≥ rawLength), which is then a view of it.
   * @throws {Failure} CORRUPTION
   */
  zstdDecompress(src: Uint8Array, rawLength: number, out?: Uint8Array): Uint8Array
}

export interface PushKernel {
  /**
   * Reads a logproto.PushRequest into columns. @throws {Failure} BAD_REQUEST when it is malformed, TOO_LARGE
   */
  parsePush(raw: Uint8Array, options?: ParseOptions): ParsedPush
  /** Code 1..8 of the level that a line tells (loki-http-api § 1.8, steps 5 and 6). */
  detectLevel(line: Uint8Array): number
}

export interface FindKernel {
  /**
   * Rows whose line contains the needle, ascending, into out[0..count).
   *
   * @param lines   lines back to back, no separators. A needle across the border of two lines is not found.
   * @param offsets rows + 1 positions: line i is [offsets[i] - offsets[0], offsets[i + 1] - offsets[0]) of `lines`, ascending.
   * @param needle  bytes; an empty one is in every row.
   * @param fold    both cases of ASCII letters match. (Go also folds K and ſ: for needles with k or s and lines beyond ASCII, use a regex.)
   * @param out     length ≥ rows.
   */
  findRows(lines: Uint8Array, offsets: Uint32Array, needle: Uint8Array, fold: boolean, out: Uint32Array): number
  /** Positions of '\n', ascending, into out[0..count); stops when out is full. */
  newlineIndex(bytes: Uint8Array, out: Uint32Array): number
  /** The lines of the given rows, back to back; offsets as in findRows. Rows need no order. */
  gather(lines: Uint8Array, offsets: Uint32Array, rows: Uint32Array): Uint8Array
}

export type FieldsAsked = {
  readonly format: 'json' | 'logfmt'
  /** As in {@link FindKernel.findRows}. */
  readonly lines: Uint8Array
  readonly offsets: Uint32Array
  /** The rows to read. */
  readonly rows: Uint32Array
  /** Label names, each once. */
  readonly names: readonly Uint8Array[]
  /** Lines are read to their end, also when all fields were found: to see that nothing is wrong with them. */
  readonly whole: boolean
  /** Of logfmt: bad pairs are errors; pairs without a value count. */
  readonly strict: boolean
  readonly keepEmpty: boolean
}

/** What the kernel found; SPAN_NONE: no value. */
export type FieldsFound = {
  /** By row asked and name, two words: start of the value in lines; end, and in the upper two bits 0 the bytes are it, 1 some are ≥ 0x80, 2 escaped. */
  readonly spans: Uint32Array
  /** By row asked: 0, or that the line has something unusual in it and is to be read by the caller. */
  readonly status: Uint8Array
}

export const SPAN_NONE = 0xffff_ffff

export interface FieldsKernel {
  /** First values of fields of JSON or logfmt lines (logql § 3.5). Undefined without WebAssembly: the caller's own reading is the twin. */
  readonly scanFields: ((asked: FieldsAsked) => FieldsFound) | undefined
}

export interface BitsKernel {
  /**
   * Inverse of {@link bitPack}: out[i] = value i.
   * @param width 0..52 bits.
   * @throws {Failure} CORRUPTION when src is shorter than count × width bits.
   */
  bitUnpack(src: Uint8Array, width: number, count: number, out: Float64Array): void
  /** The same for deltas: out[i] = base + multiplier × (value 0 + … + value i), in f64 (exact below 2^53). */
  unpackDeltas(src: Uint8Array, width: number, count: number, base: number, multiplier: number, out: Float64Array): void
}

/** A metadata column of a batch of rows; views that are valid until the next call. */
export type RawColumn = {
  readonly name: Uint8Array
  /** One per row: 0 = no value, c > 0 = value c - 1. */
  readonly codes: Uint32Array
  /** Value i is bytes[offsets[i], offsets[i + 1]); in order of first use. */
  readonly offsets: Uint32Array
  readonly bytes: Uint8Array
}

/** Rows of pushes -> columns, over a copy of their bytes that the kernel keeps from `load` on. */
export interface ColumnsKernel {
  /**
   * Copies the pieces. @returns where each begins: a position in a piece plus this is one for the functions below.
   * @throws {Failure} OVERLOADED when there is no memory
   */
  load(pieces: readonly Uint8Array[]): Uint32Array
  /**
   * Spans back to back. @param spans position and length per row. @param out exactly as long as they are together
   */
  joinSpans(spans: Uint32Array, rows: number, out: Uint8Array): void
  /**
   * The structured metadata of rows, in protobuf as in an Entry; pairs without a value are left out. Names are unique within a row.
   * @param spans per row position and length of two pieces of its metadata
   * @param emit called for each column, by order of appearance
   * @returns false, nothing emitted, when it is too much for the kernel: very many keys
   */
  metaColumns(spans: Uint32Array, rows: number, emit: (column: RawColumn) => void): boolean
}

export interface Kernel extends CodecKernel, PushKernel, FindKernel, FieldsKernel, BitsKernel, DfaKernel {
  /** True for WebAssembly, false for the plain twins. */
  readonly accelerated: boolean
  /** Only when accelerated: the store's own code is the plain twin. */
  readonly columns?: ColumnsKernel
}
