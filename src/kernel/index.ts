/*
 * Byte work that is too hot for strings and objects: push decoding, substring search, codecs, bit packing.
 *
 *   createKernel ─┬─ native/   WebAssembly (assembly/, built by asc into dist/kernel/kernel.wasm), SIMD
 *                 └─ plain/    the same in TypeScript: oracle of the tests, and what runs where SIMD is missing
 *
 * A kernel owns its memory and is used by one thread; each thread creates its own.
 */
import type {Kernel} from './contract.ts'
import {instantiate} from './module.ts'
import {nativeBits} from './native/bits.ts'
import {nativeCodec} from './native/codec.ts'
import {nativeDfa} from './native/dfa.ts'
import {nativeFind} from './native/find.ts'
import {nativePush} from './native/push.ts'
import {plainBits} from './plain/bits.ts'
import {plainCodec} from './plain/codec.ts'
import {plainDfa} from './plain/dfa.ts'
import {plainFind} from './plain/find.ts'
import {plainPush} from './plain/push.ts'

export {
  FLAG_DETECTED,
  FLAG_FIELD,
  FLAG_SETTLED,
  FLAG_SLOW,
  FLAG_TIME,
  PAIRS_CHECKED_MAX,
  type BitsKernel,
  type CodecKernel,
  type FindKernel,
  type Kernel,
  type ParsedPush,
  type ParseOptions,
  type PushKernel,
} from './contract.ts'
export {crc32} from './crc32.ts'
export {LEVEL_FIELDS, LEVEL_NAMES, LEVEL_NONE, LEVEL_UNKNOWN, normalLevel, severityLevel} from './levels.ts'
export type {DfaKernel, DfaTable} from './plain/dfa.ts'
export {bitPack, bitWidth} from './plain/bits.ts'
export {isCleanText, isNormalName} from './plain/names.ts'

/**
 * A kernel with its own memory. Synchronous; the first call of a thread compiles the module (some milliseconds).
 * @param options.plain use the TypeScript twins although WebAssembly is there.
 */
export function createKernel(options: {plain?: boolean} = {}): Kernel {
  const native = options.plain === true ? null : instantiate()
  if (native === null) return {accelerated: false, ...plainCodec(), ...plainPush(), ...plainFind(), ...plainDfa(), ...plainBits()}
  return {
    accelerated: true,
    ...nativeCodec(native),
    ...nativePush(native),
    ...nativeFind(native),
    ...nativeDfa(native),
    ...nativeBits(native),
  }
}
