/*
 * Encodes zstd with memory that is used again: the library's own functions allocate three times per call. Decoding is the
 * kernel's, which is faster.
 *
 * It is the WebAssembly build of the library, one instance a thread: its native build shares one context among all threads of a
 * process and crashes (segmentation fault) as soon as two of them use it at once.
 */
import {_WasmModule as zstd} from '@cloudpss/zstd/wasm'

type Pointer = ReturnType<typeof zstd._malloc>

/** Memory of the module; grows, and stays. */
class Region {
  #at: Pointer | undefined
  #size = 0

  reserve(size: number): Pointer {
    if (this.#at !== undefined && this.#size >= size) return this.#at
    if (this.#at !== undefined) zstd._free(this.#at)
    this.#at = undefined
    const at = zstd._malloc(size)
    if (at === 0) throw new Error('zstd: out of memory')
    this.#size = size
    this.#at = at
    return at
  }
}

const source = new Region()
const target = new Region()

/** @returns a view that is valid until the next call */
export function zstdCompress(raw: Uint8Array, level: number): Uint8Array {
  const bound = zstd._ZSTD_compressBound(raw.length) >>> 0
  const from = source.reserve(raw.length)
  const to = target.reserve(bound)
  zstd.HEAPU8.set(raw, from)
  const size = zstd._compress(to, bound, from, raw.length, level)
  if (zstd._ZSTD_isError(size) !== 0) throw new Error(`zstd: ${zstd.UTF8ToString(zstd._ZSTD_getErrorName(size))}`)
  return zstd.HEAPU8.subarray(to, to + size)
}
