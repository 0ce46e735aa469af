/*
 * The order of streams among entries of the same nanosecond: by a hash of their labels, as Loki has it, so that answers that mix
 * streams and cut through equal timestamps come out the same.
 *
 * The hash is XXH64 (xxHash specification 0.1.1, seed 0) over name, 0xff, value, 0xff of each label.
 */
import type {Labels} from '../../model/index.ts'
import {encodeText} from '../bytes.ts'

const MASK = (1n << 64n) - 1n
const P1 = 11400714785074694791n
const P2 = 14029467366897019727n
const P3 = 1609587929392839161n
const P4 = 9650029242287828579n
const P5 = 2870177450012600261n

function rotate(x: bigint, bits: bigint): bigint {
  return ((x << bits) | (x >> (64n - bits))) & MASK
}

function times(a: bigint, b: bigint): bigint {
  return (a * b) & MASK
}

function round(lane: bigint, input: bigint): bigint {
  return times(rotate((lane + times(input, P2)) & MASK, 31n), P1)
}

/** XXH64 with seed 0; for short inputs, it is not fast. */
export function xxh64(bytes: Uint8Array): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const end = bytes.length
  let at = 0
  let hash = P5
  if (end >= 32) {
    const lanes = [(P1 + P2) & MASK, P2, 0n, (MASK + 1n - P1) & MASK]
    for (; at + 32 <= end; at += 32) for (let l = 0; l < 4; l++) lanes[l] = round(lanes[l]!, view.getBigUint64(at + 8 * l, true))
    hash = (rotate(lanes[0]!, 1n) + rotate(lanes[1]!, 7n) + rotate(lanes[2]!, 12n) + rotate(lanes[3]!, 18n)) & MASK
    for (const lane of lanes) hash = (times(hash ^ round(0n, lane), P1) + P4) & MASK
  }
  hash = (hash + BigInt(end)) & MASK
  for (; at + 8 <= end; at += 8) hash = (times(rotate(hash ^ round(0n, view.getBigUint64(at, true)), 27n), P1) + P4) & MASK
  if (at + 4 <= end) {
    hash = (times(rotate(hash ^ times(BigInt(view.getUint32(at, true)), P1), 23n), P2) + P3) & MASK
    at += 4
  }
  for (; at < end; at++) hash = times(rotate(hash ^ times(BigInt(bytes[at]!), P5), 11n), P1)
  hash = times(hash ^ (hash >> 33n), P2)
  hash = times(hash ^ (hash >> 29n), P3)
  return hash ^ (hash >> 32n)
}

function hashLabels(labels: Labels): bigint {
  const parts = labels.flatMap(({name, value}) => [encodeText(name), encodeText(value)])
  const bytes = new Uint8Array(parts.reduce((size, part) => size + part.length + 1, 0)).fill(0xff)
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length + 1
  }
  return xxh64(bytes)
}

/** Compares streams by hash, computed when two of them first meet at the same time. */
export class StreamOrder {
  readonly #hashes = new WeakMap<Labels, bigint>()

  compare(a: Labels, b: Labels): number {
    if (a === b) return 0
    const x = this.#hash(a)
    const y = this.#hash(b)
    return x < y ? -1 : x > y ? 1 : 0
  }

  #hash(labels: Labels): bigint {
    let hash = this.#hashes.get(labels)
    if (hash === undefined) {
      hash = hashLabels(labels)
      this.#hashes.set(labels, hash)
    }
    return hash
  }
}
