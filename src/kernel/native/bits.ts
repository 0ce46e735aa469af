/** Bit packing in the kernel module; the contract is BitsKernel. */
import {checkBits} from '../checks.ts'
import type {BitsKernel} from '../contract.ts'
import type {Native} from '../module.ts'

export function nativeBits({memory, exports}: Native): BitsKernel {
  return {
    bitUnpack(src, width, count, out) {
      checkBits(src, width, count, out)
      const at = memory.place('input', src, 'numbers')
      const numbers = memory.reserve('numbers', count * 8)
      exports.bitUnpack(at, width, count, numbers)
      out.set(new Float64Array(memory.buffer, numbers, count))
    },
    unpackDeltas(src, width, count, base, multiplier, out) {
      checkBits(src, width, count, out)
      const at = memory.place('input', src, 'numbers')
      const numbers = memory.reserve('numbers', count * 8)
      exports.unpackDeltas(at, width, count, base, multiplier, numbers)
      out.set(new Float64Array(memory.buffer, numbers, count))
    },
  }
}
