import type {Labels} from '../../model/index.ts'
import type {RowsInput} from '../rows.ts'
import type {PartKernel} from './part-kernel.ts'
import type {PartCodec, PartMeta} from './part-meta.ts'

export type PartWriterOptions = {
  readonly kernel: PartKernel
  readonly codec: PartCodec
  readonly tenant: string
  readonly day: number
  /** Name of the object to be, and its id; they only go into the meta. */
  readonly key: string
  readonly id: string
  readonly level: number
  readonly createdNs: bigint
}

/**
 * Turns rows into the bytes of one part, in one pass and in bounded memory: whoever adds rows also drains bytes.
 *
 *     for (const {labels, rows} of sorted) { writer.add(labels, rows); yield* writer.drain() }
 *     meta = writer.finish(); yield* writer.drain()
 */
export class PartWriter {
  readonly #options: PartWriterOptions

  constructor(options: PartWriterOptions) {
    this.#options = options
  }

  /**
   * Streams come in ascending order of their canonical label text; a stream may be added to several times in a row, in time order.
   * The arrays of `rows` must stay as they are until another stream is added or the part is finished.
   */
  add(_labels: Labels, _rows: RowsInput): void {
    throw new Error('not yet')
  }

  /** Bytes that were not drained before, in file order; owned by the caller. */
  drain(): Uint8Array[] {
    return []
  }

  /** @throws when no row was added. Drain once more after it. */
  finish(): PartMeta {
    throw new Error(`not yet ${this.#options.key}`)
  }
}
