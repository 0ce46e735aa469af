// Entry of the kernel module: every export is a function over linear memory.
export {bitUnpack, unpackDeltas} from './bits'
export {columnValues, joinSpans, metaColumns} from './columns'
export {dfaRows} from './dfa'
export {scanFields} from './fields'
export {findRows, newlineIndex} from './find'
export {detectLevel} from './level'
export {lz4Decode, lz4Encode} from './lz4'
export {pushCount, pushParse} from './push'
export {snappyDecode} from './snappy'
export {zstdDecode} from './zstd'

/** First address that no static data of the kernels uses. */
export function heapBase(): usize {
  return __heap_base
}
