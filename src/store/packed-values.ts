/** Values that are decoded when they are asked for. */
export interface StoredValues {
  /** One of them, without decoding the others; a view, or fresh. */
  at(index: number): Uint8Array
  all(): PackedValues
}

/** Byte strings back to back: value i is bytes[offsets[i], offsets[i+1]). */
export class PackedValues {
  readonly bytes: Uint8Array
  /** count + 1 ascending positions, the first not necessarily 0. */
  readonly offsets: Uint32Array

  constructor(bytes: Uint8Array, offsets: Uint32Array) {
    this.bytes = bytes
    this.offsets = offsets
  }

  get count(): number {
    return this.offsets.length - 1
  }

  /** Bytes of all values. */
  get size(): number {
    return this.offsets[this.count]! - this.offsets[0]!
  }

  lengthOf(index: number): number {
    return this.offsets[index + 1]! - this.offsets[index]!
  }

  /** A view. */
  at(index: number): Uint8Array {
    return this.bytes.subarray(this.offsets[index], this.offsets[index + 1])
  }

  /** A view of all values back to back. */
  all(): Uint8Array {
    return this.bytes.subarray(this.offsets[0], this.offsets[this.count])
  }
}
