import type {Kernel} from './contract.ts'
import {instantiate} from './module.ts'
import {nativeBits} from './native/bits.ts'
import {nativeColumns} from './native/columns.ts'
import {nativeCodec} from './native/codec.ts'
import {nativeDfa} from './native/dfa.ts'
import {nativeFields} from './native/fields.ts'
import {nativeFind} from './native/find.ts'
import {nativePush} from './native/push.ts'
import {plainBits} from './plain/bits.ts'
import {plainCodec} from './plain/codec.ts'
import {plainDfa} from './plain/dfa.ts'
import {plainFind} from './plain/find.ts'
import {plainPush} from './plain/push.ts'

/**
 * A kernel with its own memory. Synchronous; the first call of a thread compiles the module (some milliseconds).
 * @param options.plain use the TypeScript twins although WebAssembly is there.
 */
export function createKernel(options: {plain?: boolean} = {}): Kernel {
  const native = options.plain === true ? null : instantiate()
  if (native === null)
    return {accelerated: false, ...plainCodec(), ...plainPush(), ...plainFind(), scanFields: undefined, ...plainDfa(), ...plainBits()}
  return {
    accelerated: true,
    ...nativeCodec(native),
    ...nativePush(native),
    ...nativeFind(native),
    ...nativeFields(native),
    ...nativeDfa(native),
    ...nativeBits(native),
    columns: nativeColumns(native),
  }
}
