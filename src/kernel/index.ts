/*
 * Byte work that is too hot for strings and objects: push decoding, substring search, codecs, bit packing.
 *
 *   createKernel ─┬─ native/   WebAssembly (assembly/, built by asc into dist/kernel/kernel.wasm), SIMD
 *                 └─ plain/    the same in TypeScript: oracle of the tests, and what runs where SIMD is missing
 *
 * A kernel owns its memory and is used by one thread; each thread creates its own.
 */
export {
  FLAG_DETECTED,
  FLAG_FIELD,
  FLAG_SETTLED,
  FLAG_SLOW,
  FLAG_TIME,
  PAIRS_CHECKED_MAX,
  SPAN_NONE,
  type BitsKernel,
  type CodecKernel,
  type ColumnsKernel,
  type FieldsAsked,
  type FieldsFound,
  type FieldsKernel,
  type FindKernel,
  type Kernel,
  type ParsedPush,
  type ParseOptions,
  type PushKernel,
  type RawColumn,
} from './contract.ts'
export {crc32} from './crc32.ts'
export {createKernel} from './create.ts'
export {LEVEL_FIELDS, LEVEL_NAMES, LEVEL_UNKNOWN, normalLevel, severityLevel} from './levels.ts'
export type {DfaKernel, DfaTable} from './plain/dfa.ts'
export {bitPack, bitWidth} from './plain/bits.ts'
export {isCleanText, isNormalName} from './plain/names.ts'
