/*
 * Which parts of one day to merge next.
 *
 * Parts are neighbours by generation; only neighbours are merged, so that the order of rows with equal times stays that of the
 * pushes. Cost is bytes read and written, use is fewer parts: a run is worth it when together it is much larger than its largest
 * member, so that every byte is rewritten about log(total) times, never once per flush.
 *
 * A quiet day gets its rest merged whatever the gain, and what is still compressed for speed rewritten for size.
 */
import type {ManifestPart} from '../manifest/index.ts'

export type MergeLimits = {
  /** Inputs per merge: each is an open object with decoded chunks. */
  readonly inputsMax: number
  /** Compressed; larger parts are left alone. */
  readonly partBytesMax: number
  /** Together at least so many times the largest input, on a day that still gets parts. */
  readonly gainMin: number
}

export const MERGE_LIMITS: MergeLimits = {inputsMax: 15, partBytesMax: 512 * 1024 * 1024, gainMin: 3}

/** @param parts ascending by generation. @returns neighbours, in that order, or undefined when all is well. */
export function pickMerge(parts: readonly ManifestPart[], quiet: boolean, limits: MergeLimits = MERGE_LIMITS): ManifestPart[] | undefined {
  let best: ManifestPart[] | undefined
  let bestGain = quiet ? 1.001 : limits.gainMin
  for (let first = 0; first < parts.length; first++) {
    let total = 0
    let largest = 0
    for (let last = first; last < parts.length && last - first < limits.inputsMax; last++) {
      const {size} = parts[last]!.part
      total += size
      largest = Math.max(largest, size)
      if (total > limits.partBytesMax) break
      const gain = total / largest
      if (last > first && gain >= bestGain) {
        best = parts.slice(first, last + 1)
        bestGain = gain
      }
    }
  }
  if (best !== undefined || !quiet) return best
  const fast = parts.find(({part}) => part.codec === 'lz4')
  return fast === undefined ? undefined : [fast]
}
