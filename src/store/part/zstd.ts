/*
 * Encodes zstd with memory that is used again: the library's own functions allocate three times per call. Decoding is the
 * kernel's, which is faster.
 *
 * It is the WebAssembly build of the library, one instance a thread: its native build shares one context among all threads of a
 * process and crashes (segmentation fault) as soon as two of them use it at once. Only threads that merge load it: an instance takes
 * 8 MB and a while to start.
 */
import type {_WasmModule} from '@cloudpss/zstd/wasm'

type Library = typeof _WasmModule
type Pointer = ReturnType<Library['_malloc']>

/** @returns a view that is valid until the next call */
export type ZstdCompress = (raw: Uint8Array, level: number) => Uint8Array

let loaded: Promise<ZstdCompress> | undefined

/** The thread's instance. */
export function loadZstd(): Promise<ZstdCompress> {
  loaded ??= import('@cloudpss/zstd/wasm').then(library => compressor(library._WasmModule))
  return loaded
}

function compressor(zstd: Library): ZstdCompress {
  const source = new Region(zstd)
  const target = new Region(zstd)
  return (raw, level) => {
    const bound = zstd._ZSTD_compressBound(raw.length) >>> 0
    const from = source.reserve(raw.length)
    const to = target.reserve(bound)
    zstd.HEAPU8.set(raw, from)
    const size = zstd._compress(to, bound, from, raw.length, level)
    if (zstd._ZSTD_isError(size) !== 0) throw new Error(`zstd: ${zstd.UTF8ToString(zstd._ZSTD_getErrorName(size))}`)
    return zstd.HEAPU8.subarray(to, to + size)
  }
}

/** Memory of the module; grows, and stays. */
class Region {
  readonly #zstd: Library
  #at: Pointer | undefined
  #size = 0

  constructor(zstd: Library) {
    this.#zstd = zstd
  }

  reserve(size: number): Pointer {
    if (this.#at !== undefined && this.#size >= size) return this.#at
    if (this.#at !== undefined) this.#zstd._free(this.#at)
    this.#at = undefined
    const at = this.#zstd._malloc(size)
    if (at === 0) throw new Error('zstd: out of memory')
    this.#size = size
    this.#at = at
    return at
  }
}
