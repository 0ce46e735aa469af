/** Reads protobuf wire format within bounds, for the twin of the push parser. @throws {Failure} BAD_REQUEST on anything malformed. */
import {pushMalformed} from '../checks.ts'

const GROUP_DEPTH_MAX = 32

export class WireCursor {
  readonly bytes: Uint8Array
  at = 0
  /** End of the message being read. */
  end: number

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
    this.end = bytes.length
  }

  /** At most ten bytes; bits over 64 are dropped. */
  varint(): bigint {
    let value = 0
    for (let i = 0; i < 4; i++) {
      const byte = this.#byte()
      value += (byte & 0x7f) * 2 ** (7 * i)
      if (byte < 0x80) return BigInt(value)
    }
    let wide = BigInt(value)
    for (let shift = 28n; shift < 70n; shift += 7n) {
      const byte = this.#byte()
      wide |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return BigInt.asUintN(64, wide)
    }
    throw pushMalformed()
  }

  tag(): number {
    const byte = this.bytes[this.at] ?? 0
    if (byte < 0x80 && this.at < this.end) {
      this.at++
      return byte
    }
    const tag = this.varint()
    if (tag > 0xffff_ffffn) throw pushMalformed()
    return Number(tag)
  }

  /** A length; as many bytes follow within the message. */
  length(): number {
    const n = this.varint()
    if (n > BigInt(this.end - this.at)) throw pushMalformed()
    return Number(n)
  }

  /** Begins the message whose length is next; the caller restores `end` to what this returns. */
  enter(): number {
    const outer = this.end
    const n = this.length()
    this.end = this.at + n
    return outer
  }

  /** Skips the field whose tag was just read; fields numbered up to `known` cannot be skipped. */
  skip(tag: number, known: number): void {
    if (tag >>> 3 <= known) throw pushMalformed()
    for (let depth = 0; ;) {
      const kind = tag & 7
      if (kind === 0) this.varint()
      else if (kind === 1) this.#advance(8)
      else if (kind === 2) this.skipBytes()
      else if (kind === 5) this.#advance(4)
      else if (kind === 3) depth++
      else if (kind === 4) depth--
      else throw pushMalformed()
      if (depth < 0 || depth > GROUP_DEPTH_MAX) throw pushMalformed()
      if (depth === 0) return
      tag = this.tag()
      if (tag >>> 3 === 0) throw pushMalformed()
    }
  }

  /** Skips a length and as many bytes. */
  skipBytes(): void {
    const n = this.length()
    this.at += n
  }

  #advance(n: number): void {
    if (this.end - this.at < n) throw pushMalformed()
    this.at += n
  }

  #byte(): number {
    if (this.at >= this.end) throw pushMalformed()
    return this.bytes[this.at++] ?? 0
  }
}
