/** Rows to columns in the kernel module; the contract is ColumnsKernel. */
import type {ColumnsKernel} from '../contract.ts'
import type {Native} from '../module.ts'

const SPACE_FIRST = 4 * 1024 * 1024
const SPACE_MAX = 64 * 1024 * 1024
/** Between pieces: kernels read over ends. */
const GAP = 64
/** Column of assembly/columns.ts, in words. */
const COLUMN_WORDS = 16
const NAME = 0
const NAME_LENGTH = 1
const CODES = 3
const DISTINCT = 7
const BYTES = 8

export function nativeColumns({memory, exports}: Native): ColumnsKernel {
  let spaceSize = SPACE_FIRST
  const placeSpans = (spans: Uint32Array, words: number): number => {
    const at = memory.reserve('spans', words * 4)
    memory.words(at, words).set(words === spans.length ? spans : spans.subarray(0, words))
    return at
  }
  return {
    load(pieces) {
      const starts = new Uint32Array(pieces.length)
      const total = pieces.reduce((sum, piece) => sum + piece.length + GAP, 0)
      const at = memory.reserve('loaded', total)
      let next = at
      pieces.forEach((piece, i) => {
        starts[i] = next
        memory.bytes.set(piece, next)
        next += piece.length + GAP
      })
      return starts
    },
    joinSpans(spans, rows, out) {
      const to = memory.reserve('joined', out.length)
      const at = placeSpans(spans, rows * 2)
      exports.joinSpans(at, rows, to)
      out.set(memory.view(to, out.length))
    },
    metaColumns(spans, rows, emit) {
      for (;;) {
        const space = memory.reserve('space', spaceSize)
        const at = placeSpans(spans, rows * 4)
        const count = exports.metaColumns(at, rows, space, spaceSize)
        if (count < 0) {
          if (count === -2 || spaceSize >= SPACE_MAX) return false
          spaceSize *= 2
          continue
        }
        for (let i = 0; i < count; i++) {
          const words = memory.words(space + i * COLUMN_WORDS * 4, COLUMN_WORDS)
          const distinct = words[DISTINCT]!
          const size = words[BYTES]!
          const [nameAt, nameLength, codesAt] = [words[NAME]!, words[NAME_LENGTH]!, words[CODES]!]
          const positions = memory.reserve('positions', (distinct + 1) * 4)
          const values = memory.reserve('values', size)
          exports.columnValues(i, positions, values)
          emit({
            name: memory.view(nameAt, nameLength),
            codes: memory.words(codesAt, rows),
            offsets: memory.words(positions, distinct + 1),
            bytes: memory.view(values, size),
          })
        }
        return true
      }
    },
  }
}
