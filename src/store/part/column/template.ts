import {PackedValues, type StoredValues} from '../../packed-values.ts'
import type {ByteReader} from '../byte-reader.ts'
import type {ByteWriter} from '../byte-writer.ts'

// template := length:u8 open:bits[length] fixed:bytes hex[count · ceil(open/2)]                   (docs/FORMAT.md § values)
//             value = `length` places; the open ones are hex digits, high half of a byte first, per value whole bytes;
//             the others are the same in all values, in order in `fixed`

/** Longest value taken; ids are shorter. */
const LENGTH_MAX = 255
const HEX = new Uint8Array(256).fill(255)
const DIGIT = new Uint8Array(16)
for (let i = 0; i < 16; i++) {
  DIGIT[i] = i.toString(16).charCodeAt(0)
  HEX[DIGIT[i]!] = i
}

/** @returns false, with nothing written, when the values are not of this form. */
export function encodeTemplate(w: ByteWriter, values: PackedValues): boolean {
  const {bytes, offsets, count} = values
  const length = values.lengthOf(0)
  if (length > LENGTH_MAX) return false
  for (let i = 1; i < count; i++) if (values.lengthOf(i) !== length) return false
  const first = offsets[0]!
  const end = offsets[count]!
  const places: number[] = []
  for (let place = 0; place < length; place++) {
    const like = bytes[first + place]!
    let p = first + place
    while (p < end && bytes[p] === like) p += length
    if (p >= end) continue
    if (HEX[like] === 255) return false
    for (; p < end; p += length) if (HEX[bytes[p]!] === 255) return false
    places.push(place)
  }
  w.u8(length)
  const open = w.space(Math.ceil(length / 8))
  for (const place of places) open[place >> 3]! |= 1 << (place & 7)
  for (let place = 0, k = 0; place < length; place++) {
    if (places[k] === place) k++
    else w.u8(bytes[first + place]!)
  }
  const width = Math.ceil(places.length / 2)
  const out = w.space(count * width)
  for (let k = 0; k < places.length; k++) {
    const shift = k % 2 === 0 ? 4 : 0
    let p = first + places[k]!
    for (let at = k >> 1; at < out.length; at += width, p += length) out[at]! |= HEX[bytes[p]!]! << shift
  }
  return true
}

export function readTemplate(r: ByteReader, count: number): StoredValues {
  const length = r.u8()
  const open = r.take(Math.ceil(length / 8))
  const places: number[] = []
  const like = new Uint8Array(length)
  for (let place = 0; place < length; place++) {
    if ((open[place >> 3]! >> (place & 7)) & 1) places.push(place)
    else like[place] = r.u8()
  }
  const width = Math.ceil(places.length / 2)
  const packed = r.take(count * width)
  return {
    at(index) {
      const value = like.slice()
      for (let k = 0; k < places.length; k++) value[places[k]!] = DIGIT[(packed[index * width + (k >> 1)]! >> (k % 2 === 0 ? 4 : 0)) & 15]!
      return value
    },
    all() {
      const bytes = r.arrays.u8(count * length)
      const offsets = r.arrays.u32(count + 1)
      for (let i = 0; i < count; i++) {
        bytes.set(like, i * length)
        offsets[i + 1] = (i + 1) * length
      }
      for (let k = 0; k < places.length; k++) {
        const shift = k % 2 === 0 ? 4 : 0
        let p = places[k]!
        for (let at = k >> 1; at < packed.length; at += width, p += length) bytes[p] = DIGIT[(packed[at]! >> shift) & 15]!
      }
      return new PackedValues(bytes, offsets)
    },
  }
}
