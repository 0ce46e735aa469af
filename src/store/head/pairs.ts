/*
 * Walks the structured metadata of one row where it lies, in protobuf: the fields 3 of a logproto Entry, each
 *
 *   pair := 0x1a length:varint (0x0a length:varint name | 0x12 length:varint value)*
 *
 * Other fields in between are skipped. No objects per pair: the cursor's fields are the current one.
 */
export class PairCursor {
  nameOff = 0
  nameLen = 0
  valueOff = 0
  valueLen = 0
  #bytes: Uint8Array = new Uint8Array(0)
  #at = 0
  #end = 0

  start(bytes: Uint8Array, offset: number, length: number): void {
    this.#bytes = bytes
    this.#at = offset
    this.#end = offset + length
  }

  /** Moves to the next pair; false at the end. Pairs without a value are skipped. */
  next(): boolean {
    const bytes = this.#bytes
    const end = this.#end
    let p = this.#at
    while (p < end) {
      const tag = bytes[p++]!
      // The usual form, all lengths in one byte: pair, name, value.
      if (tag === 0x1a && bytes[p]! < 0x80 && bytes[p + 1] === 0x0a) {
        const pairEnd = p + 1 + bytes[p]!
        const nameLen = bytes[p + 2]!
        const v = p + 3 + nameLen
        if (nameLen < 0x80 && v + 2 <= pairEnd && bytes[v] === 0x12 && v + 2 + bytes[v + 1]! === pairEnd && v + 2 < pairEnd) {
          this.nameOff = p + 3
          this.nameLen = nameLen
          this.valueOff = v + 2
          this.valueLen = bytes[v + 1]!
          this.#at = pairEnd
          return true
        }
      }
      this.#at = p - 1
      if (this.#general()) return true
      p = this.#at
    }
    return false
  }

  /** One field in any form; true when it was a pair with a value. */
  #general(): boolean {
    const tag = this.#varint()
    if (tag !== 0x1a) {
      this.#skip(tag & 7)
      return false
    }
    const length = this.#varint()
    const end = this.#at + length
    this.nameLen = 0
    this.valueLen = 0
    while (this.#at < end) {
      const inner = this.#varint()
      if (inner !== 0x0a && inner !== 0x12) {
        this.#skip(inner & 7)
        continue
      }
      const size = this.#varint()
      if (inner === 0x0a) {
        this.nameOff = this.#at
        this.nameLen = size
      } else {
        this.valueOff = this.#at
        this.valueLen = size
      }
      this.#at += size
    }
    this.#at = end
    return this.valueLen > 0
  }

  #varint(): number {
    let value = 0
    let scale = 1
    while (this.#at < this.#end) {
      const byte = this.#bytes[this.#at++]!
      value += (byte & 0x7f) * scale
      if (byte < 0x80) break
      scale *= 128
    }
    return value
  }

  #skip(wireType: number): void {
    if (wireType === 0) this.#varint()
    else if (wireType === 1) this.#at += 8
    else if (wireType === 2) this.#at += this.#varint()
    else if (wireType === 5) this.#at += 4
    // Groups do not exist in this message; the push was checked when it was accepted.
    else this.#at = this.#end
  }
}
