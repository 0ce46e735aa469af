/*
 * Loads the kernel module, dist/kernel/kernel.wasm, and gives each kernel an instance with its own memory.
 * The compiled module is kept for the thread: compiling takes milliseconds, instances are cheap.
 */
import {readFileSync} from 'node:fs'
import {fileURLToPath} from 'node:url'
import {KernelMemory, type LinearMemory} from './memory.ts'

/** The exports of src/kernel/assembly/index.ts. Addresses and lengths are bytes. */
export type KernelExports = {
  heapBase(): number
  snappyDecode(src: number, length: number, dst: number, raw: number): number
  lz4Encode(src: number, length: number, dst: number): number
  lz4Decode(src: number, length: number, dst: number, raw: number): number
  zstdDecode(src: number, length: number, dst: number, raw: number): number
  pushCount(raw: number, length: number): bigint
  pushParse(
    raw: number,
    length: number,
    detect: number,
    streamCount: number,
    streams: number,
    tsNs: number,
    lineOff: number,
    lineLen: number,
    metaOff: number,
    metaLen: number,
    metaCount: number,
    metaBytes: number,
    flags: number,
    level: number,
  ): number
  detectLevel(line: number, length: number): number
  findRows(
    lines: number,
    length: number,
    offsets: number,
    rows: number,
    needle: number,
    fold: number,
    size: number,
    i1: number,
    i2: number,
    out: number,
  ): number
  dfaRows(
    lines: number,
    length: number,
    offsets: number,
    rows: number,
    selection: number,
    count: number,
    classes: number,
    start: number,
    match: number,
    end: number,
    out: number,
  ): number
  scanFields(
    json: number,
    lines: number,
    length: number,
    offsets: number,
    rows: number,
    selection: number,
    count: number,
    names: number,
    nameCount: number,
    whole: number,
    flags: number,
    out: number,
    status: number,
  ): void
  newlineIndex(bytes: number, length: number, out: number, limit: number): number
  metaColumns(spans: number, rows: number, space: number, size: number): number
  columnValues(index: number, offsets: number, bytes: number): void
  joinSpans(spans: number, rows: number, out: number): void
  bitUnpack(src: number, width: number, count: number, out: number): void
  unpackDeltas(src: number, width: number, count: number, base: number, multiplier: number, out: number): void
}

/** One instance: what native/*.ts work with. */
export type Native = {readonly memory: KernelMemory; readonly exports: KernelExports}

// The types of Node 20 do not declare WebAssembly; this is the part that is used.
type Module = object
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => Module
  Instance: new (module: Module, imports: Record<string, Record<string, unknown>>) => {readonly exports: unknown}
  Memory: new (options: {initial: number}) => LinearMemory
}

const INITIAL_PAGES = 16

let compiled: Module | null = null

/** null when WebAssembly with SIMD is not to be had: no file, or a runtime without it. */
function compile(): Module | null {
  try {
    const path = import.meta.url.endsWith('.ts') ? '../../dist/kernel/kernel.wasm' : './kernel.wasm'
    return new WebAssembly.Module(readFileSync(fileURLToPath(new URL(path, import.meta.url))))
  } catch {
    return null
  }
}

export function instantiate(): Native | null {
  compiled ??= compile()
  if (compiled === null) return null
  const memory = new WebAssembly.Memory({initial: INITIAL_PAGES})
  const exports = new WebAssembly.Instance(compiled, {env: {memory}}).exports as KernelExports
  return {memory: new KernelMemory(memory, exports.heapBase()), exports}
}
